#include "weighting/user_rule.h"

#include <math.h>
#include <string.h>
#include "base/check.h"
#include "weighting/weighting_impl.h"

/* The moments that the rule needs; n values of each. */
static ntkw_moments gather_moments(ntkw_weighting *weighting, int n) {
  const unsigned needs = weighting->own.needs;
  const size_t room = (size_t)weighting->n;
  double *weight = weighting->workspace.moments, *norm = weight + room, *magnitude = norm + room,
         *trace = magnitude + room, *mean_trace = trace + room, *loss = mean_trace + room;
  for (int i = 0; i < n; i++) {
    const int c = weighting->workspace.taking_part[i];
    const ntkw_i_reduced *reduced = &weighting->reduced[c];
    weight[i] = weighting->weights[c];
    norm[i] = reduced->norm;
    magnitude[i] = ntkw_i_split_value(ntkw_i_total_mean(&reduced->total[NTKW_I_MAGNITUDES]));
    trace[i] = reduced->total[NTKW_I_DIAGONAL].value;
    mean_trace[i] = ntkw_i_split_value(ntkw_i_total_mean(&reduced->total[NTKW_I_DIAGONAL]));
    loss[i] = ntkw_i_split_value(ntkw_i_total_mean(&reduced->total[NTKW_I_LOSSES]));
  }
  ntkw_moments moments = {.n = n,
                          .condition = weighting->workspace.taking_part,
                          .epoch = weighting->epoch,
                          .updates = weighting->updates - 1,
                          .weight = weight,
                          .norm = needs & NTKW_NEEDS_NORMS ? norm : NULL,
                          .magnitude = needs & NTKW_NEEDS_MAGNITUDES ? magnitude : NULL,
                          .trace = needs & NTKW_NEEDS_TRACES ? trace : NULL,
                          .mean_trace = needs & NTKW_NEEDS_TRACES ? mean_trace : NULL,
                          .loss = needs & NTKW_NEEDS_LOSSES ? loss : NULL};
  memcpy(&moments.largest, &weighting->max_abs, sizeof moments.largest);
  return moments;
}

/* On rank 0: call the user's function. Its status, targets and memory are stored as doubles, to be broadcast. */
static void evaluate(ntkw_weighting *weighting, int n, double *code, double *target, double *memory) {
  const ntkw_user_rule *own = &weighting->own;
  const ntkw_moments moments = gather_moments(weighting, n);
  for (int i = 0; i < n; i++) target[i] = NAN;
  memcpy(memory, weighting->memory, sizeof *memory * (size_t)own->memory_count);
  const ntkw_status status = own->targets(own->context, &moments, memory, target);
  *code = (int)status >= 0 && status < NTKW_STATUS_COUNT ? (double)status : (double)NTKW_ERR_ARGUMENT;
}

/* Check the result of the user's function. The status is the same on every rank, because all arguments were broadcast.
 */
static ntkw_status check_outcome(const ntkw_weighting *weighting, int n, ntkw_status code, const double *target,
                                 const double *memory) {
  const char *name = weighting->settings.name;
  NTKW_CHECK(code == NTKW_SUCCESS, code, "the own rule '%s' failed on rank 0 with %s (%s)", name,
             ntkw_status_name(code), ntkw_status_meaning(code));
  for (int i = 0; i < n; i++)
    NTKW_CHECK(isfinite(target[i]), NTKW_ERR_NOT_FINITE,
               "the own rule '%s' made the target %g of condition '%.200s', expected a finite number", name, target[i],
               weighting->names[weighting->workspace.taking_part[i]]);
  for (int i = 0; i < weighting->own.memory_count; i++)
    NTKW_CHECK(isfinite(memory[i]), NTKW_ERR_NOT_FINITE,
               "the own rule '%s' left %g in its memory at index %d, expected a finite number", name, memory[i], i);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_user_rule_targets(ntkw_weighting *weighting, int n) {
  double *code = weighting->workspace.broadcast, *target = code + 1, *memory = target + weighting->n;
  const int memory_count = weighting->own.memory_count;
  if (weighting->rank == 0) evaluate(weighting, n, code, target, memory);
  NTKW_CHECK(MPI_Bcast(code, 1 + weighting->n + memory_count, MPI_DOUBLE, 0, weighting->comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Bcast of the targets of the own rule '%s' failed", weighting->settings.name);
  NTKW_TRY(check_outcome(weighting, n, (ntkw_status)*code, target, memory));
  memcpy(weighting->workspace.target, target, sizeof *target * (size_t)n);
  memcpy(weighting->memory, memory, sizeof *memory * (size_t)memory_count);
  return NTKW_SUCCESS;
}
