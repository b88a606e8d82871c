#include "pinn/training/state_digest.h"
#include "checkpoint/digest.h"
#include "status/check.h"

#include <stdio.h>
#include <string.h>

static tensor_digest *append(state_digest *digest, const char *name, const char *suffix) {
  tensor_digest *to = &digest->tensors[digest->n++];
  snprintf(to->name, sizeof to->name, "%.*s%.10s", TENSOR_NAME_MOST, name, suffix);
  to->value = 0;
  return to;
}

/* What every rank has whole is counted on one. */
static void append_whole(state_digest *digest, const char *name, const double *values, int64_t n, bool counts) {
  tensor_digest *to = append(digest, name, "");
  if (counts && n > 0) to->value = ntkw_i_digest_values(values, NTKW_FLOAT64, 0, (size_t)n);
}

/* This rank's part of a tensor of a sharded vector, counted by its place in the tensor. */
static void append_part(state_digest *digest, const tensor *part, const char *suffix, const trainer_state *state,
                        const void *shard, ntkw_dtype precision) {
  const int64_t end = part->offset + part->count, stop = state->offset + state->count;
  const int64_t from = part->offset > state->offset ? part->offset : state->offset, to = end < stop ? end : stop;
  const size_t width = precision == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  tensor_digest *made = append(digest, part->name, suffix);
  if (from < to)
    made->value = ntkw_i_digest_values((const char *)shard + (size_t)(from - state->offset) * width, precision,
                                       from - part->offset, (size_t)(to - from));
}

ntkw_status state_digest_make(trainer *t, const problem *pde, const history *past, state_digest *out) {
  const trainer_state state = trainer_get_state(t);
  const ntkw_dtype precision = pde->network.precision;
  const tensor_list *parameters = model_tensors(trainer_model(t));
  uint64_t values[MAX_TENSORS];
  int rank;
  MPI_Comm_rank(trainer_comm(t), &rank);
  *out = (state_digest){.n = 0};
  append_whole(out, "losses", trainer_losses(t), pde->n_conditions, rank == 0);
  append_whole(out, "weights", trainer_weights(t), pde->n_conditions, rank == 0);
  for (int i = 0; i < parameters->n; i++) {
    const tensor *part = &parameters->tensors[i];
    append_part(out, part, ".moment1", &state, state.moment1, precision);
    append_part(out, part, ".moment2", &state, state.moment2, precision);
    append_part(out, part, "", &state, state.parameters, precision);
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
