/* Arrays of a file. */
#include "checkpoint/dtype.h"
#include "fileio/hdf5_types.h"
#include "checkpoint/inventory_search.h"
#include "status/check.h"

#include <stdbool.h>

static ntkw_status put_type(const ntkw_i_search *search, hid_t dataset, const char *name, int64_t *value_size) {
  const hid_t type = H5Dget_type(dataset);
  ntkw_dtype dtype;
  const bool known = ntkw_i_hdf5_find_dtype(type, &dtype);
  H5Tclose(type);
  if (!known) return ntkw_i_search_refuse(search, "array", name, "has values of a type that checkpoints do not have");
  *value_size = (int64_t)ntkw_i_value_size(dtype);
  ntkw_i_buffer_put_integer(search->buffer, dtype);
  return NTKW_SUCCESS;
}

/* Bytes of a dataset, or -1 if the file has not so many: shapes are multiplied without a second thought from here on. */
static int64_t bytes_in_file(const ntkw_i_search *search, const hsize_t shape[], int n_dimensions, int64_t value_size) {
  const hsize_t most = (hsize_t)1 << 59;
  hsize_t count = 1;
  bool empty = false;
  for (int d = 0; d < n_dimensions; d++) {
    empty = empty || shape[d] == 0;
    if (shape[d] > 0 && shape[d] > most / count) return -1;
    if (shape[d] > 0) count *= shape[d];
  }
  if (empty) return 0;
  return count <= (hsize_t)(search->length / value_size) ? (int64_t)count * value_size : -1;
}

static ntkw_status put_shape(const ntkw_i_search *search, hid_t dataset, const char *name, int64_t value_size,
                             int64_t *bytes) {
  const hid_t space = H5Dget_space(dataset);
  const int n_dimensions = H5Sget_simple_extent_ndims(space);
  hsize_t shape[H5S_MAX_RANK] = {0};
  if (n_dimensions > 0) H5Sget_simple_extent_dims(space, shape, NULL);
  H5Sclose(space);
  if (n_dimensions < 1 || n_dimensions > NTKW_CHECKPOINT_DIMENSIONS)
    return ntkw_i_search_refuse(search, "array", name, "has an unexpected number of dimensions");
  *bytes = bytes_in_file(search, shape, n_dimensions, value_size);
  if (*bytes < 0) return ntkw_i_search_refuse(search, "array", name, "has a shape that is too large for the file");
  ntkw_i_buffer_put_integer(search->buffer, n_dimensions);
  for (int d = 0; d < n_dimensions; d++) ntkw_i_buffer_put_integer(search->buffer, (int64_t)shape[d]);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_search_find_address(const ntkw_i_search *search, hid_t dataset, const char *name, int64_t bytes,
                                       int64_t *found) {
  const hid_t properties = H5Dget_create_plist(dataset);
  const bool contiguous = H5Pget_layout(properties) == H5D_CONTIGUOUS && H5Pget_external_count(properties) == 0;
  H5Pclose(properties);
  if (!contiguous) return ntkw_i_search_refuse(search, "array", name, "is not stored in one piece");
  const haddr_t address = H5Dget_offset(dataset);
  if (bytes > 0 && (address > (haddr_t)search->length || (haddr_t)(search->length - bytes) < address))
    return ntkw_i_search_refuse(search, "array", name, "lies outside of the file");
  *found = address == HADDR_UNDEF ? -1 : (int64_t)address;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_search_put_array(ntkw_i_search *search, hid_t dataset, const char *name) {
  ntkw_i_buffer_put_text(search->buffer, name);
  NTKW_TRY(ntkw_i_search_put_named(search, dataset, name, "unit", H5I_INVALID_HID));
  int64_t value_size = 0, bytes = 0, address = -1;
  NTKW_TRY(put_type(search, dataset, name, &value_size));
  NTKW_TRY(put_shape(search, dataset, name, value_size, &bytes));
  NTKW_TRY(ntkw_i_search_put_named(search, dataset, name, "digest", H5T_STD_U64LE));
  NTKW_TRY(ntkw_i_search_find_address(search, dataset, name, bytes, &address));
  ntkw_i_buffer_put_integer(search->buffer, address);
  search->n_arrays++;
  return NTKW_SUCCESS;
}
