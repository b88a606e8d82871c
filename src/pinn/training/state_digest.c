#include "pinn/training/state_digest.h"
#include "checkpoint/digest.h"
#include "status/check.h"

#include <stdio.h>
#include <string.h>

/* Some consecutive values of the flat parameters, all ranks together. */
typedef struct segment {
  char name[TENSOR_NAME];
  int64_t first, count;
} segment;

static tensor_digest *append(state_digest *digest, const char *name, const char *suffix) {
  tensor_digest *tensor = &digest->tensors[digest->n++];
  snprintf(tensor->name, sizeof tensor->name, "%.20s%.10s", name, suffix);
  tensor->value = 0;
  return tensor;
}

/* What every rank has whole is counted on one. */
static void append_whole(state_digest *digest, const char *name, const double *values, int64_t n, bool counts) {
  tensor_digest *tensor = append(digest, name, "");
  if (counts && n > 0) tensor->value = ntkw_i_digest_values(values, NTKW_FLOAT64, 0, (size_t)n);
}

/* This rank's part of a segment of a sharded vector, counted by its place in the segment. */
static void append_part(state_digest *digest, const segment *part, const char *suffix, const trainer_state *state,
                        const void *shard, ntkw_dtype precision) {
  const int64_t end = part->first + part->count, stop = state->offset + state->count;
  const int64_t from = part->first > state->offset ? part->first : state->offset, to = end < stop ? end : stop;
  const size_t width = precision == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  tensor_digest *tensor = append(digest, part->name, suffix);
  if (from < to)
    tensor->value = ntkw_i_digest_values((const char *)shard + (size_t)(from - state->offset) * width, precision,
                                         from - part->first, (size_t)(to - from));
}

/* Weights and biases of every layer. The first layer's inputs, whatever they are made of, follow from the total. */
static int lay_segments(const network_options *net, int64_t n_parameters, segment segments[]) {
  int64_t others = 0, first = 0;
  for (int l = 1; l <= net->n_hidden; l++)
    others += ((int64_t)net->hidden[l - 1] + 1) * (l < net->n_hidden ? net->hidden[l] : net->n_outputs);
  for (int l = 0; l <= net->n_hidden; l++) {
    const int64_t out = l < net->n_hidden ? net->hidden[l] : net->n_outputs;
    const int64_t weights = l > 0 ? net->hidden[l - 1] * out : n_parameters - others - out;
    segment *pair = &segments[2 * l];
    pair[0] = (segment){.first = first, .count = weights};
    pair[1] = (segment){.first = first + weights, .count = out};
    snprintf(pair[0].name, TENSOR_NAME, "layer%d.weights", l);
    snprintf(pair[1].name, TENSOR_NAME, "layer%d.biases", l);
    first += weights + out;
  }
  return 2 * (net->n_hidden + 1);
}

ntkw_status state_digest_make(trainer *t, const problem *pde, const history *past, state_digest *out) {
  const trainer_state state = trainer_get_state(t);
  const ntkw_dtype precision = pde->network.precision;
  segment segments[2 * (MAX_HIDDEN_LAYERS + 1)];
  uint64_t values[MAX_TENSORS];
  int rank;
  MPI_Comm_rank(trainer_comm(t), &rank);
  *out = (state_digest){.n = 0};
  append_whole(out, "losses", trainer_losses(t), pde->n_conditions, rank == 0);
  append_whole(out, "weights", trainer_weights(t), pde->n_conditions, rank == 0);
  const int n_segments = lay_segments(&pde->network, state.n_parameters, segments);
  for (int s = 0; s < n_segments; s++) {
    append_part(out, &segments[s], ".moment1", &state, state.moment1, precision);
    append_part(out, &segments[s], ".moment2", &state, state.moment2, precision);
    append_part(out, &segments[s], "", &state, state.parameters, precision);
  }
  if (past) append_whole(out, "history", past->rows, past->n_rows * past->n_columns, rank == 0);
  for (int i = 0; i < out->n; i++) values[i] = out->tensors[i].value;
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, values, out->n, MPI_UINT64_T, MPI_SUM, trainer_comm(t)) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allreduce of the digests failed");
  for (int i = 0; i < out->n; i++) out->tensors[i].value = values[i];
  return NTKW_SUCCESS;
}

int state_digest_first_difference(const state_digest *a, const state_digest *b) {
  for (int i = 0; i < a->n && i < b->n; i++)
    if (a->tensors[i].value != b->tensors[i].value || strcmp(a->tensors[i].name, b->tensors[i].name) != 0) return i;
  return a->n == b->n ? -1 : (a->n < b->n ? a->n : b->n);
}
