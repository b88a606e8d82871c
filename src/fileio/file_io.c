#include "fileio/file_io.h"
#include "base/dtype.h"
#include "fileio/test_hooks.h"
#include "base/check.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t piece_of(size_t length) {
  return length < (size_t)ntkw_i_hooks.piece_length ? length : (size_t)ntkw_i_hooks.piece_length;
}

ntkw_status ntkw_i_file_read(int fd, const char *path, void *bytes, size_t length, int64_t at) {
  for (size_t done = 0; done < length;) {
    const ssize_t got = pread(fd, (char *)bytes + done, piece_of(length - done), (off_t)(at + (int64_t)done));
    if (got < 0 && errno == EINTR) continue;
    NTKW_CHECK(got >= 0, NTKW_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
    NTKW_CHECK(got > 0, NTKW_ERR_FILE, "cannot read %s: it ends at byte %lld, expected %lld or more", path,
               (long long)(at + (int64_t)done), (long long)(at + (int64_t)length));
    done += (size_t)got;
  }
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_file_write(int fd, const char *path, const void *bytes, size_t length, int64_t at) {
  for (size_t done = 0; done < length;) {
    const ssize_t put = pwrite(fd, (const char *)bytes + done, piece_of(length - done), (off_t)(at + (int64_t)done));
    if (put < 0 && errno == EINTR) continue;
    NTKW_CHECK(put > 0, NTKW_ERR_FILE, "cannot write %s: %s", path,
               put < 0 ? ntkw_i_reason(errno) : "nothing was written");
    done += (size_t)put;
  }
  return NTKW_SUCCESS;
}

#if __BYTE_ORDER == __LITTLE_ENDIAN
enum { SWAPPED = 0 };
#else
enum { SWAPPED = 1 };
#endif
enum { BUFFER_LENGTH = 1 << 14 };

static void swap_bytes(unsigned char *values, size_t size, size_t count) {
  for (unsigned char *value = values; count > 0; count--, value += size)
    for (size_t i = 0; i < size / 2; i++) {
      const unsigned char byte = value[i];
      value[i] = value[size - 1 - i];
      value[size - 1 - i] = byte;
    }
}

void ntkw_i_array_swap_order(void *values, size_t size, size_t count) {
  if (SWAPPED) swap_bytes(values, size, count);
}

ntkw_status ntkw_i_array_read(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                              void *values) {
  const size_t size = ntkw_i_value_size(dtype);
  NTKW_TRY(ntkw_i_file_read(fd, path, values, count * size, address + first * (int64_t)size));
  ntkw_i_array_swap_order(values, size, count);
  return NTKW_SUCCESS;
}

static ntkw_status write_swapped(int fd, const char *path, const unsigned char *values, size_t size, size_t count,
                                 int64_t at) {
  unsigned char buffer[BUFFER_LENGTH];
  while (count > 0) {
    const size_t piece = count < BUFFER_LENGTH / size ? count : BUFFER_LENGTH / size;
    memcpy(buffer, values, piece * size);
    swap_bytes(buffer, size, piece);
    NTKW_TRY(ntkw_i_file_write(fd, path, buffer, piece * size, at));
    values += piece * size;
    at += (int64_t)(piece * size);
    count -= piece;
  }
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_array_write(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                               const void *values) {
  const size_t size = ntkw_i_value_size(dtype);
  const int64_t at = address + first * (int64_t)size;
  return SWAPPED ? write_swapped(fd, path, values, size, count, at)
                 : ntkw_i_file_write(fd, path, values, count * size, at);
}

void ntkw_i_file_expect_sequential(int fd) {
#ifdef POSIX_FADV_SEQUENTIAL
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#else
  (void)fd;
#endif
}

static bool means_unsupported(int error) {
  return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL || error == ENOTSUP;
}

ntkw_status ntkw_i_file_reserve(int fd, const char *path, int64_t length) {
#ifdef __linux__
  int failed = 0;
  do failed = length > 0 && fallocate(fd, 0, 0, (off_t)length) != 0;
  while (failed && errno == EINTR);
  NTKW_CHECK(!failed || means_unsupported(errno), NTKW_ERR_FILE, "cannot reserve %lld bytes for %s: %s",
             (long long)length, path, ntkw_i_reason(errno));
#else
  (void)fd, (void)path, (void)length, (void)means_unsupported;
#endif
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_file_sync(int fd, const char *path) {
  NTKW_CHECK(fsync(fd) == 0, NTKW_ERR_FILE, "cannot sync %s: %s", path, strerror(errno));
#ifdef POSIX_FADV_DONTNEED
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
#endif
  return NTKW_SUCCESS;
}

static ntkw_status sync_folder(const char *folder) {
  const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  NTKW_CHECK(fd >= 0, NTKW_ERR_FILE, "cannot open the folder %s: %s", folder, strerror(errno));
  const int failed = fsync(fd) != 0 && !means_unsupported(errno) ? errno : 0;
  close(fd);
  NTKW_CHECK(!failed, NTKW_ERR_FILE, "cannot sync the folder %s: %s", folder, strerror(failed));
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_folder_sync(const char *path) {
  char *copy = strdup(path); /* dirname writes into its argument */
  NTKW_CHECK(copy, NTKW_ERR_MEMORY, "out of memory for the name of a folder");
  const ntkw_status status = sync_folder(dirname(copy));
  free(copy);
  return status;
}

void ntkw_i_file_close(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}
