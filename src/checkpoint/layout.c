/* Write the file without its values: rank 0, with HDF5 on one process. */
#include "fileio/file_io.h"
#include "base/dtype.h"
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "fileio/hdf5_types.h"
#include "fileio/test_hooks.h"
#include "checkpoint/publication.h"
#include "checkpoint/format.h"
#include "base/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int ntkw_i_format_version(const ntkw_checkpoint *checkpoint) {
  bool has_text = checkpoint->n_arrays > 0; /* its unit */
  for (int i = 0; i < checkpoint->n_attributes; i++)
    has_text = has_text || checkpoint->attributes[i].type == NTKW_ATTRIBUTE_TEXT;
  return has_text ? VERSION_OF_FIXED_TEXTS : 1;
}

static ntkw_status write_attribute(hid_t object, const char *name, hid_t file_type, hid_t memory_type,
                                   const void *value, const char *path) {
  const hid_t space = H5Screate(H5S_SCALAR), names = H5Pcreate(H5P_ATTRIBUTE_CREATE);
  H5Pset_char_encoding(names, H5T_CSET_UTF8);
  const hid_t attribute = H5Acreate2(object, name, file_type, space, names, H5P_DEFAULT);
  ntkw_status status = NTKW_SUCCESS;
  if (attribute < 0 || H5Awrite(attribute, memory_type, value) < 0)
    status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write an attribute to", path);
  if (attribute >= 0) H5Aclose(attribute);
  H5Pclose(names);
  H5Sclose(space);
  return status;
}

static ntkw_status write_text(hid_t object, const char *name, const char *text, const char *path) {
  const hid_t type = ntkw_i_hdf5_text_type(strlen(text) + 1);
  const ntkw_status status = write_attribute(object, name, type, type, text, path);
  H5Tclose(type);
  return status;
}

static bool is_long(const ntkw_checkpoint_attribute *attribute) {
  return attribute->type == NTKW_ATTRIBUTE_TEXT && strlen(attribute->text) >= ntkw_i_hooks.longest_attribute;
}

static ntkw_status write_short_attribute(hid_t root, const ntkw_checkpoint_attribute *attribute, const char *path) {
  if (is_long(attribute)) return NTKW_SUCCESS;
  switch (attribute->type) {
  case NTKW_ATTRIBUTE_INTEGER:
    return write_attribute(root, attribute->name, H5T_STD_I64LE, H5T_NATIVE_INT64, &attribute->integer, path);
  case NTKW_ATTRIBUTE_REAL:
    return write_attribute(root, attribute->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &attribute->real, path);
  case NTKW_ATTRIBUTE_TEXT:
    return write_text(root, attribute->name, attribute->text, path);
  }
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "attribute \"%s\" has no type", attribute->name);
}

static hid_t array_properties(void) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_layout(properties, H5D_CONTIGUOUS);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(properties, false); /* the same state gives the same bytes */
  return properties;
}

static ntkw_status make_dataset(hid_t file, const pending_array *array, const char *path, hid_t *dataset) {
  hsize_t shape[NTKW_CHECKPOINT_DIMENSIONS];
  for (int d = 0; d < array->n_dimensions; d++) shape[d] = (hsize_t)array->shape[d];
  const hid_t space = H5Screate_simple(array->n_dimensions, shape, NULL), properties = array_properties();
  const hid_t type = ntkw_i_hdf5_file_type(array->dtype);
  *dataset = H5Dcreate2(file, array->name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  const ntkw_status status = *dataset >= 0 ? NTKW_SUCCESS : ntkw_i_hdf5_fail(NTKW_ERR_FILE, "make an array in", path);
  H5Tclose(type);
  H5Pclose(properties);
  H5Sclose(space);
  return status;
}

static ntkw_status write_array(hid_t file, pending_array *array, const char *path) {
  hid_t dataset;
  NTKW_TRY(make_dataset(file, array, path, &dataset));
  const haddr_t address = H5Dget_offset(dataset);
  array->address = address == HADDR_UNDEF ? -1 : (int64_t)address;
  ntkw_status status = write_text(dataset, "unit", array->unit, path);
  if (status == NTKW_SUCCESS)
    status = write_attribute(dataset, "digest", H5T_STD_U64LE, H5T_NATIVE_UINT64, &array->digest, path);
  if (H5Dclose(dataset) < 0 && status == NTKW_SUCCESS)
    status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "make an array in", path);
  return status;
}

/* Write a text that is too long for an attribute as a scalar dataset of the group LONG_TEXTS_NAME; its attribute "name"
 * is the name of the attribute that it stands for. */
static ntkw_status write_long_text(hid_t group, int number, const ntkw_checkpoint_attribute *attribute,
                                   const char *path) {
  char link[16];
  snprintf(link, sizeof link, "%d", number);
  const hid_t type = ntkw_i_hdf5_text_type(strlen(attribute->text) + 1), space = H5Screate(H5S_SCALAR);
  const hid_t properties = array_properties();
  const hid_t dataset = H5Dcreate2(group, link, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  ntkw_status status = NTKW_SUCCESS;
  if (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, attribute->text) < 0)
    status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write a text to", path);
  if (status == NTKW_SUCCESS) status = write_text(dataset, "name", attribute->name, path);
  if (dataset >= 0) H5Dclose(dataset);
  H5Pclose(properties);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

static ntkw_status write_long_texts(hid_t file, const ntkw_checkpoint *checkpoint, const char *path) {
  int n_texts = 0;
  for (int i = 0; i < checkpoint->n_attributes; i++) n_texts += is_long(&checkpoint->attributes[i]);
  if (n_texts == 0) return NTKW_SUCCESS;
  const hid_t properties = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(properties, false);
  const hid_t group = H5Gcreate2(file, LONG_TEXTS_NAME, H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Pclose(properties);
  if (group < 0) return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "make a group in", path);
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0, number = 0; i < checkpoint->n_attributes && status == NTKW_SUCCESS; i++)
    if (is_long(&checkpoint->attributes[i]))
      status = write_long_text(group, number++, &checkpoint->attributes[i], path);
  H5Gclose(group);
  return status;
}

static ntkw_status write_all(hid_t file, ntkw_checkpoint *checkpoint, const char *path) {
  for (int i = 0; i < checkpoint->n_attributes; i++)
    NTKW_TRY(write_short_attribute(file, &checkpoint->attributes[i], path));
  for (int i = 0; i < checkpoint->n_arrays; i++) NTKW_TRY(write_array(file, &checkpoint->arrays[i], path));
  return write_long_texts(file, checkpoint, path);
}

static ntkw_status make_file(ntkw_i_hdf5_file *target, hid_t *file) {
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = ntkw_i_hdf5_access();
  H5Pset_userblock(creation, USER_BLOCK_LENGTH);
  H5Pset_obj_track_times(creation, false);
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST); /* the same bytes by every release of HDF5 */
  *file = H5I_INVALID_HID;
  ntkw_status status = ntkw_i_hdf5_set_storage(access, &target->storage, target->path);
  if (status == NTKW_SUCCESS) {
    *file = H5Fcreate(target->path, H5F_ACC_TRUNC, creation, access);
    if (*file < 0) status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "make", target->path);
  }
  H5Pclose(access);
  H5Pclose(creation);
  return status;
}

/* An upper bound of the length of the file. */
static int64_t estimate_length(const ntkw_checkpoint *checkpoint) {
  int64_t length = 1 << 16;
  for (int i = 0; i < checkpoint->n_attributes; i++) {
    const char *text = checkpoint->attributes[i].text;
    length += 4096 + (text ? (int64_t)strlen(text) : 0);
  }
  for (int i = 0; i < checkpoint->n_arrays; i++) {
    const pending_array *array = &checkpoint->arrays[i];
    length += 4096 + array->shape[0] * ntkw_i_row_length(array->n_dimensions, array->shape) *
                         (int64_t)ntkw_i_value_size(array->dtype);
  }
  return length;
}

/* Check that there is room for the whole file before writing any of it. */
static ntkw_status check_room(const ntkw_i_publication *publication) {
  NTKW_TRY(
      ntkw_i_file_reserve(publication->fd, publication->checkpoint->path, estimate_length(publication->checkpoint)));
  NTKW_CHECK(ftruncate(publication->fd, 0) == 0, NTKW_ERR_FILE, "cannot write %s: %s", publication->checkpoint->path,
             strerror(errno));
  return NTKW_SUCCESS;
}

static ntkw_status write_to(ntkw_i_publication *publication, ntkw_i_hdf5_file *target) {
  hid_t file;
  NTKW_TRY(make_file(target, &file));
  ntkw_status status = write_all(file, publication->checkpoint, target->path);
  if (H5Fclose(file) < 0 && status == NTKW_SUCCESS) status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "write", target->path);
  return ntkw_i_hdf5_file_status(target, status);
}

ntkw_status ntkw_i_layout_write(ntkw_i_publication *publication) {
  NTKW_TRY(check_room(publication));
  ntkw_i_hdf5_file target = ntkw_i_hdf5_file_init(publication->fd, publication->temporary, 0, NTKW_I_WRITE);
  const ntkw_status status = write_to(publication, &target);
  ntkw_i_hdf5_release_storage(&target.storage);
  NTKW_TRY(status);
  struct stat about;
  NTKW_CHECK(fstat(publication->fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", publication->temporary,
             strerror(errno));
  publication->length = about.st_size;
  return NTKW_SUCCESS;
}
