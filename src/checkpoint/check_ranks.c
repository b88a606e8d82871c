/* Check that all ranks added the same arrays and that their parts cover each array exactly once. Rank 0 broadcasts a
 * description of its arrays, so that the other ranks can name the difference. */
#include "ranks/comm.h"
#include "base/dtype.h"
#include "ranks/broadcast_buffer.h"
#include "checkpoint/writer.h"
#include "ranks/coverage.h"

#include <string.h>

static void describe(const ntkw_checkpoint *checkpoint, ntkw_i_broadcast_buffer *buffer) {
  ntkw_i_buffer_put_integer(buffer, checkpoint->transfer);
  ntkw_i_buffer_put_integer(buffer, checkpoint->n_arrays);
  for (int i = 0; i < checkpoint->n_arrays; i++) {
    const pending_array *array = &checkpoint->arrays[i];
    ntkw_i_buffer_put_text(buffer, array->name);
    ntkw_i_buffer_put_text(buffer, array->unit);
    ntkw_i_buffer_put_integer(buffer, array->dtype);
    ntkw_i_buffer_put_integer(buffer, array->n_dimensions);
    for (int d = 0; d < array->n_dimensions; d++) ntkw_i_buffer_put_integer(buffer, array->shape[d]);
  }
}

/* The strings of the result lie in the buffer. */
static pending_array next_array(ntkw_i_broadcast_buffer *buffer) {
  pending_array array = {.name = (char *)ntkw_i_buffer_get_text(buffer)};
  array.unit = (char *)ntkw_i_buffer_get_text(buffer);
  array.dtype = (ntkw_dtype)ntkw_i_buffer_get_integer(buffer);
  array.n_dimensions = (int)ntkw_i_buffer_get_integer(buffer);
  for (int d = 0; d < array.n_dimensions; d++) array.shape[d] = ntkw_i_buffer_get_integer(buffer);
  return array;
}

static ntkw_status compare_array(const pending_array *mine, const pending_array *first, int index, int rank) {
  NTKW_CHECK(strcmp(mine->name, first->name) == 0, NTKW_ERR_DISAGREE,
             "array %d is \"%s\" on rank %d, but \"%s\" on rank 0", index, mine->name, rank, first->name);
  NTKW_CHECK(strcmp(mine->unit, first->unit) == 0, NTKW_ERR_DISAGREE,
             "array \"%s\" has the unit \"%s\" on rank %d, but \"%s\" on rank 0", mine->name, mine->unit, rank,
             first->unit);
  NTKW_CHECK(mine->dtype == first->dtype, NTKW_ERR_DISAGREE, "array \"%s\" is %s on rank %d, but %s on rank 0",
             mine->name, ntkw_dtype_name(mine->dtype), rank, ntkw_dtype_name(first->dtype));
  NTKW_CHECK(mine->n_dimensions == first->n_dimensions &&
                 memcmp(mine->shape, first->shape, (size_t)mine->n_dimensions * sizeof *mine->shape) == 0,
             NTKW_ERR_DISAGREE, "array \"%s\" has the shape %s on rank %d, but %s on rank 0", mine->name,
             ntkw_i_shape_text(mine->n_dimensions, mine->shape).text, rank,
             ntkw_i_shape_text(first->n_dimensions, first->shape).text);
  return NTKW_SUCCESS;
}

static ntkw_status compare(const ntkw_checkpoint *checkpoint, ntkw_i_broadcast_buffer *buffer) {
  NTKW_CHECK(ntkw_i_buffer_get_integer(buffer) == checkpoint->transfer, NTKW_ERR_DISAGREE,
             "ranks 0 and %d want to transfer the values in different ways", checkpoint->rank);
  const int64_t n = ntkw_i_buffer_get_integer(buffer);
  for (int i = 0; i < n && i < checkpoint->n_arrays; i++) {
    const pending_array first = next_array(buffer);
    NTKW_TRY(compare_array(&checkpoint->arrays[i], &first, i, checkpoint->rank));
  }
  NTKW_CHECK(n == checkpoint->n_arrays, NTKW_ERR_DISAGREE, "rank %d has added %d arrays, but rank 0 %lld",
             checkpoint->rank, checkpoint->n_arrays, (long long)n);
  return NTKW_SUCCESS;
}

static ntkw_status first_fault(const ntkw_checkpoint *checkpoint) {
  NTKW_CHECK(checkpoint->fault.status == NTKW_SUCCESS, checkpoint->fault.status, "rank %d: %s", checkpoint->rank,
             checkpoint->fault.message);
  return NTKW_SUCCESS;
}

static ntkw_status check_same(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(ntkw_status_agree(checkpoint->comm, first_fault(checkpoint)));
  ntkw_i_broadcast_buffer buffer = {0};
  describe(checkpoint, &buffer);
  ntkw_status status = ntkw_i_buffer_broadcast(&buffer, checkpoint->comm);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(checkpoint->comm, compare(checkpoint, &buffer));
  ntkw_i_buffer_free(&buffer);
  return status;
}

static ntkw_status check_slabs(const ntkw_checkpoint *checkpoint, const pending_array *array) {
  const ntkw_status status =
      ntkw_i_slabs_check(array->name, array->n_dimensions, array->shape, array->n_slabs, array->slabs);
  return status == NTKW_SUCCESS ? status : ntkw_i_fail(status, "rank %d: %s", checkpoint->rank, ntkw_last_error());
}

static ntkw_status cover_by_slabs(const ntkw_checkpoint *checkpoint, const pending_array *array) {
  NTKW_TRY(ntkw_status_agree(checkpoint->comm, check_slabs(checkpoint, array)));
  return ntkw_i_cover_slabs(checkpoint->comm, array->name, array->n_dimensions, array->shape, array->n_slabs,
                            array->slabs);
}

ntkw_status ntkw_i_check_ranks(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(check_same(checkpoint));
  for (int i = 0; i < checkpoint->n_arrays; i++) {
    const pending_array *array = &checkpoint->arrays[i];
    int by_rows = array->by_rows;
    MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, &by_rows, 1, MPI_INT, MPI_MIN, checkpoint->comm));
    NTKW_TRY(by_rows ? ntkw_i_cover_rows(checkpoint->comm, array->name, array->shape[0], array->offset, array->count)
                     : cover_by_slabs(checkpoint, array));
  }
  return NTKW_SUCCESS;
}
