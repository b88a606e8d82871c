/* Train the network of a problem file, evaluate it at points of your own, and compare with the exact solution.
 *
 * The problem is Poisson's equation, u_xx = -k^2 sin(k x) with k = 4 pi on [0, 1]; its solution is u = sin(k x). Any
 * number of ranks prints the same. poisson1d.lua is beside this file; a problem file of your own is the first argument.
 *
 *     mpicc train_problem.c $(pkg-config --cflags --libs ntkw_pinn) -lm -o train_problem
 *     mpirun -n 2 ./train_problem
 *     step 500: loss 3.49e+03
 *     step 1000: loss 6.76e+02
 *     1500 steps of 4353 parameters: relative L2 error 6.3e-02
 *     at x = 0.125: u = 0.98, u_xx = -160
 */
#include <math.h>
#include <ntkw/train.h>
#include <stdio.h>

#ifndef PROBLEM
#define PROBLEM "poisson1d.lua"
#endif

enum { N_STEPS = 1500 };

static void print_warning(const char *sentence, void *data) {
  const int *rank = data; /* every rank is told; one prints */
  if (*rank == 0) fprintf(stderr, "warning: %s\n", sentence);
}

static int print_progress(const ntkw_trainer_progress *now, void *data) {
  const int *rank = data;
  if (*rank == 0 && now->step > 0 && now->step % 500 == 0)
    printf("step %lld: loss %.2e\n", (long long)now->step, now->total);
  return 0; /* anything else asks all ranks to stop */
}

static ntkw_status make_trainer(const char *file, int *rank, ntkw_trainer **trainer) {
  ntkw_problem *problem = NULL;
  ntkw_problem_options options;
  ntkw_problem_options_init(&options);
  options.steps = N_STEPS; /* fewer than the file says */
  options.on_warning = print_warning;
  options.data = rank;
  ntkw_status status = ntkw_problem_read(MPI_COMM_WORLD, file, &options, &problem);
  if (status == NTKW_SUCCESS) status = ntkw_trainer_create(MPI_COMM_WORLD, problem, NULL, trainer);
  ntkw_problem_destroy(&problem); /* the trainer has a copy */
  return status;
}

/* The network and its second derivative at the crest of the first wave, where the solution has 1 and -158. Each rank
 * may ask for points of its own. */
static ntkw_status evaluate(ntkw_trainer *trainer, int rank) {
  static const char *const quantities[] = {"u", "u_xx"};
  const double x = 0.125;
  double values[2];
  const ntkw_status status = ntkw_trainer_evaluate(trainer, 1, &x, 2, quantities, values);
  if (status == NTKW_SUCCESS && rank == 0) printf("at x = %g: u = %.2f, u_xx = %.0f\n", x, values[0], values[1]);
  return status;
}

static ntkw_status train(ntkw_trainer *trainer, int *rank, double *error) {
  ntkw_status status = ntkw_trainer_run(trainer, NTKW_ALL_STEPS, print_progress, rank);
  if (status == NTKW_SUCCESS) status = ntkw_trainer_error(trainer, error);
  if (status == NTKW_SUCCESS && *rank == 0)
    printf("%lld steps of %lld parameters: relative L2 error %.1e\n", (long long)ntkw_trainer_steps_done(trainer),
           (long long)ntkw_trainer_parameter_count(trainer), *error);
  return status;
}

int main(int argc, char **argv) {
  const char *file = argc > 1 ? argv[1] : PROBLEM;
  ntkw_trainer *trainer = NULL;
  double error = NAN;
  int rank, level;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);

  ntkw_status status = make_trainer(file, &rank, &trainer);
  if (status == NTKW_SUCCESS) status = train(trainer, &rank, &error);
  if (status == NTKW_SUCCESS && argc == 1) status = evaluate(trainer, rank);
  if (status != NTKW_SUCCESS && rank == 0) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  ntkw_trainer_destroy(&trainer);
  MPI_Finalize();
  return status != NTKW_SUCCESS || !(error < 0.1);
}
