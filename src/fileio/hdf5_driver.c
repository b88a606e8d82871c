#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "fileio/file_io.h"
#include "base/check.h"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct open_file {
  H5FD_t hdf5; /* HDF5's part; must be the first member */
  ntkw_i_storage *storage;
} open_file;

static ntkw_i_storage *storage_of(const H5FD_t *file) {
  return ((const open_file *)file)->storage;
}

static H5FD_t *open_storage(const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)name, (void)flags, (void)most;
  ntkw_i_storage *const *info = H5Pget_driver_info(access);
  open_file *file = info ? calloc(1, sizeof *file) : NULL;
  if (!file) return NULL;
  file->storage = *info;
  file->storage->allocated = 0;
  return &file->hdf5;
}

static herr_t close_storage(H5FD_t *file) {
  free(file);
  return 0;
}

/* The same as for HDF5's own driver, so that the files are the same. */
static herr_t query(const H5FD_t *file, unsigned long *flags) {
  *flags = 0;
  if (file && storage_of(file)->reads_once) return 0;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t kind) {
  (void)kind;
  return (haddr_t)storage_of(file)->allocated;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t kind, haddr_t address) {
  (void)kind;
  storage_of(file)->allocated = (int64_t)address;
  return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t kind) {
  (void)kind;
  return (haddr_t)storage_of(file)->end;
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t kind, hid_t transfer, haddr_t at, size_t size, void *bytes) {
  (void)transfer;
  ntkw_i_storage *storage = storage_of(file);
  memset(bytes, 0, size);
  return storage->read(storage, kind, (int64_t)at, size, bytes) ? 0 : -1;
}

static herr_t write_bytes(H5FD_t *file, H5FD_mem_t kind, hid_t transfer, haddr_t at, size_t size, const void *bytes) {
  (void)kind, (void)transfer;
  ntkw_i_storage *storage = storage_of(file);
  storage->write(storage, (int64_t)at, size, bytes);
  if ((int64_t)(at + size) > storage->end) storage->end = (int64_t)(at + size);
  return 0;
}

static herr_t truncate_to_allocated(H5FD_t *file, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  ntkw_i_storage *storage = storage_of(file);
  if (storage->truncate && storage->allocated != storage->end) storage->truncate(storage);
  storage->end = storage->allocated;
  return 0;
}

static hid_t register_driver(void) {
  static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
      .version = H5FD_CLASS_VERSION,
      .value = (H5FD_class_value_t)512, /* the first that is not HDF5's own */
#endif
      .name = "ntkw storage",
      .maxaddr = INT64_MAX,
      .fc_degree = H5F_CLOSE_STRONG,
      .fapl_size = sizeof(ntkw_i_storage *),
      .open = open_storage,
      .close = close_storage,
      .query = query,
      .get_eoa = get_allocated,
      .set_eoa = set_allocated,
      .get_eof = get_end,
      .read = read_bytes,
      .write = write_bytes,
      .truncate = truncate_to_allocated,
      .fl_map = H5FD_FLMAP_DICHOTOMY};
  return H5FDregister(&driver);
}

hid_t ntkw_i_hdf5_access(void) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 11)
  H5Pset_file_locking(access, true, true); /* on a file system without locks go on without them */
#endif
  return access;
}

ntkw_status ntkw_i_hdf5_set_storage(hid_t access, ntkw_i_storage *storage, const char *path) {
  if (storage->driver <= 0) storage->driver = register_driver();
  if (storage->driver <= 0 || H5Pset_driver(access, storage->driver, &storage) < 0)
    return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "prepare HDF5 for", path);
  return NTKW_SUCCESS;
}

void ntkw_i_hdf5_release_storage(ntkw_i_storage *storage) {
  if (storage->driver > 0) H5FDunregister(storage->driver);
  storage->driver = 0;
}

static ntkw_status read_allowed(const ntkw_i_hdf5_file *file, H5FD_mem_t kind, int64_t at, size_t size, void *bytes) {
  NTKW_CHECK(file->use != NTKW_I_READ_STRUCTURE || kind != H5FD_MEM_DRAW, NTKW_ERR_FORMAT,
             "%s is not a checkpoint of ntkw: it has contents in a heap", file->path);
  return ntkw_i_file_read(file->fd, file->path, bytes, size, at);
}

/* Dropped bytes, and bytes behind the end, read as zeros. */
static bool read_file(ntkw_i_storage *storage, H5FD_mem_t kind, int64_t at, size_t size, void *bytes) {
  ntkw_i_hdf5_file *file = (ntkw_i_hdf5_file *)storage;
  if (at >= 0 && at < storage->end && file->first_error.status == NTKW_SUCCESS) {
    const size_t room = (size_t)(storage->end - at);
    ntkw_i_failure_keep(&file->first_error, read_allowed(file, kind, at, room < size ? room : size, bytes));
  }
  return file->use == NTKW_I_WRITE || file->first_error.status == NTKW_SUCCESS;
}

static void write_file(ntkw_i_storage *storage, int64_t at, size_t size, const void *bytes) {
  ntkw_i_hdf5_file *file = (ntkw_i_hdf5_file *)storage;
  if (file->first_error.status == NTKW_SUCCESS)
    ntkw_i_failure_keep(&file->first_error, ntkw_i_file_write(file->fd, file->path, bytes, size, at));
}

static ntkw_status set_length(const ntkw_i_hdf5_file *file) {
  NTKW_CHECK(ftruncate(file->fd, (off_t)file->storage.allocated) == 0, NTKW_ERR_FILE, "cannot set the length of %s: %s",
             file->path, strerror(errno));
  return NTKW_SUCCESS;
}

static void truncate_file(ntkw_i_storage *storage) {
  ntkw_i_hdf5_file *file = (ntkw_i_hdf5_file *)storage;
  if (file->first_error.status == NTKW_SUCCESS) ntkw_i_failure_keep(&file->first_error, set_length(file));
}

/* HDF5 1.10.8 loses memory if it gathers reads and an address was forged. */
ntkw_i_hdf5_file ntkw_i_hdf5_file_init(int fd, const char *path, int64_t length, ntkw_i_file_use use) {
  const ntkw_i_storage storage = {.read = read_file,
                                  .write = write_file,
                                  .truncate = truncate_file,
                                  .reads_once = use != NTKW_I_WRITE,
                                  .end = length};
  return (ntkw_i_hdf5_file){.storage = storage, .fd = fd, .path = path, .use = use};
}

ntkw_status ntkw_i_hdf5_file_status(const ntkw_i_hdf5_file *file, ntkw_status other) {
  return file->first_error.status == NTKW_SUCCESS ? other : ntkw_i_failure_report(&file->first_error);
}
