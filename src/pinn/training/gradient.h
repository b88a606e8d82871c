/* The gradients of a step: this rank's lanes through network and equations, lane by lane into the tree of each group.
 *
 * Local: nothing here communicates. The threads of a rank change no bit: each makes whole lanes, the tree and the exact
 * sums are the same wherever lanes are cut. What is wanted differs by step:
 * GRADIENT_COMBINED  one group, sum_c w_c L_c, the weights folded into the seeds;
 * GRADIENT_SEPARATE  a group for each condition's unweighted loss;
 * GRADIENT_TRACED    the same, and the NTK diagonal of every point, from the same backward pass (network.h);
 * GRADIENT_NONE      only the losses. */
#ifndef NTKW_PINN_GRADIENT_H
#define NTKW_PINN_GRADIENT_H

#include "ntkw/sum.h"
#include "ntkw/weighting.h"
#include "pinn/model/model.h"
#include "pinn/training/lanes.h"
#include "pinn/training/tree.h"

typedef enum gradient_kind { GRADIENT_NONE, GRADIENT_COMBINED, GRADIENT_SEPARATE, GRADIENT_TRACED } gradient_kind;

typedef struct gradient_maker gradient_maker;

/* Who is told of nodes as soon as they are there, on the caller's thread: the first n_final nodes of the run will stay
 * as they are. Called after every lane if the rank has one thread, otherwise once for every group in the end. */
typedef struct gradient_watch {
  void (*look)(void *context, int group, const tree_run *run, int n_final);
  void *context;
} gradient_watch;

/* problem, model and plan are borrowed; lanes first .. end - 1 are this rank's, which its n_threads threads share in
 * contiguous runs. @return this rank's own status. */
ntkw_status gradient_maker_create(const problem *pde, const model *trained, const lane_plan *plan, int first, int end,
                                  int n_threads, gradient_maker **out);
void gradient_maker_destroy(gradient_maker **handle);
int gradient_maker_threads(const gradient_maker *maker);

/* Losses, and gradients of the wanted kind, at the points of a step.
 * @param[in]     weights   n_conditions weights, for GRADIENT_COMBINED.
 * @param[in,out] weighting takes the diagonals, for GRADIENT_TRACED.
 * @param[in]     watch     is told of nodes; NULL: nobody.
 * @param[out]    losses    n_conditions sums of the squared residuals of own points (range float64).
 * @param[out]    runs      this rank's nodes of each group (1 or n_conditions); their values live until the next call.
 */
ntkw_status gradient_make(gradient_maker *maker, int64_t step, gradient_kind kind, const double weights[],
                          ntkw_weighting *weighting, const gradient_watch *watch, ntkw_sum losses[], tree_run runs[]);

#endif
