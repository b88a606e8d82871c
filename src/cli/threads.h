/* The number of threads of each rank: --threads, else OMP_NUM_THREADS, else 1. */
#ifndef NTKW_CLI_THREADS_H
#define NTKW_CLI_THREADS_H

#include "pinn/arithmetic/thread_pool.h"
#include "pinn/training/trainer.h"

/* Help of the option --threads, for tables of options with least 1, most MAX_THREADS and a default of 0, not given. */
#define THREADS_HELP                                                                            \
  "that compute the gradients of each rank, whole lanes each; the bits do not depend on them\n" \
  "(default: the first number of OMP_NUM_THREADS, or 1)"

/* Set the threads of the trainer. wanted: the value of the option; 0: not given. Collective.
 * @return as trainer_set_threads; NTKW_ERR_MPI if a rank wants more than one thread and MPI provides less than
 *         MPI_THREAD_FUNNELED. */
ntkw_status set_threads(trainer *t, int64_t wanted);

#endif
