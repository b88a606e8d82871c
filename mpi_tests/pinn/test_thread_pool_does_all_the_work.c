/* Every worker of a thread pool runs once in every round. It sees the caller's earlier writes, and the caller sees
 * those of the worker. A trainer gives the same bits for any number of threads and reports an error of any thread. */
#include "state_digest_fixture.h"
#include "pinn/arithmetic/thread_pool.h"
#include "training_fixture.h"

#include <signal.h>
#include <stdlib.h>

enum { ROUNDS = 300, MOST = 5 };

typedef struct tally {
  int round, seen[MOST], signals_blocked[MOST];
} tally;

static void count(void *argument, int worker) {
  tally *all = argument;
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, NULL, &blocked);
  all->seen[worker] += all->round;
  all->signals_blocked[worker] = sigismember(&blocked, SIGTERM);
}

static void every_member_works_once_a_round(void) {
  for (int n = 1; n <= MOST; n++) {
    thread_pool *pool;
    tally all = {0};
    CHECK_OK(thread_pool_create(n, &pool));
    CHECK_EQUAL_INT(thread_pool_size(pool), n);
    for (all.round = 1; all.round <= ROUNDS; all.round++) thread_pool_run(pool, count, &all);
    for (int i = 0; i < MOST; i++) CHECK_EQUAL_INT(all.seen[i], i < n ? ROUNDS * (ROUNDS + 1) / 2 : 0);
    for (int i = 0; i < n; i++) CHECK_EQUAL_INT(all.signals_blocked[i], i > 0);
    thread_pool_destroy(&pool);
    CHECK(pool == NULL);
    thread_pool_destroy(&pool);
  }
}

static void sizes_out_of_range_are_refused(void) {
  thread_pool *pool;
  CHECK_STATUS(thread_pool_create(0, &pool), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "0 threads a rank, expected 1 to 256");
  CHECK_STATUS(thread_pool_create(MAX_THREADS + 1, &pool), NTKW_ERR_ARGUMENT);
  CHECK(pool == NULL);
}

static void the_environment_is_asked(void) {
  static const struct {
    const char *text;
    int n;
  } cases[] = {{"1", 1}, {"3", 3}, {"4,2", 4}, {"0", 1}, {"-2", 1}, {"many", 1}, {"", 1}, {"100000", MAX_THREADS}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    setenv("OMP_NUM_THREADS", cases[i].text, 1);
    CHECK_EQUAL_INT(thread_pool_size_wanted(), cases[i].n);
  }
  unsetenv("OMP_NUM_THREADS");
  CHECK_EQUAL_INT(thread_pool_size_wanted(), 1);
}

static state_digest after_steps(const problem *pde, int n_threads, int steps) {
  trainer *t;
  state_digest digest;
  bool stop = false;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_EQUAL_INT(trainer_threads(t), 1);
  CHECK_OK(trainer_set_threads(t, n_threads));
  CHECK_EQUAL_INT(trainer_threads(t), n_threads);
  for (int i = 0; i < steps; i++) CHECK_OK(trainer_step(t, &stop));
  CHECK_OK(trainer_measure(t));
  CHECK_OK(state_digest_make(t, pde, NULL, &digest));
  trainer_destroy(&t);
  return digest;
}

/* Numbers of threads up to more than there are chunks (12), and different numbers on the ranks. */
static void any_number_gives_the_same_bits(void) {
  static const int numbers[] = {2, 3, 4, 13, 20};
  static const char *const rules[] = {"none", "gradient-share", "ntk-trace"};
  for (int r = 0; r < 3; r++) {
    problem *pde = wave_problem(r == 1 ? "float64" : "float32", rules[r], 2);
    const state_digest one = after_steps(pde, 1, 3);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
      const state_digest many = after_steps(pde, numbers[i], 3);
      CHECK_EQUAL_INT(state_digest_first_difference(&one, &many), -1);
    }
    const state_digest several = after_steps(pde, 1 + world_rank() % 3, 3);
    CHECK_EQUAL_INT(state_digest_first_difference(&one, &several), -1);
    problem_destroy(&pde);
  }
}

static void one_rank_wrong_is_told_to_all(void) {
  problem *pde = wave_problem("float64", "none", 1);
  trainer *t;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_STATUS(trainer_set_threads(t, world_rank() == world_size() - 1 ? 0 : 2), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "0 threads a rank");
  trainer_destroy(&t);
  problem_destroy(&pde);
}

/* Residuals that are not finite are counted by every thread. */
static void divergence_is_named_with_threads_too(void) {
  problem *pde = wave_problem("float64", "ntk-trace", 1);
  trainer *t;
  bool stop = false;
  char sentence[1024];
  for (int n = 1; n <= 4; n += 3) {
    CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
    CHECK_OK(trainer_set_threads(t, n));
    const trainer_state state = trainer_get_state(t);
    for (int64_t i = 0; i < state.count; i++) ((double *)state.parameters)[i] = 1e200;
    CHECK_STATUS(trainer_step(t, &stop), NTKW_ERR_NOT_FINITE);
    if (n == 1) snprintf(sentence, sizeof sentence, "%s", ntkw_last_error());
    CHECK_TEXT_HAS(ntkw_last_error(), sentence);
    trainer_destroy(&t);
  }
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_member_works_once_a_round), TEST(sizes_out_of_range_are_refused),
                                    TEST(the_environment_is_asked),        TEST(any_number_gives_the_same_bits),
                                    TEST(one_rank_wrong_is_told_to_all),   TEST(divergence_is_named_with_threads_too)};
  return run_suite("threads", cases, sizeof cases / sizeof *cases, argc, argv);
}
