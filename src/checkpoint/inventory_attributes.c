/* Attributes and texts of a file. */
#include "fileio/posix_io.h"
#include "fileio/hdf5_types.h"
#include "checkpoint/inventory_search.h"
#include "checkpoint/texts.h"
#include "status/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

ntkw_status ntkw_i_search_refuse(const ntkw_i_search *search, const char *kind, const char *name, const char *why) {
  return ntkw_i_fail(NTKW_ERR_FORMAT, "%s is not a checkpoint of ntkw: %s \"%s\" %s", search->path, kind, name, why);
}

static bool is_type(hid_t type, hid_t expected) {
  return H5Tequal(type, expected) > 0;
}

static bool is_text(const ntkw_i_search *search, hid_t type) {
  if (H5Tget_class(type) != H5T_STRING) return false;
  if (search->version < VERSION_OF_FIXED_TEXTS) return H5Tis_variable_str(type) > 0;
  const hid_t expected = ntkw_i_hdf5_text_type(H5Tget_size(type));
  const bool same = is_type(type, expected);
  H5Tclose(expected);
  return same;
}

/* Read a scalar attribute of an object. */
static ntkw_status read_attribute(const ntkw_i_search *search, hid_t attribute, const char *name, hid_t memory_type,
                                  void *value) {
  const hid_t space = H5Aget_space(attribute);
  const bool scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
  H5Sclose(space);
  if (!scalar) return ntkw_i_search_refuse(search, "attribute", name, "is not a single value");
  if (H5Aread(attribute, memory_type, value) < 0)
    return ntkw_i_search_refuse(search, "attribute", name, "cannot be read");
  return NTKW_SUCCESS;
}

/* Of variable length: as older versions have it. */
static ntkw_status put_variable_text(const ntkw_i_search *search, hid_t attribute, const char *name) {
  char *text = NULL; /* it stays so if the text is empty */
  const hid_t type = ntkw_i_hdf5_text_type(H5T_VARIABLE);
  const ntkw_status status = read_attribute(search, attribute, name, type, &text);
  H5Tclose(type);
  if (status == NTKW_SUCCESS) ntkw_i_buffer_put_text(search->buffer, text ? text : "");
  if (text) H5free_memory(text);
  return status;
}

/* A place for a text of the file, with a zero behind it. */
static ntkw_status make_text(const ntkw_i_search *search, const char *name, size_t size, char **text) {
  *text = NULL;
  if (size > (size_t)search->length) return ntkw_i_search_refuse(search, "text", name, "is too long for the file");
  *text = calloc(size + 1, 1);
  NTKW_CHECK(*text, NTKW_ERR_MEMORY, "out of memory for a text of %s", search->path);
  return NTKW_SUCCESS;
}

static ntkw_status put_read_text(const ntkw_i_search *search, const char *name, size_t size, const char *text) {
  if (strlen(text) + 1 != size) return ntkw_i_search_refuse(search, "text", name, "does not end where it should");
  ntkw_i_buffer_put_text(search->buffer, text);
  return NTKW_SUCCESS;
}

static ntkw_status put_text(const ntkw_i_search *search, hid_t attribute, hid_t type, const char *name) {
  if (search->version < VERSION_OF_FIXED_TEXTS) return put_variable_text(search, attribute, name);
  const size_t size = H5Tget_size(type);
  char *text;
  ntkw_status status = make_text(search, name, size, &text);
  if (status == NTKW_SUCCESS) status = read_attribute(search, attribute, name, type, text);
  if (status == NTKW_SUCCESS) status = put_read_text(search, name, size, text);
  free(text);
  return status;
}

static ntkw_status put_number(const ntkw_i_search *search, hid_t attribute, const char *name, hid_t memory_type) {
  int64_t bits;
  NTKW_TRY(read_attribute(search, attribute, name, memory_type, &bits));
  ntkw_i_buffer_put_integer(search->buffer, bits);
  return NTKW_SUCCESS;
}

static ntkw_status put_value(const ntkw_i_search *search, hid_t attribute, hid_t type, const char *name) {
  if (is_text(search, type)) {
    ntkw_i_buffer_put_integer(search->buffer, NTKW_ATTRIBUTE_TEXT);
    return put_text(search, attribute, type, name);
  }
  if (is_type(type, H5T_STD_I64LE)) {
    ntkw_i_buffer_put_integer(search->buffer, NTKW_ATTRIBUTE_INTEGER);
    return put_number(search, attribute, name, H5T_NATIVE_INT64);
  }
  if (is_type(type, H5T_IEEE_F64LE)) {
    ntkw_i_buffer_put_integer(search->buffer, NTKW_ATTRIBUTE_REAL);
    return put_number(search, attribute, name, H5T_NATIVE_DOUBLE);
  }
  return ntkw_i_search_refuse(search, "attribute", name,
                              "is neither int64, float64 nor a text as in this format version");
}

herr_t ntkw_i_search_visit_attribute(hid_t root, const char *name, const H5A_info_t *info, void *data) {
  (void)info;
  ntkw_i_search *search = data;
  const hid_t attribute = H5Aopen(root, name, H5P_DEFAULT);
  if (attribute < 0) {
    search->status = ntkw_i_search_refuse(search, "attribute", name, "cannot be read");
    return -1;
  }
  const hid_t type = H5Aget_type(attribute);
  ntkw_i_buffer_put_text(search->buffer, name);
  search->status = put_value(search, attribute, type, name);
  search->n_attributes++;
  H5Tclose(type);
  H5Aclose(attribute);
  return search->status == NTKW_SUCCESS ? 0 : -1;
}

/* An attribute of a dataset: a number of that type; a text if it is negative. */
ntkw_status ntkw_i_search_put_named(const ntkw_i_search *search, hid_t dataset, const char *name,
                                    const char *attribute_name, hid_t number_type) {
  const hid_t attribute = H5Aopen(dataset, attribute_name, H5P_DEFAULT);
  if (attribute < 0) return ntkw_i_search_refuse(search, "array", name, "lacks its unit, digest or name");
  const hid_t type = H5Aget_type(attribute);
  ntkw_status status;
  if (number_type >= 0 && is_type(type, number_type))
    status = put_number(search, attribute, attribute_name, H5T_NATIVE_UINT64);
  else if (number_type < 0 && is_text(search, type))
    status = put_text(search, attribute, type, attribute_name);
  else
    status = ntkw_i_search_refuse(search, "array", name, "has a unit, digest or name of another type");
  H5Tclose(type);
  H5Aclose(attribute);
  return status;
}

/* The text of a scalar dataset, past HDF5. */
static ntkw_status put_stored_text(const ntkw_i_search *search, hid_t dataset, const char *name, size_t size) {
  int64_t address;
  char *text;
  ntkw_status status = make_text(search, name, size, &text);
  if (status == NTKW_SUCCESS) status = ntkw_i_search_find_address(search, dataset, name, (int64_t)size, &address);
  if (status == NTKW_SUCCESS && address < 0)
    status = ntkw_i_search_refuse(search, "text", name, "has no place in the file");
  if (status == NTKW_SUCCESS) status = ntkw_i_file_read(search->fd, search->path, text, size, address);
  if (status == NTKW_SUCCESS) status = put_read_text(search, name, size, text);
  free(text);
  return status;
}

ntkw_status ntkw_i_search_put_text(ntkw_i_search *search, hid_t dataset, const char *name) {
  const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const size_t size = H5Tget_size(type);
  const bool known = H5Sget_simple_extent_type(space) == H5S_SCALAR && is_text(search, type);
  H5Sclose(space);
  H5Tclose(type);
  if (!known) return ntkw_i_search_refuse(search, "text", name, "is not a single text");
  NTKW_TRY(ntkw_i_search_put_named(search, dataset, name, "name", H5I_INVALID_HID));
  ntkw_i_buffer_put_integer(search->buffer, NTKW_ATTRIBUTE_TEXT);
  search->n_attributes++;
  return put_stored_text(search, dataset, name, size);
}
