/* Decide which rank holds which parameters of a model. */
#include "cli/replay/shard_plan.h"
#include "base/hash.h"
#include "base/check.h"
#include "ranks/even_split.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* State of a draw: every rank makes the same random decisions and keeps its own pieces. */
typedef struct draw {
  uint64_t state;
  int rank, size;
  shard_plan *mine;
  int64_t *ends; /* scratch for run_over_pieces */
  int *holders;  /* scratch for a permutation of the ranks */
} draw;

enum { MOST_PIECES_OF_A_SEGMENT = 3, PIECES_BESIDE_RANKS = 12 };

/* 0 <= result < n, n > 0 */
static int64_t below(draw *d, int64_t n) {
  return (int64_t)(ntkw_i_hash_next(&d->state) % (uint64_t)n);
}

static ntkw_status keep(draw *d, int64_t offset, int64_t count, int copy) {
  shard_plan *mine = d->mine;
  if (mine->n == mine->capacity) {
    const int capacity = 2 * mine->capacity + 8;
    shard_piece *larger = realloc(mine->pieces, (size_t)capacity * sizeof *larger);
    NTKW_CHECK(larger, NTKW_ERR_MEMORY, "out of memory for %d pieces of a gradient", capacity);
    mine->pieces = larger;
    mine->capacity = capacity;
  }
  mine->pieces[mine->n++] = (shard_piece){offset, count, copy};
  return NTKW_SUCCESS;
}

static int compare_ends(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Cut [offset, offset + count) at random positions, some of them equal so that pieces are empty. Give piece k to rank
 * k, or to a random rank. */
static ntkw_status split_run(draw *d, int64_t offset, int64_t count, int n_pieces, bool to_any_rank) {
  for (int k = 0; k < n_pieces; k++)
    d->ends[k] = k > 0 && below(d, 4) == 0 ? d->ends[k - 1] : offset + below(d, count + 1);
  d->ends[n_pieces - 1] = offset + count;
  qsort(d->ends, (size_t)n_pieces, sizeof *d->ends, compare_ends);
  int64_t start = offset;
  for (int k = 0; k < n_pieces; k++) {
    const int64_t owner = to_any_rank ? below(d, d->size) : k;
    if (owner == d->rank) NTKW_TRY(keep(d, start, d->ends[k] - start, NOT_A_COPY));
    start = d->ends[k];
  }
  return NTKW_SUCCESS;
}

/* Give the whole run to several random ranks, with the indices of the copies in random order. */
static ntkw_status replicate_run(draw *d, int64_t offset, int64_t count) {
  const int n_holders = 1 + (int)below(d, d->size);
  for (int r = 0; r < d->size; r++) d->holders[r] = r;
  for (int copy = 0; copy < n_holders; copy++) {
    const int other = copy + (int)below(d, d->size - copy), holder = d->holders[other];
    d->holders[other] = d->holders[copy];
    d->holders[copy] = holder;
    if (holder == d->rank) NTKW_TRY(keep(d, offset, count, copy));
  }
  return NTKW_SUCCESS;
}

static ntkw_status split_segments(draw *d, const shard_model *model) {
  for (int64_t s = 0; s < model->n_segments; s++) {
    const int64_t offset = model->segment_offset[s], count = model->segment_size[s];
    if (below(d, 2) == 0)
      NTKW_TRY(replicate_run(d, offset, count));
    else
      NTKW_TRY(split_run(d, offset, count, 1 + (int)below(d, MOST_PIECES_OF_A_SEGMENT), true));
  }
  return NTKW_SUCCESS;
}

static ntkw_status split_evenly(draw *d, int64_t n) {
  const ntkw_i_range part = ntkw_i_even_split(n, d->size, d->rank);
  return keep(d, part.first, part.last - part.first, NOT_A_COPY);
}

static void shuffle(draw *d) {
  for (int k = d->mine->n - 1; k > 0; k--) {
    const int64_t other = below(d, k + 1);
    const shard_piece piece = d->mine->pieces[k];
    d->mine->pieces[k] = d->mine->pieces[other];
    d->mine->pieces[other] = piece;
  }
}

static ntkw_status draw_pieces(draw *d, shard_kind kind, int64_t step, const shard_model *model) {
  if (kind == SHARD_EVEN) return split_evenly(d, model->n_parameters);
  if (kind == SHARD_REPLICATED)
    NTKW_TRY(split_segments(d, model));
  else if (step % 2 == 0)
    NTKW_TRY(split_run(d, 0, model->n_parameters, d->size, false));
  else
    NTKW_TRY(split_run(d, 0, model->n_parameters, 1 + (int)below(d, 4 * d->size + PIECES_BESIDE_RANKS), true));
  shuffle(d); /* from here on the ranks' random states differ */
  return NTKW_SUCCESS;
}

ntkw_status shard_plan_draw(shard_kind kind, uint64_t seed, int64_t step, int rank, int size, const shard_model *model,
                            shard_plan *mine) {
  draw d = {.state = seed, .rank = rank, .size = size, .mine = mine};
  d.state = ntkw_i_hash_next(&d.state) ^ (uint64_t)step * 0xd1342543de82ef95u;
  mine->n = 0;
  d.ends = malloc(((size_t)size * 4 + PIECES_BESIDE_RANKS + MOST_PIECES_OF_A_SEGMENT) * sizeof *d.ends);
  d.holders = malloc((size_t)size * sizeof *d.holders);
  const ntkw_status status = d.ends && d.holders ? draw_pieces(&d, kind, step, model)
                                                 : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a shard plan");
  free(d.ends);
  free(d.holders);
  return status;
}

void shard_plan_free(shard_plan *mine) {
  free(mine->pieces);
  *mine = (shard_plan){0};
}
