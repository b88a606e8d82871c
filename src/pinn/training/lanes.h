/* Lanes: the fixed pieces in which a sum over points is made (docs/arithmetic.md, rule 2).
 *
 * A lane is a run of consecutive points of one condition, of at least 64 rows (points x streams). A problem has at most
 * `lanes` of them (more only if it has more conditions). They depend on the problem alone, never on the ranks; ranks
 * get contiguous runs of lanes. All functions are local. */
#ifndef NTKW_PINN_LANES_H
#define NTKW_PINN_LANES_H

#include "pinn/problem/problem.h"

typedef struct lane {
  int condition;
  int64_t first, count; /* points of the condition */
} lane;

typedef struct lane_plan {
  int n_lanes, n_conditions;
  lane *lanes;
  int condition_first[MAX_CONDITIONS + 1]; /* lanes of condition c: condition_first[c] .. condition_first[c + 1] - 1 */
  int64_t *cost;                           /* work on the lanes before lane l, in rows; n_lanes + 1 values */
} lane_plan;

/* @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status lane_plan_create(const problem *pde, lane_plan *plan);
/* The same work cut without regard to the sums' order: into n_pieces of equally many rows, up to a point, in each of
 * which every condition has at most one lane. */
ntkw_status lane_plan_create_free(const problem *pde, int n_pieces, lane_plan *plan);
void lane_plan_free(lane_plan *plan);

/* The lanes first .. end - 1 of a rank; possibly none. */
void lane_plan_share(const lane_plan *plan, int rank, int size, int *first, int *end);

#endif
