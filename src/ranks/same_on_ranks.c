#include "ranks/same_on_ranks.h"
#include "base/hash.h"
#include "ranks/broadcast_buffer.h"
#include "ranks/comm.h"

#include <string.h>

static ntkw_status compare(MPI_Comm comm, const char *what, const char *text, const char *first) {
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  NTKW_CHECK(strcmp(text, first) == 0, NTKW_ERR_DISAGREE,
             "%s differs over the ranks: \"%s\" on rank %d, \"%s\" on rank 0", what, text, rank, first);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_same_text_on_ranks(MPI_Comm comm, const char *what, const char *text) {
  ntkw_status status = NTKW_SUCCESS;
  if (!text || !*text) status = ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s is %s", what, text ? "empty" : "NULL");
  NTKW_TRY(ntkw_status_agree(comm, status));
  ntkw_i_broadcast_buffer first = {0};
  ntkw_i_buffer_put_text(&first, text);
  status = ntkw_i_buffer_broadcast(&first, comm);
  if (status == NTKW_SUCCESS)
    status = ntkw_status_agree(comm, compare(comm, what, text, ntkw_i_buffer_get_text(&first)));
  ntkw_i_buffer_free(&first);
  return status;
}

void ntkw_i_fields_add(ntkw_i_fields *fields, const void *bytes, size_t length) {
  fields->hash[fields->n - 1] = ntkw_i_hash_bytes(fields->hash[fields->n - 1], bytes, length);
}

void ntkw_i_fields_begin(ntkw_i_fields *fields, const char *what, const void *bytes, size_t length) {
  fields->what[fields->n] = what;
  fields->hash[fields->n++] = NTKW_I_HASH_FNV;
  ntkw_i_fields_add(fields, bytes, length);
}

/* The maxima of h and ~h are complements only if all ranks have the same h. */
ntkw_status ntkw_i_fields_compare(MPI_Comm comm, const ntkw_i_fields *fields, const char *owner) {
  uint64_t most[2 * NTKW_I_MOST_FIELDS];
  for (int i = 0; i < fields->n; i++) {
    most[2 * i] = fields->hash[i];
    most[2 * i + 1] = ~fields->hash[i];
  }
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, most, 2 * fields->n, MPI_UINT64_T, MPI_MAX, comm));
  for (int i = 0; i < fields->n; i++)
    NTKW_CHECK(most[2 * i] == ~most[2 * i + 1], NTKW_ERR_DISAGREE, "the %s of %s differ over the ranks",
               fields->what[i], owner);
  return NTKW_SUCCESS;
}
