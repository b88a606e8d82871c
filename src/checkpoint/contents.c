/* The lists of arrays and attributes, which every rank takes from the buffer. Rank 0 fills it in contents_hdf5.c. */
#include "checkpoint/contents.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static stored_array take_array(ntkw_i_broadcast_buffer *buffer) {
  stored_array array = {.about.name = ntkw_i_buffer_get_text(buffer)};
  array.about.unit = ntkw_i_buffer_get_text(buffer);
  array.about.dtype = (ntkw_dtype)ntkw_i_buffer_get_integer(buffer);
  array.about.n_dimensions = (int)ntkw_i_buffer_get_integer(buffer);
  for (int d = 0; d < array.about.n_dimensions; d++) array.about.shape[d] = ntkw_i_buffer_get_integer(buffer);
  array.digest = (uint64_t)ntkw_i_buffer_get_integer(buffer);
  array.address = ntkw_i_buffer_get_integer(buffer);
  return array;
}

static ntkw_checkpoint_attribute take_attribute(ntkw_i_broadcast_buffer *buffer) {
  ntkw_checkpoint_attribute attribute = {.name = ntkw_i_buffer_get_text(buffer)};
  const int64_t type = ntkw_i_buffer_get_integer(buffer);
  if (type == NTKW_ATTRIBUTE_TEXT) {
    attribute.type = NTKW_ATTRIBUTE_TEXT;
    attribute.text = ntkw_i_buffer_get_text(buffer);
    return attribute;
  }
  const int64_t bits = ntkw_i_buffer_get_integer(buffer);
  if (type == NTKW_ATTRIBUTE_INTEGER) {
    attribute.type = NTKW_ATTRIBUTE_INTEGER;
    attribute.integer = bits;
  } else {
    attribute.type = NTKW_ATTRIBUTE_REAL;
    memcpy(&attribute.real, &bits, sizeof attribute.real);
  }
  return attribute;
}

static int by_array_name(const void *a, const void *b) {
  return strcmp(((const stored_array *)a)->about.name, ((const stored_array *)b)->about.name);
}

static int by_attribute_name(const void *a, const void *b) {
  return strcmp(((const ntkw_checkpoint_attribute *)a)->name, ((const ntkw_checkpoint_attribute *)b)->name);
}

ntkw_status ntkw_i_contents_unpack(ntkw_i_contents *contents) {
  ntkw_i_broadcast_buffer *buffer = &contents->buffer;
  const int64_t n_arrays = ntkw_i_buffer_get_integer(buffer), n_attributes = ntkw_i_buffer_get_integer(buffer);
  contents->arrays = calloc((size_t)n_arrays + 1, sizeof *contents->arrays);
  contents->attributes = calloc((size_t)n_attributes + 1, sizeof *contents->attributes);
  NTKW_CHECK(contents->arrays && contents->attributes, NTKW_ERR_MEMORY,
             "out of memory for the list of %lld arrays and %lld attributes", (long long)n_arrays,
             (long long)n_attributes);
  while (contents->n_arrays < n_arrays) contents->arrays[contents->n_arrays++] = take_array(buffer);
  while (contents->n_attributes < n_attributes) contents->attributes[contents->n_attributes++] = take_attribute(buffer);
  qsort(contents->arrays, (size_t)n_arrays, sizeof *contents->arrays, by_array_name);
  qsort(contents->attributes, (size_t)n_attributes, sizeof *contents->attributes, by_attribute_name);
  return NTKW_SUCCESS;
}

void ntkw_i_contents_free(ntkw_i_contents *contents) {
  free(contents->arrays);
  free(contents->attributes);
  ntkw_i_buffer_free(&contents->buffer);
}
