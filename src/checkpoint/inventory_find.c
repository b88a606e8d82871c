/* Rank 0 asks HDF5 what is in a checkpoint, by a driver of ours that reads the very file that was verified. */
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "checkpoint/headers.h"
#include "checkpoint/inventory.h"
#include "checkpoint/inventory_search.h"
#include "checkpoint/texts.h"
#include "status/check.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* Of the object that a hard link leads to. */
static ntkw_status judge_header(const ntkw_i_search *search, hid_t group, const H5L_info_t *info, ntkw_i_object kind) {
  if (search->version < VERSION_OF_FIXED_TEXTS) return NTKW_SUCCESS;
  const ntkw_i_structure file = {search->fd, search->path, search->length};
  haddr_t address = HADDR_UNDEF;
#if H5_VERSION_GE(1, 12, 0)
  if (H5VLnative_token_to_addr(group, info->u.token, &address) < 0) address = HADDR_UNDEF;
#else
  (void)group;
  address = info->u.address;
#endif
  return ntkw_i_header_judge(&file, kind, address);
}

static hid_t open_dataset(ntkw_i_search *search, hid_t group, const char *name, const H5L_info_t *info) {
  hid_t dataset = H5I_INVALID_HID;
  if (info->type == H5L_TYPE_HARD) {
    search->status = judge_header(search, group, info, NTKW_I_DATASET);
    if (search->status != NTKW_SUCCESS) return H5I_INVALID_HID;
    dataset = H5Dopen2(group, name, H5P_DEFAULT);
  }
  if (dataset < 0) search->status = ntkw_i_search_refuse(search, "object", name, "is not an array");
  return dataset;
}

static herr_t visit_dataset(ntkw_i_search *search, hid_t group, const char *name, const H5L_info_t *info,
                            ntkw_status (*put)(ntkw_i_search *search, hid_t dataset, const char *name)) {
  const hid_t dataset = open_dataset(search, group, name, info);
  if (dataset < 0) return -1;
  search->status = put(search, dataset, name);
  H5Dclose(dataset);
  return search->status == NTKW_SUCCESS ? 0 : -1;
}

static bool holds_long_texts(const ntkw_i_search *search, const char *name) {
  return search->version >= VERSION_OF_FIXED_TEXTS && strcmp(name, LONG_TEXTS_NAME) == 0;
}

static herr_t visit_array(hid_t root, const char *name, const H5L_info_t *info, void *data) {
  return holds_long_texts(data, name) ? 0 : visit_dataset(data, root, name, info, ntkw_i_search_put_array);
}

static herr_t visit_long_text(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  return visit_dataset(data, group, name, info, ntkw_i_search_put_text);
}

static herr_t visit_long_texts(hid_t root, const char *name, const H5L_info_t *info, void *data) {
  ntkw_i_search *search = data;
  if (!holds_long_texts(search, name)) return 0;
  if (info->type == H5L_TYPE_HARD) search->status = judge_header(search, root, info, NTKW_I_GROUP);
  if (info->type != H5L_TYPE_HARD || search->status != NTKW_SUCCESS) return -1;
  const hid_t group = H5Gopen2(root, name, H5P_DEFAULT);
  if (group < 0) return -1;
  const herr_t visited = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_long_text, data);
  H5Gclose(group);
  return visited;
}

/* Numbers of arrays and attributes, arrays, attributes. */
static ntkw_status search_file(ntkw_i_search *search, hid_t file) {
  for (int i = 0; i < 2; i++) ntkw_i_buffer_put_integer(search->buffer, 0);
  const bool visited =
      H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_array, search) >= 0 &&
      H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, ntkw_i_search_visit_attribute, search) >= 0 &&
      H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_long_texts, search) >= 0;
  if (!visited && search->status == NTKW_SUCCESS)
    return ntkw_i_hdf5_fail(NTKW_ERR_FORMAT, "read the contents of", search->path);
  NTKW_TRY(search->status);
  ntkw_i_buffer_set_integer(search->buffer, 0, search->n_arrays);
  ntkw_i_buffer_set_integer(search->buffer, 1, search->n_attributes);
  NTKW_CHECK(!search->buffer->failed, NTKW_ERR_MEMORY, "out of memory for the contents of %s", search->path);
  return NTKW_SUCCESS;
}

static ntkw_status judge_root(const ntkw_i_search *search) {
  if (search->version < VERSION_OF_FIXED_TEXTS) return NTKW_SUCCESS;
  const ntkw_i_structure file = {search->fd, search->path, search->length};
  uint64_t root;
  NTKW_TRY(ntkw_i_superblock_judge(&file, &root));
  return ntkw_i_header_judge(&file, NTKW_I_GROUP, root);
}

/* An error of the storage is the cause of what HDF5 says. */
static ntkw_status search_with_storage(ntkw_i_search *search, ntkw_i_storage *storage) {
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

static ntkw_status check_and_search(ntkw_i_search *search) {
  NTKW_TRY(judge_root(search));
  ntkw_i_hdf5_file source =
      ntkw_i_hdf5_file_init(search->fd, search->path, search->length,
                            search->version < VERSION_OF_FIXED_TEXTS ? NTKW_I_READ : NTKW_I_READ_STRUCTURE);
  const ntkw_status status = search_with_storage(search, &source.storage);
  ntkw_i_hdf5_release_storage(&source.storage);
  return ntkw_i_hdf5_file_status(&source, status);
}

ntkw_status ntkw_i_inventory_find(const char *path, int fd, int version, ntkw_i_broadcast_buffer *buffer) {
  ntkw_i_search search = {.path = path, .fd = fd, .version = version, .buffer = buffer};
  struct stat about;
  NTKW_CHECK(fstat(fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
  search.length = about.st_size;
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  const ntkw_status status = check_and_search(&search);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}
