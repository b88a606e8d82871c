/* For every layout of the model, every rank of every group has the weights and moments of the serial run in every bit.
 */
#include "grid.h"

#include <stdlib.h>

enum { EPOCHS = 4, BATCHES = 2 };

/* The conditions that take part change between updates: two to four at a time. */
static bool is_there(int condition, int update) {
  return (condition + update) % 3 != 0 || condition == 0;
}

/* Add traces and losses, with their points distributed over the ranks of comm or all on one rank. */
static void add_points(ntkw_weighting *weighting, MPI_Comm comm, int condition, int update) {
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  double *points = random_values(NTKW_FLOAT64, POINTS, condition + 1, (uint64_t)(update * CONDITIONS + condition) + 1);
  const int first = POINTS * rank / size, end = POINTS * (rank + 1) / size;
  CHECK_OK(ntkw_weighting_add_residuals(weighting, condition, points + first, (size_t)(end - first), NTKW_FLOAT64));
  for (int i = 0; i < POINTS; i++) points[i] *= points[i];
  CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, condition, points + first, (size_t)(end - first)));
  free(points);
}

/* Sum the parts of a gradient over the replicas, as a data-parallel program does before it adds them. */
static void reduced_gradient(const grid *g, int condition, int update, double gradient[PARAMETERS]) {
  grid_gradient(g, condition, update, g->data, gradient);
  MPI_Allreduce(MPI_IN_PLACE, gradient, PARAMETERS, MPI_DOUBLE, MPI_SUM, g->data_comm);
}

static void add_serially(ntkw_weighting *serial, const grid *g, int condition, int update, ntkw_dtype dtype) {
  double whole[PARAMETERS];
  float narrow[PARAMETERS];
  grid_gradient(g, condition, update, -1, whole);
  CHECK_OK(
      ntkw_weighting_add_gradient(serial, condition, grid_narrow(whole, PARAMETERS, dtype, narrow), PARAMETERS, dtype));
}

static void check_equal(const ntkw_weighting *a, const ntkw_weighting *b) {
  unsigned char own[2048] = {0}, serial[2048] = {0};
  CHECK(ntkw_weighting_state_size(a) <= sizeof own);
  CHECK_OK(ntkw_weighting_state_get(a, own));
  CHECK_OK(ntkw_weighting_state_get(b, serial));
  CHECK(memcmp(own, serial, sizeof own) == 0); /* weights and all moments, in every bit */
  CHECK(same_on_all_ranks(own, sizeof own));
}

static void run(const grid *g, layout way, const char *rule, ntkw_dtype dtype) {
  ntkw_weighting_options options = options_of(rule, 0.5, 1, dtype);
  options.parameter_count = PARAMETERS;
  ntkw_weighting *serial = weighting_of(MPI_COMM_SELF, CONDITIONS, &options);
  ntkw_weighting *sharded = weighting_of(layout_comm(g, way), CONDITIONS, &options);
  for (int update = 0; update < EPOCHS * BATCHES; update++) {
    for (int c = 0; c < CONDITIONS; c++) {
      if (!is_there(c, update)) continue;
      double gradient[PARAMETERS];
      reduced_gradient(g, c, update, gradient);
      layout_add(sharded, g, way, c, gradient, dtype);
      add_points(sharded, layout_comm(g, way), c, update);
      add_serially(serial, g, c, update, dtype);
      add_points(serial, MPI_COMM_SELF, c, update);
    }
    const ntkw_status expected = ntkw_weighting_update(serial, update / BATCHES);
    CHECK_STATUS(expected, NTKW_SUCCESS);
    CHECK_OK(ntkw_weighting_update(sharded, update / BATCHES));
    check_equal(sharded, serial);
  }
  ntkw_weighting_destroy(&serial);
  ntkw_weighting_destroy(&sharded);
}

static void run_all(layout way) {
  static const char *const rules[] = {"gradient-share", "jaxpi.grad_norm", "learning-rate-annealing", "root-loss-norm",
                                      "jaxpi.ntk"};
  grid g = grid_make();
  for (size_t r = 0; r < CASES(rules); r++)
    for (int dtype = NTKW_FLOAT32; dtype <= NTKW_BFLOAT16; dtype++) run(&g, way, rules[r], (ntkw_dtype)dtype);
  grid_free(&g);
}

static void flat_shards(void) {
  run_all(FLAT);
}
static void tensor_groups_with_replicas(void) {
  run_all(TENSOR);
}
static void shards_inside_tensor_groups(void) {
  run_all(TENSOR_SHARDS);
}

/* Plain data parallelism: the gradients are reduced first, and the weighting is on a communicator of one rank. */
static void plain_data_parallel(void) {
  const ntkw_weighting_options options = options_of(NULL, 0.5, 1, NTKW_FLOAT64);
  grid g = grid_make();
  ntkw_weighting *serial = weighting_of(MPI_COMM_SELF, 2, &options), *own = weighting_of(MPI_COMM_SELF, 2, &options);
  for (int c = 0; c < 2; c++) {
    double gradient[PARAMETERS];
    reduced_gradient(&g, c, 0, gradient);
    CHECK_OK(ntkw_weighting_add_gradient(own, c, gradient, PARAMETERS, NTKW_FLOAT64));
    add_serially(serial, &g, c, 0, NTKW_FLOAT64);
  }
  CHECK_OK(ntkw_weighting_update(own, 0));
  CHECK_OK(ntkw_weighting_update(serial, 0));
  check_equal(own, serial);
  ntkw_weighting_destroy(&serial);
  ntkw_weighting_destroy(&own);
  grid_free(&g);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(flat_shards), TEST(tensor_groups_with_replicas),
                                    TEST(shards_inside_tensor_groups), TEST(plain_data_parallel)};
  return run_suite("layouts equal serial", cases, CASES(cases), argc, argv);
}
