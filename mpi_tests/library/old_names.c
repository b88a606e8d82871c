/* A program for version 0.1 that uses every function and type by its old name. It prints "old names: passed". */
#include <mpi.h>
#include <ntkw/ntkw.h>
#include <ntkw/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failed, rank;

static void check(int ok, const char *what) {
  if (ok) return;
  failed++;
  printf("rank %d: failed: %s (%s)\n", rank, what, ntkw_last_error());
}
#define CHECK(condition) check((condition), #condition)
#define CHECK_OK(call) check((call) == NTKW_SUCCESS, #call)

static const char *const names[] = {"residual", "boundary"};
static const double shard[2][3] = {{1, 2, 2}, {4, 0, 3}};
static const int64_t n = 3;

static void weigh(ntkw_weighting *weighting, size_t count) {
  const double losses[] = {1, 2};
  const void *const pieces[] = {shard[0], shard[1]};
  double total = 0, sum[3];
  ntkw_sum squares;
  ntkw_sum_zero(&squares, NTKW_FLOAT64);
  CHECK_OK(ntkw_gradient_add(weighting, 0, shard[0], count, NTKW_FLOAT64));
  CHECK_OK(ntkw_gradient_add_copy(weighting, 1, shard[1], 3, NTKW_FLOAT64, rank));
  CHECK_OK(ntkw_gradient_merge(weighting, 0, &squares));
  CHECK_OK(ntkw_magnitude_merge(weighting, 0, &squares, 0));
  CHECK_OK(ntkw_trace_add(weighting, 0, NULL, 0));
  CHECK_OK(ntkw_trace_merge(weighting, 0, &squares));
  CHECK_OK(ntkw_loss_add(weighting, 0, NULL, 0, NTKW_FLOAT64));
  CHECK_OK(ntkw_loss_merge(weighting, 0, &squares));
  CHECK_OK(ntkw_loss_set(weighting, 0, 0, 0));
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK(ntkw_norms(weighting)[0] == 3 && ntkw_squared_norms(weighting)[1] == 25);
  CHECK(ntkw_weights(weighting)[0] == 0.5 + 0.5 * 3 / 8);
  CHECK(ntkw_traces(weighting) && ntkw_losses(weighting) && ntkw_mean_magnitudes(weighting));
  CHECK_OK(ntkw_aggregate(weighting, losses, &total));
  CHECK_OK(ntkw_gradient_combine(weighting, pieces, 3, NTKW_FLOAT64, sum));
  CHECK(total > 0 && sum[0] > 0);
}

static void record(const char *path, const ntkw_weighting *weighting, int64_t count) {
  const double losses[] = {1, 2};
  const void *const shards[] = {shard[0], shard[1]};
  const ntkw_trace_segment segment = {"parameters", 1, {n}};
  const ntkw_trace_piece piece = {0, count};
  const ntkw_trace_step step = {0, 0, true, losses, ntkw_weights(weighting), 3, NULL};
  ntkw_trace_options options;
  ntkw_trace *trace = NULL;
  ntkw_trace_options_init(&options);
  options.parameter_count = n;
  options.n_segments = 1;
  options.segments = &segment;
  options.n_pieces = 1;
  options.pieces = &piece;
  CHECK_OK(ntkw_trace_create(MPI_COMM_WORLD, path, 2, names, &options, &trace));
  CHECK_OK(ntkw_trace_record(trace, &step, shards));
  CHECK_OK(ntkw_trace_close(&trace));
  CHECK_OK(ntkw_trace_continue(MPI_COMM_WORLD, path, 2, names, &options, 1, &trace));
  CHECK(ntkw_trace_steps(trace) == 1);
  CHECK_OK(ntkw_trace_close(&trace));
}

static void write_checkpoint(const char *path, int64_t count) {
  ntkw_checkpoint *checkpoint = NULL;
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_OK(ntkw_checkpoint_set_integer(checkpoint, "step", 1));
  CHECK_OK(ntkw_checkpoint_set_real(checkpoint, "time", 0.5));
  CHECK_OK(ntkw_checkpoint_set_text(checkpoint, "word", "text"));
  CHECK_OK(ntkw_checkpoint_add_array(checkpoint, "p", "1", NTKW_FLOAT64, 1, &n, rank == 0 ? 0 : n, count, shard[0]));
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  ntkw_checkpoint_destroy(&checkpoint);
}

static void read_checkpoint(const char *folder, const char *path, int64_t count) {
  const ntkw_slab slab = {{0}, {n}};
  ntkw_checkpoint_reader *reader = NULL;
  int64_t step = 0;
  double time = 0, values[3];
  const char *word = "";
  CHECK_OK(ntkw_checkpoint_open(MPI_COMM_WORLD, path, &reader));
  CHECK(strcmp(ntkw_checkpoint_path(reader), path) == 0);
  CHECK(ntkw_checkpoint_array_count(reader) == 1 && ntkw_checkpoint_array_at(reader, 0)->shape[0] == n);
  CHECK(ntkw_checkpoint_find_array(reader, "p") != NULL);
  CHECK(ntkw_checkpoint_attribute_count(reader) >= 3 && ntkw_checkpoint_attribute_at(reader, 0)->name);
  CHECK_OK(ntkw_checkpoint_get_integer(reader, "step", &step));
  CHECK_OK(ntkw_checkpoint_get_real(reader, "time", &time));
  CHECK_OK(ntkw_checkpoint_get_text(reader, "word", &word));
  CHECK(step == 1 && time == 0.5 && strcmp(word, "text") == 0);
  CHECK_OK(ntkw_checkpoint_read_array(reader, "p", NTKW_FLOAT64, rank == 0 ? 0 : n, count, values));
  CHECK_OK(ntkw_checkpoint_read_slabs(reader, "p", NTKW_FLOAT64, 1, &slab, values));
  CHECK(memcmp(values, shard[0], sizeof values) == 0);
  ntkw_checkpoint_close(&reader);
  CHECK_OK(ntkw_checkpoint_open_newest(MPI_COMM_WORLD, folder, "step-", NULL, 0, &reader));
  ntkw_checkpoint_close(&reader);
}

int main(int argc, char **argv) {
  char folder[64] = "/tmp/ntkw-old-names-XXXXXX", trace[96], checkpoint[96];
  ntkw_weighting *weighting = NULL;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) CHECK(mkdtemp(folder) != NULL);
  MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
  snprintf(trace, sizeof trace, "%s/run.trace.h5", folder);
  snprintf(checkpoint, sizeof checkpoint, "%s/step-1.h5", folder);
  CHECK_OK(ntkw_weighting_create(MPI_COMM_WORLD, 2, names, NULL, &weighting));
  weigh(weighting, rank == 0 ? 3 : 0);
  record(trace, weighting, rank == 0 ? n : 0);
  write_checkpoint(checkpoint, rank == 0 ? n : 0);
  read_checkpoint(folder, checkpoint, rank == 0 ? n : 0);
  ntkw_weighting_destroy(&weighting);
  if (rank == 0) CHECK(unlink(trace) == 0 && unlink(checkpoint) == 0 && rmdir(folder) == 0);
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Finalize();
  if (rank == 0) printf("old names: %s\n", failed ? "FAILED" : "passed");
  return failed != 0;
}
