/* The cost of a checkpoint, relative to plain writing and reading of its bytes. See usage().
 *
 * Every method runs once in each round, in an order that is reversed from round to round. Each time is that of the
 * slowest rank. Numbers in the table are medians over the rounds, of speeds or of ratios within a round. */
#include <ntkw/checkpoint.h>
#include "arguments.h"
#include "bench.h"
#include "fileio/test_hooks.h"
#include "raw_files.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { ROUNDS_MAX = 31, ROUNDS_LEAST = 3 };

typedef struct settings {
  double least, most; /* bytes */
  double budget;      /* seconds for a line of the table */
  int rounds;
  const char *folder, *csv;
} settings;

static void usage(void) {
  puts(
      "Usage: mpirun -n RANKS bench_checkpoint [--least BYTES] [--limit BYTES] [--rounds N] [--budget SECONDS]\n"
      "                                        [--folder DIR] [--csv FILE]\n"
      "A checkpoint of one float64 array of 1e7, 1e8, 5e8 and 2e9 bytes, from --least to --limit, where the folder "
      "has\n"
      "room for four of them. Writing: raw (each rank its part, pwrite and fsync), H5Dwrite (collective, HDF5 alone, "
      "not\n"
      "synced), and ntkw_checkpoint_publish, which reads back always: its time until all is synced, and the whole; "
      "the\n"
      "whole also over MPI-IO. Beside steps of computing (asynchronous): the time of begin, next to memcpy of the same "
      "bytes,\n"
      "and how much later the steps are done for it, next to publish. Reading, the cached pages given up first: raw "
      "(pread), and open with read_array, which\n"
      "verify. Speeds are GB/s of all ranks together; at least 3 rounds. The CSV (to which is added, if it exists) has "
      "one\n"
      "line a way.");
}

typedef struct bench {
  int rank, size;
  char path[4096];
  int64_t n_global, offset, n_local;
  double *values, *again;
} bench;

/* Methods whose speed is reported, then times of the asynchronous mode. */
enum { RAW, PLAIN_HDF5, SYNCED, PUBLISHED, OVER_MPI_IO, RAW_READ, RESTART, WAYS };
enum { COPY = WAYS, BEGIN, DELAY, BESIDE, TIMES };
static const char *const names[TIMES] = {[RAW] = "raw",
                                         [PLAIN_HDF5] = "H5Dwrite",
                                         [SYNCED] = "synced",
                                         [PUBLISHED] = "published",
                                         [OVER_MPI_IO] = "MPI-IO",
                                         [RAW_READ] = "raw read",
                                         [RESTART] = "restart",
                                         [COPY] = "memcpy",
                                         [BEGIN] = "asynchronous begin",
                                         [DELAY] = "asynchronous delay",
                                         [BESIDE] = "asynchronous"};

/* Seconds of each stage of the last publication, in the order of the stages. */
enum { STAGES_MAX = 32 };
static struct {
  int count;
  double begin, last, synced;
  const char *name[STAGES_MAX];
  double time[STAGES_MAX];
} stages;

static ntkw_status note_stage(const char *stage, const char *temporary) {
  (void)temporary;
  const double now = seconds();
  if (stages.count < STAGES_MAX) {
    stages.name[stages.count] = stage;
    stages.time[stages.count++] = now - stages.last;
  }
  stages.last = now;
  if (strcmp(stage, "sync") == 0) stages.synced = now - stages.begin;
  return NTKW_SUCCESS;
}

static ntkw_checkpoint *state(bench *of) {
  ntkw_checkpoint *checkpoint;
  if (ntkw_checkpoint_create(MPI_COMM_WORLD, of->path, &checkpoint) != NTKW_SUCCESS) return NULL;
  ntkw_checkpoint_set_integer(checkpoint, "step", 1);
  ntkw_checkpoint_add_array(checkpoint, "values", "1", NTKW_FLOAT64, 1, &of->n_global, of->offset, of->n_local,
                            of->values);
  return checkpoint;
}

static bool publish(bench *of, ntkw_checkpoint_transfer transfer) {
  ntkw_checkpoint *checkpoint = state(of);
  if (!checkpoint) return false;
  ntkw_checkpoint_set_transfer(checkpoint, transfer);
  stages.count = 0;
  stages.begin = stages.last = seconds();
  const ntkw_status status = ntkw_checkpoint_publish(checkpoint);
  ntkw_checkpoint_destroy(&checkpoint);
  return status == NTKW_SUCCESS;
}

static bool restart(bench *of) {
  ntkw_checkpoint_reader *reader;
  if (ntkw_checkpoint_reader_open(MPI_COMM_WORLD, of->path, &reader) != NTKW_SUCCESS) return false;
  const ntkw_status status =
      ntkw_checkpoint_reader_read_array(reader, "values", NTKW_FLOAT64, of->offset, of->n_local, of->again);
  ntkw_checkpoint_reader_close(&reader);
  return status == NTKW_SUCCESS;
}

/* Run one method once. fresh() removes the file before a method that writes. To add a method of writing, add it here,
 * to `writing`, to the list of names and to the head of the table. */
static bool go(bench *of, int way) {
  const size_t bytes = (size_t)of->n_local * sizeof(double);
  const int64_t at = of->offset * (int64_t)sizeof(double);
  switch (way) {
  case RAW:
    return raw_write(of->path, of->values, bytes, at);
  case PLAIN_HDF5:
    return plain_hdf5_write(of->path, of->values, of->n_global, of->offset, of->n_local);
  case PUBLISHED:
    return publish(of, NTKW_TRANSFER_DIRECT);
  case OVER_MPI_IO:
    return publish(of, NTKW_TRANSFER_MPI_IO);
  case RAW_READ:
    return raw_read(of->path, of->again, bytes, at);
  case RESTART:
    return restart(of);
  default:
    return true;
  }
}

static double slowest(double time) {
  MPI_Allreduce(MPI_IN_PLACE, &time, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return time;
}

static bool timed(bench *of, int way, double *time) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = seconds();
  const bool good = go(of, way);
  *time = slowest(seconds() - start);
  return good;
}

/* Stands in for a training step: about a millisecond of arithmetic on one core. */
static void compute(void) {
  static double numbers[512];
  for (int repeat = 0; repeat < 2000; repeat++)
    for (int i = 0; i < 512; i++) numbers[i] = 0.999 * numbers[i] + 1e-3 * (double)i;
  volatile double sink = numbers[7];
  (void)sink;
}

/* Seconds of that many steps without a publication. */
static double steps_alone(int steps) {
  const double start = seconds();
  for (int i = 0; i < steps; i++) compute();
  return seconds() - start;
}

/* Publish in the asynchronous mode during computing steps. Measures the publication and the delay of the steps. */
static bool asynchronous_round(bench *of, double time[TIMES][ROUNDS_MAX], int round) {
  double start = seconds();
  if (of->n_local > 0) memcpy(of->again, of->values, (size_t)of->n_local * sizeof *of->values);
  time[COPY][round] = slowest(seconds() - start);
  ntkw_checkpoint *checkpoint = state(of);
  if (!checkpoint) return false;
  bool done = false;
  int steps = 0;
  ntkw_i_hooks.after_stage = NULL; /* only the stages of ntkw_checkpoint_publish are reported */
  MPI_Barrier(MPI_COMM_WORLD);
  start = seconds();
  bool good = ntkw_checkpoint_publish_begin(checkpoint) == NTKW_SUCCESS;
  time[BEGIN][round] = slowest(seconds() - start);
  for (; good && !done; steps++) {
    compute();
    good = ntkw_checkpoint_publish_test(checkpoint, &done) == NTKW_SUCCESS;
  }
  const double all = seconds() - start;
  good = ntkw_checkpoint_publish_end(checkpoint) == NTKW_SUCCESS && good;
  time[BESIDE][round] = slowest(all);
  time[DELAY][round] = slowest(all - steps_alone(steps));
  ntkw_i_hooks.after_stage = note_stage;
  ntkw_checkpoint_destroy(&checkpoint);
  return good;
}

static bool same_values(const bench *of) {
  return of->n_local == 0 || memcmp(of->values, of->again, (size_t)of->n_local * sizeof *of->values) == 0;
}

static void fresh(const bench *of) {
  MPI_Barrier(MPI_COMM_WORLD);
  if (of->rank == 0) remove(of->path);
  MPI_Barrier(MPI_COMM_WORLD);
}

/* Run both methods of reading on the published file. */
static bool read_rounds(bench *of, double time[TIMES][ROUNDS_MAX], int round) {
  bool good = true;
  for (int k = 0; k < 2; k++) {
    const int way = (round + k) % 2 ? RESTART : RAW_READ;
    forget_pages(of->path);
    memset(of->again, 0, (size_t)of->n_local * sizeof *of->again);
    good = timed(of, way, &time[way][round]) && good;
    if (way == RESTART) good = good && same_values(of);
  }
  return good;
}

static bool one_round(bench *of, double time[TIMES][ROUNDS_MAX], int round) {
  static const int writing[] = {RAW, PLAIN_HDF5, OVER_MPI_IO, PUBLISHED};
  enum { N = sizeof writing / sizeof *writing };
  bool good = true;
  for (int k = 0; k < N; k++) {
    const int way = writing[round % 2 ? N - 1 - k : k];
    fresh(of);
    good = timed(of, way, &time[way][round]) && good;
    if (way != PUBLISHED) continue;
    time[SYNCED][round] = slowest(stages.synced);
    good = read_rounds(of, time, round) && good;
  }
  fresh(of);
  return asynchronous_round(of, time, round) && good;
}

/* The median over the rounds of the speed of a method relative to another. */
static double relative(double time[TIMES][ROUNDS_MAX], int way, int other, int rounds) {
  return median_ratio(time[other], time[way], rounds);
}

static void report(const bench *of, double time[TIMES][ROUNDS_MAX], int rounds, FILE *csv) {
  const double bytes = 8.0 * (double)of->n_global;
  printf("%5d %7.0f %3d ", of->size, 1e-6 * bytes, rounds);
  for (int way = 0; way < WAYS; way++) {
    const double speed = 1e-9 * bytes / typical(time[way], rounds);
    printf("%10.3f", speed);
    if (csv)
      fprintf(csv, "%d,%.0f,%d,%s,%.6g,%.4f,%.4f,%.4f\n", of->size, bytes, rounds, names[way],
              typical(time[way], rounds), speed, speed / of->size,
              relative(time, way, way < RAW_READ ? RAW : RAW_READ, rounds));
  }
  const bool aims = bytes >= 0.99e8;
  printf("   %7.2f %-6s %7.2f %-6s %7.2f %7.2f %s\n", relative(time, SYNCED, RAW, rounds), aims ? ">= 0.8" : "",
         relative(time, PUBLISHED, RAW, rounds), aims ? ">= 0.6" : "", relative(time, RESTART, RAW_READ, rounds),
         1e-9 * bytes / of->size / typical(time[RESTART], rounds), aims ? ">= 1" : "");
  printf(
      "      asynchronous, ms: memcpy %.1f, begin %.1f, steps delayed by %.1f until the end after %.1f; publish %.1f\n",
      1e3 * typical(time[COPY], rounds), 1e3 * typical(time[BEGIN], rounds), 1e3 * typical(time[DELAY], rounds),
      1e3 * typical(time[BESIDE], rounds), 1e3 * typical(time[PUBLISHED], rounds));
  for (int way = WAYS; csv && way < TIMES; way++)
    fprintf(csv, "%d,%.0f,%d,%s,%.6g,,,\n", of->size, bytes, rounds, names[way], typical(time[way], rounds));
  printf("      stages of the last publication, ms:");
  for (int i = 0; i < stages.count; i++)
    if (stages.time[i] >= 5e-4) printf(" %s %.0f", stages.name[i], 1e3 * stages.time[i]);
  printf("\n");
  fflush(stdout);
}

static bool measure(bench *of, const settings *s, FILE *csv) {
  static double time[TIMES][ROUNDS_MAX];
  const double start = seconds();
  int rounds = 0, good = 1, on = 1;
  while (good && on) {
    good = one_round(of, time, rounds++);
    on = rounds < s->rounds && (rounds < ROUNDS_LEAST || seconds() - start < s->budget);
    MPI_Bcast(&on, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Allreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  }
  fresh(of);
  if (good && of->rank == 0) report(of, time, rounds, csv);
  return good;
}

static bool has_room(const char *folder, double bytes) {
  struct statvfs about;
  int room = statvfs(folder, &about) == 0 && (double)about.f_bavail * (double)about.f_frsize > 4.0 * bytes;
  MPI_Bcast(&room, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return room;
}

static bool run_one(const settings *s, int rank, int size, double bytes, FILE *csv) {
  bench of = {.rank = rank, .size = size, .n_global = (int64_t)(bytes / 8.0)};
  if (!has_room(s->folder, bytes)) {
    if (rank == 0) printf("%5d %7.0f     left out: %s has no room\n", size, 1e-6 * bytes, s->folder);
    return true;
  }
  snprintf(of.path, sizeof of.path, "%s/bench-checkpoint.h5", s->folder);
  of.offset = of.n_global * rank / size;
  of.n_local = of.n_global * (rank + 1) / size - of.offset;
  of.values = malloc((size_t)of.n_local * sizeof *of.values + 1);
  of.again = malloc((size_t)of.n_local * sizeof *of.again + 1);
  int there = of.values && of.again;
  MPI_Allreduce(MPI_IN_PLACE, &there, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  for (int64_t i = 0; there && i < of.n_local; i++) of.values[i] = (double)((of.offset + i) * 0x9e3779b97f4a7c1 >> 8);
  const bool good = there && measure(&of, s, csv);
  if (!good) fprintf(stderr, "bench_checkpoint: rank %d: failed, or read other values: %s\n", rank, ntkw_last_error());
  free(of.values);
  free(of.again);
  return good;
}

static bool run(const settings *s, int rank, int size, FILE *csv) {
  static const double sizes[] = {1e6, 1e7, 1e8, 5e8, 2e9};
  bool good = true;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && good; i++)
    if (sizes[i] >= s->least && sizes[i] <= s->most) good = run_one(s, rank, size, sizes[i], csv);
  return good;
}

static bool read_settings(int argc, char **argv, settings *s) {
  const bench_option options[] = {
      {.name = "--least", .number = &s->least},  {.name = "--limit", .number = &s->most},
      {.name = "--rounds", .count = &s->rounds}, {.name = "--budget", .number = &s->budget},
      {.name = "--folder", .text = &s->folder},  {.name = "--csv", .text = &s->csv},
  };
  return read_arguments(argc, argv, options, sizeof options / sizeof *options) && s->rounds >= 1 &&
         s->rounds <= ROUNDS_MAX && strlen(s->folder) < 4000;
}

static void print_head(void) {
  printf("%17s %70s   %s\n%5s %7s %3s ", "", "GB/s, all ranks", "relative to raw, aims; restart per rank", "ranks",
         "MB", "n");
  for (int way = 0; way < WAYS; way++) printf("%10s", names[way]);
  printf("   %7s %-6s %7s %-6s %7s %7s\n", "synced", "", "publ.", "", "restart", "GB/s");
}

int main(int argc, char **argv) {
  settings s = {.least = 1e7, .most = 2e9, .budget = 10.0, .rounds = 5, .folder = "."};
  int rank, size;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  int failed = !read_settings(argc, argv, &s);
  if (failed && rank == 0) usage();
  if (!failed) {
    FILE *csv = rank == 0 && s.csv
                    ? open_csv(s.csv, "ranks,bytes,rounds,way,seconds,gb_per_s,gb_per_s_and_rank,speed_to_raw")
                    : NULL;
    ntkw_i_hooks.after_stage = note_stage;
    if (rank == 0) print_head();
    failed = !run(&s, rank, size, csv) || (rank == 0 && s.csv && !csv);
    if (csv && fclose(csv) != 0) failed = 1;
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  }
  MPI_Finalize();
  return failed;
}
