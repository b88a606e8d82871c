#include "checkpoint/part_bytes.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/stated.h"
#include "status/check.h"

#include <endian.h>
#include <string.h>

#if __BYTE_ORDER == __LITTLE_ENDIAN
static void to_order_of_memory(void *values, ntkw_dtype dtype, size_t count) {
  (void)values, (void)dtype, (void)count;
}
#else
static void to_order_of_memory(void *values, ntkw_dtype dtype, size_t count) {
  const size_t size = ntkw_i_value_size(dtype);
  for (unsigned char *value = values; count > 0; count--, value += size)
    for (size_t i = 0; i < size / 2; i++) {
      const unsigned char byte = value[i];
      value[i] = value[size - 1 - i];
      value[size - 1 - i] = byte;
    }
}
#endif

ntkw_status ntkw_i_part_read(int fd, const char *path, ntkw_dtype dtype, int64_t address, int64_t first, size_t count,
                             void *values) {
  const size_t size = ntkw_i_value_size(dtype);
  NTKW_TRY(ntkw_i_file_read(fd, path, values, count * size, address + first * (int64_t)size));
  to_order_of_memory(values, dtype, count);
  return NTKW_SUCCESS;
}
