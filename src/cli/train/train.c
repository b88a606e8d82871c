/* ntkw train: a problem file to a trained network. */
#include "cli/command.h"
#include "cli/guard.h"
#include "cli/signals.h"
#include "cli/threads.h"
#include "cli/train/duration.h"
#include "cli/train/folder.h"
#include "cli/train/picture.h"
#include "cli/train/plan.h"
#include "cli/train/resume_recording.h"
#include "cli/train/report.h"
#include "cli/train/run.h"
#include "cli/train/spectrum_recorder.h"
#include "pinn/optimizer/optimizer.h"
#include "pinn/problem/rules.h"
#include "pinn/state/state_query.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const checkpoint_modes[] = {
    [CHECKPOINT_SYNCHRONOUS] = "synchronous", [CHECKPOINT_ASYNCHRONOUS] = "asynchronous"};
static const char *const progress_modes[] = {
    [PROGRESS_AUTO] = "auto", [PROGRESS_LIVE] = "live", [PROGRESS_PLAIN] = "plain"};
static const char *const orders[] = {[ORDER_FIXED] = "fixed", [ORDER_FREE] = "free"};

#define AT(member) offsetof(train_settings, member)
static const option table[] = {
    {.name = "steps",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = AT(steps),
     .least = 1,
     .most = INT64_C(1) << 53,
     .help = "train until step N, counted from the very beginning (default: the problem file's)"},
    {.name = "seed",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = AT(seed),
     .least = 0,
     .most = INT64_MAX,
     .help = "of initial parameters and points (default: the problem file's)"},
    {.name = "weighting",
     .argument = "RULE",
     .kind = OPTION_WORD,
     .at = AT(weighting),
     .list = rule_names,
     .help = "of the loss (default: the problem file's; if it names none, " DEFAULT_RULE "), one of"},
    {.name = "out",
     .argument = "DIR",
     .kind = OPTION_TEXT,
     .at = AT(out),
     .help = "folder for checkpoints, history.csv, solution.h5, picture.png; made with those above it\n"
             "(default: the problem file's name with .run instead of .lua)"},
    {.name = "checkpoint-every",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = AT(checkpoint_every),
     .least = 0,
     .most = INT64_C(1) << 53,
     .help = "steps between checkpoints; 0: only at the end (default 1000)"},
    {.name = "checkpoint-mode",
     .argument = "MODE",
     .kind = OPTION_CHOICE,
     .at = AT(checkpoint_mode),
     .words = checkpoint_modes,
     .n_words = 2,
     .help = "synchronous: training waits until a checkpoint is on the disk and verified; asynchronous: it\n"
             "waits for a copy in memory alone, while a thread of each rank writes and verifies (default\n"
             "synchronous)"},
    {.name = "keep",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = AT(keep),
     .least = 1,
     .most = 1000000,
     .help = "keep the newest N checkpoints (default 3); older ones are removed when the loss of the newest is\n"
             "known and no blow-up"},
    {.name = "resume",
     .argument = "PATH",
     .kind = OPTION_OPTIONAL_PATH,
     .at = AT(resume),
     .help = "continue from the newest good checkpoint in the folder PATH (default: --out), or from\n"
             "the checkpoint PATH, which also holds the problem file; with no checkpoint in --out yet,\n"
             "start from step 0"},
    {.name = "lock-wait",
     .argument = "SECONDS",
     .kind = OPTION_INTEGER,
     .at = AT(lock_wait),
     .least = 0,
     .most = 1000000,
     .help = "wait so long if another run on this host uses the folder, such as one that is just ending; 0:\n"
             "not at all (default 30)"},
    {.name = "time-limit",
     .argument = "TIME",
     .kind = OPTION_TEXT,
     .at = AT(time_limit),
     .help = "stop early enough to write a checkpoint and be gone by then: seconds, MM:SS, HH:MM:SS or\n"
             "D-HH:MM:SS (default: none; in a Slurm job that says when it ends, as SLURM_JOB_END_TIME)"},
    {.name = "log-every",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = AT(log_every),
     .least = 1,
     .most = INT64_C(1) << 53,
     .help = "steps between log lines, which are also the rows of history.csv (default 1000)"},
    {.name = "record",
     .alias = "trace",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(record),
     .help = "record the steps at which weights are renewed, with the gradients of all conditions, for\n"
             "ntkw replay (conditions x parameters x 4 or 8 bytes a step; default: none). FILE must not exist;\n"
             "with --resume the recording of the run goes on, or, if FILE is another run's, in a\n"
             "numbered file, such as run.2.h5 for run.h5, with a warning"},
    {.name = "progress",
     .argument = "MODE",
     .kind = OPTION_CHOICE,
     .at = AT(progress),
     .words = progress_modes,
     .n_words = 3,
     .help = "live line between log lines: auto (on a terminal), live or plain (default auto)"},
    {.name = "threads",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = AT(threads),
     .least = 1,
     .most = MAX_THREADS,
     .help = THREADS_HELP},
    {.name = "order",
     .argument = "ORDER",
     .kind = OPTION_CHOICE,
     .at = AT(order),
     .words = orders,
     .n_words = 2,
     .help = "of the sums over points: fixed gives the same bits for any number of ranks and threads; free is\n"
             "faster by some percent and uses any number of ranks evenly, but its results depend on both\n"
             "numbers, as rounding errors grow over the steps (default fixed)"},
};
enum { N_OPTIONS = sizeof table / sizeof *table };

/* After the last step: did a signal come on any rank? Collective. */
static bool stop_came(const run *r) {
  int came = signals_noted() != 0, any = 0;
  MPI_Allreduce(&came, &any, 1, MPI_INT, MPI_MAX, trainer_comm(r->trainer));
  return any;
}

static exit_code finish(run *r, const char *file) {
  char path[600];
  bool drawn = false;
  if (stop_came(r)) return report_stop(r, file);
  run_path(r, "solution.h5", path, sizeof path);
  const ntkw_status status = evaluation_write(r->evaluation, path);
  if (status != NTKW_SUCCESS) return command_failed(status);
  const ntkw_status picture = picture_draw(r, &drawn);
  if (picture != NTKW_SUCCESS) warn("there is no picture: %s", ntkw_last_error());
  report_results(r, file, drawn, picture == NTKW_SUCCESS);
  return EXIT_DONE;
}

/* Create the evaluation. A resumed run continues without its reference if that cannot be read or does not fit. */
static ntkw_status make_evaluation(run *r, bool resumed) {
  const network *net = trainer_network(r->trainer);
  const ntkw_status status = evaluation_create(trainer_comm(r->trainer), r->pde, net, &r->evaluation);
  const bool of_file = status == NTKW_ERR_FILE || status == NTKW_ERR_FORMAT || status == NTKW_ERR_PROBLEM;
  if (!of_file || !resumed || r->pde->reference[0] == '\0') return status;
  warn("%s; the run goes on without the error against this reference", ntkw_last_error());
  r->pde->without_reference = true;
  return evaluation_create(trainer_comm(r->trainer), r->pde, net, &r->evaluation);
}

/* Create trainer, state and history, new or from the checkpoint. */
static ntkw_status prepare(run *r, ntkw_checkpoint_reader *reader) {
  NTKW_TRY(trainer_create(MPI_COMM_WORLD, r->pde, &r->trainer));
  NTKW_TRY(set_threads(r->trainer, r->settings->threads));
  if (r->settings->order == ORDER_FREE) NTKW_TRY(trainer_set_order(r->trainer, ORDER_FREE));
  if (reader) NTKW_TRY(training_checkpoint_read(reader, r->trainer, &r->history));
  NTKW_TRY(make_evaluation(r, reader != NULL));
  NTKW_TRY(spectrum_recorder_start(r, reader != NULL));
  char path[600];
  run_path(r, "history.csv", path, sizeof path);
  return ntkw_status_agree(MPI_COMM_WORLD,
                           command_rank() == 0 ? history_write(&r->history, r->pde, path) : NTKW_SUCCESS);
}

/* Start or continue the recording. Its source text has the end of the problem file's name, as much as fits. */
static ntkw_status start_recording(run *r, const char *file, bool goes_on) {
  char source[160];
  const size_t length = strlen(file), most = sizeof source - sizeof "ntkw train ";
  snprintf(source, sizeof source, "ntkw train %s", file + (length > most ? length - most : 0));
  if (!r->settings->resume.given) return trainer_record(r->trainer, r->settings->record, source);
  return resume_recording(r->trainer, r->settings->record, source, goes_on);
}

/* Start the time limit on rank 0; other ranks have none. */
static void start_time_limit(run *r) {
  state_counter counter = state_counter_start();
  trainer_visit_state(r->trainer, &r->history, &counter.visitor);
  const bool decides = command_rank() == 0;
  r->limit = time_limit_start(r->started, decides ? r->most_seconds : INFINITY,
                              decides ? getenv("SLURM_JOB_END_TIME") : NULL, r->started_at, counter.bytes);
  if (decides && isfinite(r->limit.end)) say("time: at most %.0f s from the start on\n", r->limit.end - r->started);
}

static exit_code train_from(run *r, const char *file, ntkw_checkpoint_reader *reader) {
  const ntkw_status status = prepare(r, reader);
  if (status != NTKW_SUCCESS) return command_failed(status);
  if (r->settings->record) {
    const bool goes_on = !reader || folder_is_of(r->folder, r->checkpoint);
    const ntkw_status recording = start_recording(r, r->pde->file, goes_on);
    if (recording != NTKW_SUCCESS) return command_failed(recording);
  }
  report_start(r, r->pde->file);
  const int64_t done = trainer_steps_done(r->trainer);
  start_time_limit(r);
  if (reader) {
    say("resumed from %s at step %lld\n", r->checkpoint, (long long)done);
    const ntkw_status cleared = folder_set_aside(r->folder, done);
    if (cleared != NTKW_SUCCESS) return command_failed(cleared);
  }
  const ntkw_status tidied = folder_clear_up(r->folder);
  if (tidied != NTKW_SUCCESS) return command_failed(tidied);
  r->writer.untidy = true;
  if (done >= r->pde->steps && reader)
    say("nothing to train: the checkpoint is at step %lld of %lld; --steps says how far to go\n", (long long)done,
        (long long)r->pde->steps);
  const exit_code code = run_steps(r);
  const ntkw_status recorded = trainer_record_end(r->trainer);
  if (recorded != NTKW_SUCCESS && (code == EXIT_DONE || code == EXIT_REQUEUE)) return command_failed(recorded);
  if (code == EXIT_REQUEUE) return report_stop(r, file);
  return code == EXIT_DONE ? finish(r, file) : code;
}

/* Checks beyond the table: there is a problem file or a checkpoint that holds one; the time limit is valid. */
static ntkw_status check_settings(train_settings *settings, const char *file, double *most_seconds) {
  if (!file && settings->resume.given && !settings->resume.path) settings->resume.path = settings->out;
  NTKW_CHECK(file || settings->resume.path, NTKW_ERR_ARGUMENT, "PROBLEM.lua is missing");
  *most_seconds = INFINITY;
  return settings->time_limit ? duration_read("--time-limit", settings->time_limit, most_seconds) : NTKW_SUCCESS;
}

static bool signal_came(void) {
  return signals_noted() != 0;
}

/* Signals are caught before MPI_Init, which may take long. */
static void before(void) {
  signals_catch();
  guard_nothing_to_save(true);
}

static exit_code train(int argc, char **argv) {
  train_settings settings = {
      .steps = -1, .seed = -1, .checkpoint_every = 1000, .log_every = 1000, .keep = 3, .lock_wait = 30};
  const char *file = NULL;
  run r = {.settings = &settings, .error = NAN, .started = MPI_Wtime(), .started_at = (double)time(NULL)};
  if (options_parse(table, N_OPTIONS, &settings, "[PROBLEM.lua]", &file, argc, argv) != NTKW_SUCCESS ||
      check_settings(&settings, file, &r.most_seconds) != NTKW_SUCCESS)
    return usage_error("train", "%s", ntkw_last_error());
  problem_interrupt_if(signal_came);
  ntkw_checkpoint_reader *reader = NULL;
  changes found = {0};
  const ntkw_status status = plan_make(&r, file, &reader, &found);
  changes_free(&found);
  guard_nothing_to_save(false);
  const exit_code code = status == NTKW_SUCCESS ? train_from(&r, file, reader) : command_failed(status);
  ntkw_checkpoint_reader_close(&reader);
  guard_lock(NULL);
  ntkw_checkpoint_unlock(&r.lock);
  evaluation_destroy(&r.evaluation);
  trainer_destroy(&r.trainer);
  history_free(&r.history);
  spectra_free(&r.spectra);
  problem_destroy(&r.pde);
  return code;
}

static void print_optimizers(FILE *to) {
  fprintf(to, "\nOptimizers (in the problem file: optimizer = { \"NAME\", KEY = VALUE }; default " DEFAULT_OPTIMIZER
              "):\n");
  optimizer_print_options(to);
}

const command train_command = {
    .name = "train",
    .summary = "train the network of a problem file",
    .help =
        "Usage: ntkw train PROBLEM.lua [OPTIONS]\n"
        "       mpirun -n RANKS ntkw train PROBLEM.lua [OPTIONS]\n"
        "       mpirun -n RANKS ntkw train --resume PATH [OPTIONS]\n"
        "\n"
        "Train the network of a problem file, its parameters sharded over the ranks, the conditions of the loss\n"
        "weighted. The loss of a condition is the mean of its squared residuals, over its points and equations.\n"
        "Prints a line every --log-every steps. On SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU and SIGHUP (unless it\n"
        "was ignored at the start: nohup), and when the time is nearly over, finishes the step, writes a checkpoint\n"
        "and exits with 85; a second SIGINT ends it at once. While the problem file is read, or another run waited\n"
        "for, it exits with 85 and writes nothing. A reader of its output that goes away does not end it; a launcher\n"
        "(mpirun, srun) that is killed ends its ranks within two seconds. The results do not depend on the number of\n"
        "ranks, nor on such stops.\n",
    .run = train,
    .before = before,
    .outlives_reader = true,
    .options = table,
    .n_options = N_OPTIONS,
    .print_more = print_optimizers,
    .notes = "Environment:\n"
             "  NTKW_KERNELS      portable, avx2 or avx512: kernels to use (default: the best this CPU has)\n"
             "  NTKW_SHARED_RANKS at most this many ranks of a computer share memory (default: all; 1: none)\n"
             "  OMP_NUM_THREADS   threads a rank, unless --threads says so (default: 1)\n"
             "\n"
             "Exit codes:\n"
             "   0  trained to the last step\n"
             "   2  wrong arguments\n"
             "   3  the problem file is wrong, or not the checkpoint's\n"
             "   4  a file could not be read or written, or is damaged\n"
             "   5  losses, gradients or parameters are not finite, or the loss has blown up: do not requeue\n"
             "   6  out of memory, or MPI failed\n"
             "   7  the folder is used by another run: try again when that has ended\n"
             "  85  stopped by a signal or the time limit, after a checkpoint if there was a step: continue with\n"
             "      --resume\n"
             "\n"
             "Example:\n"
             "  mpirun -n 2 ntkw train examples/wave1d-small.lua --out wave.run\n"
             "  mpirun -n 4 ntkw train examples/wave1d-small.lua --out wave.run --resume --steps 40000\n"
             "  mpirun -n 3 ntkw train --resume wave.run --time-limit 2:00:00\n",
};
