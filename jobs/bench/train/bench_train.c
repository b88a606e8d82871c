/* The trainer, step by step on demand: what jobs/bench/train/measure.py measures of ntkw. See usage(). */
#include "pinn/network/network.h"
#include "pinn/problem/problem_load.h"
#include "pinn/training/sampler.h"
#include "pinn/training/trainer.h"
#include "products.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "Usage: mpirun -n RANKS bench_train PROBLEM.lua [free]\n"
    "free: sums over points in the order of the ranks.\n"
    "Reads commands, a line each; answers with a line of JSON each:\n"
    "  step N       N training steps: milliseconds for one, peak memory of every rank\n"
    "  products N   the matrix products of N steps and nothing else, by the same kernels: milliseconds for one, GF/s\n"
    "  check        one step on one rank: points, parameters before it, losses, weights, norms or traces\n"
    "  quit\n";

typedef struct bench {
  int rank, size;
  problem *pde;
  trainer *trainer;
  products *products;
} bench;

/* Ranks that wait for a command sleep: the others' turn must not be disturbed. */
static void read_command(const bench *b, char line[64]) {
  const struct timespec nap = {.tv_nsec = 500000};
  MPI_Request request;
  int done = 0;
  if (b->rank == 0 && !fgets(line, 64, stdin)) snprintf(line, 64, "quit\n");
  MPI_Ibcast(line, 64, MPI_CHAR, 0, MPI_COMM_WORLD, &request);
  while (MPI_Test(&request, &done, MPI_STATUS_IGNORE), !done) nanosleep(&nap, NULL);
}

/* Megabytes. */
static double peak_memory(void) {
  char line[128];
  double peak = 0.0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, "VmHWM:", 6) == 0) peak = atof(line + 6) / 1024.0;
  if (file) fclose(file);
  return peak;
}

static double largest(double value) {
  double all = value;
  MPI_Allreduce(&value, &all, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return all;
}

static ntkw_status run_steps(bench *b, long n) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  for (long i = 0; i < n; i++) {
    bool stop = false;
    const ntkw_status status = trainer_step(b->trainer, &stop);
    if (status != NTKW_SUCCESS && status != NTKW_ZERO_NORM) return status;
  }
  const double ms = 1e3 * largest(MPI_Wtime() - start) / (double)n;
  const double memory = largest(peak_memory());
  if (b->rank == 0) printf("{\"ms\": %.6g, \"peak_mb\": %.1f}\n", ms, memory);
  return NTKW_SUCCESS;
}

static ntkw_status run_products(bench *b, long n) {
  if (!b->products) {
    ntkw_status status = products_create(b->pde, b->rank, b->size, &b->products);
    status = ntkw_status_agree(MPI_COMM_WORLD, status);
    if (status != NTKW_SUCCESS) return status;
    products_run(b->products); /* the kernels are made and checked when they are first used */
  }
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  for (long i = 0; i < n; i++) products_run(b->products);
  const double seconds = largest(MPI_Wtime() - start) / (double)n;
  double operations = products_operations(b->products), sum = operations;
  MPI_Allreduce(&operations, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  if (b->rank == 0)
    printf("{\"ms\": %.6g, \"gflops\": %.4g, \"peak_mb\": %.1f}\n", 1e3 * seconds, 1e-9 * sum / seconds, peak_memory());
  return NTKW_SUCCESS;
}

static void print_numbers(const char *name, const double *numbers, int64_t count) {
  printf(", \"%s\": [", name);
  for (int64_t i = 0; i < count; i++) printf(i ? ", %.17g" : "%.17g", numbers[i]);
  printf("]");
}

static void print_points(const bench *b) {
  printf("{\"points\": [");
  for (int c = 0; c < b->pde->n_conditions; c++) {
    const int64_t n = b->pde->conditions[c].n_points, values = n * b->pde->n_inputs;
    double *points = malloc((size_t)values * sizeof *points);
    if (points) sample_points(b->pde, c, 0, 0, n, points);
    printf(c ? ", [" : "[");
    for (int64_t i = 0; points && i < values; i++) printf(i ? ", %.17g" : "%.17g", points[i]);
    printf("]");
    free(points);
  }
  printf("]");
}

static void print_parameters(const bench *b) {
  const trainer_state state = trainer_get_state(b->trainer);
  printf(", \"parameters\": [");
  for (int64_t i = 0; i < state.count; i++) {
    const bool wide = b->pde->network.precision == NTKW_FLOAT64;
    printf(i ? ", %.17g" : "%.17g",
           wide ? ((const double *)state.parameters)[i] : (double)((const float *)state.parameters)[i]);
  }
  printf("]");
}

/* One rank: its shard is everything. */
static ntkw_status check(bench *b) {
  const int n = b->pde->n_conditions;
  ntkw_weighting *weighting = trainer_get_state(b->trainer).weighting;
  bool stop = false;
  print_points(b);
  print_parameters(b);
  const ntkw_status status = trainer_step(b->trainer, &stop);
  if (status != NTKW_SUCCESS) return status;
  print_numbers("losses", trainer_losses(b->trainer), n);
  print_numbers("weights", trainer_weights(b->trainer), n);
  if (weighting && ntkw_weighting_needs_traces(weighting))
    print_numbers("traces", ntkw_weighting_ntk_traces(weighting), n);
  else if (weighting)
    print_numbers("norms", ntkw_weighting_norms(weighting), n);
  printf("}\n");
  return NTKW_SUCCESS;
}

static ntkw_status obey(bench *b, const char *line, bool *go_on) {
  char word[16] = "";
  long n = 1;
  sscanf(line, "%15s %ld", word, &n);
  if (n < 1) n = 1;
  *go_on = strcmp(word, "quit") != 0;
  if (strcmp(word, "step") == 0) return run_steps(b, n);
  if (strcmp(word, "products") == 0) return run_products(b, n);
  if (strcmp(word, "check") == 0 && b->size == 1) return check(b);
  if (*go_on && b->rank == 0) fprintf(stderr, "bench_train: cannot %s", line);
  return *go_on ? NTKW_ERR_ARGUMENT : NTKW_SUCCESS;
}

static ntkw_status serve(bench *b, const char *file, bool free_order) {
  ntkw_status status = problem_load(MPI_COMM_WORLD, file, &b->pde);
  if (status == NTKW_SUCCESS) status = trainer_create(MPI_COMM_WORLD, b->pde, &b->trainer);
  if (status == NTKW_SUCCESS && free_order) status = trainer_set_order(b->trainer, ORDER_FREE);
  if (status == NTKW_SUCCESS && b->rank == 0)
    printf("{\"kernels\": \"%s\", \"rule\": \"%s\", \"parameters\": %lld, \"lanes\": %d}\n", network_kernels(),
           trainer_rule(b->trainer), (long long)trainer_parameter_count(b->trainer), trainer_chunk_count(b->trainer));
  for (bool go_on = true; go_on && status == NTKW_SUCCESS;) {
    char line[64] = "";
    fflush(stdout);
    read_command(b, line);
    status = obey(b, line, &go_on);
  }
  return status;
}

int main(int argc, char **argv) {
  bench b = {0};
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &b.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &b.size);
  const bool free_order = argc == 3 && strcmp(argv[2], "free") == 0;
  if (argc != 2 && !free_order) {
    if (b.rank == 0) fputs(usage, stderr);
    MPI_Finalize();
    return 2;
  }
  const ntkw_status status = serve(&b, argv[1], free_order);
  if (status != NTKW_SUCCESS && b.rank == 0) fprintf(stderr, "%s\n", ntkw_last_error());
  products_destroy(&b.products);
  trainer_destroy(&b.trainer);
  problem_destroy(&b.pde);
  MPI_Finalize();
  return status == NTKW_SUCCESS ? 0 : 1;
}
