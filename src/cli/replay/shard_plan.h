/* Several ways to distribute parameters over ranks, to test that results do not depend on the distribution. */
#ifndef NTKW_CLI_REPLAY_SHARD_PLAN_H
#define NTKW_CLI_REPLAY_SHARD_PLAN_H

#include <stdint.h>
#include "ntkw/status.h"

typedef enum shard_kind {
  SHARD_EVEN,   /* one run of parameters a rank, sizes differing by at most 1 */
  SHARD_RANDOM, /* alternately: runs with random ends, some empty; many pieces, each to a random rank, in any order */
  SHARD_REPLICATED /* some parameter tensors are held by several ranks, the others are cut into random pieces */
} shard_kind;

/* count values from offset on. copy: index of this rank's copy, or NOT_A_COPY. */
enum { NOT_A_COPY = -1 };
typedef struct shard_piece {
  int64_t offset, count;
  int copy;
} shard_piece;

/* The pieces of one rank. */
typedef struct shard_plan {
  shard_piece *pieces;
  int n, capacity;
} shard_plan;

/* The parameters: n_segments tensors, one after the other without gaps, n_parameters together. */
typedef struct shard_model {
  int64_t n_parameters, n_segments;
  const int64_t *segment_offset, *segment_size;
} shard_model;

/* Draw the pieces of this rank. Local. For the same seed and step the pieces of all ranks together hold every parameter
 * once (of copies, the one with index 0 counts). mine is emptied first; start from {0}. @return NTKW_SUCCESS,
 * NTKW_ERR_MEMORY. */
ntkw_status shard_plan_draw(shard_kind kind, uint64_t seed, int64_t step, int rank, int size, const shard_model *model,
                            shard_plan *mine);

/* Free the pieces. Local. */
void shard_plan_free(shard_plan *mine);

#endif
