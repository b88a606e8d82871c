/* Have all ranks stated the same arrays? Rank 0 tells what it has; the others compare, and can name the difference. */
#include "ranks/comm.h"
#include "ranks/broadcast_buffer.h"
#include "checkpoint/stated.h"

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

/* The strings lie in the buffer. */
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
  NTKW_CHECK(n == checkpoint->n_arrays, NTKW_ERR_DISAGREE, "rank %d has stated %d arrays, but rank 0 %lld",
             checkpoint->rank, checkpoint->n_arrays, (long long)n);
  return NTKW_SUCCESS;
}

static ntkw_status recall_fault(const ntkw_checkpoint *checkpoint) {
  NTKW_CHECK(checkpoint->fault == NTKW_SUCCESS, checkpoint->fault, "rank %d: %s", checkpoint->rank,
             checkpoint->fault_sentence);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_stated_alike(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(ntkw_status_agree(checkpoint->comm, recall_fault(checkpoint)));
  ntkw_i_broadcast_buffer buffer = {0};
  describe(checkpoint, &buffer);
  ntkw_status status = ntkw_i_buffer_broadcast(&buffer, checkpoint->comm);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(checkpoint->comm, compare(checkpoint, &buffer));
  ntkw_i_buffer_free(&buffer);
  return status;
}
