/* Common mistakes with sharded and replicated parameters are errors with a clear message on every rank. */
#include "grid.h"

#include <stdio.h>
#include <stdlib.h>

static grid g;
static double gradient[PARAMETERS];

static ntkw_weighting *counted(MPI_Comm comm) {
  ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
  options.parameter_count = PARAMETERS;
  return weighting_of(comm, 1, &options);
}

static void expect(ntkw_weighting *weighting, ntkw_status status, const char *sentence) {
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), status);
  if (status != NTKW_SUCCESS) CHECK_TEXT_HAS(ntkw_last_error(), sentence);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 1);
  ntkw_weighting_destroy(&weighting);
}

static void make_grid(void) {
  g = grid_make();
  grid_gradient(&g, 0, 0, -1, gradient);
}

static void replicated_bias_added_by_all(void) {
  ntkw_weighting *weighting = counted(g.tensor_comm);
  const int first = COLUMNS * g.tensor / g.tensors, count = COLUMNS * (g.tensor + 1) / g.tensors - first;
  for (int r = 0; r < ROWS; r++)
    CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, gradient + r * COLUMNS + first, (size_t)count, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, gradient + COLUMN_BIAS + first, (size_t)count, NTKW_FLOAT64));
  CHECK_OK(
      ntkw_weighting_add_gradient(weighting, 0, gradient + ROW_BIAS, ROWS + TIED, NTKW_FLOAT64)); /* not as copies */
  char sentence[96];
  snprintf(sentence, sizeof sentence, "%d gradient values were counted over all ranks, expected parameter_count = %d",
           PARAMETERS + (g.tensors - 1) * (ROWS + TIED), (int)PARAMETERS);
  expect(weighting, g.tensors > 1 ? NTKW_ERR_COUNT : NTKW_SUCCESS, sentence);
}

static void tied_parameters_added_by_both_stages(void) {
  ntkw_weighting *weighting = counted(MPI_COMM_WORLD);
  const bool last = world_rank() == world_size() - 1;
  layout_add(weighting, &g, FLAT, 0, gradient, NTKW_FLOAT64);
  if (last) CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, gradient + EMBEDDING, TIED, NTKW_FLOAT64));
  expect(weighting, NTKW_ERR_COUNT, "some parameters are counted more than once");
}

static void every_holder_says_copy_one(void) {
  ntkw_weighting *weighting = counted(MPI_COMM_WORLD);
  const bool last = world_rank() == world_size() - 1;
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, gradient, last ? EMBEDDING : 0, NTKW_FLOAT64));
  CHECK_OK(ntkw_weighting_add_gradient_copy(weighting, 0, gradient + EMBEDDING, TIED, NTKW_FLOAT64, 1 + world_rank()));
  expect(weighting, NTKW_ERR_COUNT, "a shard is missing");
}

/* Mistake: the gradients are already reduced over the replicas, but the communicator includes all replicas. */
static void communicator_spans_replicas(void) {
  ntkw_weighting *weighting = counted(MPI_COMM_WORLD);
  layout_add(weighting, &g, TENSOR, 0, gradient, NTKW_FLOAT64);
  char sentence[64];
  snprintf(sentence, sizeof sentence, "each parameter is counted %d times", g.datas);
  expect(weighting, g.datas > 1 ? NTKW_ERR_COUNT : NTKW_SUCCESS, sentence);
}

static void communicator_spans_one_shard(void) {
  ntkw_weighting *weighting = counted(MPI_COMM_SELF);
  layout_add(weighting, &g, FLAT, 0, gradient, NTKW_FLOAT64);
  expect(weighting, world_size() > 1 ? NTKW_ERR_COUNT : NTKW_SUCCESS, "a shard is missing");
}

static void lost_shard(void) {
  ntkw_weighting *weighting = counted(MPI_COMM_WORLD);
  if (world_rank() != 0) layout_add(weighting, &g, TENSOR_SHARDS, 0, gradient, NTKW_FLOAT64);
  CHECK_OK(ntkw_weighting_add_gradient(weighting, 0, NULL, 0, NTKW_FLOAT64));
  expect(weighting, NTKW_ERR_COUNT, "a shard is missing");
}

/* Mistake: the gradient of each replica is that of its points only. The counts are right, because each replica has all
 * parameters once, but safe mode compares the replicas. */
static void unreduced_data_parallel_gradient(void) {
  setenv("NTKW_SAFE_MODE", "1", 1);
  for (int reduced = 0; reduced < 2; reduced++) {
    ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
    options.parameter_count = PARAMETERS;
    options.replica_comm = g.data_comm;
    ntkw_weighting *weighting = weighting_of(g.tensor_comm, 1, &options);
    double part[PARAMETERS];
    grid_gradient(&g, 0, 0, g.data, part);
    if (reduced) MPI_Allreduce(MPI_IN_PLACE, part, PARAMETERS, MPI_DOUBLE, MPI_SUM, g.data_comm);
    layout_add(weighting, &g, TENSOR, 0, part, NTKW_FLOAT64);
    const bool fine = reduced || g.datas == 1;
    expect(weighting, fine ? NTKW_SUCCESS : NTKW_ERR_DISAGREE,
           "the replicas disagree on the new squared norm of condition 'residual'");
    if (!fine) CHECK_TEXT_HAS(ntkw_last_error(), "were the gradients reduced over the replicas");
  }
  setenv("NTKW_SAFE_MODE", "0", 1);
}

static void free_grid(void) {
  grid_free(&g);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(replicated_bias_added_by_all),    TEST(tied_parameters_added_by_both_stages),
                                    TEST(every_holder_says_copy_one),      TEST(communicator_spans_replicas),
                                    TEST(communicator_spans_one_shard),    TEST(lost_shard),
                                    TEST(unreduced_data_parallel_gradient)};
  suite_fixture(make_grid, free_grid);
  return run_suite("layout mistakes are caught", cases, CASES(cases), argc, argv);
}
