#include "pinn/training/gradient.h"
#include "pinn/training/lane_worker.h"
#include "pinn/training/team.h"
#include "base/check.h"

#include <stdlib.h>

struct gradient_maker {
  const problem *pde;
  size_t n_parameters;
  team *team;
  lane_worker *workers[MAX_THREADS];
  pthread_mutex_t weighting;
  lane_task task; /* of the present step */
};

/* The thread, of n, in whose stretch of the rank's cost the middle of a lane lies: not decreasing with the lane. */
static int thread_of_lane(const lane_plan *plan, int first, int end, int l, int n) {
  const int64_t all = plan->cost[end] - plan->cost[first];
  const int64_t middle = plan->cost[l] + plan->cost[l + 1] - 2 * plan->cost[first]; /* doubled */
  return (int)((__extension__(__int128) middle * n) / (2 * all));
}

/* Every thread gets a contiguous run of the rank's lanes. */
static ntkw_status create_workers(gradient_maker *m, const model *trained, const lane_plan *plan, int first, int end) {
  const int n = team_size(m->team);
  for (int thread = 0, from = first; thread < n; thread++) {
    int to = from;
    while (to < end && thread_of_lane(plan, first, end, to, n) == thread) to++;
    NTKW_TRY(lane_worker_create(m->pde, trained, plan, from, to, &m->workers[thread]));
    from = to;
  }
  return NTKW_SUCCESS;
}

ntkw_status gradient_maker_create(const problem *pde, const model *trained, const lane_plan *plan, int first, int end,
                                  int n_threads, gradient_maker **out) {
  gradient_maker *m = *out = calloc(1, sizeof *m);
  NTKW_CHECK(m, NTKW_ERR_MEMORY, "out of memory for the gradients");
  m->pde = pde;
  m->n_parameters = (size_t)model_parameter_count(trained);
  pthread_mutex_init(&m->weighting, NULL);
  ntkw_status status = team_create(n_threads, &m->team);
  if (status == NTKW_SUCCESS) status = create_workers(m, trained, plan, first, end);
  if (status != NTKW_SUCCESS) gradient_maker_destroy(out);
  return status;
}

void gradient_maker_destroy(gradient_maker **maker) {
  gradient_maker *m = *maker;
  if (!m) return;
  team_destroy(&m->team);
  for (int thread = 0; thread < MAX_THREADS; thread++) lane_worker_destroy(&m->workers[thread]);
  pthread_mutex_destroy(&m->weighting);
  free(m);
  *maker = NULL;
}

int gradient_maker_threads(const gradient_maker *m) {
  return team_size(m->team);
}

static void work(void *maker, int thread) {
  gradient_maker *m = maker;
  lane_worker_run(m->workers[thread], &m->task);
}

/* Join what the threads have, in the order of their lanes. The buffers stay in the workers' pools. */
static ntkw_status join(gradient_maker *m, ntkw_sum losses[], int n_groups, tree_run runs[]) {
  void *released[MAX_TREE_NODES];
  for (int c = 0; c < m->pde->n_conditions; c++) ntkw_sum_zero(&losses[c], NTKW_FLOAT64);
  for (int g = 0; g < n_groups; g++) runs[g].n = 0;
  for (int thread = 0; thread < team_size(m->team); thread++) {
    const lane_result *result = lane_worker_result(m->workers[thread]);
    if (result->status != NTKW_SUCCESS) return ntkw_i_fail(result->status, "%s", result->sentence);
    for (int c = 0; c < m->pde->n_conditions; c++) NTKW_TRY(ntkw_sum_merge(&losses[c], &result->losses[c]));
    for (int g = 0; g < n_groups; g++)
      for (int k = 0; k < result->runs[g].n; k++)
        tree_run_append(&runs[g], result->runs[g].nodes[k], m->n_parameters, m->pde->network.precision, released);
  }
  return NTKW_SUCCESS;
}

ntkw_status gradient_make(gradient_maker *m, int64_t step, gradient_kind kind, const double weights[],
                          ntkw_weighting *weighting, const gradient_watch *watch, ntkw_sum losses[], tree_run runs[]) {
  const int n_groups = kind == GRADIENT_NONE ? 0 : kind == GRADIENT_COMBINED ? 1 : m->pde->n_conditions;
  const bool alone = team_size(m->team) == 1; /* several threads' runs meet in nodes that none of them has */
  m->task = (lane_task){.step = step,
                        .kind = kind,
                        .weights = weights,
                        .weighting = weighting,
                        .lock = &m->weighting,
                        .watch = alone ? watch : NULL};
  team_run(m->team, work, m);
  NTKW_TRY(join(m, losses, n_groups, runs));
  for (int g = 0; g < n_groups && watch && !alone; g++) watch->look(watch->context, g, &runs[g], runs[g].n);
  return NTKW_SUCCESS;
}
