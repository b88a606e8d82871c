/* Chunks: the fixed pieces of a sum over points. Problem files (key `lanes`) and docs/arithmetic.md (rule 2) call a
 * chunk a lane.
 *
 * A chunk is a run of consecutive points of one condition with at least 64 rows (points x streams). A problem has at
 * most `lanes` chunks, or one per condition if it has more conditions. Chunks depend on the problem only, never on the
 * ranks. Each rank gets a contiguous run of chunks. No function here is collective. */
#ifndef NTKW_PINN_CHUNKS_H
#define NTKW_PINN_CHUNKS_H

#include "pinn/problem/problem.h"

typedef struct chunk {
  int condition;
  int64_t first, count; /* points of the condition */
} chunk;

/* Costs are those of chunk_cost.h, or rows in a plan for free order. */
typedef struct chunk_plan {
  int n_chunks, n_conditions;
  chunk *chunks;
  int condition_first[MAX_CONDITIONS + 1]; /* condition c has chunks condition_first[c] .. condition_first[c + 1] - 1 */
  int64_t *cost;                           /* n_chunks + 1 values: total cost of the chunks before chunk l */
} chunk_plan;

/* Cut the problem into chunks. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status chunk_plan_create(const problem *pde, chunk_plan *plan);
/* Cut the problem into n_pieces with equal numbers of rows, up to one point, for sums in any order (ORDER_FREE). Each
 * condition has at most one chunk in each piece. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status chunk_plan_create_free(const problem *pde, int n_pieces, chunk_plan *plan);
void chunk_plan_free(chunk_plan *plan);

/* The chunks of all ranks: rank r has the chunks first[r] .. first[r + 1] - 1, possibly none. The largest cost of a
 * rank is as small as possible (balanced_cut.h). first: size + 1 values. */
void chunk_plan_share(const chunk_plan *plan, int size, int first[]);

#endif
