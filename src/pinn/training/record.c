#include "pinn/training/record.h"
#include "status/check.h"

#include <stdio.h>

enum { MOST_TENSORS = 2 * (MAX_HIDDEN_LAYERS + 1), NAME_LENGTH = 32 };

/* Weights [in][out] and biases [out] of each layer, in the order of the parameters. */
static int describe_tensors(const network_options *o, ntkw_trace_segment tensors[], char names[][NAME_LENGTH]) {
  int n = 0;
  for (int layer = 0; layer <= o->n_hidden; layer++) {
    const int in = layer > 0 ? o->hidden[layer - 1] : network_feature_count(o);
    const int out = layer < o->n_hidden ? o->hidden[layer] : o->n_outputs;
    snprintf(names[n], NAME_LENGTH, "layer%d.weights", layer);
    tensors[n] = (ntkw_trace_segment){names[n], 2, {in, out}};
    n++;
    snprintf(names[n], NAME_LENGTH, "layer%d.biases", layer);
    tensors[n] = (ntkw_trace_segment){names[n], 1, {out}};
    n++;
  }
  return n;
}

static ntkw_status begin(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                         const trainer_state *state, bool go_on, ntkw_trace **out) {
  NTKW_CHECK(state->weighting, NTKW_ERR_ARGUMENT,
             "a trace of a run with weighting \"none\": without renewals of weights there is nothing to record");
  const char *names[MAX_CONDITIONS];
  char tensor_names[MOST_TENSORS][NAME_LENGTH];
  ntkw_trace_segment tensors[MOST_TENSORS];
  const ntkw_trace_piece shard = {state->offset, state->count};
  int64_t entries[MAX_CONDITIONS];
  for (int c = 0; c < pde->n_conditions; c++) {
    names[c] = pde->conditions[c].name;
    entries[c] = pde->conditions[c].n_points * equations_count(pde->conditions[c].equations);
  }
  ntkw_trace_options options;
  ntkw_trace_options_init(&options);
  options.rule = ntkw_weighting_rule(state->weighting);
  options.alpha = ntkw_weighting_alpha(state->weighting);
  options.update_every = ntkw_weighting_update_every(state->weighting);
  options.dtype = pde->network.precision;
  options.parameter_count = state->n_parameters;
  options.initial_weights = ntkw_weights(state->weighting);
  options.source = source;
  options.traces = ntkw_weighting_needs_traces(state->weighting);
  options.entries = options.traces ? entries : NULL;
  options.n_segments = describe_tensors(&pde->network, tensors, tensor_names);
  options.segments = tensors;
  options.n_pieces = 1;
  options.pieces = &shard;
  return go_on ? ntkw_trace_continue(comm, path, pde->n_conditions, names, &options, *state->step, out)
               : ntkw_trace_create(comm, path, pde->n_conditions, names, &options, out);
}

ntkw_status trainer_trace_create(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                 const trainer_state *state, ntkw_trace **out) {
  return begin(comm, path, source, pde, state, false, out);
}

ntkw_status trainer_trace_continue(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                   const trainer_state *state, ntkw_trace **out) {
  return begin(comm, path, source, pde, state, true, out);
}
