/* The rows of the kernel, and the panels in which it is made.
 *
 * A row is one equation of a condition at one point; rows are ordered by condition, then equation, then point. A panel
 * is a run of points of one equation, of at most FACTOR_ROWS rows in the network (points x streams). Panels depend on
 * the problem and the number of points alone, never on the ranks; ranks have contiguous runs of them. All functions are
 * local. */
#ifndef NTKW_PINN_NTK_PLAN_H
#define NTKW_PINN_NTK_PLAN_H

#include "pinn/problem/problem.h"
#include "ranks/even_split.h"

typedef struct ntk_panel {
  int condition, equation, n_points, n_streams;
  int64_t first_point, first_row; /* of the condition; of the kernel */
} ntk_panel;

typedef struct ntk_plan {
  int n_panels;
  ntk_panel *panels;
  int64_t n_points;                      /* of every condition */
  int most_points;                       /* of a panel */
  int64_t first_row[MAX_CONDITIONS + 1]; /* of each condition; after the last the number of rows */
} ntk_plan;

/* Rows of a kernel of n_points of each condition. */
int64_t ntk_rows(const problem *pde, int64_t n_points);

/* @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status ntk_plan_create(const problem *pde, int64_t n_points, ntk_plan *plan);
void ntk_plan_free(ntk_plan *plan);

/* The panels of a rank. */
ntkw_i_range ntk_plan_share(const ntk_plan *plan, int rank, int size);
/* The rank that has a panel. */
int ntk_plan_owner(const ntk_plan *plan, int panel, int size);

/* Of two panels, is it the left one's owner who makes their tile? The kernel is symmetric, so that one of the two does;
 * in this checkerboard every panel is on the left about as often as on the right. */
bool ntk_plan_takes(int left, int right);

#endif
