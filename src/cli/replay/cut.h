/* Ways to spread the parameters of a model over ranks, to try whether results depend on it. */
#ifndef NTKW_CLI_REPLAY_CUT_H
#define NTKW_CLI_REPLAY_CUT_H

#include <stdint.h>
#include "ntkw/status.h"

typedef enum cut_kind {
  CUT_EVEN,      /* one run of parameters a rank, sizes differing by at most 1 */
  CUT_RANDOM,    /* alternately: runs with random ends, some empty; many pieces, each to a random rank, in any order */
  CUT_REPLICATED /* some parameter tensors are held by several ranks, the others are cut into random pieces */
} cut_kind;

/* count values from offset on. copy: index of this rank's copy, or NOT_A_COPY. */
enum { NOT_A_COPY = -1 };
typedef struct cut_piece {
  int64_t offset, count;
  int copy;
} cut_piece;

/* The pieces of one rank. */
typedef struct cut {
  cut_piece *pieces;
  int n, capacity;
} cut;

/* What is to be cut: n_segments tensors that follow each other without gap and make up all n_parameters. */
typedef struct cut_model {
  int64_t n_parameters, n_segments;
  const int64_t *segment_offset, *segment_size;
} cut_model;

/* Draw the pieces of this rank. Local; every rank that calls it with the same seed and step sees the same draw, and the
 * pieces of all ranks together hold every parameter once (of copies, the one with index 0 counts).
 * mine is emptied first; start from {0}. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status cut_draw(cut_kind kind, uint64_t seed, int64_t step, int rank, int size, const cut_model *model, cut *mine);

/* Free the pieces. Local. */
void cut_free(cut *mine);

#endif
