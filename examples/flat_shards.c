/* Flat shards, as in FSDP and ZeRO: parameters, gradients and points are spread over the ranks.
 *
 * u(x) = sum_k a_k sin((k + 1) x) is fitted to the values and the slopes of a known function. A step gathers the
 * parameters, computes the gradient of each condition at this rank's points, and reduce-scatters it, so that every rank
 * has its shard of the gradient over all points. It then renews the weights, combines the shards, and updates its shard
 * of the parameters. The rule is ntk-trace, which needs |dr_i/da|^2 at this rank's points.
 *
 *     mpicc flat_shards.c $(pkg-config --cflags --libs ntkw) -lm -o flat_shards
 *     mpirun -n 3 ./flat_shards
 *     weights: values 3.40625, slopes 1.41558
 *     fitted to 1e-9 after 60 steps
 */
#include <math.h>
#include <ntkw/ntkw.h>
#include <stdio.h>
#include <stdlib.h>

enum { VALUES, SLOPES, N_CONDITIONS };
enum { PARAMETERS = 10, POINTS = 40, STEPS = 60 };
static const double pi = 3.14159265358979323846;

/* This rank's shard, and the offsets and sizes of all shards. */
typedef struct shards {
  int rank, size, offset, count;
  int *counts, *offsets;
  double own[PARAMETERS];
} shards;

static void lay(shards *s) {
  MPI_Comm_rank(MPI_COMM_WORLD, &s->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &s->size);
  s->counts = malloc(2 * (size_t)s->size * sizeof *s->counts);
  if (!s->counts) MPI_Abort(MPI_COMM_WORLD, 1);
  s->offsets = s->counts + s->size;
  for (int r = 0; r < s->size; r++) { /* some are empty if there are more ranks than parameters */
    s->offsets[r] = PARAMETERS * r / s->size;
    s->counts[r] = PARAMETERS * (r + 1) / s->size - s->offsets[r];
  }
  s->offset = s->offsets[s->rank];
  s->count = s->counts[s->rank];
  for (int i = 0; i < PARAMETERS; i++) s->own[i] = 0.0;
}

static double exact(int k) {
  return 1.0 / ((k + 1) * (k + 1));
}

/* dr_i/da_k of a point */
static double derivative(int condition, int k, double x) {
  return condition == VALUES ? sin((k + 1) * x) : 0.25 * (k + 1) * cos((k + 1) * x);
}

/* The contribution of this rank's points to the gradient of the mean of r^2; and the diagonal of the NTK at them. */
static int differentiate(const shards *s, int condition, const double *all, double *gradient, double *diagonal) {
  const int first = POINTS * s->rank / s->size, end = POINTS * (s->rank + 1) / s->size;
  for (int k = 0; k < PARAMETERS; k++) gradient[k] = 0.0;
  for (int i = first; i < end; i++) {
    const double x = pi * (i + 0.5) / POINTS;
    double r = 0.0;
    diagonal[i - first] = 0.0;
    for (int k = 0; k < PARAMETERS; k++) {
      const double d = derivative(condition, k, x);
      r += (all[k] - exact(k)) * d;
      diagonal[i - first] += d * d;
    }
    for (int k = 0; k < PARAMETERS; k++) gradient[k] += 2.0 / POINTS * r * derivative(condition, k, x);
  }
  return end - first;
}

static ntkw_status step(shards *s, ntkw_weighting *weighting, int now) {
  double all[PARAMETERS], gradient[PARAMETERS], diagonal[POINTS], shard[N_CONDITIONS][PARAMETERS], total[PARAMETERS];
  const void *pieces[N_CONDITIONS] = {shard[VALUES], shard[SLOPES]};
  MPI_Allgatherv(s->own, s->count, MPI_DOUBLE, all, s->counts, s->offsets, MPI_DOUBLE, MPI_COMM_WORLD);
  for (int c = 0; c < N_CONDITIONS; c++) {
    const int n_points = differentiate(s, c, all, gradient, diagonal);
    MPI_Reduce_scatter(gradient, shard[c], s->counts, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (!ntkw_weighting_due(weighting, now)) continue;
    ntkw_weighting_add_gradient(weighting, c, shard[c], (size_t)s->count,
                                NTKW_FLOAT64); /* counts parameters, reports norms */
    ntkw_weighting_add_ntk_diagonal(weighting, c, diagonal, (size_t)n_points);
  }
  ntkw_status status = NTKW_SUCCESS;
  if (ntkw_weighting_due(weighting, now)) status = ntkw_weighting_update(weighting, now); /* one MPI_Allreduce */
  if (status == NTKW_SUCCESS) status = ntkw_weighting_combine(weighting, pieces, (size_t)s->count, NTKW_FLOAT64, total);
  for (int i = 0; i < s->count && status == NTKW_SUCCESS; i++) s->own[i] -= 0.12 * total[i];
  return status;
}

/* The largest error of a parameter on any rank. */
static double error_of(const shards *s) {
  double error = 0.0;
  for (int i = 0; i < s->count; i++) error = fmax(error, fabs(s->own[i] - exact(s->offset + i)));
  MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return error;
}

int main(int argc, char **argv) {
  static const char *const names[N_CONDITIONS] = {"values", "slopes"};
  ntkw_weighting *weighting;
  ntkw_weighting_options options;
  shards s;
  MPI_Init(&argc, &argv);
  lay(&s);
  ntkw_weighting_options_init(&options);
  options.rule = "ntk-trace";
  options.update_every = 20;
  options.parameter_count = PARAMETERS; /* then a lost shard, or a gradient not reduced, is an error */
  ntkw_status status = ntkw_weighting_create(MPI_COMM_WORLD, N_CONDITIONS, names, &options, &weighting);
  for (int now = 0; now < STEPS && status == NTKW_SUCCESS; now++) status = step(&s, weighting, now);

  int failed = status != NTKW_SUCCESS;
  if (failed && s.rank == 0) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  if (!failed) {
    /* sums of squares over the points: 5 per point of values, 385 / 32 per point of slopes */
    const double *w = ntkw_weighting_weights(weighting), traces = 5.0 + 385.0 / 32.0;
    failed = fabs(w[VALUES] - traces / 5.0) > 1e-12 || fabs(w[SLOPES] - traces * 32.0 / 385.0) > 1e-12;
    failed = failed || error_of(&s) > 1e-9;
    if (s.rank == 0) printf("weights: values %g, slopes %g\n", w[VALUES], w[SLOPES]);
    if (s.rank == 0 && !failed) printf("fitted to 1e-9 after %d steps\n", STEPS);
  }
  ntkw_weighting_destroy(&weighting);
  free(s.counts);
  MPI_Finalize();
  return failed;
}
