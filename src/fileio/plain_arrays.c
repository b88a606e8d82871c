#include "fileio/plain_arrays.h"
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "base/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_NAME = 1024 };

/* An unfinished checkpoint begins with zeros. */
static bool begins_like_a_checkpoint(const char *path) {
  static const char ours[8] = "NTKWCKPT", zeros[8] = "";
  char bytes[8] = "";
  struct stat about;
  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return true; /* a named pipe would block */
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  const bool read_it = fd >= 0 && pread(fd, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes;
  if (fd >= 0) close(fd);
  return !read_it || memcmp(bytes, ours, sizeof ours) == 0 || memcmp(bytes, zeros, sizeof zeros) == 0;
}

bool ntkw_i_is_plain_hdf5(const char *path) {
  if (begins_like_a_checkpoint(path)) return false;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const bool is = H5Fis_hdf5(path) > 0;
  ntkw_i_hdf5_restore_errors(handler);
  return is;
}

static void describe(hid_t dataset, plain_array *array) {
  const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const H5T_class_t class = H5Tget_class(type);
  hsize_t size[H5S_MAX_RANK] = {0};
  const int rank = H5Sget_simple_extent_type(space) == H5S_SIMPLE ? H5Sget_simple_extent_dims(space, size, NULL) : 0;
  array->numbers = class == H5T_FLOAT || class == H5T_INTEGER;
  array->n_dimensions = rank <= PLAIN_DIMENSIONS ? rank : -1;
  for (int d = 0; d < array->n_dimensions; d++) array->shape[d] = (int64_t)size[d];
  H5Sclose(space);
  H5Tclose(type);
}

static ntkw_status add(plain_arrays *arrays, const char *name, hid_t dataset) {
  plain_array *array = &arrays->arrays[arrays->n];
  array->name = strdup(name);
  NTKW_CHECK(array->name, NTKW_ERR_MEMORY, "out of memory for the arrays of %s", arrays->path);
  arrays->n++;
  describe(dataset, array);
  return NTKW_SUCCESS;
}

/* List the datasets. Dangling links, groups and names that are too long are skipped. */
static ntkw_status list(plain_arrays *arrays, hid_t file) {
  H5G_info_t about;
  char name[LONGEST_NAME];
  if (H5Gget_info(file, &about) < 0) return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "list the contents of", arrays->path);
  arrays->arrays = calloc((size_t)about.nlinks + 1, sizeof *arrays->arrays);
  NTKW_CHECK(arrays->arrays, NTKW_ERR_MEMORY, "out of memory for the arrays of %s", arrays->path);
  ntkw_status status = NTKW_SUCCESS;
  for (hsize_t i = 0; status == NTKW_SUCCESS && i < about.nlinks; i++) {
    const ssize_t length = H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
    const hid_t object = length > 0 && length < LONGEST_NAME ? H5Oopen(file, name, H5P_DEFAULT) : H5I_INVALID_HID;
    if (object < 0) continue;
    if (H5Iget_type(object) == H5I_DATASET) status = add(arrays, name, object);
    H5Oclose(object);
  }
  return status;
}

static ntkw_status open_and_list(plain_arrays *arrays) {
  const hid_t access = ntkw_i_hdf5_access(), file = H5Fopen(arrays->path, H5F_ACC_RDONLY, access);
  arrays->file = file;
  const ntkw_status status =
      file < 0 ? ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "open with HDF5", arrays->path) : list(arrays, file);
  H5Pclose(access);
  return status;
}

ntkw_status ntkw_i_plain_open(const char *path, plain_arrays **out) {
  plain_arrays *arrays = *out = calloc(1, sizeof *arrays);
  NTKW_CHECK(arrays, NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  arrays->file = H5I_INVALID_HID;
  arrays->path = strdup(path);
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const ntkw_status status =
      arrays->path ? open_and_list(arrays) : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  ntkw_i_hdf5_restore_errors(handler);
  if (status != NTKW_SUCCESS) ntkw_i_plain_close(out);
  return status;
}

void ntkw_i_plain_close(plain_arrays **arrays) {
  if (!*arrays) return;
  if ((*arrays)->file >= 0) H5Fclose((*arrays)->file);
  for (int i = 0; i < (*arrays)->n; i++) free((*arrays)->arrays[i].name);
  free((*arrays)->arrays);
  free((*arrays)->path);
  free(*arrays);
  *arrays = NULL;
}

static bool read_rows(hid_t dataset, const plain_array *array, int64_t first, int64_t rows, double *values) {
  hsize_t start[PLAIN_DIMENSIONS] = {(hsize_t)first}, count[PLAIN_DIMENSIONS] = {(hsize_t)rows};
  for (int d = 1; d < array->n_dimensions; d++) count[d] = (hsize_t)array->shape[d];
  const hid_t file = H5Dget_space(dataset), memory = H5Screate_simple(array->n_dimensions, count, NULL);
  const bool ok = H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                  H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT, values) >= 0;
  H5Sclose(memory);
  H5Sclose(file);
  return ok;
}

ntkw_status ntkw_i_plain_read(const plain_arrays *arrays, const plain_array *array, int64_t first, int64_t rows,
                              double *values) {
  char what[LONGEST_NAME + 32];
  if (rows == 0) return NTKW_SUCCESS;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const hid_t dataset = H5Dopen2(arrays->file, array->name, H5P_DEFAULT);
  ntkw_status status = NTKW_SUCCESS;
  if (dataset < 0 || !read_rows(dataset, array, first, rows, values)) {
    snprintf(what, sizeof what, "read the array '%s' of", array->name);
    status = ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, what, arrays->path);
  }
  if (dataset >= 0) H5Dclose(dataset);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}
