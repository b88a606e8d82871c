/* The lists of arrays and attributes, as every rank has them. How rank 0 finds them is in inventory_find.c. */
#include "checkpoint/inventory.h"
#include "status/check.h"

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

ntkw_status ntkw_i_inventory_unpack(ntkw_i_inventory *inventory) {
  ntkw_i_broadcast_buffer *buffer = &inventory->buffer;
  const int64_t n_arrays = ntkw_i_buffer_get_integer(buffer), n_attributes = ntkw_i_buffer_get_integer(buffer);
  inventory->arrays = calloc((size_t)n_arrays + 1, sizeof *inventory->arrays);
  inventory->attributes = calloc((size_t)n_attributes + 1, sizeof *inventory->attributes);
  NTKW_CHECK(inventory->arrays && inventory->attributes, NTKW_ERR_MEMORY,
             "out of memory for the list of %lld arrays and %lld attributes", (long long)n_arrays,
             (long long)n_attributes);
  while (inventory->n_arrays < n_arrays) inventory->arrays[inventory->n_arrays++] = take_array(buffer);
  while (inventory->n_attributes < n_attributes)
    inventory->attributes[inventory->n_attributes++] = take_attribute(buffer);
  qsort(inventory->arrays, (size_t)n_arrays, sizeof *inventory->arrays, by_array_name);
  qsort(inventory->attributes, (size_t)n_attributes, sizeof *inventory->attributes, by_attribute_name);
  return NTKW_SUCCESS;
}

void ntkw_i_inventory_free(ntkw_i_inventory *inventory) {
  free(inventory->arrays);
  free(inventory->attributes);
  ntkw_i_buffer_free(&inventory->buffer);
}
