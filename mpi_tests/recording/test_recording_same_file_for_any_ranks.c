/* A synthetic run is recorded from uneven and interleaved shards. The file has the bytes of that of a single rank, and
 * the values that were recorded are read back. */
#include <math.h>
#include <stdio.h>
#include "harness.h"
#include "ntkw/recording.h"
#include "ntkw/weighting.h"
#include "recording/reader.h"

enum { CONDITIONS = 3, PARAMETERS = 157, STEPS = 70 }; /* 70: the tables grow beyond their first chunk */
static const char *const names[] = {"residual", "u(0)", "walls"};

/* The gradient, which does not depend on its distribution over the ranks. */
static double gradient_at(int64_t step, int condition, int64_t parameter) {
  uint64_t state = (uint64_t)((step * CONDITIONS + condition) * PARAMETERS + parameter);
  return ldexp(random_uniform(&state) - 0.5, (int)(random_bits(&state) % 40) - 20);
}

/* Pieces of 1, 4, 9, ... parameters are given to the ranks in turn. If there are several ranks, the last one gets none.
 */
static int my_pieces(int rank, int size, ntkw_recording_piece pieces[]) {
  const int takers = size > 1 ? size - 1 : 1;
  int n = 0;
  for (int64_t begin = 0, k = 1; begin < PARAMETERS; begin += k * k, k++) {
    const int64_t end = begin + k * k < PARAMETERS ? begin + k * k : PARAMETERS;
    if ((k - 1) % takers == rank) pieces[n++] = (ntkw_recording_piece){begin, end - begin};
  }
  return n;
}

/* Compute this rank's values of one step. Returns their number for each condition. */
static size_t fill(int64_t step, int n_pieces, const ntkw_recording_piece pieces[], double values[][PARAMETERS]) {
  size_t count = 0;
  for (int p = 0; p < n_pieces; p++)
    for (int64_t i = 0; i < pieces[p].count; i++, count++)
      for (int c = 0; c < CONDITIONS; c++) values[c][count] = gradient_at(step, c, pieces[p].offset + i);
  return count;
}

static void record_step(ntkw_recording *recording, ntkw_weighting *w, int64_t step, int n_pieces,
                        const ntkw_recording_piece pieces[]) {
  static double values[CONDITIONS][PARAMETERS];
  const size_t count = fill(step, n_pieces, pieces, values);
  const void *shards[CONDITIONS] = {values[0], values[1], values[2]};
  const double losses[CONDITIONS] = {1.0 / (double)(step + 1), 0.1, 3e-7 * (double)step};
  for (int c = 0; c < CONDITIONS; c++) CHECK_OK(ntkw_weighting_add_gradient(w, c, shards[c], count, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_update(w, step));
  ntkw_recording_step s = {step, 0, ntkw_weighting_due(w, step), losses, ntkw_weighting_weights(w), 0, NULL};
  CHECK_OK(ntkw_weighting_aggregate(w, losses, &s.total));
  CHECK_OK(ntkw_recording_record(recording, &s, count > 0 ? shards : NULL));
}

static void record(MPI_Comm comm, const char *path) {
  int rank, size;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  ntkw_recording_piece pieces[PARAMETERS];
  const int n_pieces = my_pieces(rank, size, pieces);
  const double initial[] = {1, 2, 0.5};
  ntkw_weighting_options w;
  ntkw_weighting_options_init(&w);
  w.update_every = 4;
  w.parameter_count = PARAMETERS;
  w.initial_weights = initial;
  ntkw_weighting *weighting = NULL;
  CHECK_OK(ntkw_weighting_create(comm, CONDITIONS, names, &w, &weighting));
  const ntkw_recording_segment segments[] = {{"first", 2, {10, 10}}, {"scale", 0, {0}}, {"rest", 1, {56}}};
  ntkw_recording_options options;
  ntkw_recording_options_init(&options);
  options.update_every = 4;
  options.parameter_count = PARAMETERS;
  options.initial_weights = initial;
  options.source = "a made-up run";
  options.n_segments = 3;
  options.segments = segments;
  options.n_pieces = n_pieces;
  options.pieces = pieces;
  ntkw_recording *recording = NULL;
  CHECK_OK(ntkw_recording_create(comm, path, CONDITIONS, names, &options, &recording));
  for (int64_t step = 0; recording && step < STEPS; step++) record_step(recording, weighting, step, n_pieces, pieces);
  CHECK(recording && ntkw_recording_steps(recording) == STEPS);
  CHECK_OK(ntkw_recording_close(&recording));
  ntkw_weighting_destroy(&weighting);
}

static bool same_bytes(const char *a, const char *b) {
  FILE *one = fopen(a, "rb"), *two = fopen(b, "rb");
  bool same = one && two;
  for (int x = 0; same && x != EOF;) same = (x = getc(one)) == getc(two);
  if (one) fclose(one);
  if (two) fclose(two);
  return same;
}

static void same_bytes_as_one_rank(void) {
  const char *all = scratch_path("all.h5"), *alone = scratch_path("alone.h5");
  record(MPI_COMM_WORLD, all);
  if (world_rank() == 0) record(MPI_COMM_SELF, alone);
  MPI_Barrier(MPI_COMM_WORLD);
  CHECK(same_bytes(all, alone));
}

static void what_was_given_is_read(void) {
  recorded_run *t = NULL;
  double values[CONDITIONS * PARAMETERS];
  CHECK_OK(ntkw_i_recording_open(MPI_COMM_WORLD, scratch_path("all.h5"), &t));
  if (!t) return;
  CHECK_EQUAL_INT(t->n_steps, STEPS);
  CHECK_EQUAL_INT(t->n_parameters, PARAMETERS);
  CHECK_EQUAL_INT(t->n_segments, 3);
  CHECK_EQUAL_INT(t->segment_size[1], 1);
  CHECK_TEXT_HAS(t->rule, "gradient-share");
  CHECK_TEXT_HAS(t->source, "a made-up run");
  CHECK_TEXT_HAS(t->conditions[1], "u(0)");
  CHECK_EQUAL_DOUBLE(t->initial_weights[2], 0.5);
  CHECK_EQUAL_INT(t->updated[4], 1);
  CHECK_EQUAL_INT(t->updated[5], 0);
  CHECK_EQUAL_DOUBLE(t->losses[69 * CONDITIONS + 2], 3e-7 * 69.0);
  for (int64_t step = 0; step < STEPS; step++) {
    int64_t wrong = 0;
    CHECK_OK(ntkw_i_recording_read_gradients(t, step, 0, PARAMETERS, values));
    for (int c = 0; c < CONDITIONS; c++)
      for (int64_t i = 0; i < PARAMETERS; i++) wrong += values[c * PARAMETERS + i] != gradient_at(step, c, i);
    CHECK_EQUAL_INT(wrong, 0);
  }
  ntkw_i_recording_close(&t);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(same_bytes_as_one_rank), TEST(what_was_given_is_read)};
  return run_suite("recordings of any ranks", cases, sizeof cases / sizeof *cases, argc, argv);
}
