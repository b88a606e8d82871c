#include "pinn/training/recording_setup.h"
#include "status/check.h"

static void describe_tensors(const tensor_list *parameters, ntkw_recording_segment segments[]) {
  for (int i = 0; i < parameters->n; i++) {
    const tensor *from = &parameters->tensors[i];
    segments[i] = (ntkw_recording_segment){.name = from->name, .ndim = from->n_dimensions};
    for (int d = 0; d < from->n_dimensions; d++) segments[i].shape[d] = from->shape[d];
  }
}

static ntkw_status set_up(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                          const tensor_list *parameters, const trainer_state *state, bool continued,
                          ntkw_recording **out) {
  NTKW_CHECK(state->weighting, NTKW_ERR_ARGUMENT,
             "a trace of a run with weighting \"none\": without renewals of weights there is nothing to record");
  const char *names[MAX_CONDITIONS];
  ntkw_recording_segment segments[MAX_NETWORK_TENSORS];
  const ntkw_recording_piece shard = {state->offset, state->count};
  int64_t entries[MAX_CONDITIONS];
  for (int c = 0; c < pde->n_conditions; c++) {
    names[c] = pde->conditions[c].name;
    entries[c] = pde->conditions[c].n_points * equations_count(pde->conditions[c].equations);
  }
  ntkw_recording_options options;
  ntkw_recording_options_init(&options);
  options.rule = ntkw_weighting_rule(state->weighting);
  options.alpha = ntkw_weighting_alpha(state->weighting);
  options.update_every = ntkw_weighting_update_every(state->weighting);
  options.dtype = pde->network.precision;
  options.parameter_count = state->n_parameters;
  options.initial_weights = ntkw_weighting_weights(state->weighting);
  options.source = source;
  options.traces = ntkw_weighting_needs_traces(state->weighting);
  options.entries = options.traces ? entries : NULL;
  describe_tensors(parameters, segments);
  options.n_segments = parameters->n;
  options.segments = segments;
  options.n_pieces = 1;
  options.pieces = &shard;
  return continued ? ntkw_recording_continue(comm, path, pde->n_conditions, names, &options, *state->step, out)
                   : ntkw_recording_create(comm, path, pde->n_conditions, names, &options, out);
}

ntkw_status recording_setup_create(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                   const tensor_list *parameters, const trainer_state *state, ntkw_recording **out) {
  return set_up(comm, path, source, pde, parameters, state, false, out);
}

ntkw_status recording_setup_continue(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                     const tensor_list *parameters, const trainer_state *state, ntkw_recording **out) {
  return set_up(comm, path, source, pde, parameters, state, true, out);
}
