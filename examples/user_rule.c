/* Your own weighting rule: SoftAdapt (Heydari, Thompson, Mehmood, arXiv:1912.12355).
 *
 * A condition whose loss falls more slowly than the others' gets more weight: w_c ~ exp(L_c / previous L_c). The
 * library reduces the residuals of all ranks to exact losses. It evaluates the rule on one rank, because exp differs
 * between C libraries, and sends the weights and the memory of the rule (the previous losses) to all ranks.
 *
 *     mpicc user_rule.c $(pkg-config --cflags --libs ntkw) -lm -o user_rule
 *     mpirun -n 3 ./user_rule
 *     step 0: loss 4 4 4, weight 1 1 1
 *     step 1: loss 2 4 1, weight 0.875268 1.44307 0.681659
 *     step 2: loss 1 4 0.25, weight 0.875268 1.44307 0.681659
 */
#include <math.h>
#include <ntkw/ntkw.h>
#include <stdio.h>

enum { N_CONDITIONS = 3, N_POINTS = 60, N_STEPS = 3 };

/* The rule: from moments and memory to targets. memory[c] is the last loss of condition c, 0 at first. */
static ntkw_status softadapt(void *context, const ntkw_moments *moments, double *memory, double *target) {
  const double epsilon = *(const double *)context;
  double largest = 0.0, sum = 0.0;
  for (int i = 0; i < moments->n; i++) {
    double *previous = &memory[moments->condition[i]];
    target[i] = *previous > 0.0 ? moments->loss[i] / (*previous + epsilon) : 1.0;
    *previous = moments->loss[i];
    largest = fmax(largest, target[i]);
  }
  for (int i = 0; i < moments->n; i++) {
    target[i] = exp(target[i] - largest); /* the common factor cancels, and nothing overflows */
    sum += target[i];
  }
  for (int i = 0; i < moments->n; i++) target[i] *= moments->n / sum;
  return NTKW_SUCCESS;
}

/* Residuals at this rank's points. Their squares fall by the factors 1/2, 1 and 1/4 in each step. */
static void add_residuals(ntkw_weighting *weighting, int step, int rank, int size) {
  static const double factor[N_CONDITIONS] = {0.5, 1.0, 0.25};
  double residuals[N_POINTS];
  const int n_local = N_POINTS * (rank + 1) / size - N_POINTS * rank / size;
  for (int c = 0; c < N_CONDITIONS; c++) {
    for (int i = 0; i < n_local; i++) residuals[i] = 2.0 * sqrt(pow(factor[c], step));
    ntkw_weighting_add_residuals(weighting, c, residuals, (size_t)n_local, NTKW_FLOAT64);
  }
}

/* From the second step on the losses fall by the same factors in every step, so the weights are known. */
static int differs(const double weights[N_CONDITIONS], int step) {
  static const double factor[N_CONDITIONS] = {0.5, 1.0, 0.25};
  double sum = 0.0;
  int wrong = 0;
  for (int c = 0; c < N_CONDITIONS; c++) sum += exp(factor[c]);
  for (int c = 0; c < N_CONDITIONS; c++) {
    const double expected = step == 0 ? 1.0 : N_CONDITIONS * exp(factor[c]) / sum;
    wrong += fabs(weights[c] - expected) > 1e-7;
  }
  return wrong;
}

static ntkw_status run(ntkw_weighting *weighting, int rank, int size, int *wrong) {
  for (int step = 0; step < N_STEPS; step++) {
    add_residuals(weighting, step, rank, size);
    const ntkw_status status = ntkw_weighting_update(weighting, step); /* one MPI_Allreduce, one MPI_Bcast */
    if (status != NTKW_SUCCESS) return status;
    const double *w = ntkw_weighting_weights(weighting), *loss = ntkw_weighting_losses(weighting);
    *wrong += differs(w, step);
    if (rank == 0)
      printf("step %d: loss %g %g %g, weight %g %g %g\n", step, loss[0], loss[1], loss[2], w[0], w[1], w[2]);
  }
  return NTKW_SUCCESS;
}

int main(int argc, char **argv) {
  static const char *const names[N_CONDITIONS] = {"residual", "boundary", "initial"};
  double epsilon = 1e-8;
  const ntkw_user_rule rule = {.name = "softadapt",
                               .needs = NTKW_NEEDS_LOSSES,
                               .alpha = 0.0,
                               .update_every = 1,
                               .memory_count = N_CONDITIONS,
                               .targets = softadapt,
                               .context = &epsilon};
  ntkw_weighting *weighting;
  ntkw_weighting_options options;
  int rank, size, wrong = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);

  ntkw_weighting_options_init(&options);
  options.user_rule = &rule;
  ntkw_status status = ntkw_weighting_create(MPI_COMM_WORLD, N_CONDITIONS, names, &options, &weighting);
  if (status == NTKW_SUCCESS) status = run(weighting, rank, size, &wrong);
  if (status != NTKW_SUCCESS && rank == 0) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  ntkw_weighting_destroy(&weighting);
  MPI_Finalize();
  return status != NTKW_SUCCESS || wrong > 0;
}
