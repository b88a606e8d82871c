/* Loss weights for a model whose parameters are sharded over the ranks.
 *
 * Three conditions and one hundred parameters, on any number of ranks. The gradients are chosen so that their norms are
 * known: condition c has the gradient (c + 1, c + 1, ...), of norm 10 (c + 1).
 *
 *     mpicc minimal.c $(pkg-config --cflags --libs ntkw) -o minimal
 *     mpirun -n 3 ./minimal
 *     weights: residual 0.583333, boundary 0.666667, initial 0.75
 */
#include <math.h>
#include <ntkw/ntkw.h>
#include <stdio.h>

enum { N_CONDITIONS = 3, N_PARAMETERS = 100 };

/* The calls of one training step. */
static ntkw_status weigh(int rank, int size, ntkw_weighting *weighting, double *combined, int *n_local) {
  double gradient[N_CONDITIONS][N_PARAMETERS];
  const void *shards[N_CONDITIONS];
  *n_local = N_PARAMETERS * (rank + 1) / size - N_PARAMETERS * rank / size;
  for (int c = 0; c < N_CONDITIONS; c++) {
    for (int i = 0; i < *n_local; i++) gradient[c][i] = c + 1.0;
    shards[c] = gradient[c];
    ntkw_weighting_add_gradient(weighting, c, gradient[c], (size_t)*n_local, NTKW_FLOAT64);
  }
  ntkw_status status = ntkw_weighting_update(weighting, 0); /* one MPI_Allreduce */
  if (status == NTKW_SUCCESS)
    status = ntkw_weighting_combine(weighting, shards, (size_t)*n_local, NTKW_FLOAT64, combined);
  return status;
}

/* The weights of PINA's rule after the first update: alpha 1 + (1 - alpha) n_c / sum n, alpha = 0.5. */
static int differs(const double *weights, const double *combined, int n_local) {
  double expected = 0.0;
  int wrong = 0;
  for (int c = 0; c < N_CONDITIONS; c++) {
    wrong += fabs(weights[c] - (0.5 + 0.5 * (c + 1.0) / 6.0)) > 1e-15;
    expected += weights[c] * (c + 1.0);
  }
  for (int i = 0; i < n_local; i++) wrong += fabs(combined[i] - expected) > 1e-14;
  return wrong;
}

int main(int argc, char **argv) {
  static const char *const names[N_CONDITIONS] = {"residual", "boundary", "initial"};
  double combined[N_PARAMETERS];
  ntkw_weighting *weighting;
  ntkw_weighting_options options;
  int rank, size, n_local;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);

  ntkw_weighting_options_init(&options);
  options.parameter_count = N_PARAMETERS; /* then a lost shard, or a replica counted twice, is an error */
  ntkw_status status = ntkw_weighting_create(MPI_COMM_WORLD, N_CONDITIONS, names, &options, &weighting);
  if (status == NTKW_SUCCESS) status = weigh(rank, size, weighting, combined, &n_local);

  int failed = status != NTKW_SUCCESS;
  if (failed && rank == 0) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  if (!failed) {
    const double *w = ntkw_weighting_weights(weighting);
    failed = differs(w, combined, n_local) > 0;
    if (rank == 0) printf("weights: %s %g, %s %g, %s %g\n", names[0], w[0], names[1], w[1], names[2], w[2]);
  }
  ntkw_weighting_destroy(&weighting);
  MPI_Finalize();
  return failed;
}
