#include "cli/replay/rule_replay.h"
#include "base/dtype.h"
#include "cli/command.h"
#include "base/check.h"

#include <string.h>

static const double tolerance_of[] = {[NTKW_FLOAT32] = 1e-6, [NTKW_FLOAT64] = 1e-14};

/* The library's name of the recorded rule. Recordings of PINA's runs have PINA's names. */
static const char *library_rule(const recorded_run *recorded) {
  return strcmp(recorded->rule, "ntk") == 0             ? "gradient-share"
         : strcmp(recorded->rule, "self_adaptive") == 0 ? "inverse-gradient-norm"
                                                        : recorded->rule;
}

static double library_alpha(const recorded_run *recorded) {
  return strcmp(recorded->rule, "self_adaptive") == 0 ? 0 : recorded->alpha;
}

static bool as_recorded(const ntkw_weighting *w, const recorded_run *recorded) {
  return strcmp(ntkw_weighting_rule(w), library_rule(recorded)) == 0 &&
         ntkw_weighting_alpha(w) == library_alpha(recorded) && ntkw_weighting_update_every(w) == recorded->update_every;
}

ntkw_status rule_replay_create(const recorded_run *recorded, const rule_replay_options *options, rule_replay *new) {
  ntkw_weighting_options w;
  ntkw_weighting_options_init(&w);
  w.rule = options->rule ? options->rule : library_rule(recorded);
  w.alpha = options->alpha >= 0 ? options->alpha : options->rule ? NTKW_RULE_ALPHA : library_alpha(recorded);
  w.update_every = options->every > 0 ? options->every : options->rule ? 0 : recorded->update_every;
  w.dtype = recorded->dtype;
  w.parameter_count = recorded->n_parameters;
  w.initial_weights = recorded->initial_weights;
  *new = (rule_replay){0};
  NTKW_TRY(ntkw_weighting_create(MPI_COMM_WORLD, recorded->n_conditions, (const char *const *)recorded->conditions, &w,
                                 &new->weighting));
  NTKW_CHECK(recorded->traces || !ntkw_weighting_needs_traces(new->weighting), NTKW_ERR_ARGUMENT,
             "%s%s needs the diagonal of the tangent kernel; this recording holds gradients and losses only%s",
             options->rule ? "--rule " : "the recorded rule ", w.rule,
             options->rule ? "" : ": choose other rules with --rule");
  const ntkw_rule_info *rule = ntkw_rule_find(ntkw_weighting_rule(new->weighting));
  NTKW_CHECK(recorded->entries || !rule->by_count || !(rule->needs & NTKW_NEEDS_TRACES), NTKW_ERR_ARGUMENT,
             "%s%s needs the numbers of residuals; this recording has none (/entries)%s",
             options->rule ? "--rule " : "the recorded rule ", w.rule,
             options->rule ? ": choose other rules with --rule" : "");
  new->found.weights_too = as_recorded(new->weighting, recorded);
  new->found.tolerance = options->tolerance >= 0 ? options->tolerance : tolerance_of[recorded->dtype];
  return NTKW_SUCCESS;
}

void rule_replay_destroy(rule_replay *gone) {
  ntkw_weighting_destroy(&gone->weighting);
}

ntkw_status rule_replay_add_gradients(rule_replay *to, const recorded_run *recorded, const shard_piece *piece,
                                      const void *values) {
  const size_t count = (size_t)piece->count, row = count * ntkw_i_value_size(recorded->dtype);
  for (int c = 0; c < recorded->n_conditions; c++) {
    const char *own = count > 0 ? (const char *)values + (size_t)c * row : NULL;
    if (piece->copy == NOT_A_COPY)
      NTKW_TRY(ntkw_weighting_add_gradient(to->weighting, c, own, count, recorded->dtype));
    else
      NTKW_TRY(ntkw_weighting_add_gradient_copy(to->weighting, c, own, count, recorded->dtype, piece->copy));
  }
  return NTKW_SUCCESS;
}

/* Add a recorded trace of the kernel. trace: NULL on ranks that do not add it. */
static ntkw_status add_trace(rule_replay *to, const recorded_run *recorded, int c, const double *trace) {
  ntkw_sum sum;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  if (!trace) return ntkw_weighting_add_ntk_diagonal(to->weighting, c, NULL, 0);
  NTKW_CHECK(*trace >= 0, NTKW_ERR_FORMAT, "the recorded trace of condition '%s' is %g; expected at least 0",
             recorded->conditions[c], *trace);
  NTKW_TRY(ntkw_sum_add_magnitudes(&sum, trace, 1, NTKW_FLOAT64));
  if (recorded->entries) sum.count = recorded->entries[c];
  return ntkw_weighting_merge_ntk_diagonal(to->weighting, c, &sum);
}

/* Losses and traces are recorded for all ranks together: rank 0 adds them. */
static ntkw_status add_recorded(rule_replay *to, const recorded_run *recorded, int64_t step, bool here) {
  const bool traces = ntkw_weighting_needs_traces(to->weighting);
  for (int c = 0; c < recorded->n_conditions; c++) {
    const int64_t at = step * recorded->n_conditions + c;
    NTKW_TRY(ntkw_weighting_set_loss(to->weighting, c, here ? recorded->losses[at] : 0, here));
    if (traces) NTKW_TRY(add_trace(to, recorded, c, here ? &recorded->traces[at] : NULL));
  }
  return NTKW_SUCCESS;
}

ntkw_status rule_replay_step(rule_replay *of, const recorded_run *recorded, int64_t step) {
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, add_recorded(of, recorded, step, command_rank() == 0)));
  const ntkw_status status = ntkw_weighting_update(of->weighting, recorded->epoch[step]);
  if (status != NTKW_ZERO_NORM) NTKW_TRY(status);
  NTKW_TRY(ntkw_weighting_aggregate(of->weighting, recorded->losses + step * recorded->n_conditions, &of->total));
  of->renewed = ntkw_weighting_due(of->weighting, recorded->epoch[step]);
  const step_result got = {.updated = of->renewed,
                           .zero_norm = status == NTKW_ZERO_NORM,
                           .weights = ntkw_weighting_weights(of->weighting),
                           .norms = ntkw_weighting_norms(of->weighting),
                           .squares = ntkw_weighting_squared_norms(of->weighting),
                           .total = of->total};
  comparison_add(&of->found, recorded, step, &got);
  return NTKW_SUCCESS;
}
