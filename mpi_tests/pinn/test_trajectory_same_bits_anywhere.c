/* At every step the digests of the whole state equal those of one rank with one thread and portable kernels. Each run
 * has several ranks and threads, and is restarted in the middle with other numbers of ranks and threads and other
 * kernels. All rules, optimizers, precisions, updates at every step or every third, and lanes of 64 and 128 rows occur;
 * the restart does not know the lanes' length.
 *
 * First argument: the kernels before the restart; "mixed": different ones on each rank. Second argument: "all" runs all
 * combinations; otherwise a selection. */
#include "pinn/arithmetic/kernels.h"
#include "base/cpu.h"
#include "pinn/problem/rules.h"
#include "pinn/state/training_checkpoint.h"
#include "state_digest_fixture.h"
#include "training_checkpoint_fixture.h"
#include "training_fixture.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS = 6, HALF = 3 };

typedef struct choice {
  const char *rule, *precision;
  int every, number;
  const char *optimizer;
  bool variant; /* another network, and options that are not the defaults */
} choice;

/* A part of a run, without a restart: steps from .. to - 1. */
typedef struct stretch {
  MPI_Comm comm;
  const char *kernels;
  int threads, from, to;
} stretch;

static void choose_kernels(const char *name) {
  setenv("NTKW_KERNELS", name, 1);
}

/* Name of this variant of kernels, or of the next lower one that this CPU supports. */
static const char *at_most(int variant) {
  while (variant > 0 && !kernels_find((kernel_variant)variant, NTKW_FLOAT64)) variant--;
  return ntkw_i_kernels_name((kernel_variant)variant);
}

static const char *first_kernels(void) {
  const char *wanted = test_argument(0);
  if (strcmp(wanted, "mixed") == 0) return at_most(KERNEL_VARIANTS - 1 - world_rank() % KERNEL_VARIANTS);
  for (int v = 0; v < KERNEL_VARIANTS; v++)
    if (strcmp(wanted, ntkw_i_kernels_name((kernel_variant)v)) == 0) return at_most(v);
  CHECK(!"kernels of this name");
  return "portable";
}

/* The kernels after the restart. LIBXSMM generates code for one instruction set per process, so one of the two is
 * portable unless the kernels are mixed. */
static const char *other_kernels(void) {
  const char *first = first_kernels();
  if (strcmp(test_argument(0), "mixed") == 0) return first; /* the restart reverses the ranks instead */
  return strcmp(first, "portable") == 0 ? at_most(KERNEL_VARIANTS - 1) : "portable";
}

/* Compare digests. If they differ, report a failed check and return false. */
static bool compare(const choice *what, const stretch *where, int step, const state_digest *found,
                    const state_digest *expected) {
  char sentence[200];
  const int different = state_digest_first_difference(found, expected);
  if (different < 0) return true;
  snprintf(sentence, sizeof sentence, "%s, %s, %s, every %d, %s kernels, %d threads: step %d differs, first in %s",
           what->optimizer, what->rule, what->precision, what->every, where->kernels, where->threads, step,
           different < found->n ? found->tensors[different].name : "the number of tensors");
  check_true(false, sentence, __FILE__, __LINE__);
  return false;
}

/* The last word of options with words, and momentum. */
static void change_options(optimizer_settings *settings) {
  for (int i = 0; i < settings->ops->n_options; i++) {
    const optimizer_option *option = &settings->ops->options[i];
    if (option->n_words > 0) settings->values[i] = option->n_words - 1;
    if (strcmp(option->key, "momentum") == 0) settings->values[i] = 0.5;
  }
}

/* The fixture has 9 lanes of 128 rows, or 12 of 85 rows. */
static int lane_rows_of(const choice *what) {
  return what->number % 3 == 1 ? SHORT_LANE_ROWS : DEFAULT_LANE_ROWS;
}

/* Do the steps of a stretch. Unless it begins at 0, it resumes from the checkpoint at path; unless it ends at STEPS, it
 * writes one there. record: store the digests; otherwise compare with them. */
static void run_stretch(const choice *what, const stretch *where, const char *path, state_digest digests[],
                        bool record) {
  problem *pde = wave_problem_of(what->variant ? "hidden = {24, 21}" : "hidden = {13, 10}", what->precision, what->rule,
                                 what->every);
  trainer *t;
  if (where->from == 0) pde->lane_rows = lane_rows_of(what);
  if (strcmp(what->optimizer, DEFAULT_OPTIMIZER) != 0)
    pde->optimizer = optimizer_defaults(optimizer_find(what->optimizer));
  if (what->variant) change_options(&pde->optimizer);
  history past = {0};
  ntkw_checkpoint_reader *reader = NULL;
  state_digest digest;
  bool stop = false, same = true;
  choose_kernels(where->kernels);
  if (where->from > 0) {
    CHECK_OK(ntkw_checkpoint_reader_open(where->comm, path, &reader));
    CHECK_OK(training_checkpoint_read_settings(reader, path, pde));
  }
  CHECK_OK(trainer_create(where->comm, pde, &t));
  CHECK_OK(trainer_set_threads(t, where->threads));
  if (reader) CHECK_OK(training_checkpoint_read(reader, t, &past));
  ntkw_checkpoint_reader_close(&reader);
  for (int step = where->from; step < where->to; step++) {
    CHECK_EQUAL_INT(trainer_steps_done(t), step);
    CHECK_OK(trainer_step(t, &stop));
    CHECK_OK(history_record(&past, pde, step, trainer_losses(t), trainer_weights(t), NAN));
    CHECK_OK(state_digest_make(t, pde, &past, record ? &digests[step] : &digest));
    if (!record && same) same = compare(what, where, step, &digest, &digests[step]); /* only the first difference */
  }
  if (where->to < STEPS) publish_training_checkpoint(t, pde, &past, path);
  trainer_destroy(&t);
  history_free(&past);
  problem_destroy(&pde);
}

/* Compute the expected digests on rank 0 and broadcast them. */
static void make_reference(const choice *what, state_digest digests[]) {
  const stretch alone = {MPI_COMM_SELF, "portable", 1, 0, STEPS};
  if (world_rank() == 0) run_stretch(what, &alone, NULL, digests, true);
  MPI_Bcast(digests, (int)(STEPS * sizeof *digests), MPI_BYTE, 0, MPI_COMM_WORLD);
}

static void follow(const choice *what, MPI_Comm some) {
  static const int threads[] = {1, 2, 4};
  state_digest digests[STEPS];
  const bool fewer_first = what->number % 2;
  char name[32];
  snprintf(name, sizeof name, "state%d.h5", what->number);
  const char *path = scratch_path(name);
  const stretch whole = {.comm = fewer_first ? some : MPI_COMM_WORLD,
                         .kernels = first_kernels(),
                         .threads = threads[(what->number + world_rank()) % 3],
                         .to = HALF};
  const stretch rest = {.comm = fewer_first ? MPI_COMM_WORLD : some,
                        .kernels = other_kernels(),
                        .threads = threads[(what->number + 1) % 3],
                        .from = HALF,
                        .to = STEPS};
  make_reference(what, digests);
  if (whole.comm != MPI_COMM_NULL) run_stretch(what, &whole, path, digests, false);
  MPI_Barrier(MPI_COMM_WORLD);
  if (rest.comm != MPI_COMM_NULL) run_stretch(what, &rest, path, digests, false);
}

/* Half of the ranks, in reversed order. */
static MPI_Comm half_of_the_ranks(void) {
  MPI_Comm some;
  const int n = (world_size() + 1) / 2, from_the_end = world_size() - 1 - world_rank();
  MPI_Comm_split(MPI_COMM_WORLD, from_the_end < n ? 0 : MPI_UNDEFINED, from_the_end, &some);
  return some;
}

static void every_trajectory_has_the_reference_bits(void) {
  static const char *const precisions[] = {"float32", "float64"};
  const bool all = strcmp(test_argument(1), "all") == 0;
  MPI_Comm some = half_of_the_ranks();
  int n_rules = 0, n_optimizers = 0, number = 0;
  rule_names(&n_rules);
  optimizer_names(&n_optimizers);
  for (int r = 0; r < n_rules; r++)
    for (int pair = 0; pair < 4; pair++) {
      if (!all && pair != (r + world_size()) % 4) continue;
      const choice what = {
          rule_names(&n_rules)[r], precisions[pair % 2], pair / 2 ? 3 : 1, number++, DEFAULT_OPTIMIZER, false};
      follow(&what, some);
    }
  for (int o = 0; o < n_optimizers; o++)
    for (int kind = 0; kind < 4; kind++) {
      const char *name = optimizer_names(&n_optimizers)[o];
      const bool wide_only = optimizer_find(name)->least_squares;
      if (strcmp(name, DEFAULT_OPTIMIZER) == 0) continue;
      if (wide_only ? kind % 2 == 0 : !all && kind % 2 != (o + world_size()) % 2) continue;
      const choice what = {kind < 2 ? "ntk-trace" : "none", precisions[kind % 2], 2, number++, name,
                           wide_only && kind == 3};
      follow(&what, some);
    }
  CHECK(number >= n_rules && n_rules > 5);
  if (some != MPI_COMM_NULL) MPI_Comm_free(&some);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_trajectory_has_the_reference_bits)};
  return run_suite("trajectories", cases, sizeof cases / sizeof *cases, argc, argv);
}
