/* Rank 0 asks HDF5 for the contents of a checkpoint, through a storage that reads the very file that was verified, and
 * puts them into a buffer; every rank takes the lists of arrays and attributes from the buffer.
 *
 * Everything must be as the format says: the digest of the file is right, so anything else was written by another
 * program. */
#include "checkpoint/contents.h"
#include "base/dtype.h"
#include "checkpoint/format.h"
#include "checkpoint/structure_check.h"
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "fileio/hdf5_types.h"
#include "fileio/file_io.h"
#include "base/check.h"

#include <errno.h>
#include <hdf5.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct contents_search {
  const char *path;
  int fd, version; /* of the format */
  int64_t length;  /* of the file */
  ntkw_i_broadcast_buffer *buffer;
  int64_t n_arrays, n_attributes; /* in the buffer so far */
  ntkw_status status;
} contents_search;

static ntkw_status refuse(const contents_search *search, const char *kind, const char *name, const char *why) {
  return ntkw_i_fail(NTKW_ERR_FORMAT, "%s is not a checkpoint of ntkw: %s \"%s\" %s", search->path, kind, name, why);
}

static bool is_type(hid_t type, hid_t expected) {
  return H5Tequal(type, expected) > 0;
}

static bool is_text(const contents_search *search, hid_t type) {
  if (H5Tget_class(type) != H5T_STRING) return false;
  if (search->version < VERSION_OF_FIXED_TEXTS) return H5Tis_variable_str(type) > 0;
  const hid_t expected = ntkw_i_hdf5_text_type(H5Tget_size(type));
  const bool same = is_type(type, expected);
  H5Tclose(expected);
  return same;
}

/* Read a scalar attribute of an object. */
static ntkw_status read_attribute(const contents_search *search, hid_t attribute, const char *name, hid_t memory_type,
                                  void *value) {
  const hid_t space = H5Aget_space(attribute);
  const bool scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
  H5Sclose(space);
  if (!scalar) return refuse(search, "attribute", name, "is not a single value");
  if (H5Aread(attribute, memory_type, value) < 0) return refuse(search, "attribute", name, "cannot be read");
  return NTKW_SUCCESS;
}

/* Texts of variable length: format versions 1 and 2. */
static ntkw_status put_variable_text(const contents_search *search, hid_t attribute, const char *name) {
  char *text = NULL; /* HDF5 leaves it NULL if the text is empty */
  const hid_t type = ntkw_i_hdf5_text_type(H5T_VARIABLE);
  const ntkw_status status = read_attribute(search, attribute, name, type, &text);
  H5Tclose(type);
  if (status == NTKW_SUCCESS) ntkw_i_buffer_put_text(search->buffer, text ? text : "");
  if (text) H5free_memory(text);
  return status;
}

/* Allocate memory for a text of size bytes and a zero after it. */
static ntkw_status make_text(const contents_search *search, const char *name, size_t size, char **text) {
  *text = NULL;
  if (size > (size_t)search->length) return refuse(search, "text", name, "is too long for the file");
  *text = calloc(size + 1, 1);
  NTKW_CHECK(*text, NTKW_ERR_MEMORY, "out of memory for a text of %s", search->path);
  return NTKW_SUCCESS;
}

static ntkw_status put_read_text(const contents_search *search, const char *name, size_t size, const char *text) {
  if (strlen(text) + 1 != size) return refuse(search, "text", name, "does not end where it should");
  ntkw_i_buffer_put_text(search->buffer, text);
  return NTKW_SUCCESS;
}

static ntkw_status put_text(const contents_search *search, hid_t attribute, hid_t type, const char *name) {
  if (search->version < VERSION_OF_FIXED_TEXTS) return put_variable_text(search, attribute, name);
  const size_t size = H5Tget_size(type);
  char *text;
  ntkw_status status = make_text(search, name, size, &text);
  if (status == NTKW_SUCCESS) status = read_attribute(search, attribute, name, type, text);
  if (status == NTKW_SUCCESS) status = put_read_text(search, name, size, text);
  free(text);
  return status;
}

static ntkw_status put_number(const contents_search *search, hid_t attribute, const char *name, hid_t memory_type) {
  int64_t bits;
  NTKW_TRY(read_attribute(search, attribute, name, memory_type, &bits));
  ntkw_i_buffer_put_integer(search->buffer, bits);
  return NTKW_SUCCESS;
}

static ntkw_status put_value(const contents_search *search, hid_t attribute, hid_t type, const char *name) {
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
  return refuse(search, "attribute", name, "is neither int64, float64 nor a text as in this format version");
}

static herr_t visit_attribute(hid_t root, const char *name, const H5A_info_t *info, void *data) {
  (void)info;
  contents_search *search = data;
  const hid_t attribute = H5Aopen(root, name, H5P_DEFAULT);
  if (attribute < 0) {
    search->status = refuse(search, "attribute", name, "cannot be read");
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

/* Put the value of an attribute of a dataset: a number of number_type, or a text if that is negative. */
static ntkw_status put_named(const contents_search *search, hid_t dataset, const char *name, const char *attribute_name,
                             hid_t number_type) {
  const hid_t attribute = H5Aopen(dataset, attribute_name, H5P_DEFAULT);
  if (attribute < 0) return refuse(search, "array", name, "lacks its unit, digest or name");
  const hid_t type = H5Aget_type(attribute);
  ntkw_status status;
  if (number_type >= 0 && is_type(type, number_type))
    status = put_number(search, attribute, attribute_name, H5T_NATIVE_UINT64);
  else if (number_type < 0 && is_text(search, type))
    status = put_text(search, attribute, type, attribute_name);
  else
    status = refuse(search, "array", name, "has a unit, digest or name of another type");
  H5Tclose(type);
  H5Aclose(attribute);
  return status;
}

static ntkw_status put_type(const contents_search *search, hid_t dataset, const char *name, int64_t *value_size) {
  const hid_t type = H5Dget_type(dataset);
  ntkw_dtype dtype;
  const bool known = ntkw_i_hdf5_find_dtype(type, &dtype);
  H5Tclose(type);
  if (!known) return refuse(search, "array", name, "has values of a type that checkpoints do not have");
  *value_size = (int64_t)ntkw_i_value_size(dtype);
  ntkw_i_buffer_put_integer(search->buffer, dtype);
  return NTKW_SUCCESS;
}

/* Bytes of a dataset; -1 if the file is shorter. After this check products of the shape cannot overflow. */
static int64_t bytes_in_file(const contents_search *search, const hsize_t shape[], int n_dimensions,
                             int64_t value_size) {
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

static ntkw_status put_shape(const contents_search *search, hid_t dataset, const char *name, int64_t value_size,
                             int64_t *bytes) {
  const hid_t space = H5Dget_space(dataset);
  const int n_dimensions = H5Sget_simple_extent_ndims(space);
  hsize_t shape[H5S_MAX_RANK] = {0};
  if (n_dimensions > 0) H5Sget_simple_extent_dims(space, shape, NULL);
  H5Sclose(space);
  if (n_dimensions < 1 || n_dimensions > NTKW_CHECKPOINT_DIMENSIONS)
    return refuse(search, "array", name, "has an unexpected number of dimensions");
  *bytes = bytes_in_file(search, shape, n_dimensions, value_size);
  if (*bytes < 0) return refuse(search, "array", name, "has a shape that is too large for the file");
  ntkw_i_buffer_put_integer(search->buffer, n_dimensions);
  for (int d = 0; d < n_dimensions; d++) ntkw_i_buffer_put_integer(search->buffer, (int64_t)shape[d]);
  return NTKW_SUCCESS;
}

static ntkw_status find_address(const contents_search *search, hid_t dataset, const char *name, int64_t bytes,
                                int64_t *found) {
  const hid_t properties = H5Dget_create_plist(dataset);
  const bool contiguous = H5Pget_layout(properties) == H5D_CONTIGUOUS && H5Pget_external_count(properties) == 0;
  H5Pclose(properties);
  if (!contiguous) return refuse(search, "array", name, "is not stored in one piece");
  const haddr_t address = H5Dget_offset(dataset);
  if (bytes > 0 && (address > (haddr_t)search->length || (haddr_t)(search->length - bytes) < address))
    return refuse(search, "array", name, "lies outside of the file");
  *found = address == HADDR_UNDEF ? -1 : (int64_t)address;
  return NTKW_SUCCESS;
}

static ntkw_status put_array(contents_search *search, hid_t dataset, const char *name) {
  ntkw_i_buffer_put_text(search->buffer, name);
  NTKW_TRY(put_named(search, dataset, name, "unit", H5I_INVALID_HID));
  int64_t value_size = 0, bytes = 0, address = -1;
  NTKW_TRY(put_type(search, dataset, name, &value_size));
  NTKW_TRY(put_shape(search, dataset, name, value_size, &bytes));
  NTKW_TRY(put_named(search, dataset, name, "digest", H5T_STD_U64LE));
  NTKW_TRY(find_address(search, dataset, name, bytes, &address));
  ntkw_i_buffer_put_integer(search->buffer, address);
  search->n_arrays++;
  return NTKW_SUCCESS;
}

/* Read the bytes of a string dataset straight from the file, not through H5Dread. */
static ntkw_status put_stored_text(const contents_search *search, hid_t dataset, const char *name, size_t size) {
  int64_t address;
  char *text;
  ntkw_status status = make_text(search, name, size, &text);
  if (status == NTKW_SUCCESS) status = find_address(search, dataset, name, (int64_t)size, &address);
  if (status == NTKW_SUCCESS && address < 0) status = refuse(search, "text", name, "has no place in the file");
  if (status == NTKW_SUCCESS) status = ntkw_i_file_read(search->fd, search->path, text, size, address);
  if (status == NTKW_SUCCESS) status = put_read_text(search, name, size, text);
  free(text);
  return status;
}

static ntkw_status put_long_text(contents_search *search, hid_t dataset, const char *name) {
  const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const size_t size = H5Tget_size(type);
  const bool known = H5Sget_simple_extent_type(space) == H5S_SCALAR && is_text(search, type);
  H5Sclose(space);
  H5Tclose(type);
  if (!known) return refuse(search, "text", name, "is not a single text");
  NTKW_TRY(put_named(search, dataset, name, "name", H5I_INVALID_HID));
  ntkw_i_buffer_put_integer(search->buffer, NTKW_ATTRIBUTE_TEXT);
  search->n_attributes++;
  return put_stored_text(search, dataset, name, size);
}

/* Check the header of the object that a hard link points to. */
static ntkw_status check_header(const contents_search *search, hid_t group, const H5L_info_t *info,
                                ntkw_i_object kind) {
  if (search->version < VERSION_OF_FIXED_TEXTS) return NTKW_SUCCESS;
  const ntkw_i_checked_file file = {search->fd, search->path, search->length};
  haddr_t address = HADDR_UNDEF;
#if H5_VERSION_GE(1, 12, 0)
  if (H5VLnative_token_to_addr(group, info->u.token, &address) < 0) address = HADDR_UNDEF;
#else
  (void)group;
  address = info->u.address;
#endif
  return ntkw_i_check_object_header(&file, kind, address);
}

static hid_t open_dataset(contents_search *search, hid_t group, const char *name, const H5L_info_t *info) {
  hid_t dataset = H5I_INVALID_HID;
  if (info->type == H5L_TYPE_HARD) {
    search->status = check_header(search, group, info, NTKW_I_DATASET);
    if (search->status != NTKW_SUCCESS) return H5I_INVALID_HID;
    dataset = H5Dopen2(group, name, H5P_DEFAULT);
  }
  if (dataset < 0) search->status = refuse(search, "object", name, "is not an array");
  return dataset;
}

static herr_t visit_dataset(contents_search *search, hid_t group, const char *name, const H5L_info_t *info,
                            ntkw_status (*put)(contents_search *search, hid_t dataset, const char *name)) {
  const hid_t dataset = open_dataset(search, group, name, info);
  if (dataset < 0) return -1;
  search->status = put(search, dataset, name);
  H5Dclose(dataset);
  return search->status == NTKW_SUCCESS ? 0 : -1;
}

static bool holds_long_texts(const contents_search *search, const char *name) {
  return search->version >= VERSION_OF_FIXED_TEXTS && strcmp(name, LONG_TEXTS_NAME) == 0;
}

static herr_t visit_array(hid_t root, const char *name, const H5L_info_t *info, void *data) {
  return holds_long_texts(data, name) ? 0 : visit_dataset(data, root, name, info, put_array);
}

static herr_t visit_long_text(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  return visit_dataset(data, group, name, info, put_long_text);
}

static herr_t visit_long_texts(hid_t root, const char *name, const H5L_info_t *info, void *data) {
  contents_search *search = data;
  if (!holds_long_texts(search, name)) return 0;
  if (info->type == H5L_TYPE_HARD) search->status = check_header(search, root, info, NTKW_I_GROUP);
  if (info->type != H5L_TYPE_HARD || search->status != NTKW_SUCCESS) return -1;
  const hid_t group = H5Gopen2(root, name, H5P_DEFAULT);
  if (group < 0) return -1;
  const herr_t visited = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_long_text, data);
  H5Gclose(group);
  return visited;
}

/* The buffer has: number of arrays, number of attributes, the arrays, the attributes. */
static ntkw_status search_file(contents_search *search, hid_t file) {
  for (int i = 0; i < 2; i++) ntkw_i_buffer_put_integer(search->buffer, 0);
  const bool visited = H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_array, search) >= 0 &&
                       H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, search) >= 0 &&
                       H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_long_texts, search) >= 0;
  if (!visited && search->status == NTKW_SUCCESS)
    return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "read the contents of", search->path);
  NTKW_TRY(search->status);
  ntkw_i_buffer_set_integer(search->buffer, 0, search->n_arrays);
  ntkw_i_buffer_set_integer(search->buffer, 1, search->n_attributes);
  NTKW_CHECK(!search->buffer->failed, NTKW_ERR_MEMORY, "out of memory for the contents of %s", search->path);
  return NTKW_SUCCESS;
}

static ntkw_status check_root(const contents_search *search) {
  if (search->version < VERSION_OF_FIXED_TEXTS) return NTKW_SUCCESS;
  const ntkw_i_checked_file file = {search->fd, search->path, search->length};
  uint64_t root;
  NTKW_TRY(ntkw_i_check_superblock(&file, &root));
  return ntkw_i_check_object_header(&file, NTKW_I_GROUP, root);
}

/* The caller prefers an error of the storage, which is the cause of HDF5's error. */
static ntkw_status search_with_storage(contents_search *search, ntkw_i_storage *storage) {
  const hid_t access = ntkw_i_hdf5_access();
  hid_t file = H5I_INVALID_HID;
  ntkw_status status = ntkw_i_hdf5_set_storage(access, storage, search->path);
  if (status == NTKW_SUCCESS) {
    file = H5Fopen(search->path, H5F_ACC_RDONLY, access);
    status = file < 0 ? ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open with HDF5", search->path) : search_file(search, file);
  }
  H5Pclose(access);
  if (file >= 0) H5Fclose(file);
  return status;
}

static ntkw_status check_and_search(contents_search *search) {
  NTKW_TRY(check_root(search));
  ntkw_i_hdf5_file source =
      ntkw_i_hdf5_file_init(search->fd, search->path, search->length,
                            search->version < VERSION_OF_FIXED_TEXTS ? NTKW_I_READ : NTKW_I_READ_STRUCTURE);
  const ntkw_status status = search_with_storage(search, &source.storage);
  ntkw_i_hdf5_release_storage(&source.storage);
  return ntkw_i_hdf5_file_status(&source, status);
}

ntkw_status ntkw_i_contents_find(const char *path, int fd, int version, ntkw_i_broadcast_buffer *buffer) {
  contents_search search = {.path = path, .fd = fd, .version = version, .buffer = buffer};
  struct stat about;
  NTKW_CHECK(fstat(fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
  search.length = about.st_size;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const ntkw_status status = check_and_search(&search);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}

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
