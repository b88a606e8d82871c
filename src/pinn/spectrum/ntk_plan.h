/* The rows of the kernel, and the panels in which it is computed.
 *
 * A row is one equation of a condition at one point. Rows are ordered by condition, equation and point. A panel is a
 * run of points of one equation with at most FACTOR_ROWS rows in the network (points x streams). Panels depend on the
 * problem and the number of points only, never on the ranks. Each rank has a contiguous run of panels. No function here
 * is collective. */
#ifndef NTKW_PINN_NTK_PLAN_H
#define NTKW_PINN_NTK_PLAN_H

#include "pinn/problem/problem.h"
#include "ranks/even_split.h"

typedef struct ntk_panel {
  int condition, equation, n_points, n_streams;
  int64_t first_point, first_row; /* index in the condition; index in the kernel */
} ntk_panel;

typedef struct ntk_plan {
  int n_panels;
  ntk_panel *panels;
  int64_t n_points;                      /* of every condition */
  int most_points;                       /* of a panel */
  int64_t first_row[MAX_CONDITIONS + 1]; /* of each condition; the last entry is the number of rows */
} ntk_plan;

/* Number of rows of a kernel with n_points points per condition. */
int64_t ntk_rows(const problem *pde, int64_t n_points);

/* @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status ntk_plan_create(const problem *pde, int64_t n_points, ntk_plan *plan);
void ntk_plan_free(ntk_plan *plan);

/* The panels of a rank. */
ntkw_i_range ntk_plan_share(const ntk_plan *plan, int rank, int size);
/* The rank that has a panel. */
int ntk_plan_owner(const ntk_plan *plan, int panel, int size);

/* Does the owner of the left panel compute the tile of this pair? The kernel is symmetric, so one of both owners does.
 * In this checkerboard every panel is the left one about as often as the right one. */
bool ntk_plan_takes(int left, int right);

#endif
