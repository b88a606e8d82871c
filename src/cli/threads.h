/* Threads of the ntkw program's ranks: --threads, or OMP_NUM_THREADS, or one. */
#ifndef NTKW_CLI_THREADS_H
#define NTKW_CLI_THREADS_H

#include "pinn/training/thread_pool.h"
#include "pinn/training/trainer.h"

/* The option, for tables: least 1, most MAX_THREADS; 0 stands for "not given". */
#define THREADS_HELP                                                                            \
  "that compute the gradients of each rank, whole lanes each; the bits do not depend on them\n" \
  "(default: the first number of OMP_NUM_THREADS, or 1)"

/* Give the trainer its threads. wanted: of the option, 0 if it was not given. Collective.
 * @return as trainer_set_threads; NTKW_ERR_MPI if n > 1 and MPI
 * provides less than MPI_THREAD_FUNNELED. */
ntkw_status set_threads(trainer *t, int64_t wanted);

#endif
