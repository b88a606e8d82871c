/* One update of the weights beside the bare MPI_Allreduce of as many bytes. Built and run by run.sh under SimGrid's
 * SMPI, whose MPI_Wtime is simulated time; it runs under any MPI.
 *
 * Usage: scale CONDITIONS float32|float64 RULE
 * Prints: ranks conditions precision rule bytes calls update_us bare_us */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ntkw/weighting.h"

enum { REPEATS = 5, VALUES = 1000, MOST_CONDITIONS = 64 };

/* What MPI_Allreduce carries, seen through MPI's profiling interface. */
static int counted_calls;
static long counted_bytes;

int MPI_Allreduce(const void *send, void *receive, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  int size;
  MPI_Type_size(type, &size);
  counted_calls++;
  counted_bytes += (long)count * size;
  return PMPI_Allreduce(send, receive, count, type, op, comm);
}

static void stop(const char *what) {
  fprintf(stderr, "scale: %s: %s\n", what, ntkw_last_error());
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median over the repeats of the slowest rank's time. */
static double median_of_slowest(double times[REPEATS]) {
  PMPI_Allreduce(MPI_IN_PLACE, times, REPEATS, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  qsort(times, REPEATS, sizeof *times, ascending);
  return times[REPEATS / 2];
}

static ntkw_weighting *make_weighting(int n, ntkw_dtype dtype, const char *rule) {
  static char text[MOST_CONDITIONS][16];
  const char *names[MOST_CONDITIONS];
  ntkw_weighting_options options;
  ntkw_weighting *weighting = NULL;
  for (int c = 0; c < n; c++) {
    snprintf(text[c], sizeof text[c], "condition %d", c);
    names[c] = text[c];
  }
  ntkw_weighting_options_init(&options);
  options.rule = rule;
  options.dtype = dtype;
  options.update_every = 1;
  options.norms = false;
  if (ntkw_weighting_create(MPI_COMM_WORLD, n, names, &options, &weighting) != NTKW_SUCCESS) stop("create");
  return weighting;
}

static void add_moments(ntkw_weighting *weighting, int n, ntkw_dtype dtype, const void *values) {
  static const double diagonal[4] = {1, 2, 3, 4};
  const unsigned needs = ntkw_weighting_needs(weighting);
  for (int c = 0; c < n; c++) {
    if ((needs & (NTKW_NEEDS_NORMS | NTKW_NEEDS_MAGNITUDES)) &&
        ntkw_weighting_add_gradient(weighting, c, values, VALUES, dtype) != NTKW_SUCCESS)
      stop("add");
    if ((needs & NTKW_NEEDS_TRACES) && ntkw_weighting_add_ntk_diagonal(weighting, c, diagonal, 4) != NTKW_SUCCESS)
      stop("add");
  }
}

static double time_updates(ntkw_weighting *weighting, int n, ntkw_dtype dtype, const void *values) {
  double times[REPEATS];
  for (int r = 0; r < REPEATS; r++) {
    add_moments(weighting, n, dtype, values);
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    if (ntkw_weighting_update(weighting, r) != NTKW_SUCCESS) stop("update");
    times[r] = MPI_Wtime() - start;
  }
  return median_of_slowest(times);
}

static double time_bare(long bytes) {
  double times[REPEATS];
  const int count = (int)(bytes / 8);
  int64_t *buffer = calloc((size_t)count + 1, sizeof *buffer);
  if (!buffer) stop("out of memory");
  for (int r = 0; r < REPEATS; r++) {
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = MPI_Wtime();
    PMPI_Allreduce(MPI_IN_PLACE, buffer, count, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    times[r] = MPI_Wtime() - start;
  }
  free(buffer);
  return median_of_slowest(times);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank, size;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const int n = argc == 4 ? atoi(argv[1]) : 0;
  if (n < 1 || n > MOST_CONDITIONS) {
    if (rank == 0) fprintf(stderr, "usage: scale CONDITIONS(1..%d) float32|float64 RULE\n", MOST_CONDITIONS);
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  const ntkw_dtype dtype = strcmp(argv[2], "float32") == 0 ? NTKW_FLOAT32 : NTKW_FLOAT64;
  double *values = malloc(VALUES * sizeof *values);
  if (!values) stop("out of memory");
  for (int i = 0; i < VALUES; i++) {
    if (dtype == NTKW_FLOAT32)
      ((float *)values)[i] = (float)(i + 1) * 1e-3f;
    else
      values[i] = (i + 1) * 1e-3;
  }
  ntkw_weighting *weighting = make_weighting(n, dtype, argv[3]);
  counted_calls = 0, counted_bytes = 0;
  const double update = time_updates(weighting, n, dtype, values);
  const int calls = counted_calls / REPEATS;
  const long bytes = counted_bytes / REPEATS;
  const double bare = time_bare(bytes);
  if (rank == 0)
    printf("%d %d %s %s %ld %d %.3f %.3f\n", size, n, argv[2], argv[3], bytes, calls, 1e6 * update, 1e6 * bare);
  ntkw_weighting_destroy(&weighting);
  free(values);
  MPI_Finalize();
  return 0;
}
