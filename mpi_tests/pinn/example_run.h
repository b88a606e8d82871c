/* Reads problem files from examples/ and trains them for some steps. */
#ifndef NTKW_TEST_EXAMPLE_RUN_H
#define NTKW_TEST_EXAMPLE_RUN_H

#include <stdio.h>
#include "harness.h"
#include "pinn/problem/problem_load.h"
#include "pinn/training/evaluation.h"
#include "pinn/training/trainer.h"

static inline problem *load_example(const char *name) {
  char path[512];
  problem *made = NULL;
  snprintf(path, sizeof path, "%s/%s", NTKW_EXAMPLES, name);
  CHECK_OK(problem_load(MPI_COMM_WORLD, path, &made));
  return made;
}

typedef struct example_result {
  double error; /* NaN: no exact solution and no reference */
  double losses[MAX_CONDITIONS];
} example_result;

/* Train on the ranks of comm. Collective on comm. */
static inline example_result train_example(MPI_Comm comm, const problem *pde, int steps) {
  example_result made = {.error = 0.0};
  trainer *t = NULL;
  evaluation *e = NULL;
  bool stop = false;
  CHECK_OK(trainer_create(comm, pde, &t));
  for (int step = 0; step < steps; step++) CHECK_OK(trainer_step(t, &stop));
  CHECK_OK(trainer_refresh(t));
  for (int c = 0; c < pde->n_conditions; c++) made.losses[c] = trainer_losses(t)[c];
  CHECK_OK(evaluation_create(trainer_comm(t), pde, trainer_network(t), &e));
  CHECK_OK(evaluation_error(e, &made.error));
  evaluation_destroy(&e);
  trainer_destroy(&t);
  return made;
}

#endif
