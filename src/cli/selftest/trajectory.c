#include "cli/selftest/trajectory.h"
#include "cli/threads.h"
#include "pinn/training/evaluation.h"
#include "base/check.h"

#include <math.h>

typedef struct trajectory {
  problem *pde;
  trainer *trainer;
  evaluation *evaluation;
  history history;
} trajectory;

/* Measure the error at the parameters before the step; only in one dimension, where it is cheap. */
static ntkw_status measure_error(trajectory *run, double *error) {
  *error = NAN;
  if (run->pde->n_inputs > 1) return NTKW_SUCCESS;
  NTKW_TRY(trainer_refresh(run->trainer));
  return evaluation_error(run->evaluation, error);
}

static ntkw_status do_step(trajectory *run, state_digest *digest) {
  const int64_t step = trainer_steps_done(run->trainer);
  double error;
  bool stop = false;
  NTKW_TRY(measure_error(run, &error));
  const ntkw_status status = trainer_step(run->trainer, &stop);
  if (status != NTKW_SUCCESS && status != NTKW_ZERO_NORM) return status;
  const ntkw_status recorded =
      history_record(&run->history, run->pde, step, trainer_losses(run->trainer), trainer_weights(run->trainer), error);
  NTKW_TRY(ntkw_status_agree(trainer_comm(run->trainer), recorded));
  return state_digest_make(run->trainer, run->pde, &run->history, digest);
}

static ntkw_status do_steps(trajectory *run, MPI_Comm comm, const selftest_case *which, int64_t threads,
                            step_visitor visit, void *context) {
  state_digest digest;
  NTKW_TRY(ntkw_status_agree(comm, selftest_problem(which, &run->pde)));
  NTKW_TRY(trainer_create(comm, run->pde, &run->trainer));
  NTKW_TRY(set_threads(run->trainer, threads));
  NTKW_TRY(evaluation_create(trainer_comm(run->trainer), run->pde, trainer_network(run->trainer), &run->evaluation));
  for (int step = 0; step < SELFTEST_STEPS; step++) {
    NTKW_TRY(do_step(run, &digest));
    if (!visit(context, step, &digest)) return NTKW_SUCCESS;
  }
  return NTKW_SUCCESS;
}

ntkw_status trajectory_run(MPI_Comm comm, const selftest_case *which, int64_t threads, step_visitor visit,
                           void *context) {
  trajectory run = {.pde = NULL};
  const ntkw_status status = do_steps(&run, comm, which, threads, visit, context);
  evaluation_destroy(&run.evaluation);
  trainer_destroy(&run.trainer);
  history_free(&run.history);
  problem_destroy(&run.pde);
  return status;
}
