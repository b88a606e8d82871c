/* ntkw selftest: does this installation, on this machine and these ranks, compute the reference bits? */
#include "cli/command.h"
#include "base/cpu.h"
#include "cli/selftest/reference.h"
#include "cli/selftest/trajectory.h"
#include "cli/threads.h"
#include "ntkw/version.h"
#include "pinn/arithmetic/matrix.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct settings {
  bool print;
  int64_t threads; /* 0: the environment's */
} settings;

static const option options[] = {{.name = "print",
                                  .kind = OPTION_FLAG,
                                  .at = offsetof(settings, print),
                                  .help = "print the digests that are found, as src/cli/selftest/reference.inc has\n"
                                          "them, instead of comparing (default: compare)"},
                                 {.name = "threads",
                                  .argument = "N",
                                  .kind = OPTION_INTEGER,
                                  .at = offsetof(settings, threads),
                                  .least = 1,
                                  .most = MAX_THREADS,
                                  .help = THREADS_HELP}};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* The first difference of one case. */
typedef struct comparison {
  reference_walk *walk;
  int step; /* the first that differs, -1: none */
  char tensor[TENSOR_NAME];
  uint64_t found, expected;
} comparison;

static bool compare_step(void *context, int step, const state_digest *digest) {
  comparison *c = context;
  uint64_t expected;
  const int different = reference_compare(c->walk, digest, &expected);
  if (different < 0 || c->step >= 0) return true; /* continue to the end: the position in the table must advance */
  c->step = step;
  memcpy(c->tensor, digest->tensors[different].name, sizeof c->tensor);
  c->found = digest->tensors[different].value;
  c->expected = expected;
  return true;
}

static bool print_step(void *context, int step, const state_digest *digest) {
  (void)context;
  say("/* step %d */", step);
  for (int i = 0; i < digest->n; i++) {
    const char *before = i % 4 == 0 ? "\n" : " ";
    say("%s0x%016" PRIx64 ",", before, digest->tensors[i].value);
  }
  say("\n");
  return true;
}

static void describe(const selftest_case *which, char *text, size_t size) {
  char every[40] = "", lane_rows[40] = "";
  if (which->update_every == 1) snprintf(every, sizeof every, " every step");
  if (which->update_every > 1) snprintf(every, sizeof every, " every %d steps", which->update_every);
  if (strcmp(which->rule, "none") == 0) every[0] = '\0';
  if (which->lane_rows > 0) snprintf(lane_rows, sizeof lane_rows, ", lane_rows %d", which->lane_rows);
  snprintf(text, size, "%s, %s, weights %s%s%s", which->problem, which->precision, which->rule, every, lane_rows);
}

static exit_code print_reference(const settings *s) {
  say("/* Made by ntkw selftest --print. By steps: losses, weights, then of each layer's weights and biases both "
      "moments\n"
      " * and the values, the history. */\n#define REFERENCE_ARITHMETIC_VERSION %d\n",
      ARITHMETIC_VERSION);
  for (int i = 0; i < SELFTEST_CASES; i++) {
    char text[200];
    describe(&selftest_cases[i], text, sizeof text);
    say("/* %s */\n", text);
    const ntkw_status status = trajectory_run(MPI_COMM_WORLD, &selftest_cases[i], s->threads, print_step, NULL);
    if (status != NTKW_SUCCESS) return command_failed(status);
  }
  return EXIT_DONE;
}

/* Print the kernels of all ranks, each once. Collective. */
static ntkw_status say_kernels(void) {
  kernel_variant own = KERNELS_PORTABLE;
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, kernels_choose(&own)));
  unsigned mask = 1u << (2 * own + matrix_generates(own)), all = 0;
  MPI_Allreduce(&mask, &all, 1, MPI_UNSIGNED, MPI_BOR, MPI_COMM_WORLD);
  for (int bit = 0, found = 0; bit < 2 * KERNEL_VARIANTS; bit++)
    if (all >> bit & 1)
      say("%s%s%s", found++ ? " and " : "", ntkw_i_kernels_name((kernel_variant)(bit / 2)),
          bit % 2 ? " with LIBXSMM" : "");
  return NTKW_SUCCESS;
}

/* Print the versions, the MPI library, ranks, threads and kernels. Collective. */
static ntkw_status announce(const settings *s) {
  char library[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0, size;
  MPI_Get_library_version(library, &length);
  library[strcspn(library, ",\n")] = '\0';
  for (char *c = library; *c; c++)
    if (*c == '\t') *c = ' ';
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const int threads = s->threads > 0 ? (int)s->threads : thread_pool_size_wanted();
  say("ntkw %s, arithmetic version %d, %s, %d rank%s, %d thread%s each, kernels ", ntkw_version(), ARITHMETIC_VERSION,
      library, size, size == 1 ? "" : "s", threads, threads == 1 ? "" : "s");
  NTKW_TRY(say_kernels());
  say("\n");
  return NTKW_SUCCESS;
}

static void report(const selftest_case *which, const comparison *c) {
  char text[200];
  describe(which, text, sizeof text);
  if (c->step < 0)
    say("  same bits  %s\n", text);
  else
    say("  DIFFERENT  %s\n             first at step %d of %d, in %s: its digest is %016" PRIx64
        ", expected %016" PRIx64 "\n",
        text, c->step + 1, SELFTEST_STEPS, c->tensor, c->found, c->expected);
}

static exit_code compare(const settings *s) {
  reference_walk walk = {.reference = &selftest_shipped};
  int different = 0;
  const double began = MPI_Wtime();
  if (selftest_shipped.arithmetic_version != ARITHMETIC_VERSION)
    warn("the shipped digests are of arithmetic version %d", selftest_shipped.arithmetic_version);
  for (int i = 0; i < SELFTEST_CASES; i++) {
    comparison c = {.walk = &walk, .step = -1};
    const ntkw_status status = trajectory_run(MPI_COMM_WORLD, &selftest_cases[i], s->threads, compare_step, &c);
    if (status != NTKW_SUCCESS) return command_failed(status);
    report(&selftest_cases[i], &c);
    different += c.step >= 0;
  }
  if (walk.next != selftest_shipped.n) {
    say("the table has %d digests, expected %d: it belongs to another version of the program\n", selftest_shipped.n,
        walk.next);
    return EXIT_DEVIATES;
  }
  if (different > 0)
    say("%d of %d problems differ from the reference bits (%.1f s)\n", different, SELFTEST_CASES, MPI_Wtime() - began);
  else
    say("all %d problems give the reference bits (%.1f s)\n", SELFTEST_CASES, MPI_Wtime() - began);
  return different > 0 ? EXIT_DEVIATES : EXIT_DONE;
}

static exit_code run(int argc, char **argv) {
  settings s = {0};
  if (options_parse(options, N_OPTIONS, &s, NULL, NULL, argc, argv) != NTKW_SUCCESS)
    return usage_error("selftest", "%s", ntkw_last_error());
  if (s.print) return print_reference(&s);
  const ntkw_status status = announce(&s);
  return status == NTKW_SUCCESS ? compare(&s) : command_failed(status);
}

static const char help[] =
    "Usage: ntkw selftest [OPTIONS]\n"
    "       mpirun -n RANKS ntkw selftest [OPTIONS]\n"
    "\n"
    "Train a few small problems for a few steps and compare every step with digests of the reference bits: losses,\n"
    "weights, parameters, the optimizer's moments, history. Any number of ranks, any kernels, any CPU must find the\n"
    "same ones; what differs is named by problem, step and tensor. Reads and writes no files.\n";

static const char notes[] =
    "Environment:\n"
    "  NTKW_KERNELS      portable, avx2 or avx512: kernels to use (default: the best this CPU has)\n"
    "  NTKW_SHARED_RANKS at most this many ranks of a computer share memory (default: all; 1: none)\n"
    "  OMP_NUM_THREADS   threads a rank, unless --threads says so (default: 1)\n"
    "\n"
    "Exit codes:\n"
    "  0  the reference bits      1  something differs      2  wrong arguments\n"
    "  6  out of memory, or MPI failed\n"
    "\n"
    "Examples:\n"
    "  mpirun -n 2 ntkw selftest\n"
    "  NTKW_KERNELS=portable ntkw selftest\n";

const command selftest_command = {.name = "selftest",
                                  .summary = "compare this machine's bits with the reference",
                                  .help = help,
                                  .run = run,
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .notes = notes};
