/* A tensor-parallel layer with a replicated bias.
 *
 * The layer is y = W x + b. Each rank holds the columns of W for its part of x, and a copy of b. Each of two conditions
 * is the mean of |y - target|^2 over its points. The ranks add up their partial products, so all of them have the
 * residuals. The gradient of W is then a slice on each rank; the gradient of b is the same on all ranks, and
 * ntkw_weighting_add_gradient_copy counts one copy. parameter_count checks that every parameter is counted once.
 *
 *     mpicc tensor_parallel.c $(pkg-config --cflags --libs ntkw) -lm -o tensor_parallel
 *     mpirun -n 3 ./tensor_parallel
 *     norms: left 5.58716, right 6.13378
 *     added by every rank, the bias would have been an error
 */
#include <math.h>
#include <ntkw/ntkw.h>
#include <stdio.h>

enum { N_CONDITIONS = 2, OUT = 3, IN = 12, POINTS = 8, PARAMETERS = OUT * IN + OUT };

/* The whole model and its data, known in closed form on every rank. */
static double weight(int o, int i) {
  return sin(1.0 + o + 0.5 * i);
}
static double bias(int o) {
  return 0.1 * o;
}
static double input(int condition, int point, int i) {
  return cos(0.3 * (condition + 1) * (point + 1) + i);
}
static double target(int condition, int o) {
  return condition + 0.5 * o;
}

/* r[p][o] = y - target. Collective: partial products of the columns first .. end - 1 are added up. */
static void residuals(MPI_Comm comm, int condition, int first, int end, double r[POINTS][OUT]) {
  for (int p = 0; p < POINTS; p++)
    for (int o = 0; o < OUT; o++) {
      r[p][o] = 0.0;
      for (int i = first; i < end; i++) r[p][o] += weight(o, i) * input(condition, p, i);
    }
  MPI_Allreduce(MPI_IN_PLACE, r, POINTS * OUT, MPI_DOUBLE, MPI_SUM, comm);
  for (int p = 0; p < POINTS; p++)
    for (int o = 0; o < OUT; o++) r[p][o] += bias(o) - target(condition, o);
}

/* Gradients of the columns first .. end - 1, [OUT, end - first], and of the bias. */
static void gradients(int condition, int first, int end, double r[POINTS][OUT], double *of_weight, double *of_bias) {
  for (int o = 0; o < OUT; o++) {
    of_bias[o] = 0.0;
    for (int p = 0; p < POINTS; p++) of_bias[o] += 2.0 / POINTS * r[p][o];
    for (int i = first; i < end; i++) {
      double sum = 0.0;
      for (int p = 0; p < POINTS; p++) sum += 2.0 / POINTS * r[p][o] * input(condition, p, i);
      *of_weight++ = sum;
    }
  }
}

static ntkw_status weigh(ntkw_weighting *weighting, int rank, int size, int copy) {
  const int first = IN * rank / size, end = IN * (rank + 1) / size;
  double r[POINTS][OUT], of_weight[OUT * IN], of_bias[OUT];
  for (int c = 0; c < N_CONDITIONS; c++) {
    residuals(MPI_COMM_WORLD, c, first, end, r);
    gradients(c, first, end, r, of_weight, of_bias);
    ntkw_weighting_add_gradient(weighting, c, of_weight, (size_t)(OUT * (end - first)), NTKW_FLOAT64); /* a slice */
    ntkw_weighting_add_gradient_copy(weighting, c, of_bias, OUT, NTKW_FLOAT64, copy);                  /* a copy */
  }
  return ntkw_weighting_update(weighting, 0);
}

/* The same on one rank: all columns, the plain norm. */
static int differs(const double norms[N_CONDITIONS]) {
  double r[POINTS][OUT], gradient[PARAMETERS];
  int wrong = 0;
  for (int c = 0; c < N_CONDITIONS; c++) {
    double squares = 0.0;
    residuals(MPI_COMM_SELF, c, 0, IN, r);
    gradients(c, 0, IN, r, gradient, gradient + OUT * IN);
    for (int k = 0; k < PARAMETERS; k++) squares += gradient[k] * gradient[k];
    wrong += fabs(norms[c] - sqrt(squares)) > 1e-12 * norms[c];
  }
  return wrong;
}

int main(int argc, char **argv) {
  static const char *const names[N_CONDITIONS] = {"left", "right"};
  ntkw_weighting *weighting;
  ntkw_weighting_options options;
  int rank, size, failed = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);

  ntkw_weighting_options_init(&options);
  options.parameter_count = PARAMETERS;
  ntkw_status status = ntkw_weighting_create(MPI_COMM_WORLD, N_CONDITIONS, names, &options, &weighting);
  if (status == NTKW_SUCCESS) status = weigh(weighting, rank, size, rank); /* this rank's copy of the bias */
  if (status == NTKW_SUCCESS) {
    const double *n = ntkw_weighting_norms(weighting);
    failed = differs(n) > 0;
    if (rank == 0) printf("norms: left %g, right %g\n", n[0], n[1]);
    const ntkw_status wrong = weigh(weighting, rank, size, 0); /* every rank claims to have copy 0, which counts */
    failed = failed || wrong != (size > 1 ? NTKW_ERR_COUNT : NTKW_SUCCESS);
    if (rank == 0) printf("added by every rank, the bias would have been an error\n");
  }
  if (status != NTKW_SUCCESS && rank == 0) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  ntkw_weighting_destroy(&weighting);
  MPI_Finalize();
  return failed || status != NTKW_SUCCESS;
}
