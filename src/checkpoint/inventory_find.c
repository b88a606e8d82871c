/* Rank 0 asks HDF5 what is in a checkpoint. Everything must be as the format says: the file's digest is right, so
 * anything else was written by another program. */
#include "checkpoint/dtype.h"
#include "checkpoint/hdf5_calls.h"
#include "checkpoint/inventory.h"
#include "status/check.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* What the callbacks of HDF5's iterations share. */
typedef struct search_state {
  const char *path;
  int64_t length; /* of the file */
  ntkw_i_packet *packet;
  ntkw_status status;
} search_state;

static ntkw_status refuse(const search_state *search, const char *kind, const char *name, const char *why) {
  return ntkw_i_fail(NTKW_ERR_FORMAT, "%s is not a checkpoint of ntkw: %s \"%s\" %s", search->path, kind, name, why);
}

static bool is_type(hid_t type, hid_t expected) {
  return H5Tequal(type, expected) > 0;
}

/* Read a scalar attribute of an object. text: to be freed by H5free_memory; may be NULL for an empty one. */
static ntkw_status read_attribute(const search_state *search, hid_t attribute, const char *name, hid_t memory_type,
                                  void *value) {
  const hid_t space = H5Aget_space(attribute);
  const bool scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
  H5Sclose(space);
  if (!scalar) return refuse(search, "attribute", name, "is not a single value");
  if (H5Aread(attribute, memory_type, value) < 0) return refuse(search, "attribute", name, "cannot be read");
  return NTKW_SUCCESS;
}

static ntkw_status put_text(const search_state *search, hid_t attribute, const char *name) {
  char *text = NULL;
  const hid_t type = ntkw_i_hdf5_text_type();
  const ntkw_status status = read_attribute(search, attribute, name, type, &text);
  H5Tclose(type);
  if (status == NTKW_SUCCESS) ntkw_i_packet_put_text(search->packet, text ? text : "");
  if (text) H5free_memory(text);
  return status;
}

static ntkw_status put_number(const search_state *search, hid_t attribute, const char *name, hid_t memory_type) {
  int64_t bits;
  NTKW_TRY(read_attribute(search, attribute, name, memory_type, &bits));
  ntkw_i_packet_put_integer(search->packet, bits);
  return NTKW_SUCCESS;
}

static ntkw_status put_value(const search_state *search, hid_t attribute, hid_t type, const char *name) {
  if (H5Tis_variable_str(type) > 0) {
    ntkw_i_packet_put_integer(search->packet, NTKW_ATTRIBUTE_TEXT);
    return put_text(search, attribute, name);
  }
  if (is_type(type, H5T_STD_I64LE)) {
    ntkw_i_packet_put_integer(search->packet, NTKW_ATTRIBUTE_INTEGER);
    return put_number(search, attribute, name, H5T_NATIVE_INT64);
  }
  if (is_type(type, H5T_IEEE_F64LE)) {
    ntkw_i_packet_put_integer(search->packet, NTKW_ATTRIBUTE_REAL);
    return put_number(search, attribute, name, H5T_NATIVE_DOUBLE);
  }
  return refuse(search, "attribute", name, "is neither int64, float64 nor a text of variable length");
}

static herr_t visit_attribute(hid_t root, const char *name, const H5A_info_t *info, void *data) {
  (void)info;
  search_state *search = data;
  const hid_t attribute = H5Aopen(root, name, H5P_DEFAULT);
  if (attribute < 0) {
    search->status = refuse(search, "attribute", name, "cannot be read");
    return -1;
  }
  const hid_t type = H5Aget_type(attribute);
  ntkw_i_packet_put_text(search->packet, name);
  search->status = put_value(search, attribute, type, name);
  H5Tclose(type);
  H5Aclose(attribute);
  return search->status == NTKW_SUCCESS ? 0 : -1;
}

static ntkw_status put_type(const search_state *search, hid_t dataset, const char *name, int64_t *value_size) {
  const hid_t type = H5Dget_type(dataset);
  ntkw_dtype dtype;
  const bool known = ntkw_i_hdf5_find_dtype(type, &dtype);
  H5Tclose(type);
  if (!known) return refuse(search, "array", name, "has values of a type that checkpoints do not have");
  *value_size = (int64_t)ntkw_i_value_size(dtype);
  ntkw_i_packet_put_integer(search->packet, dtype);
  return NTKW_SUCCESS;
}

/* Bytes of a dataset, or -1 if the file has not so many: shapes are multiplied without a second thought from here on. */
static int64_t bytes_in_file(const search_state *search, const hsize_t shape[], int n_dimensions, int64_t value_size) {
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

static ntkw_status put_shape(const search_state *search, hid_t dataset, const char *name, int64_t value_size,
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
  ntkw_i_packet_put_integer(search->packet, n_dimensions);
  for (int d = 0; d < n_dimensions; d++) ntkw_i_packet_put_integer(search->packet, (int64_t)shape[d]);
  return NTKW_SUCCESS;
}

static ntkw_status put_named(const search_state *search, hid_t dataset, const char *name, const char *attribute_name,
                             hid_t number_type) {
  const hid_t attribute = H5Aopen(dataset, attribute_name, H5P_DEFAULT);
  if (attribute < 0) return refuse(search, "array", name, "lacks its unit or digest");
  const hid_t type = H5Aget_type(attribute);
  ntkw_status status;
  if (number_type >= 0 && is_type(type, number_type))
    status = put_number(search, attribute, attribute_name, H5T_NATIVE_UINT64);
  else if (number_type < 0 && H5Tis_variable_str(type) > 0)
    status = put_text(search, attribute, attribute_name);
  else
    status = refuse(search, "array", name, "has a unit or digest of another type");
  H5Tclose(type);
  H5Aclose(attribute);
  return status;
}

static ntkw_status put_address(const search_state *search, hid_t dataset, const char *name, int64_t bytes) {
  const hid_t properties = H5Dget_create_plist(dataset);
  const bool contiguous = H5Pget_layout(properties) == H5D_CONTIGUOUS && H5Pget_external_count(properties) == 0;
  H5Pclose(properties);
  if (!contiguous) return refuse(search, "array", name, "is not stored in one piece");
  const haddr_t address = H5Dget_offset(dataset);
  if (bytes > 0 && (address > (haddr_t)search->length || (haddr_t)(search->length - bytes) < address))
    return refuse(search, "array", name, "lies outside of the file");
  ntkw_i_packet_put_integer(search->packet, address == HADDR_UNDEF ? -1 : (int64_t)address);
  return NTKW_SUCCESS;
}

static ntkw_status put_dataset(const search_state *search, hid_t dataset, const char *name) {
  ntkw_i_packet_put_text(search->packet, name);
  NTKW_TRY(put_named(search, dataset, name, "unit", H5I_INVALID_HID));
  int64_t value_size = 0, bytes = 0;
  NTKW_TRY(put_type(search, dataset, name, &value_size));
  NTKW_TRY(put_shape(search, dataset, name, value_size, &bytes));
  NTKW_TRY(put_named(search, dataset, name, "digest", H5T_STD_U64LE));
  return put_address(search, dataset, name, bytes);
}

static herr_t visit_link(hid_t root, const char *name, const H5L_info_t *info, void *data) {
  search_state *search = data;
  hid_t dataset = H5I_INVALID_HID;
  if (info->type == H5L_TYPE_HARD) dataset = H5Dopen2(root, name, H5P_DEFAULT);
  if (dataset < 0) {
    search->status = refuse(search, "object", name, "is not an array");
    return -1;
  }
  search->status = put_dataset(search, dataset, name);
  H5Dclose(dataset);
  return search->status == NTKW_SUCCESS ? 0 : -1;
}

/* What was verified is what HDF5 has opened, not a file that took its name meanwhile; it has this length. */
static ntkw_status check_same_file(search_state *search, hid_t file, int fd) {
  void *handle = NULL;
  struct stat mine, other;
  const bool same = H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle && fstat(fd, &mine) == 0 &&
                    fstat(*(int *)handle, &other) == 0 && mine.st_dev == other.st_dev && mine.st_ino == other.st_ino;
  NTKW_CHECK(same, NTKW_ERR_FILE, "%s was replaced while it was being opened", search->path);
  search->length = mine.st_size;
  return NTKW_SUCCESS;
}

static ntkw_status search_file(search_state *search, hid_t file, int fd) {
  NTKW_TRY(check_same_file(search, file, fd));
  H5G_info_t root;
  H5O_info_t object;
  if (H5Gget_info(file, &root) < 0 || H5Oget_info2(file, &object, H5O_INFO_NUM_ATTRS) < 0)
    return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "read the contents of", search->path);
  ntkw_i_packet_put_integer(search->packet, (int64_t)root.nlinks);
  ntkw_i_packet_put_integer(search->packet, (int64_t)object.num_attrs);
  const bool visited = H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, search) >= 0 &&
                       H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, search) >= 0;
  if (!visited && search->status == NTKW_SUCCESS)
    return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "read the contents of", search->path);
  NTKW_TRY(search->status);
  NTKW_CHECK(!search->packet->failed, NTKW_ERR_MEMORY, "out of memory for the contents of %s", search->path);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_inventory_find(const char *path, int fd, ntkw_i_packet *packet) {
  search_state search = {.path = path, .packet = packet};
  const hdf5_voice voice = ntkw_i_hdf5_silence();
  const hid_t access = ntkw_i_hdf5_access(MPI_COMM_NULL), file = H5Fopen(path, H5F_ACC_RDONLY, access);
  ntkw_status status;
  if (file < 0)
    status = ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open with HDF5", path);
  else
    status = search_file(&search, file, fd);
  H5Pclose(access);
  if (file >= 0) H5Fclose(file);
  ntkw_i_hdf5_restore(voice);
  return status;
}
