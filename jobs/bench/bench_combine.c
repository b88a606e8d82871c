/* The speed of the weighted sum of gradients, relative to that of moving memory. See usage().
 *
 * Every method runs once in each round, in an order that is reversed from round to round. A number in the table is a
 * median over the rounds, of speeds or of ratios within a round. */
#include <ntkw/weighting.h>
#include "arguments.h"
#include "bench.h"
#include "gradients.h"
#include "weighted.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 101 };

typedef struct settings {
  double memory; /* bytes of all arrays together, beyond the caches */
  double sample; /* least seconds for a method in a round */
  int rounds;
  const char *csv;
} settings;

static void usage(void) {
  puts("Usage: bench_combine [--memory BYTES] [--rounds N] [--sample SECONDS] [--csv FILE]\n"
       "ntkw_weighting_combine of 2 to 8 gradients, float32 and float64, of half the L2 cache and of BYTES (default "
       "5e8)\n"
       "together, against: a loop in the values' own type compiled for this CPU, scal and axpy of the BLAS, and a loop "
       "that\n"
       "only moves (reads all, writes one). GB/s of the bytes read and written once.");
}

typedef struct bench {
  ntkw_weighting *weighting;
  ntkw_dtype dtype;
  int n;
  size_t count;
  const void *pieces[PIECES_MAX];
  void *total;
} bench;

static void combine(const bench *of) {
  ntkw_weighting_combine(of->weighting, of->pieces, of->count, of->dtype, of->total);
}
static void loop(const bench *of) {
  if (of->dtype == NTKW_FLOAT32)
    weighted_float32(ntkw_weighting_weights(of->weighting), of->pieces, of->n, of->count, of->total);
  else
    weighted_float64(ntkw_weighting_weights(of->weighting), of->pieces, of->n, of->count, of->total);
}
static void axpy(const bench *of) {
  const double *w = ntkw_weighting_weights(of->weighting);
  const blasint count = (blasint)of->count;
  const size_t width = of->dtype == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  memset(of->total, 0, of->count * width);
  for (int c = 0; c < of->n; c++) {
    if (of->dtype == NTKW_FLOAT32)
      cblas_saxpy(count, (float)w[c], of->pieces[c], 1, of->total, 1);
    else
      cblas_daxpy(count, w[c], of->pieces[c], 1, of->total, 1);
  }
}
static void move(const bench *of) {
  const size_t width = of->dtype == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  move_words(of->pieces, of->n, of->count * width / 8, of->total);
}

enum { COMBINE, LOOP, AXPY, MOVE, METHODS };
static const struct {
  const char *name;
  void (*run)(const bench *of);
} methods[METHODS] = {
    [COMBINE] = {"combine", combine}, [LOOP] = {"loop", loop}, [AXPY] = {"axpy", axpy}, [MOVE] = {"move", move}};

static double passes(const bench *of, int m, long repeats) {
  const double start = seconds();
  for (long i = 0; i < repeats; i++) methods[m].run(of);
  return (seconds() - start) / (double)repeats;
}

static void measure(const bench *of, const settings *s, double time[METHODS][ROUNDS_MAX]) {
  long repeats[METHODS];
  for (int m = 0; m < METHODS; m++) {
    passes(of, m, 1); /* warms up caches and clocks */
    repeats[m] = 1 + (long)(s->sample / (passes(of, m, 1) + 1e-9));
  }
  for (int r = 0; r < s->rounds; r++)
    for (int k = 0; k < METHODS; k++) {
      const int m = r % 2 ? METHODS - 1 - k : k;
      time[m][r] = passes(of, m, repeats[m]);
    }
}

static double value(const void *values, size_t i, ntkw_dtype dtype) {
  return dtype == NTKW_FLOAT32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* Whether the result equals, in every bit, the sum in double with conditions in order, rounded once. */
static bool right(const bench *of) {
  const double *w = ntkw_weighting_weights(of->weighting);
  combine(of);
  for (size_t i = 0; i < of->count; i += 1 + i / 64) {
    double expected = 0.0;
    for (int c = 0; c < of->n; c++) expected += w[c] * value(of->pieces[c], i, of->dtype);
    if (of->dtype == NTKW_FLOAT32) expected = (double)(float)expected;
    if (value(of->total, i, of->dtype) != expected) return false;
  }
  return true;
}

static double speed(const bench *of, const double *times, int rounds) {
  const size_t width = of->dtype == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  return 1e-9 * (double)(of->count * width) * (of->n + 1) / typical(times, rounds);
}

/* The median over the rounds of the speed of a method relative to another. */
static double relative(double time[METHODS][ROUNDS_MAX], int m, int other, int rounds) {
  return median_ratio(time[other], time[m], rounds);
}

static void report(const bench *of, const char *where, double time[METHODS][ROUNDS_MAX], int rounds, FILE *csv) {
  const char *type = of->dtype == NTKW_FLOAT32 ? "float32" : "float64";
  printf("%-8s %-7s %2d %9zu ", type, where, of->n, of->count);
  for (int m = 0; m < METHODS; m++) {
    printf("%9.2f", speed(of, time[m], rounds));
    if (csv)
      fprintf(csv, "%s,%s,%d,%zu,%s,%.4f,%.4f,%.4f\n", type, where, of->n, of->count, methods[m].name,
              speed(of, time[m], rounds), relative(time, m, LOOP, rounds), relative(time, m, MOVE, rounds));
  }
  printf("   %6.2f %6.2f %6.2f\n", relative(time, COMBINE, AXPY, rounds), relative(time, COMBINE, LOOP, rounds),
         relative(time, COMBINE, MOVE, rounds));
  fflush(stdout);
}

/* Divide the bytes among n pieces and the total. Each begins at a cache line, at different offsets within a page. */
static bool run_one(const settings *s, char *bytes, double total, const char *where, int n, ntkw_dtype dtype,
                    FILE *csv) {
  static const char *const names[PIECES_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  static double time[METHODS][ROUNDS_MAX];
  bench of = {.dtype = dtype, .n = n};
  const size_t width = dtype == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  of.count = (size_t)(total / (n + 1) / (double)width) / 64 * 64;
  const size_t stride = of.count * width + 128;
  for (int c = 0; c < n; c++) {
    of.pieces[c] = bytes + (size_t)c * stride;
    data_fill(DATA_UNIFORM, bytes + (size_t)c * stride, of.count, dtype);
  }
  of.total = bytes + (size_t)n * stride;
  ntkw_weighting_options options;
  ntkw_weighting_options_init(&options);
  double weights[PIECES_MAX];
  for (int c = 0; c < n; c++) weights[c] = 1.0 / (c + 3.0);
  options.initial_weights = weights;
  if (ntkw_weighting_create(MPI_COMM_SELF, n, names, &options, &of.weighting) != NTKW_SUCCESS) return false;
  measure(&of, s, time);
  report(&of, where, time, s->rounds, csv);
  const bool good = right(&of);
  ntkw_weighting_destroy(&of.weighting);
  return good;
}

static bool run(const settings *s, char *bytes, FILE *csv) {
  bool good = true;
  for (int dtype = NTKW_FLOAT32; dtype <= NTKW_FLOAT64; dtype++)
    for (int far = 0; far < 2; far++)
      for (int n = 2; n <= PIECES_MAX; n += 1 + n / 4) {
        const double total = far ? s->memory : 0.5 * (double)cache_bytes(2);
        if (run_one(s, bytes, total, far ? "memory" : "L2", n, (ntkw_dtype)dtype, csv)) continue;
        fprintf(stderr, "bench_combine: the sum of the last line is wrong: %s\n", ntkw_last_error());
        good = false;
      }
  return good;
}

static bool read_settings(int argc, char **argv, settings *s) {
  const bench_option options[] = {
      {.name = "--memory", .number = &s->memory},
      {.name = "--rounds", .count = &s->rounds},
      {.name = "--sample", .number = &s->sample},
      {.name = "--csv", .text = &s->csv},
  };
  return read_arguments(argc, argv, options, sizeof options / sizeof *options) && s->memory >= 1e5 &&
         s->memory <= 1e11 && s->rounds >= 1 && s->rounds <= ROUNDS_MAX;
}

int main(int argc, char **argv) {
  settings s = {.memory = 5e8, .sample = 2e-3, .rounds = 15};
  if (!read_settings(argc, argv, &s)) return usage(), 2;
  settle_blas(argv);
  MPI_Init(&argc, &argv);
  const double most = fmax(s.memory, (double)cache_bytes(2));
  char *bytes = aligned_alloc(64, ((size_t)most + 4096) / 64 * 64);
  FILE *csv = s.csv ? open_csv(s.csv, "type,where,gradients,values,method,gb_per_s,speed_to_loop,speed_to_move") : NULL;
  bool good = bytes && (csv || !s.csv);
  if (good) {
    memset(bytes, 0, (size_t)most);
    printf("CPU: %s\nBLAS: %s, core %s\n\n%-30s %35s   %20s\n%-8s %-7s %2s %9s ", cpu_name(), openblas_get_config(),
           openblas_get_corename(), "", "GB/s", "combine relative to", "type", "where", "K", "values");
    for (int m = 0; m < METHODS; m++) printf("%9s", methods[m].name);
    printf("   %6s %6s %6s\n", "axpy", "loop", "move");
    good = run(&s, bytes, csv);
  }
  if (csv && fclose(csv) != 0) good = false;
  free(bytes);
  MPI_Finalize();
  return good ? 0 : 1;
}
