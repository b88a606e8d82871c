/* The digests of a state do not depend on how tensors are cut into shards. One changed bit changes the digest of its
 * tensor and no other. */
#include "base/digest.h"
#include "state_digest_fixture.h"
#include "training_fixture.h"

/* Tensors of a network of layers 2-13-10-1, in the order of the parameters. */
static const struct {
  const char *name;
  int first, count;
} tensors[] = {{"layer0.weights", 0, 26},  {"layer0.biases", 26, 13},   {"layer1.weights", 39, 130},
               {"layer1.biases", 169, 10}, {"layer2.weights", 179, 10}, {"layer2.biases", 189, 1}};
enum { N_TENSORS = sizeof tensors / sizeof *tensors, N_PARAMETERS = 190 };

static uint64_t value_of(const state_digest *digest, const char *name) {
  for (int i = 0; i < digest->n; i++)
    if (strcmp(digest->tensors[i].name, name) == 0) return digest->tensors[i].value;
  CHECK(!"a tensor of this name");
  return 0;
}

static trainer *train_three_steps(const char *precision, const char *rule, problem **pde) {
  trainer *t;
  bool stop = false;
  *pde = wave_problem(precision, rule, 2);
  CHECK_OK(trainer_create(MPI_COMM_WORLD, *pde, &t));
  for (int i = 0; i < 3; i++) CHECK_OK(trainer_step(t, &stop));
  return t;
}

/* Digests equal those of the gathered parameters, cut into tensors by the table above. */
static void they_are_of_whole_tensors(void) {
  problem *pde;
  trainer *t = train_three_steps("float64", "ntk-trace", &pde);
  const trainer_state state = trainer_get_state(t);
  double all[N_PARAMETERS] = {0};
  state_digest digest;
  CHECK_EQUAL_INT(state.n_parameters, N_PARAMETERS);
  memcpy(all + state.offset, state.parameters, (size_t)state.count * sizeof *all);
  MPI_Allreduce(MPI_IN_PLACE, all, N_PARAMETERS, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  CHECK_OK(state_digest_make(t, pde, NULL, &digest));
  CHECK_SAME_ON_ALL_RANKS(digest);
  CHECK_EQUAL_INT(digest.n, 2 + 3 * N_TENSORS);
  for (int i = 0; i < N_TENSORS; i++)
    CHECK(value_of(&digest, tensors[i].name) ==
          ntkw_i_digest_values(all + tensors[i].first, NTKW_FLOAT64, 0, (size_t)tensors[i].count));
  CHECK(value_of(&digest, "losses") == ntkw_i_digest_values(trainer_losses(t), NTKW_FLOAT64, 0, 3));
  CHECK(value_of(&digest, "weights") == ntkw_i_digest_values(trainer_weights(t), NTKW_FLOAT64, 0, 3));
  trainer_destroy(&t);
  problem_destroy(&pde);
}

/* Flip the last bit of parameter number `at` of a float32 array, on the rank that has it. A second call restores it. */
static void flip(const trainer_state *state, void *shard, int at) {
  if (at >= state->offset && at < state->offset + state->count)
    ((unsigned char *)shard)[(at - state->offset) * (int64_t)sizeof(float)] ^= 1;
}

static void one_bit_shows_in_its_tensor(void) {
  problem *pde;
  trainer *t = train_three_steps("float32", "none", &pde);
  const trainer_state state = trainer_get_state(t);
  state_digest before, after;
  CHECK_OK(state_digest_make(t, pde, NULL, &before));
  for (int i = 0; i < N_TENSORS; i++) {
    void *const shards[] = {state.parameters, state_values(t, "adam_moment1"), state_values(t, "adam_moment2")};
    static const char *const suffixes[] = {"", ".moment1", ".moment2"};
    for (int kind = 0; kind < 3; kind++) {
      char name[TENSOR_NAME];
      snprintf(name, sizeof name, "%s%s", tensors[i].name, suffixes[kind]);
      flip(&state, shards[kind], tensors[i].first + tensors[i].count - 1);
      CHECK_OK(state_digest_make(t, pde, NULL, &after));
      const int first = state_digest_first_difference(&before, &after);
      CHECK(first >= 0 && strcmp(after.tensors[first].name, name) == 0);
      if (first >= 0) after.tensors[first].value = before.tensors[first].value;
      CHECK_EQUAL_INT(state_digest_first_difference(&before, &after), -1);
      flip(&state, shards[kind], tensors[i].first + tensors[i].count - 1);
    }
  }
  CHECK_OK(state_digest_make(t, pde, NULL, &after));
  CHECK_EQUAL_INT(state_digest_first_difference(&before, &after), -1);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void the_history_counts(void) {
  problem *pde;
  trainer *t = train_three_steps("float64", "gradient-share", &pde);
  history past = {0};
  state_digest none, empty, one, other;
  CHECK_OK(state_digest_make(t, pde, NULL, &none));
  CHECK_OK(state_digest_make(t, pde, &past, &empty));
  double *row = history_append(&past, history_columns(pde));
  CHECK_OK(state_digest_make(t, pde, &past, &one));
  row[1] = -0.0;
  CHECK_OK(state_digest_make(t, pde, &past, &other));
  CHECK_EQUAL_INT(state_digest_first_difference(&none, &empty), none.n);
  CHECK_EQUAL_INT(state_digest_first_difference(&empty, &one), empty.n - 1);
  CHECK_EQUAL_INT(state_digest_first_difference(&one, &other), empty.n - 1);
  history_free(&past);
  trainer_destroy(&t);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(they_are_of_whole_tensors), TEST(one_bit_shows_in_its_tensor),
                                    TEST(the_history_counts)};
  return run_suite("state digests", cases, sizeof cases / sizeof *cases, argc, argv);
}
