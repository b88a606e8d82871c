/* Train one of the self-test's problems for a few steps, with digests of every step. */
#ifndef NTKW_CLI_SELFTEST_TRAJECTORY_H
#define NTKW_CLI_SELFTEST_TRAJECTORY_H

#include "cli/selftest/cases.h"
#include "pinn/state/state_digest.h"

/* Called after every step with the digests of the state, the same on every rank. Returns false to end the run. */
typedef bool (*step_visitor)(void *context, int step, const state_digest *digest);

/* Train a case for SELFTEST_STEPS steps on comm, with threads as in set_threads. Collective.
 * @return the same on every rank: the error of the trainer, or NTKW_SUCCESS. */
ntkw_status trajectory_run(MPI_Comm comm, const selftest_case *which, int64_t threads, step_visitor visit,
                           void *context);

#endif
