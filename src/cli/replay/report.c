#include "cli/replay/report.h"
#include "base/dtype.h"

#include <inttypes.h>
#include <string.h>

static void print_weights(FILE *out, const recorded_run *recorded, const rule_replay *of) {
  fprintf(out, "\nweights after %" PRId64 " renewals in %" PRId64 " steps, and norms of the last step:\n",
          of->found.renewals, recorded->n_steps);
  for (int c = 0; c < recorded->n_conditions; c++)
    fprintf(out, "  %-16s %-24.17g %.17g\n", recorded->conditions[c], ntkw_weighting_weights(of->weighting)[c],
            ntkw_weighting_norms(of->weighting)[c]);
}

static const char *verdict_of(const comparison *found) {
  if (!comparison_matches(found)) return "DEVIATES from the recording";
  return found->weights_too ? "matches the recording" : "norms match the recording";
}

static void print_rule(FILE *out, const recorded_run *recorded, const rule_replay *of) {
  fprintf(out, "rule     %s, alpha %g, every %" PRId64 "%s\n", ntkw_weighting_rule(of->weighting),
          ntkw_weighting_alpha(of->weighting), ntkw_weighting_update_every(of->weighting),
          of->found.weights_too ? "" : " (not as recorded: weights are not compared)");
  comparison_print(out, &of->found, recorded);
  fprintf(out, "verdict  %s\n", verdict_of(&of->found));
}

static int width_of(const rule_replay *of) {
  const int length = (int)strlen(ntkw_weighting_rule(of->weighting));
  return length > 12 ? length : 12;
}

static void print_side_by_side(FILE *out, const recorded_run *recorded, const rule_replay rules[], int n) {
  fprintf(out, "\nweights after %" PRId64 " steps:\n  %-16s", recorded->n_steps, "");
  for (int i = 0; i < n; i++) fprintf(out, "  %*s", width_of(&rules[i]), ntkw_weighting_rule(rules[i].weighting));
  for (int c = 0; c < recorded->n_conditions; c++) {
    fprintf(out, "\n  %-16s", recorded->conditions[c]);
    for (int i = 0; i < n; i++)
      fprintf(out, "  %*.6g", width_of(&rules[i]), ntkw_weighting_weights(rules[i].weighting)[c]);
  }
  fprintf(out, "\n  %-16s", "(renewals)");
  for (int i = 0; i < n; i++) fprintf(out, "  %*" PRId64, width_of(&rules[i]), rules[i].found.renewals);
  fputc('\n', out);
}

void report_replay(FILE *out, const char *file, const recorded_run *recorded, const rule_replay rules[], int n) {
  fprintf(out, "recorded %s\n", file);
  fprintf(out, "         %s; %s, %s, %d conditions, %" PRId64 " parameters, %" PRId64 " steps\n", recorded->source,
          recorded->rule, ntkw_dtype_name(recorded->dtype), recorded->n_conditions, recorded->n_parameters,
          recorded->n_steps);
  for (int i = 0; i < n; i++) print_rule(out, recorded, &rules[i]);
  if (n > 1)
    print_side_by_side(out, recorded, rules, n);
  else if (!rules[0].found.weights_too)
    print_weights(out, recorded, &rules[0]);
}
