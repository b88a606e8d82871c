#include "fileio/array_io.h"
#include "base/dtype.h"
#include "fileio/posix_io.h"
#include "base/check.h"

#include <endian.h>
#include <string.h>

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
