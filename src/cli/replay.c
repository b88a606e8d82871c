/* ntkw replay: a recorded trace through the library, its gradients sharded over the ranks. */
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/cut.h"
#include "cli/trace.h"
#include "ntkw/rule.h"
#include "ntkw/weighting.h"
#include "status/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct settings {
  const char *cut, *rule;
  int64_t seed, every;
  double alpha, tolerance;
  bool quiet;
} settings;

static const char *const cuts[] = {[CUT_EVEN] = "even", [CUT_RANDOM] = "random", [CUT_REPLICATED] = "replicated"};
static const double tolerance_of[] = {[NTKW_FLOAT32] = 1e-6, [NTKW_FLOAT64] = 1e-14};
static const double not_given = -1;

static const option options[] = {
    {.name = "cut",
     .argument = "HOW",
     .kind = OPTION_WORD,
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
     .argument = "RULE",
     .kind = OPTION_WORD,
     .at = offsetof(settings, rule),
     .list = ntkw_rule_names,
     .help = "default: the one of the trace (ntk is gradient-share, self_adaptive is\n"
             "inverse-gradient-norm with alpha 0); or one of"},
    {.name = "alpha",
     .argument = "X",
     .kind = OPTION_REAL,
     .at = offsetof(settings, alpha),
     .lowest = 0,
     .highest = 1,
     .help = "share of the old weight (default: as recorded; with --rule that\n"
             "rule's own)"},
    {.name = "every",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = offsetof(settings, every),
     .least = 1,
     .most = INT64_MAX,
     .help = "epochs between renewals of the weights (default: as recorded;\n"
             "with --rule that rule's own)"},
    {.name = "tolerance",
     .argument = "X",
     .kind = OPTION_REAL,
     .at = offsetof(settings, tolerance),
     .lowest = 0,
     .highest = 1e300,
     .help = "largest relative deviation of weights and totals (default 1e-6\n"
             "for float32, 1e-14 for float64)"},
    {.name = "quiet", .kind = OPTION_FLAG, .at = offsetof(settings, quiet), .help = "print only what deviates"}};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* A replay under way. */
typedef struct replay {
  trace *recorded;
  ntkw_weighting *weighting;
  comparison found;
  cut mine;
  void *values; /* [C, capacity] of the trace's dtype */
  int64_t capacity;
} replay;

static const char *library_rule(const trace *t) {
  return strcmp(t->rule, "ntk") == 0 ? "gradient-share" : "inverse-gradient-norm";
}

static double library_alpha(const trace *t) {
  return strcmp(t->rule, "ntk") == 0 ? t->alpha : 0;
}

/* Collective. Rule and options are the trace's unless the user gave others. */
static ntkw_status make_weighting(const trace *t, const settings *s, ntkw_weighting **out) {
  ntkw_weighting_options w;
  ntkw_weighting_options_init(&w);
  w.rule = s->rule ? s->rule : library_rule(t);
  w.alpha = s->alpha >= 0 ? s->alpha : s->rule ? NTKW_RULE_ALPHA : library_alpha(t);
  w.update_every = s->every > 0 ? s->every : s->rule ? 0 : t->update_every;
  w.dtype = t->dtype;
  w.parameter_count = t->n_parameters;
  NTKW_TRY(ntkw_weighting_create(MPI_COMM_WORLD, t->n_conditions, (const char *const *)t->conditions, &w, out));
  NTKW_CHECK(!ntkw_weighting_needs_traces(*out), NTKW_ERR_ARGUMENT,
             "--rule %s needs the diagonal of the tangent kernel; recorded traces hold gradients only", w.rule);
  return NTKW_SUCCESS;
}

static bool as_recorded(const ntkw_weighting *w, const trace *t) {
  return strcmp(ntkw_weighting_rule(w), library_rule(t)) == 0 && ntkw_weighting_alpha(w) == library_alpha(t) &&
         ntkw_weighting_update_every(w) == t->update_every;
}

static ntkw_status reserve(replay *r, int64_t count) {
  if (count <= r->capacity) return NTKW_SUCCESS;
  const size_t entry = r->recorded->dtype == NTKW_FLOAT32 ? 4 : 8;
  void *larger = realloc(r->values, (size_t)count * (size_t)r->recorded->n_conditions * entry);
  NTKW_CHECK(larger, NTKW_ERR_MEMORY, "out of memory for %lld gradient values", (long long)count);
  r->values = larger;
  r->capacity = count;
  return NTKW_SUCCESS;
}

static ntkw_status add_piece(replay *r, int64_t step, const cut_piece *piece) {
  const trace *t = r->recorded;
  const size_t count = (size_t)piece->count, bytes = count * (t->dtype == NTKW_FLOAT32 ? 4 : 8);
  NTKW_TRY(reserve(r, piece->count));
  NTKW_TRY(trace_read_gradients(t, step, piece->offset, piece->count, r->values));
  for (int c = 0; c < t->n_conditions; c++) {
    const char *values = count > 0 ? (const char *)r->values + (size_t)c * bytes : NULL;
    if (piece->copy == NOT_A_COPY)
      NTKW_TRY(ntkw_gradient_add(r->weighting, c, values, count, t->dtype));
    else
      NTKW_TRY(ntkw_gradient_add_copy(r->weighting, c, values, count, t->dtype, piece->copy));
  }
  return NTKW_SUCCESS;
}

/* Local: hand over this rank's shard of all gradients of one step. */
static ntkw_status add_shard(replay *r, const settings *s, cut_kind kind, int64_t step) {
  const trace *t = r->recorded;
  const cut_model model = {t->n_parameters, t->n_segments, t->segment_offset, t->segment_size};
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  NTKW_TRY(cut_draw(kind, (uint64_t)s->seed, step, rank, size, &model, &r->mine));
  for (int k = 0; k < r->mine.n; k++) NTKW_TRY(add_piece(r, step, &r->mine.pieces[k]));
  for (int c = 0; c < t->n_conditions; c++) /* recorded losses are global: counted once */
    NTKW_TRY(ntkw_loss_set(r->weighting, c, rank == 0 ? t->losses[step * t->n_conditions + c] : 0, rank == 0));
  return NTKW_SUCCESS;
}

/* Collective. The reduction takes place in every step, due or not, so that all recorded norms are checked. */
static ntkw_status replay_step(replay *r, const settings *s, cut_kind kind, int64_t step) {
  const trace *t = r->recorded;
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, add_shard(r, s, kind, step)));
  const ntkw_status status = ntkw_weighting_update(r->weighting, t->epoch[step]);
  if (status != NTKW_ZERO_NORM) NTKW_TRY(status);
  step_result got = {.updated = ntkw_weighting_due(r->weighting, t->epoch[step]),
                     .zero_norm = status == NTKW_ZERO_NORM,
                     .weights = ntkw_weights(r->weighting),
                     .norms = ntkw_norms(r->weighting),
                     .squares = ntkw_squared_norms(r->weighting)};
  NTKW_TRY(ntkw_aggregate(r->weighting, t->losses + step * t->n_conditions, &got.total));
  comparison_add(&r->found, t, step, &got);
  return NTKW_SUCCESS;
}

static cut_kind kind_of(const char *name) {
  int kind = 0;
  while (strcmp(cuts[kind], name) != 0) kind++;
  return (cut_kind)kind;
}

/* Collective. */
static ntkw_status replay_all(replay *r, const settings *s, const char *file) {
  NTKW_TRY(trace_open(MPI_COMM_WORLD, file, &r->recorded));
  NTKW_TRY(make_weighting(r->recorded, s, &r->weighting));
  r->found.weights_too = as_recorded(r->weighting, r->recorded);
  r->found.tolerance = s->tolerance >= 0 ? s->tolerance : tolerance_of[r->recorded->dtype];
  for (int64_t step = 0; step < r->recorded->n_steps; step++) NTKW_TRY(replay_step(r, s, kind_of(s->cut), step));
  return comparison_join(&r->found, MPI_COMM_WORLD);
}

static void print_weights(const replay *r) {
  const trace *t = r->recorded;
  printf("\nweights after %" PRId64 " renewals in %" PRId64 " steps, and norms of the last step:\n", r->found.renewals,
         t->n_steps);
  for (int c = 0; c < t->n_conditions; c++)
    printf("  %-16s %-24.17g %.17g\n", t->conditions[c], ntkw_weights(r->weighting)[c], ntkw_norms(r->weighting)[c]);
}

static const char *verdict_of(const comparison *found) {
  if (!comparison_matches(found)) return "DEVIATES from the recording";
  return found->weights_too ? "matches the recording" : "norms match the recording";
}

/* Nothing here may depend on the number of ranks, the cut or the seed. */
static void report(const replay *r, const char *file) {
  const trace *t = r->recorded;
  printf("trace    %s\n", file);
  printf("         %s; %s, %s, %d conditions, %" PRId64 " parameters, %" PRId64 " steps\n", t->source, t->rule,
         t->dtype == NTKW_FLOAT32 ? "float32" : "float64", t->n_conditions, t->n_parameters, t->n_steps);
  printf("rule     %s, alpha %g, every %" PRId64 "%s\n", ntkw_weighting_rule(r->weighting),
         ntkw_weighting_alpha(r->weighting), ntkw_weighting_update_every(r->weighting),
         r->found.weights_too ? "" : " (not as recorded: weights are not compared)");
  comparison_print(&r->found, t);
  printf("verdict  %s\n", verdict_of(&r->found));
  if (!r->found.weights_too) print_weights(r);
}

static exit_code run(int argc, char **argv) {
  settings s = {.cut = cuts[CUT_EVEN], .seed = 1, .alpha = not_given, .tolerance = not_given};
  const char *file = NULL;
  if (options_parse(options, N_OPTIONS, &s, "FILE", &file, argc, argv) != NTKW_SUCCESS)
    return usage_error("replay", "%s", ntkw_last_error());
  replay r = {0};
  const ntkw_status status = replay_all(&r, &s, file);
  const bool matches = comparison_matches(&r.found);
  if (status == NTKW_SUCCESS && command_rank() == 0 && (!s.quiet || !matches)) report(&r, file);
  const exit_code code = status != NTKW_SUCCESS ? command_failed(status) : matches ? EXIT_DONE : EXIT_DEVIATES;
  ntkw_weighting_destroy(&r.weighting);
  trace_close(&r.recorded);
  cut_free(&r.mine);
  free(r.values);
  return code;
}

static const char help[] =
    "Usage: mpirun -n RANKS ntkw replay [OPTIONS] FILE\n"
    "\n"
    "Run a recorded trace through the library, its gradients sharded over the ranks, and compare. FILE is an HDF5\n"
    "file with losses, gradients and weights of every step of a training run (format: mpi_tests/data/README.md).\n"
    "Norms and squared norms must equal the exact ones, rounded once, in every bit; weights and totals must be\n"
    "within the tolerance. The output depends neither on the number of ranks nor on the cut. With another rule,\n"
    "alpha or schedule than recorded, the weights of the last step are printed instead of compared.\n";

static const char notes[] = "Exit codes:\n"
                            "  0  matches      1  deviates: beyond the tolerance, or bits that differ\n"
                            "  2  wrong arguments      4  FILE cannot be read, is damaged, or holds no gradients\n"
                            "  5  a gradient or loss is not finite      6  out of memory, or MPI failed\n"
                            "\n"
                            "Examples:\n"
                            "  mpirun -n 3 ntkw replay trace.h5 --cut replicated --seed 7\n"
                            "  ntkw replay trace.h5 --rule inverse-gradient-norm --alpha 0.9 --every 5\n";

const command replay_command = {.name = "replay",
                                .summary = "run recorded gradients through the library and compare",
                                .help = help,
                                .run = run,
                                .options = options,
                                .n_options = N_OPTIONS,
                                .notes = notes};
