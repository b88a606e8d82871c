#include "checkpoint/forgiving_file.h"
#include "checkpoint/file_bytes.h"
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
  H5FD_t shared; /* HDF5's part; must be the first */
  haddr_t allocated, end;
  ntkw_i_forgiving_file *target;
} open_file;

static void keep(ntkw_i_forgiving_file *target, ntkw_status status) {
  if (status == NTKW_SUCCESS) return;
  target->status = status;
  snprintf(target->sentence, sizeof target->sentence, "%s", ntkw_last_error());
}

static H5FD_t *begin(const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)name, (void)flags, (void)most;
  ntkw_i_forgiving_file *const *info = H5Pget_driver_info(access);
  open_file *file = info ? calloc(1, sizeof *file) : NULL;
  if (!file) return NULL;
  file->target = *info;
  file->end = (haddr_t)file->target->length;
  return &file->shared;
}

static herr_t end(H5FD_t *file) {
  free(file);
  return 0;
}

/* As of HDF5's own driver, so that the files are the same. Reading gathers nothing: the accumulator of HDF5 1.10.8 loses
 * its memory over an address that was forged. */
static herr_t query(const H5FD_t *shared, unsigned long *flags) {
  const open_file *file = (const open_file *)shared;
  *flags = 0;
  if (file && file->target->use != NTKW_I_WRITE) return 0;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const open_file *)file)->allocated;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t address) {
  (void)type;
  ((open_file *)file)->allocated = address;
  return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const open_file *)file)->end;
}

static ntkw_status read_part(const ntkw_i_forgiving_file *target, H5FD_mem_t type, haddr_t at, size_t size,
                             void *bytes) {
  NTKW_CHECK(target->use != NTKW_I_READ_STRUCTURE || type != H5FD_MEM_DRAW, NTKW_ERR_FORMAT,
             "%s is not a checkpoint of ntkw: it has contents in a heap", target->path);
  return ntkw_i_file_read(target->fd, target->path, bytes, size, (int64_t)at);
}

/* What was dropped, and what is behind the end, is read as zeros. */
static herr_t read_bytes(H5FD_t *shared, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size, void *bytes) {
  (void)transfer;
  const open_file *file = (const open_file *)shared;
  memset(bytes, 0, size);
  if (at < file->end && file->target->status == NTKW_SUCCESS) {
    const size_t there = size < file->end - at ? size : (size_t)(file->end - at);
    keep(file->target, read_part(file->target, type, at, there, bytes));
  }
  return file->target->use == NTKW_I_WRITE || file->target->status == NTKW_SUCCESS ? 0 : -1;
}

static herr_t write_bytes(H5FD_t *shared, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t size, const void *bytes) {
  (void)type, (void)transfer;
  open_file *file = (open_file *)shared;
  if (file->target->status == NTKW_SUCCESS)
    keep(file->target, ntkw_i_file_write(file->target->fd, file->target->path, bytes, size, (int64_t)at));
  if (at + size > file->end) file->end = at + size;
  return 0;
}

static ntkw_status set_length(const ntkw_i_forgiving_file *target, haddr_t length) {
  NTKW_CHECK(ftruncate(target->fd, (off_t)length) == 0, NTKW_ERR_FILE, "cannot set the length of %s: %s", target->path,
             strerror(errno));
  return NTKW_SUCCESS;
}

static herr_t cut_off(H5FD_t *shared, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  open_file *file = (open_file *)shared;
  if (file->allocated != file->end && file->target->status == NTKW_SUCCESS)
    keep(file->target, set_length(file->target, file->allocated));
  file->end = file->allocated;
  return 0;
}

hid_t ntkw_i_forgiving_driver(void) {
  static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION
      .version = H5FD_CLASS_VERSION,
      .value = (H5FD_class_value_t)512, /* the first that is not HDF5's own */
#endif
      .name = "ntkw forgiving file",
      .maxaddr = INT64_MAX,
      .fc_degree = H5F_CLOSE_WEAK,
      .fapl_size = sizeof(ntkw_i_forgiving_file *),
      .open = begin,
      .close = end,
      .query = query,
      .get_eoa = get_allocated,
      .set_eoa = set_allocated,
      .get_eof = get_end,
      .read = read_bytes,
      .write = write_bytes,
      .truncate = cut_off,
      .fl_map = H5FD_FLMAP_DICHOTOMY};
  return H5FDregister(&driver);
}

herr_t ntkw_i_forgiving_access(hid_t access, hid_t driver, ntkw_i_forgiving_file *file) {
  return H5Pset_driver(access, driver, &file);
}
