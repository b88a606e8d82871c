/* The exact sum of squares, compared with inexact ones. See usage().
 *
 * Every method runs once in each round, in an order that is reversed from round to round. A number in the table is a
 * median over the rounds of ratios within a round, so a machine that becomes slower or faster has little influence. */
#include <ntkw/sum.h>
#include "arguments.h"
#include "bench.h"
#include "gradients.h"
#include "kfold.h"
#include "loops.h"

#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS_MAX = 101 };

typedef struct settings {
  double least, most; /* number of values */
  double sample;      /* least seconds for a method in a round */
  double budget;      /* seconds for a line of the table; limits the rounds, but not to less than 3 */
  int rounds;
  const char *csv;
} settings;

static void usage(void) {
  puts(
      "Usage: bench_sums [--least N] [--most N] [--rounds N] [--sample SECONDS] [--budget SECONDS]\n"
      "                  [--csv FILE]\n"
      "Squares of N values (default 1e4 to 1e8, by powers of ten), float32 and float64: the exact sum of ntkw against\n"
      "dot(x, x) and nrm2 of the BLAS, a loop in double compiled for this CPU, reproducible sums in 3 bins (Demmel "
      "and\n"
      "Nguyen), and reading alone. The table has GB/s of each, and the speed of the exact sum relative to the bins, "
      "to\n"
      "reading and to dot, with our aims. The CSV (to which is added, if it exists) has one line a method.");
}

typedef double (*method)(const void *values, size_t count);

static double exact_float32(const void *values, size_t count) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT32);
  ntkw_sum_add_squares(&sum, values, count, NTKW_FLOAT32);
  return ntkw_sum_value(&sum);
}
static double exact_float64(const void *values, size_t count) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  ntkw_sum_add_squares(&sum, values, count, NTKW_FLOAT64);
  return ntkw_sum_value(&sum);
}
static double dot_float32(const void *values, size_t count) {
  return (double)cblas_sdot((blasint)count, values, 1, values, 1);
}
static double dot_float64(const void *values, size_t count) {
  return cblas_ddot((blasint)count, values, 1, values, 1);
}
static double nrm2_float32(const void *values, size_t count) {
  return (double)cblas_snrm2((blasint)count, values, 1);
}
static double nrm2_float64(const void *values, size_t count) {
  return cblas_dnrm2((blasint)count, values, 1);
}
static double loop_of_float32(const void *values, size_t count) {
  return loop_float32(values, count);
}
static double loop_of_float64(const void *values, size_t count) {
  return loop_float64(values, count);
}
static double bins_float32(const void *values, size_t count) {
  return kfold_float32(values, count);
}
static double bins_float64(const void *values, size_t count) {
  return kfold_float64(values, count);
}
static double read_float32(const void *values, size_t count) {
  return read_bytes(values, count * sizeof(float));
}
static double read_float64(const void *values, size_t count) {
  return read_bytes(values, count * sizeof(double));
}

enum { EXACT, DOT, NRM2, LOOP, BINS, READ, METHODS };
static const struct {
  const char *name;
  method of[2]; /* by ntkw_dtype */
} methods[METHODS] = {
    [EXACT] = {"exact", {exact_float32, exact_float64}}, [DOT] = {"dot", {dot_float32, dot_float64}},
    [NRM2] = {"nrm2", {nrm2_float32, nrm2_float64}},     [LOOP] = {"loop", {loop_of_float32, loop_of_float64}},
    [BINS] = {"bins", {bins_float32, bins_float64}},     [READ] = {"read", {read_float32, read_float64}},
};

static const char *const type_names[2] = {"float32", "float64"};
static const size_t widths[2] = {sizeof(float), sizeof(double)};

typedef struct series {
  ntkw_dtype dtype;
  data_kind kind;
  size_t count;
  const void *values;
  int rounds;
  double time[METHODS][ROUNDS_MAX]; /* seconds for one pass over the values */
} series;

static volatile double sink;

static double passes(const series *of, int m, long repeats) {
  const double start = seconds();
  for (long i = 0; i < repeats; i++) sink = methods[m].of[of->dtype](of->values, of->count);
  return (seconds() - start) / (double)repeats;
}

static void measure(series *of, const settings *s) {
  long repeats[METHODS];
  double of_a_round = 0.0;
  for (int m = 0; m < METHODS; m++) {
    passes(of, m, 1); /* warms up caches and clocks */
    const double pass = passes(of, m, 1) + 1e-9;
    repeats[m] = 1 + (long)(s->sample / pass);
    of_a_round += pass * (double)repeats[m];
  }
  of->rounds = (int)fmax(fmin(s->rounds, 3.0), fmin(s->rounds, s->budget / of_a_round));
  for (int r = 0; r < of->rounds; r++)
    for (int k = 0; k < METHODS; k++) {
      const int m = r % 2 ? METHODS - 1 - k : k;
      of->time[m][r] = passes(of, m, repeats[m]);
    }
}

/* The median over the rounds of the speed of method m relative to another. */
static double relative(const series *of, int m, int other) {
  return median_ratio(of->time[other], of->time[m], of->rounds);
}

/* The aim for the speed relative to dot; empty for sizes between the caches and the memory. */
static const char *aim(const series *of) {
  const size_t bytes = of->count * widths[of->dtype];
  if (of->kind == DATA_SPREAD) return ">= 0.05";
  if (bytes <= cache_bytes(2)) return of->dtype == NTKW_FLOAT32 ? ">= 0.3" : ">= 0.2";
  if (bytes > 2 * cache_bytes(3)) return of->dtype == NTKW_FLOAT32 ? ">= 0.8" : ">= 0.6";
  return "";
}

/* Whether the inexact sums are close to the exact one. With DATA_SPREAD they overflow and are not compared. */
static bool plausible(const series *of) {
  if (of->kind == DATA_SPREAD) return true;
  const double exact = methods[EXACT].of[of->dtype](of->values, of->count);
  const double loop = methods[LOOP].of[of->dtype](of->values, of->count);
  const double bins = methods[BINS].of[of->dtype](of->values, of->count);
  return fabs(loop - exact) <= 1e-9 * exact && fabs(bins - exact) <= (of->dtype == NTKW_FLOAT32 ? 1e-6 : 1e-14) * exact;
}

static void report(const series *of, FILE *csv) {
  const double bytes = (double)(of->count * widths[of->dtype]);
  printf("%-8s %-8s %9zu ", type_names[of->dtype], data_names[of->kind], of->count);
  for (int m = 0; m < METHODS; m++) {
    const double time = typical(of->time[m], of->rounds);
    printf("%8.2f", 1e-9 * bytes / time);
    if (csv)
      fprintf(csv, "%s,%s,%zu,%s,%.6g,%.6g,%.6g,%.4f,%.4f\n", type_names[of->dtype], data_names[of->kind], of->count,
              methods[m].name, time, 1e9 * time / (double)of->count, 1e-9 * bytes / time, relative(of, m, DOT),
              relative(of, m, READ));
  }
  printf("   %6.3f %6.3f %6.3f  %s\n", relative(of, EXACT, BINS), relative(of, EXACT, READ), relative(of, EXACT, DOT),
         aim(of));
  fflush(stdout);
}

static bool run(const settings *s, void *values, FILE *csv) {
  static series of;
  bool good = true;
  for (int dtype = NTKW_FLOAT32; dtype <= NTKW_FLOAT64; dtype++)
    for (int kind = 0; kind < DATA_KINDS; kind++)
      for (double count = s->least; count <= s->most * 1.001; count *= 10.0) {
        of.dtype = (ntkw_dtype)dtype, of.kind = (data_kind)kind, of.count = (size_t)count, of.values = values;
        data_fill(of.kind, values, of.count, of.dtype);
        measure(&of, s);
        report(&of, csv);
        if (plausible(&of)) continue;
        fprintf(stderr, "bench_sums: the sums of the last line differ\n");
        good = false;
      }
  return good;
}

static bool read_settings(int argc, char **argv, settings *s) {
  const bench_option options[] = {
      {.name = "--least", .number = &s->least},   {.name = "--most", .number = &s->most},
      {.name = "--rounds", .count = &s->rounds},  {.name = "--sample", .number = &s->sample},
      {.name = "--budget", .number = &s->budget}, {.name = "--csv", .text = &s->csv},
  };
  return read_arguments(argc, argv, options, sizeof options / sizeof *options) && s->least >= 1.0 && s->most <= 2e9 &&
         s->rounds >= 1 && s->rounds <= ROUNDS_MAX;
}

int main(int argc, char **argv) {
  settings s = {.least = 1e4, .most = 1e8, .sample = 2e-3, .budget = 3.0, .rounds = 15};
  if (!read_settings(argc, argv, &s)) return usage(), 2;
  settle_blas(argv);
  void *values = aligned_alloc(64, ((size_t)s.most * sizeof(double) + 63) / 64 * 64);
  FILE *csv = s.csv
                  ? open_csv(s.csv, "type,data,values,method,seconds,ns_per_value,gb_per_s,speed_to_dot,speed_to_read")
                  : NULL;
  if (!values || (s.csv && !csv)) {
    if (!values) perror("bench_sums: values");
    free(values);
    return 1;
  }
  printf("CPU: %s\nBLAS: %s, core %s\nntkw: kernels %s\n", cpu_name(), openblas_get_config(), openblas_get_corename(),
         ntkw_sum_kernels());
  printf("\n%-27s %48s   %s\n%-8s %-8s %9s ", "", "GB/s", "exact relative to", "type", "data", "values");
  for (int m = 0; m < METHODS; m++) printf("%8s", methods[m].name);
  printf("   %6s %6s %6s  %s\n", "bins", "read", "dot", "aim");
  const bool good = run(&s, values, csv);
  free(values);
  if (csv && fclose(csv) != 0) return perror(s.csv), 1;
  return good ? 0 : 1;
}
