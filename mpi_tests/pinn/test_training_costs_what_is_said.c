/* Messages and memory of a step follow the formulas of src/README.md, with and without an update of the weights, in
 * both precisions, with all ranks on one node and with several nodes, which NTKW_SHARED_RANKS imitates. The bytes of
 * messages agree exactly, the memory up to less than a megabyte of tables. */
#include "counted_memory.h"
#include "counted_messages.h"
#include "pinn/training/chunks.h"
#include "pinn/training/sharding.h"
#include "pinn/training/trainer.h"
#include "pinn/training/partial_sums.h"
#include "ranks/even_split.h"
#include "training_fixture.h"

#include <stdlib.h>

enum { WIDTH = 300, FIXTURE_CONDITIONS = 3, PANEL = 128, MOST_RANKS = 64 };

/* The chunks of a rank. */
static void share_of(const chunk_plan *plan, int rank, int *begin, int *end) {
  int first[MOST_RANKS + 1];
  CHECK(world_size() <= MOST_RANKS);
  chunk_plan_share(plan, world_size(), first);
  *begin = first[rank];
  *end = first[rank + 1];
}

static int ranks_of_node; /* that share memory */

/* Number of this node's ranks, and is that rank one of them? */
static bool is_near(int rank) {
  return rank / ranks_of_node == world_rank() / ranks_of_node;
}
static int near_ranks(void) {
  int n = 0;
  for (int r = 0; r < world_size(); r++) n += is_near(r);
  return n;
}

/* Number of tree nodes that a rank has after its chunks before `stop`. separate: one group per condition; otherwise one
 * group of all chunks. */
static int nodes_of(const chunk_plan *plan, int rank, bool separate, int stop) {
  int first, end, n = 0;
  partial_sums run;
  share_of(plan, rank, &first, &end);
  if (end > stop) end = stop;
  for (int c = 0; c < (separate ? plan->n_conditions : 1); c++) {
    const int begin = separate ? plan->condition_first[c] : 0;
    const int last = separate ? plan->condition_first[c + 1] : plan->n_chunks;
    const int from = first > begin ? first : begin, to = end < last ? end : last;
    partial_sums_shape(from < to ? from - begin : 0, from < to ? to - begin : 0, &run);
    n += run.n;
  }
  return n;
}

/* Number of whole gradients that this rank holds at once: a chunk's gradient is added to its sibling or becomes a
 * node. */
static int alive(const chunk_plan *plan, bool separate) {
  int first, end, most = 0;
  share_of(plan, world_rank(), &first, &end);
  for (int l = first; l < end; l++) {
    const int now = nodes_of(plan, world_rank(), separate, l + 1);
    if (now > most) most = now;
  }
  return most;
}

static int far_nodes(const chunk_plan *plan, bool separate) {
  int n = 0;
  for (int r = 0; r < world_size(); r++)
    if (!is_near(r)) n += nodes_of(plan, r, separate, plan->n_chunks);
  return n;
}

/* Number of parameters of the ranks of other nodes. */
static long long far_parameters(int64_t all) {
  long long n = 0;
  for (int r = 0; r < world_size(); r++) {
    const ntkw_i_range shard = ntkw_i_even_split(all, world_size(), r);
    if (!is_near(r)) n += shard.last - shard.first;
  }
  return n;
}

/* Bytes of the message of a weight update: two numbers for each status code; for each condition three numbers per kind
 * of sum that is sent, and the limbs of the sums that the rule needs. */
static long long weights_message(const char *rule, bool single) {
  const int limbs = single ? NTKW_SUM_LIMBS_FLOAT32 : NTKW_SUM_LIMBS_FLOAT64;
  const int stride = strcmp(rule, "ntk-trace") == 0 ? 3 + 3 + NTKW_SUM_LIMBS_FLOAT64 : 3 + limbs;
  return 8LL * (2 * NTKW_STATUS_COUNT + 3 + 4 * 8 + FIXTURE_CONDITIONS * stride);
}

static void check_step(trainer *t, const chunk_plan *plan, const char *rule, bool due, bool single) {
  const trainer_state state = trainer_get_state(t);
  const long long width = single ? 4 : 8, losses = 8LL * (135 * FIXTURE_CONDITIONS + 2);
  const int own = nodes_of(plan, world_rank(), due, plan->n_chunks);
  bool stop = false;
  messages = (message_counts){0};
  CHECK_OK(trainer_step(t, &stop));
  const message_counts m = messages;
  CHECK_EQUAL_INT(m.gathers, 1);
  CHECK_EQUAL_INT(m.gathered, state.count * width);
  CHECK_EQUAL_INT(m.reductions, due ? 2 : 1);
  CHECK_EQUAL_INT(m.reduced, losses + (due ? weights_message(rule, single) : 0));
  CHECK_EQUAL_INT(m.sends, own * (world_size() - near_ranks()));
  CHECK_EQUAL_INT(m.sent, own * far_parameters(state.n_parameters) * width);
  CHECK_EQUAL_INT(m.receives, far_nodes(plan, due));
  CHECK_EQUAL_INT(m.others, 0);
}

/* Most ranks have chunks of one condition only, so a step that updates the weights has few more nodes than other
 * steps. */
static void check_bound(const chunk_plan *plan) {
  int all = 0, nodes = 2, ranks = world_size();
  for (int half = plan->n_chunks; half > 1; half = (half + 1) / 2) nodes += 2;
  for (int r = 0; r < ranks; r++) all += nodes_of(plan, r, true, plan->n_chunks);
  CHECK(all <= (ranks + FIXTURE_CONDITIONS - 1) * nodes);
}

static long long padded(long long n, int width) {
  const long long of_line = 64 / width;
  return (n + of_line - 1) / of_line * of_line;
}

/* Bytes of a network 2-WIDTH-WIDTH-1, the workspace of one thread, the shards and the gradients. */
static double expected_memory(const trainer_state *state, const chunk_plan *plan, bool weighted, int width) {
  const long long sizes[] = {2, WIDTH, WIDTH, 1}, n_shards = 4;
  long long of_network = 0, of_thread = 3 * PANEL * padded(WIDTH, width);
  for (int l = 0; l < 3; l++) {
    const long long in = sizes[l], out = sizes[l + 1];
    of_network += in * padded(out, width) + padded(out, width) + (l > 0 ? out * padded(in, width) : 0);
    of_thread += in * padded(out, width) + padded(out, width) + PANEL * (padded(in, width) + padded(out, width));
  }
  const int few = far_nodes(plan, false), many = far_nodes(plan, true), received = few > many ? few : many;
  const int gradients = weighted && alive(plan, true) > alive(plan, false) ? alive(plan, true) : alive(plan, false);
  const double norm_rows = 2.0 * MAX_STREAMS * (double)padded(WIDTH, width) * sizeof(double);
  return norm_rows +
         (double)width * ((double)of_network + (double)of_thread + (double)state->n_parameters * (1 + gradients) +
                          (double)state->count * (double)(n_shards + received));
}

static void measure_on(int most_ranks, const char *precision, const char *rule) {
  char number[16];
  snprintf(number, sizeof number, "%d", most_ranks);
  setenv("NTKW_SHARED_RANKS", number, 1);
  ranks_of_node = most_ranks;
  const bool single = strcmp(precision, "float32") == 0, weighted = strcmp(rule, "none") != 0;
  problem *pde = wave_problem(precision, rule, 2);
  chunk_plan plan;
  trainer *t;
  pde->network.hidden[0] = pde->network.hidden[1] = WIDTH;
  CHECK_OK(chunk_plan_create(pde, &plan));
  const long long before = memory_bytes;
  messages = (message_counts){0};
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  const long long shared = messages.shared;
  CHECK_EQUAL_INT(shared > 0, near_ranks() > 1);
  for (int step = 0; step < 4; step++) check_step(t, &plan, rule, weighted && step % 2 == 0, single);
  check_bound(&plan);
  const trainer_state state = trainer_get_state(t);
  const double held = (double)(memory_bytes - before + shared),
               formula = expected_memory(&state, &plan, weighted, single ? 4 : 8);
  CHECK(held - formula > 0.0 && held - formula < 1e6); /* tables and panels of points */
  trainer_destroy(&t);
  CHECK(memory_bytes - before < 1000);
  chunk_plan_free(&plan);
  problem_destroy(&pde);
}

static void measure(const char *precision, const char *rule) {
  measure_on(world_size(), precision, rule);
  for (int n = 1; n <= 2 && n < world_size(); n++) measure_on(n, precision, rule);
}

static void without_weights(void) {
  measure("float32", "none");
  measure("float64", "none");
}

static void with_weights(void) {
  measure("float32", "gradient-share");
  measure("float64", "gradient-share");
  measure("float64", "ntk-trace");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(without_weights), TEST(with_weights)};
  return run_suite("costs", cases, sizeof cases / sizeof *cases, argc, argv);
}
