/* The cost of an update of the weights, relative to its reduction. See usage().
 *
 * Every method runs once in each round, in an order that is reversed from round to round. Each time is that of the
 * slowest rank. Numbers in the table are medians over the rounds, of times or of ratios within a round. */
#include <ntkw/weighting.h>
#include "arguments.h"
#include "bench.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 1001, CONDITIONS_MAX = 64, VALUES = 100 };

typedef struct settings {
  int most; /* conditions */
  int rounds;
  const char *csv;
} settings;

static void usage(void) {
  puts("Usage: mpirun -n RANKS bench_update [--most CONDITIONS] [--rounds N] [--csv FILE]\n"
       "ntkw_weighting_update, gradients already added, for 2 to 64 conditions, float32 and float64; the same by begin "
       "and\n"
       "end; and a bare MPI_Allreduce of as many bytes as the update sends, and one of 8 bytes. Microseconds; the "
       "slowest\n"
       "rank counts. The CSV (to which is added, if it exists) has one line a method.");
}

/* Number of values in the library's last reduction. The library calls this program's MPI_Allreduce instead of MPI's. */
static int sent_count;

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  sent_count = count;
  return PMPI_Allreduce(from, to, count, type, op, comm);
}

typedef struct bench {
  int rank, size;
  ntkw_weighting *weighting;
  ntkw_dtype dtype;
  int conditions, count; /* count: numbers of 8 bytes in the update's message */
  int64_t *message;
  int64_t epoch;
} bench;

static ntkw_status update(bench *of) {
  return ntkw_weighting_update(of->weighting, of->epoch++);
}
static ntkw_status begin_and_end(bench *of) {
  const ntkw_status begun = ntkw_weighting_update_begin(of->weighting, of->epoch++);
  return begun == NTKW_SUCCESS ? ntkw_weighting_update_end(of->weighting) : begun;
}
static ntkw_status reduce(const bench *of, int count) {
  const int failed = PMPI_Allreduce(MPI_IN_PLACE, of->message, count, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  return failed == MPI_SUCCESS ? NTKW_SUCCESS : NTKW_ERR_MPI;
}
static ntkw_status reduce_same(bench *of) {
  return reduce(of, of->count);
}
static ntkw_status reduce_least(bench *of) {
  return reduce(of, 1);
}

enum { UPDATE, BEGIN_END, SAME, LEAST, METHODS };
static const struct {
  const char *name;
  ntkw_status (*run)(bench *of);
} methods[METHODS] = {
    [UPDATE] = {"update", update},
    [BEGIN_END] = {"begin+end", begin_and_end},
    [SAME] = {"allreduce", reduce_same},
    [LEAST] = {"8 bytes", reduce_least},
};

/* Condition c has the gradient (c + 1, c + 1, ...). */
static void add_gradients(const bench *of) {
  double wide[VALUES];
  float narrow[VALUES];
  for (int c = 0; c < of->conditions; c++) {
    for (int i = 0; i < VALUES; i++) wide[i] = c + 1.0, narrow[i] = (float)(c + 1);
    const void *values = of->dtype == NTKW_FLOAT64 ? (const void *)wide : narrow;
    ntkw_weighting_add_gradient(of->weighting, c, values, VALUES, of->dtype);
  }
}

/* Seconds of the slowest rank; negative if the call failed. */
static double timed(bench *of, int method) {
  if (method == UPDATE || method == BEGIN_END) add_gradients(of);
  memset(of->message, 0, sizeof *of->message * (size_t)of->count);
  PMPI_Barrier(MPI_COMM_WORLD);
  const double start = seconds();
  const ntkw_status status = methods[method].run(of);
  double time = seconds() - start;
  PMPI_Allreduce(MPI_IN_PLACE, &time, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return status == NTKW_SUCCESS ? time : -1.0;
}

static bool right(const bench *of) {
  const double *norms = ntkw_weighting_norms(of->weighting);
  for (int c = 0; c < of->conditions; c++) {
    const double expected = sqrt((double)VALUES * of->size) * (c + 1.0);
    if (!(fabs(norms[c] - expected) <= 1e-14 * expected)) return false;
  }
  return true;
}

static bool prepare(bench *of) {
  static char names[CONDITIONS_MAX][8];
  const char *list[CONDITIONS_MAX];
  ntkw_weighting_options options;
  ntkw_weighting_options_init(&options);
  options.dtype = of->dtype;
  options.parameter_count = (int64_t)VALUES * of->size;
  for (int c = 0; c < of->conditions; c++) {
    snprintf(names[c], sizeof names[c], "c%d", c);
    list[c] = names[c];
  }
  if (ntkw_weighting_create(MPI_COMM_WORLD, of->conditions, list, &options, &of->weighting) != NTKW_SUCCESS)
    return false;
  add_gradients(of);
  if (update(of) != NTKW_SUCCESS) return false; /* sets sent_count */
  of->count = sent_count;
  of->message = calloc((size_t)of->count, sizeof *of->message);
  return of->message != NULL;
}

static bool measure(bench *of, int rounds, double time[METHODS][ROUNDS_MAX]) {
  bool good = true;
  for (int m = 0; m < METHODS; m++) timed(of, m); /* warms up caches and connections */
  for (int r = 0; r < rounds; r++)
    for (int k = 0; k < METHODS; k++) {
      const int m = r % 2 ? METHODS - 1 - k : k;
      time[m][r] = timed(of, m);
      good = good && time[m][r] >= 0.0;
    }
  return good && right(of);
}

/* The median over the rounds of the time of a method relative to another. */
static double relative(double time[METHODS][ROUNDS_MAX], int m, int other, int rounds) {
  return median_ratio(time[m], time[other], rounds);
}

static void report(const bench *of, double time[METHODS][ROUNDS_MAX], int rounds, FILE *csv) {
  const char *type = of->dtype == NTKW_FLOAT32 ? "float32" : "float64";
  printf("%5d %-8s %10d %8d ", of->size, type, of->conditions, 8 * of->count);
  for (int m = 0; m < METHODS; m++) {
    const double microseconds = 1e6 * typical(time[m], rounds);
    printf("%10.1f", microseconds);
    if (csv)
      fprintf(csv, "%d,%s,%d,%d,%s,%.6g,%.4f,%.4f\n", of->size, type, of->conditions, 8 * of->count, methods[m].name,
              microseconds, relative(time, m, SAME, rounds), relative(time, m, LEAST, rounds));
  }
  printf("   %9.2f %9.2f %9.2f  <= 1.5\n", relative(time, UPDATE, LEAST, rounds),
         relative(time, BEGIN_END, SAME, rounds), relative(time, UPDATE, SAME, rounds));
  fflush(stdout);
}

static bool run(const settings *s, int rank, int size, FILE *csv) {
  static double time[METHODS][ROUNDS_MAX];
  bool good = true;
  for (int dtype = NTKW_FLOAT32; dtype <= NTKW_FLOAT64; dtype++)
    for (int conditions = 2; conditions <= s->most; conditions *= 2) {
      bench of = {.rank = rank, .size = size, .dtype = (ntkw_dtype)dtype, .conditions = conditions};
      const bool measured = prepare(&of) && measure(&of, s->rounds, time);
      if (measured && rank == 0) report(&of, time, s->rounds, csv);
      if (!measured) fprintf(stderr, "bench_update: rank %d: wrong norms, or an error: %s\n", rank, ntkw_last_error());
      good = good && measured;
      free(of.message);
      ntkw_weighting_destroy(&of.weighting);
    }
  return good;
}

static bool read_settings(int argc, char **argv, settings *s) {
  const bench_option options[] = {
      {.name = "--most", .count = &s->most},
      {.name = "--rounds", .count = &s->rounds},
      {.name = "--csv", .text = &s->csv},
  };
  return read_arguments(argc, argv, options, sizeof options / sizeof *options) && s->most >= 2 &&
         s->most <= CONDITIONS_MAX && s->rounds >= 1 && s->rounds <= ROUNDS_MAX;
}

static void print_head(void) {
  printf("%34s %40s   %29s\n%5s %-8s %10s %8s ", "", "microseconds, median", "relative", "ranks", "type", "conditions",
         "bytes");
  for (int m = 0; m < METHODS; m++) printf("%10s", methods[m].name);
  printf("   %9s %9s %9s  %s\n", "upd/8 B", "b+e/same", "upd/same", "aim");
}

int main(int argc, char **argv) {
  settings s = {.most = CONDITIONS_MAX, .rounds = 201};
  int rank, size;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  int failed = !read_settings(argc, argv, &s);
  if (failed && rank == 0) usage();
  if (!failed) {
    FILE *csv = rank == 0 && s.csv
                    ? open_csv(s.csv, "ranks,type,conditions,bytes,method,microseconds,time_to_same,time_to_8_bytes")
                    : NULL;
    if (rank == 0) print_head();
    failed = (rank == 0 && s.csv && !csv) || !run(&s, rank, size, csv);
    if (csv && fclose(csv) != 0) failed = 1;
    PMPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  }
  MPI_Finalize();
  return failed;
}
