#include "pinn/state/state_digest.h"
#include "base/dtype.h"
#include "base/digest.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

static tensor_digest *append(state_digest *digest, const char *name, const char *suffix) {
  tensor_digest *to = &digest->tensors[digest->n++];
  snprintf(to->name, sizeof to->name, "%.*s%.10s", TENSOR_NAME_MOST, name, suffix);
  to->value = 0;
  return to;
}

/* Append the digest of values that every rank has. counts: true on one rank only, so that the sum has them once. */
static void append_whole(state_digest *digest, const char *name, const double *values, int64_t n, bool counts) {
  tensor_digest *to = append(digest, name, "");
  if (counts && n > 0) to->value = ntkw_i_digest_values(values, NTKW_FLOAT64, 0, (size_t)n);
}

/* The sharded and the replicated arrays of a state, in the order of the visit. */
enum { MAX_REPLICATED = 4 };
typedef struct collection {
  state_visitor visitor;
  int n_sharded, n_replicated;
  array_entry sharded[MAX_SHARDED], replicated[MAX_REPLICATED];
} collection;

static ntkw_status collect(state_visitor *v, const array_entry *array) {
  collection *c = (collection *)v;
  int *n = array->sharded ? &c->n_sharded : &c->n_replicated;
  NTKW_CHECK(*n < (array->sharded ? MAX_SHARDED : MAX_REPLICATED), NTKW_ERR_ARGUMENT,
             "the digests have no room for the array \"%s\" of the state", array->name);
  (array->sharded ? c->sharded : c->replicated)[(*n)++] = *array;
  return NTKW_SUCCESS;
}

/* The suffix of the tensor's name: empty for the parameters, ".NAME" for the optimizer's array OPTIMIZER_NAME. */
static void suffix_of(const array_entry *array, char suffix[TENSOR_NAME]) {
  const char *name = strrchr(array->name, '_');
  snprintf(suffix, TENSOR_NAME, "%s%.10s", name ? "." : "", name ? name + 1 : "");
}

/* Append this rank's part of the digest of a tensor in a sharded array: its values of the tensor in each row of the
 * array. Value i of the tensor has index row * (count of the tensor) + i in the digest. */
static void append_part(state_digest *digest, const tensor *part, const array_entry *array) {
  const int64_t end = part->offset + part->count, stop = array->offset + array->count;
  const int64_t from = part->offset > array->offset ? part->offset : array->offset, to = end < stop ? end : stop;
  const int64_t rows = array->n_dimensions == 2 ? array->shape[0] : 1;
  const size_t width = ntkw_i_value_size(array->dtype);
  char suffix[TENSOR_NAME];
  suffix_of(array, suffix);
  tensor_digest *made = append(digest, part->name, suffix);
  for (int64_t row = 0; row < rows && from < to; row++)
    made->value +=
        ntkw_i_digest_values((const char *)array->values + (size_t)(row * array->count + from - array->offset) * width,
                             array->dtype, row * part->count + from - part->offset, (size_t)(to - from));
}

/* Append the digest of "weights", or those of all other replicated arrays. */
static void append_replicated(state_digest *digest, const collection *c, bool counts, bool weights) {
  for (int i = 0; i < c->n_replicated; i++) {
    const array_entry *array = &c->replicated[i];
    if ((strcmp(array->name, "weights") == 0) == weights)
      append_whole(digest, array->name, array->values, state_array_count(array), counts);
  }
}

ntkw_status state_digest_make(trainer *t, const problem *pde, history *past, state_digest *out) {
  collection state = {.visitor = state_visitor_of_arrays(collect)};
  const tensor_list *parameters = model_tensors(trainer_model(t));
  uint64_t values[MAX_TENSORS];
  int rank;
  MPI_Comm_rank(trainer_comm(t), &rank);
  *out = (state_digest){.n = 0};
  NTKW_TRY(trainer_visit_state(t, past, &state.visitor));
  append_whole(out, "losses", trainer_losses(t), pde->n_conditions, rank == 0);
  append_replicated(out, &state, rank == 0, true);
  for (int k = 0; k < parameters->n; k++) { /* a step computes the parameters last; the visit shows them first */
    const tensor *part = &parameters->tensors[k];
    for (int i = 1; i < state.n_sharded; i++) append_part(out, part, &state.sharded[i]);
    append_part(out, part, &state.sharded[0]);
  }
  append_replicated(out, &state, rank == 0, false);
  for (int i = 0; i < out->n; i++) values[i] = out->tensors[i].value;
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, values, out->n, MPI_UINT64_T, MPI_SUM, trainer_comm(t)) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allreduce of the digests failed");
  for (int i = 0; i < out->n; i++) out->tensors[i].value = values[i];
  return NTKW_SUCCESS;
}
