/* The recording of a run: its options are the rule, the tensors of the model and the shards. */
#include "pinn/training/trainer_impl.h"
#include "base/check.h"

static void describe_tensors(const tensor_list *parameters, ntkw_recording_segment segments[]) {
  for (int i = 0; i < parameters->n; i++) {
    const tensor *from = &parameters->tensors[i];
    segments[i] = (ntkw_recording_segment){.name = from->name, .ndim = from->n_dimensions};
    for (int d = 0; d < from->n_dimensions; d++) segments[i].shape[d] = from->shape[d];
  }
}

static ntkw_status set_up(trainer *t, const char *path, const char *source, bool continued) {
  const problem *pde = t->pde;
  const tensor_list *parameters = model_tensors(t->model);
  NTKW_TRY(trainer_record_end(t));
  NTKW_CHECK(t->weighting, NTKW_ERR_ARGUMENT,
             "a recording of a run with weighting \"none\": without renewals of weights there is nothing to record");
  const char *names[MAX_CONDITIONS];
  ntkw_recording_segment segments[MAX_NETWORK_TENSORS];
  const ntkw_recording_piece shard = {sharding_offset(t->sharding), t->count};
  int64_t entries[MAX_CONDITIONS];
  for (int c = 0; c < pde->n_conditions; c++) {
    names[c] = pde->conditions[c].name;
    entries[c] = pde->conditions[c].n_points * equations_count(pde->conditions[c].equations);
  }
  ntkw_recording_options options;
  ntkw_recording_options_init(&options);
  options.rule = ntkw_weighting_rule(t->weighting);
  options.alpha = ntkw_weighting_alpha(t->weighting);
  options.update_every = ntkw_weighting_update_every(t->weighting);
  options.dtype = pde->network.precision;
  options.parameter_count = t->n_parameters;
  options.initial_weights = ntkw_weighting_weights(t->weighting);
  options.source = source;
  options.traces = ntkw_weighting_needs_traces(t->weighting);
  options.entries = options.traces ? entries : NULL;
  describe_tensors(parameters, segments);
  options.n_segments = parameters->n;
  options.segments = segments;
  options.n_pieces = 1;
  options.pieces = &shard;
  return continued ? ntkw_recording_continue(t->comm, path, pde->n_conditions, names, &options, t->step, &t->recording)
                   : ntkw_recording_create(t->comm, path, pde->n_conditions, names, &options, &t->recording);
}

ntkw_status trainer_record(trainer *t, const char *path, const char *source) {
  return set_up(t, path, source, false);
}

ntkw_status trainer_record_continue(trainer *t, const char *path, const char *source) {
  return set_up(t, path, source, true);
}

ntkw_status trainer_record_end(trainer *t) {
  return ntkw_recording_close(&t->recording);
}
