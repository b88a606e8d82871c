/* ntkw train: a problem file to a trained network. */
#include "cli/command.h"
#include "cli/guard.h"
#include "cli/signals.h"
#include "cli/threads.h"
#include "cli/train/duration.h"
#include "cli/train/folder.h"
#include "cli/train/picture.h"
#include "cli/train/run.h"
#include "cli/train/watch.h"
#include "ntkw/checkpoint.h"
#include "pinn/problem/problem_load.h"
#include "pinn/problem/rules.h"
#include "pinn/training/identity.h"
#include "pinn/training/snapshot.h"
#include "status/check.h"

#include <errno.h> /* program_invocation_name */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const checkpoint_modes[] = {"synchronous", "asynchronous"};
static const char *const progress_modes[] = {"auto", "live", "plain"};
static const char *const orders[] = {"fixed", "free"};

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
     .help = "of the loss (default: the problem file's; if it names none, ntk-trace), one of"},
    {.name = "out",
     .argument = "DIR",
     .kind = OPTION_TEXT,
     .at = AT(out),
     .help = "folder for checkpoints, history.csv, solution.h5, picture.png\n"
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
     .kind = OPTION_WORD,
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
     .help = "keep the newest N checkpoints (default 3)"},
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
    {.name = "trace",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(trace),
     .help = "record the steps at which weights are renewed, with the gradients of all conditions, for\n"
             "ntkw replay; FILE must be new (conditions x parameters x 4 or 8 bytes a step; default: none)"},
    {.name = "progress",
     .argument = "MODE",
     .kind = OPTION_WORD,
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
     .kind = OPTION_WORD,
     .at = AT(order),
     .words = orders,
     .n_words = 2,
     .help = "of the sums over points: fixed gives the same bits for any number of ranks and threads; free is\n"
             "faster by some percent and uses any number of ranks evenly, but its results depend on both\n"
             "numbers, as rounding errors grow over the steps (default fixed)"},
};
enum { N_OPTIONS = sizeof table / sizeof *table };

/* What the command line says goes before what the file says. */
static void override_problem(const train_settings *settings, problem *pde) {
  if (settings->steps >= 0) pde->steps = settings->steps;
  if (settings->seed >= 0) problem_set_seed(pde, (uint64_t)settings->seed);
  if (settings->weighting && strcmp(settings->weighting, pde->rule) != 0) {
    snprintf(pde->rule, sizeof pde->rule, "%s", settings->weighting);
    pde->alpha = NTKW_RULE_ALPHA;
    pde->update_every = 0;
  }
}

/* Weighting and seed belong to the trajectory. */
static bool keeps_the_old(const char *setting) {
  return strncmp(setting, "weighting", 9) == 0 || strncmp(setting, "seed", 4) == 0;
}

/* Settings that the problem file says otherwise than the one the checkpoint was trained with. now: what it says, in the
 * words of problem_settings; broken into lines. */
static void warn_of_changes(ntkw_checkpoint_reader *reader, const char *file, char now[]) {
  char before[IDENTITY_LENGTH];
  const char *source;
  problem *old = NULL;
  if (ntkw_checkpoint_get_text(reader, "problem_source", &source) != NTKW_SUCCESS) return;
  if (problem_from_lua(file, source, &old) != NTKW_SUCCESS) return;
  problem_settings(old, before);
  problem_destroy(&old);
  char *rest_before, *rest_now;
  const char *was = strtok_r(before, "\n", &rest_before), *is = strtok_r(now, "\n", &rest_now);
  for (; was && is; was = strtok_r(NULL, "\n", &rest_before), is = strtok_r(NULL, "\n", &rest_now))
    if (strcmp(was, is) != 0)
      warn("the problem file has changed since the checkpoint: it says \"%s\", before \"%s\"%s", is, was,
           keeps_the_old(is) ? ", which stays" : "");
}

/* Seed and rule are the checkpoint's; a command line that says otherwise is refused. */
static ntkw_status adopt_checkpoint(const train_settings *settings, ntkw_checkpoint_reader *reader, const char *path,
                                    problem *pde) {
  NTKW_TRY(snapshot_adopt(reader, path, pde));
  NTKW_CHECK(settings->seed < 0 || (uint64_t)settings->seed == pde->seed, NTKW_ERR_PROBLEM,
             "%s: was trained with seed %llu; --seed says %lld", path, (unsigned long long)pde->seed,
             (long long)settings->seed);
  NTKW_CHECK(!settings->weighting || strcmp(settings->weighting, pde->rule) == 0, NTKW_ERR_PROBLEM,
             "%s: was trained with weighting %s; --weighting says %s", path, pde->rule, settings->weighting);
  return NTKW_SUCCESS;
}

static void announce(const run *r, const char *file) {
  const problem *pde = r->pde;
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  say("%s: %lld parameters in %s, %d rank%s, %d lanes, kernels %s, seed %llu\n", file,
      (long long)trainer_parameter_count(r->trainer), pde->network.precision == NTKW_FLOAT32 ? "float32" : "float64",
      size, size == 1 ? "" : "s", trainer_lane_count(r->trainer), network_kernels(), (unsigned long long)pde->seed);
  if (trainer_threads(r->trainer) > 1) say("threads: %d a rank\n", trainer_threads(r->trainer));
  if (trainer_order(r->trainer) == ORDER_FREE)
    say("order: free; another number of ranks or threads gives other rounding errors\n");
  const trainer_state state = trainer_get_state(r->trainer);
  if (state.weighting)
    say("weighting: %s, alpha %g, updated every %lld step%s\n", trainer_rule(r->trainer),
        ntkw_weighting_alpha(state.weighting), (long long)ntkw_weighting_update_every(state.weighting),
        ntkw_weighting_update_every(state.weighting) == 1 ? "" : "s");
  else
    say("weighting: none, every condition has weight 1\n");
  const int idle = trainer_idle_ranks(r->trainer), empty = trainer_empty_shards(r->trainer);
  if (idle > 0 || empty > 0)
    warn("%d ranks are more than this problem can use: %d compute no points (it has %d lanes), %d hold no parameters",
         size, idle, trainer_lane_count(r->trainer), empty);
}

/* A word as a shell reads it. */
static void say_quoted(const char *word) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./+,:@%%";
  if (word[0] && strspn(word, plain) == strlen(word)) {
    say("%s", word);
    return;
  }
  say("'");
  for (; *word; word++) say(*word == '\'' ? "'\\''" : "%c", *word);
  say("'");
}

/* The command that goes on from here. */
static void say_how_to_continue(const run *r, const char *file, int64_t steps) {
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  say("continue:   ");
  if (size > 1) say("mpirun -n %d ", size);
  say_quoted(program_invocation_name);
  say(" train ");
  if (file) {
    say_quoted(file);
    say(" --out ");
    say_quoted(r->folder);
    say(" --resume");
  } else {
    say("--resume ");
    say_quoted(r->folder);
  }
  say(" --steps %lld\n", (long long)steps);
}

static exit_code come_back(const run *r, const char *file) {
  say("stopped by %s at step %lld of %lld\ncheckpoint: %s\n", stop_cause(&r->watch),
      (long long)trainer_steps_done(r->trainer), (long long)r->pde->steps, r->checkpoint);
  say_how_to_continue(r, file, r->pde->steps);
  return EXIT_COME_BACK;
}

/* After the last step: did a signal come on any rank? Collective. */
static bool stop_came(const run *r) {
  int came = signals_noted() != 0, any = 0;
  MPI_Allreduce(&came, &any, 1, MPI_INT, MPI_MAX, trainer_comm(r->trainer));
  return any;
}

static exit_code finish(run *r, const char *file) {
  char path[600];
  bool drawn = false;
  if (stop_came(r)) return come_back(r, file);
  run_path(r, "solution.h5", path, sizeof path);
  const ntkw_status status = evaluation_write(r->evaluation, path);
  if (status != NTKW_SUCCESS) return command_failed(status);
  const ntkw_status picture = picture_draw(r, &drawn);
  if (picture != NTKW_SUCCESS) warn("there is no picture: %s", ntkw_last_error());
  if (!isnan(r->error)) say("relative L2 error against the exact solution: %.3e\n", r->error);
  say("checkpoint: %s\nsolution:   %s/solution.h5\nhistory:    %s/history.csv\n", r->checkpoint, r->folder, r->folder);
  if (drawn)
    say("picture:    %s/picture.png\n", r->folder);
  else if (picture == NTKW_SUCCESS)
    say("picture:    none, as there is no gnuplot (Debian and Ubuntu: apt-get install gnuplot-nox)\n");
  if (r->spectra.n_steps > 0)
    say("spectra:    %s/spectrum.h5 (ntkw spectrum %s shows and draws them)\n", r->folder, r->folder);
  say_how_to_continue(r, file, 2 * trainer_steps_done(r->trainer));
  return EXIT_DONE;
}

/* Trainer, state and history: new, or from the checkpoint. */
static ntkw_status prepare(run *r, ntkw_checkpoint_reader *reader) {
  NTKW_TRY(trainer_create(MPI_COMM_WORLD, r->pde, &r->trainer));
  NTKW_TRY(set_threads(r->trainer, r->settings->threads));
  if (strcmp(r->settings->order, "free") == 0) NTKW_TRY(trainer_set_order(r->trainer, ORDER_FREE));
  if (reader) NTKW_TRY(snapshot_restore(reader, r->trainer, r->pde, &r->history));
  NTKW_TRY(evaluation_create(trainer_comm(r->trainer), r->pde, trainer_network(r->trainer), &r->evaluation));
  NTKW_TRY(watch_begin(r, reader != NULL));
  char path[600];
  run_path(r, "history.csv", path, sizeof path);
  return ntkw_status_agree(MPI_COMM_WORLD,
                           command_rank() == 0 ? history_write(&r->history, r->pde, path) : NTKW_SUCCESS);
}

/* The problem file's name, as much of its end as fits. */
static ntkw_status start_trace(run *r, const char *file) {
  char source[160];
  const size_t length = strlen(file), most = sizeof source - sizeof "ntkw train ";
  snprintf(source, sizeof source, "ntkw train %s", file + (length > most ? length - most : 0));
  return trainer_record(r->trainer, r->settings->trace, source);
}

/* Rank 0's clock decides for all. */
static void watch_time(run *r) {
  const trainer_state state = trainer_get_state(r->trainer);
  const int64_t bytes = 3 * state.n_parameters * (r->pde->network.precision == NTKW_FLOAT32 ? 4 : 8);
  const bool decides = command_rank() == 0;
  r->watch = stop_watch_start(r->started, decides ? r->time_limit : INFINITY,
                              decides ? getenv("SLURM_JOB_END_TIME") : NULL, r->started_at, bytes);
  if (decides && isfinite(r->watch.end)) say("time: at most %.0f s from the start on\n", r->watch.end - r->started);
}

static exit_code train_from(run *r, const char *file, ntkw_checkpoint_reader *reader) {
  const ntkw_status status = prepare(r, reader);
  if (status != NTKW_SUCCESS) return command_failed(status);
  if (r->settings->trace) {
    const ntkw_status recording = start_trace(r, r->pde->file);
    if (recording != NTKW_SUCCESS) return command_failed(recording);
  }
  announce(r, r->pde->file);
  const int64_t done = trainer_steps_done(r->trainer);
  watch_time(r);
  if (reader) {
    say("resumed from %s at step %lld\n", r->checkpoint, (long long)done);
    const ntkw_status cleared = folder_set_aside(r->folder, done);
    if (cleared != NTKW_SUCCESS) return command_failed(cleared);
  }
  const ntkw_status tidied = folder_clear_up(r->folder, (int)r->settings->keep);
  if (tidied != NTKW_SUCCESS) return command_failed(tidied);
  if (done >= r->pde->steps && reader)
    say("nothing to train: the checkpoint is at step %lld of %lld; --steps says how far to go\n", (long long)done,
        (long long)r->pde->steps);
  const exit_code code = run_steps(r);
  const ntkw_status recorded = trainer_record_end(r->trainer);
  if (recorded != NTKW_SUCCESS && (code == EXIT_DONE || code == EXIT_COME_BACK)) return command_failed(recorded);
  if (code == EXIT_COME_BACK) return come_back(r, file);
  return code == EXIT_DONE ? finish(r, file) : code;
}

/* The problem that a checkpoint holds, to be trained as far as its run was to go. */
static ntkw_status problem_of_checkpoint(ntkw_checkpoint_reader *reader, problem **pde) {
  const char *name, *source;
  int64_t last_step;
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "problem_file", &name));
  NTKW_TRY(ntkw_checkpoint_get_text(reader, "problem_source", &source));
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, problem_from_lua(name, source, pde)));
  if (ntkw_checkpoint_get_integer(reader, "last_step", &last_step) == NTKW_SUCCESS) (*pde)->steps = last_step;
  return NTKW_SUCCESS;
}

static ntkw_status take_folder(run *r) {
  NTKW_TRY(folder_prepare(r->folder));
  NTKW_TRY(folder_lock(r->folder, (double)r->settings->lock_wait, &r->lock));
  guard_lock(r->lock);
  return NTKW_SUCCESS;
}

/* Everything before training: problem, checkpoint to resume from, folder. file is NULL if the checkpoint is to say.
 * The folder is locked before its checkpoints are looked at, as a run that is waited for may publish another one. */
static ntkw_status set_up(run *r, const char *file, ntkw_checkpoint_reader **reader) {
  char said[IDENTITY_LENGTH];
  if (file) NTKW_TRY(problem_load(MPI_COMM_WORLD, file, &r->pde));
  NTKW_TRY(folder_choose(r->settings, file, r->folder, sizeof r->folder));
  if (r->settings->resume.given && folder_is_there(r->folder)) NTKW_TRY(take_folder(r));
  NTKW_TRY(folder_find_checkpoint(r->settings, r->folder, reader, r->checkpoint, sizeof r->checkpoint));
  if (!file) NTKW_TRY(problem_of_checkpoint(*reader, &r->pde));
  problem_settings(r->pde, said);
  override_problem(r->settings, r->pde);
  if (*reader) NTKW_TRY(adopt_checkpoint(r->settings, *reader, r->checkpoint, r->pde));
  if (*reader && file) warn_of_changes(*reader, file, said);
  if (r->lock) return NTKW_SUCCESS;
  NTKW_TRY(take_folder(r));
  return r->settings->resume.given ? NTKW_SUCCESS : folder_refuse_used(r->folder);
}

/* What the table cannot say: a problem file, or a checkpoint to find one in; a time. */
static ntkw_status check_settings(train_settings *settings, const char *file, double *time_limit) {
  if (!file && settings->resume.given && !settings->resume.path) settings->resume.path = settings->out;
  NTKW_CHECK(file || settings->resume.path, NTKW_ERR_ARGUMENT, "PROBLEM.lua is missing");
  *time_limit = INFINITY;
  return settings->time_limit ? duration_read("--time-limit", settings->time_limit, time_limit) : NTKW_SUCCESS;
}

static bool signal_came(void) {
  return signals_noted() != 0;
}

/* Signals count from the beginning, which takes as long as MPI does. */
static void before(void) {
  signals_catch();
  guard_nothing_to_save(true);
}

static exit_code train(int argc, char **argv) {
  train_settings settings = {.steps = -1,
                             .seed = -1,
                             .checkpoint_every = 1000,
                             .log_every = 1000,
                             .keep = 3,
                             .lock_wait = 30,
                             .checkpoint_mode = "synchronous",
                             .progress = "auto",
                             .order = "fixed"};
  const char *file = NULL;
  run r = {.settings = &settings, .error = NAN, .started = MPI_Wtime(), .started_at = (double)time(NULL)};
  if (options_parse(table, N_OPTIONS, &settings, "[PROBLEM.lua]", &file, argc, argv) != NTKW_SUCCESS ||
      check_settings(&settings, file, &r.time_limit) != NTKW_SUCCESS)
    return usage_error("train", "%s", ntkw_last_error());
  problem_interrupt_if(signal_came);
  ntkw_checkpoint_reader *reader = NULL;
  const ntkw_status status = set_up(&r, file, &reader);
  guard_nothing_to_save(false);
  const exit_code code = status == NTKW_SUCCESS ? train_from(&r, file, reader) : command_failed(status);
  ntkw_checkpoint_close(&reader);
  guard_lock(NULL);
  ntkw_checkpoint_unlock(&r.lock);
  evaluation_destroy(&r.evaluation);
  trainer_destroy(&r.trainer);
  history_free(&r.history);
  spectra_free(&r.spectra);
  problem_destroy(&r.pde);
  return code;
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
        "weighted. Prints a line every --log-every steps. On SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU and SIGHUP\n"
        "(unless it was ignored at the start: nohup), and when the time is nearly over, finishes the step, writes a\n"
        "checkpoint and exits with 85; a second SIGINT ends it at once. While the problem file is read, or another\n"
        "run waited for, it exits with 85 and writes nothing. A reader of its output that goes away does not end it;\n"
        "a launcher (mpirun, srun) that is killed ends its ranks within two seconds. The results do not depend on the\n"
        "number of ranks, nor on such stops.\n",
    .run = train,
    .before = before,
    .outlives_reader = true,
    .options = table,
    .n_options = N_OPTIONS,
    .notes = "Environment:\n"
             "  NTKW_KERNELS      portable, avx2 or avx512: kernels to use (default: the best this CPU has)\n"
             "  OMP_NUM_THREADS   threads a rank, unless --threads says so (default: 1)\n"
             "\n"
             "Exit codes:\n"
             "   0  trained to the last step\n"
             "   2  wrong arguments\n"
             "   3  the problem file is wrong, or not the checkpoint's\n"
             "   4  a file could not be read or written, or is damaged\n"
             "   5  losses, gradients or parameters are not finite: do not requeue\n"
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
