/* ntkw replay: run a recording through the library, its gradients sharded over the ranks, and compare. */
#include "cli/command.h"
#include "base/dtype.h"
#include "cli/replay/report.h"
#include "cli/replay/table.h"
#include "ntkw/rule.h"
#include "base/check.h"
#include "base/path.h"
#include "recording/reader.h"

#include <stdlib.h>
#include <string.h>

typedef struct settings {
  shard_kind cut;
  const char *rules, *csv;
  int64_t seed, every;
  double alpha, tolerance;
  bool table, quiet;
} settings;

static const char *const cuts[] = {[SHARD_EVEN] = "even", [SHARD_RANDOM] = "random", [SHARD_REPLICATED] = "replicated"};
static const double not_given = -1;
enum { MOST_RULES = 64 };

static const option options[] = {
    {.name = "cut",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .at = offsetof(settings, cut),
     .words = cuts,
     .n_words = sizeof cuts / sizeof *cuts,
     .help = "how parameters are spread over ranks: even, in runs of the same\n"
             "size; random, drawn anew for each step, with empty shards and\n"
             "interleaved pieces; replicated, random tensors are held by\n"
             "several ranks and added as copies (default even)"},
    {.name = "seed",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = offsetof(settings, seed),
     .least = 0,
     .most = INT64_MAX,
     .help = "of the random cuts (default 1)"},
    {.name = "rule",
     .argument = "RULE,...",
     .kind = OPTION_TEXT,
     .at = offsetof(settings, rules),
     .list = ntkw_rule_names,
     .help = "one rule or several side by side (default: the recorded one;\n"
             "PINA's ntk is gradient-share, its self_adaptive is\n"
             "inverse-gradient-norm with alpha 0); of"},
    {.name = "alpha",
     .argument = "X",
     .kind = OPTION_REAL,
     .at = offsetof(settings, alpha),
     .lowest = 0,
     .highest = 1,
     .help = "share of the old weight (default: as recorded; with --rule each\n"
             "rule's own)"},
    {.name = "every",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = offsetof(settings, every),
     .least = 1,
     .most = INT64_MAX,
     .help = "epochs between renewals of the weights (default: as recorded;\n"
             "with --rule each rule's own)"},
    {.name = "tolerance",
     .argument = "X",
     .kind = OPTION_REAL,
     .at = offsetof(settings, tolerance),
     .lowest = 0,
     .highest = 1e300,
     .help = "largest relative deviation of weights and totals (default 1e-6\n"
             "for float32, 1e-14 for float64)"},
    {.name = "table",
     .kind = OPTION_FLAG,
     .at = offsetof(settings, table),
     .help = "print the weights and the total of every step, a row a rule"},
    {.name = "csv",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = offsetof(settings, csv),
     .help = "write the same with all digits to FILE; with - to stdout, and the\n"
             "report to stderr only if something deviates"},
    {.name = "quiet", .kind = OPTION_FLAG, .at = offsetof(settings, quiet), .help = "print nothing if all agree"}};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* The state of a replay. */
typedef struct replay {
  const settings *settings;
  recorded_run *recorded;
  rule_replay rules[MOST_RULES];
  int n;
  weight_table table, csv;
  shard_plan mine;
  void *values; /* [C, capacity] of the recording's dtype */
  int64_t capacity;
} replay;

/* Create a replay for each name between commas, or for the recorded rule. Collective. */
static ntkw_status create_rule_replays(replay *r) {
  const settings *s = r->settings;
  rule_replay_options chosen = {NULL, s->alpha, s->tolerance, s->every};
  if (!s->rules) return rule_replay_create(r->recorded, &chosen, &r->rules[r->n++]);
  for (const char *rest = s->rules; rest; rest = strchr(rest, ',') ? strchr(rest, ',') + 1 : NULL) {
    char name[64];
    const size_t length = strcspn(rest, ",");
    NTKW_CHECK(length > 0, NTKW_ERR_ARGUMENT, "--rule %s: a name is empty", s->rules);
    NTKW_CHECK(length < sizeof name, NTKW_ERR_ARGUMENT, "--rule %s: no rule has so long a name", s->rules);
    NTKW_CHECK(r->n < MOST_RULES, NTKW_ERR_ARGUMENT, "--rule has more than %d names", MOST_RULES);
    snprintf(name, sizeof name, "%.*s", (int)length, rest);
    chosen.rule = name;
    NTKW_TRY(rule_replay_create(r->recorded, &chosen, &r->rules[r->n++]));
  }
  return NTKW_SUCCESS;
}

static ntkw_status reserve(replay *r, int64_t count) {
  if (count <= r->capacity) return NTKW_SUCCESS;
  const size_t entry = ntkw_i_value_size(r->recorded->dtype);
  void *larger = realloc(r->values, (size_t)count * (size_t)r->recorded->n_conditions * entry);
  NTKW_CHECK(larger, NTKW_ERR_MEMORY, "out of memory for %lld gradient values", (long long)count);
  r->values = larger;
  r->capacity = count;
  return NTKW_SUCCESS;
}

/* Add this rank's shard of all gradients of one step to every replayed rule. Local. */
static ntkw_status add_shard(replay *r, int64_t step) {
  const recorded_run *recorded = r->recorded;
  const shard_model model = {recorded->n_parameters, recorded->n_segments, recorded->segment_offset,
                             recorded->segment_size};
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  NTKW_TRY(shard_plan_draw(r->settings->cut, (uint64_t)r->settings->seed, step, rank, size, &model, &r->mine));
  for (int k = 0; k < r->mine.n; k++) {
    const shard_piece *piece = &r->mine.pieces[k];
    NTKW_TRY(reserve(r, piece->count));
    NTKW_TRY(ntkw_i_recording_read_gradients(recorded, step, piece->offset, piece->count, r->values));
    for (int i = 0; i < r->n; i++) NTKW_TRY(rule_replay_add_gradients(&r->rules[i], recorded, piece, r->values));
  }
  return NTKW_SUCCESS;
}

/* Collective. */
static ntkw_status replay_step(replay *r, int64_t step) {
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, add_shard(r, step)));
  for (int i = 0; i < r->n; i++) {
    NTKW_TRY(rule_replay_step(&r->rules[i], r->recorded, step));
    weight_table_add(&r->table, r->recorded, step, &r->rules[i]);
    weight_table_add(&r->csv, r->recorded, step, &r->rules[i]);
  }
  return NTKW_SUCCESS;
}

/* Collective. */
static ntkw_status replay_steps(replay *r) {
  for (int64_t step = 0; step < r->recorded->n_steps; step++) NTKW_TRY(replay_step(r, step));
  for (int i = 0; i < r->n; i++) NTKW_TRY(comparison_join(&r->rules[i].found, MPI_COMM_WORLD));
  return NTKW_SUCCESS;
}

/* Check that the table does not overwrite the recording. Collective. */
static ntkw_status check_csv(const char *csv, const char *file) {
  ntkw_status status = NTKW_SUCCESS;
  if (command_rank() == 0 && csv && ntkw_i_path_same(csv, file))
    status = ntkw_i_fail(NTKW_ERR_ARGUMENT, "--csv %s is the recording itself; expected another file", csv);
  return ntkw_status_agree(MPI_COMM_WORLD, status);
}

/* Check that there are steps, and warn of a recording that was cut short. The same on every rank. */
static ntkw_status judge_length(const recorded_run *recorded, const char *file) {
  NTKW_CHECK(recorded->n_steps > 0 || !recorded->complete, NTKW_ERR_FORMAT,
             "%s: no step was recorded: nothing to replay", file);
  if (!recorded->complete)
    warn("%s: the recording was cut short: %lld whole step%s %s replayed", file, (long long)recorded->n_steps,
         recorded->n_steps == 1 ? "" : "s", recorded->n_steps == 1 ? "is" : "are");
  return NTKW_SUCCESS;
}

/* Collective. */
static ntkw_status replay_all(replay *r, const char *file) {
  NTKW_TRY(check_csv(r->settings->csv, file));
  NTKW_TRY(ntkw_i_recording_open(MPI_COMM_WORLD, file, &r->recorded));
  NTKW_TRY(judge_length(r->recorded, file));
  if (r->recorded->n_steps == 0) return NTKW_SUCCESS;
  NTKW_TRY(create_rule_replays(r));
  if (r->settings->table) NTKW_TRY(weight_table_open(&r->table, "-", false, r->recorded));
  if (r->settings->csv) NTKW_TRY(weight_table_open(&r->csv, r->settings->csv, true, r->recorded));
  const ntkw_status status = replay_steps(r);
  const ntkw_status table = weight_table_close(&r->table), csv = weight_table_close(&r->csv);
  return status != NTKW_SUCCESS ? status : table != NTKW_SUCCESS ? table : csv;
}

static bool all_match(const replay *r) {
  bool match = true;
  for (int i = 0; i < r->n; i++) match = match && comparison_matches(&r->rules[i].found);
  return match;
}

static exit_code run(int argc, char **argv) {
  settings s = {.seed = 1, .alpha = not_given, .tolerance = not_given};
  const char *file = NULL;
  if (options_parse(options, N_OPTIONS, &s, "FILE", &file, argc, argv) != NTKW_SUCCESS)
    return usage_error("replay", "%s", ntkw_last_error());
  const bool csv_to_stdout = s.csv && strcmp(s.csv, "-") == 0;
  if (csv_to_stdout && s.table) return usage_error("replay", "--table and --csv - both want stdout");
  replay *r = calloc(1, sizeof *r);
  const ntkw_status allocated = r ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a replay");
  if (ntkw_status_agree(MPI_COMM_WORLD, allocated) != NTKW_SUCCESS) {
    free(r);
    return command_failed(NTKW_ERR_MEMORY);
  }
  r->settings = &s;
  const ntkw_status status = replay_all(r, file);
  const bool matches = all_match(r), silent = (s.quiet || csv_to_stdout) && matches;
  if (status == NTKW_SUCCESS && command_rank() == 0 && !silent && r->n > 0)
    report_replay(csv_to_stdout ? stderr : stdout, file, r->recorded, r->rules, r->n);
  const exit_code code = status != NTKW_SUCCESS ? command_failed(status) : matches ? EXIT_DONE : EXIT_DEVIATES;
  for (int i = 0; i < r->n; i++) rule_replay_destroy(&r->rules[i]);
  ntkw_i_recording_close(&r->recorded);
  shard_plan_free(&r->mine);
  free(r->values);
  free(r);
  return code;
}

static const char help[] =
    "Usage: mpirun -n RANKS ntkw replay [OPTIONS] FILE\n"
    "\n"
    "Run a recording through the library, its gradients sharded over the ranks, and compare. FILE is an HDF5\n"
    "file with losses, gradients and weights of every step of a training run (format: ntkw/recording.h).\n"
    "Norms and squared norms must equal the exact ones, rounded once, in every bit; weights and totals must be\n"
    "within the tolerance. The output depends neither on the number of ranks nor on the cut. With another rule,\n"
    "alpha or schedule than recorded, the weights of the last step are printed instead of compared; several rules are\n"
    "printed side by side, and --table or --csv give the weights of every step. A rule of the tangent kernel needs\n"
    "a recording with the kernel's traces. Recordings are made with ntkw train --record, or by your own programs with\n"
    "ntkw_recording_create (ntkw/recording.h). If a recording was cut short, stderr says so and its whole steps are\n"
    "replayed.\n";

static const char notes[] = "Exit codes:\n"
                            "  0  matches      1  deviates: beyond the tolerance, or bits that differ\n"
                            "  2  wrong arguments      4  FILE cannot be read, is damaged, or holds no gradients\n"
                            "  5  a gradient or loss is not finite      6  out of memory, or MPI failed\n"
                            "\n"
                            "Examples:\n"
                            "  mpirun -n 3 ntkw replay run.h5 --cut replicated --seed 7\n"
                            "  ntkw replay run.h5 --rule inverse-gradient-norm --alpha 0.9 --every 5\n"
                            "  ntkw replay run.h5 --rule gradient-share,inverse-gradient-norm --csv weights.csv\n";

const command replay_command = {.name = "replay",
                                .summary = "run recorded gradients through the library and compare",
                                .help = help,
                                .run = run,
                                .options = options,
                                .n_options = N_OPTIONS,
                                .notes = notes};
