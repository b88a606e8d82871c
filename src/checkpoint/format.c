#include "checkpoint/format.h"
#include "fileio/file_io.h"
#include "base/check.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const unsigned char magic[8] = {'N', 'T', 'K', 'W', 'C', 'K', 'P', 'T'};
static const unsigned char magic_of_hdf5[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
enum { FIELDS_LENGTH = 32 };

static void put_word(unsigned char *bytes, uint64_t word) {
  word = htole64(word);
  memcpy(bytes, &word, sizeof word);
}

static uint64_t get_word(const unsigned char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return le64toh(word);
}

void ntkw_i_user_block_encode(const user_block *block, unsigned char bytes[USER_BLOCK_LENGTH]) {
  memset(bytes, 0, USER_BLOCK_LENGTH);
  memcpy(bytes, magic, sizeof magic);
  put_word(bytes + 8, (uint64_t)block->version);
  put_word(bytes + 16, (uint64_t)block->length);
  put_word(bytes + 24, block->digest);
}

static bool all_zero(const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (bytes[i]) return false;
  return true;
}

static ntkw_status check_magic(const unsigned char *bytes, size_t available, const char *path) {
  NTKW_CHECK(available > 0, NTKW_ERR_FORMAT, "%s is empty, not a checkpoint", path);
  NTKW_CHECK(!all_zero(bytes, available), NTKW_ERR_FORMAT,
             "%s begins with zeros: it was never completed, or is not a checkpoint", path);
  NTKW_CHECK(available < sizeof magic || memcmp(bytes, magic_of_hdf5, sizeof magic_of_hdf5) != 0, NTKW_ERR_FORMAT,
             "%s is an HDF5 file, but not a checkpoint of ntkw: it lacks the user block", path);
  const size_t length = available < sizeof magic ? available : sizeof magic;
  NTKW_CHECK(memcmp(bytes, magic, length) == 0, NTKW_ERR_FORMAT,
             "%s is not a checkpoint of ntkw: it does not begin with \"NTKWCKPT\"", path);
  NTKW_CHECK(available == USER_BLOCK_LENGTH, NTKW_ERR_FORMAT, "%s is truncated: it has only %zu bytes", path,
             available);
  return NTKW_SUCCESS;
}

static ntkw_status check_version(uint64_t version, const char *path) {
  NTKW_CHECK(version <= FORMAT_VERSION, NTKW_ERR_FORMAT,
             "%s has format version %llu, newer than version %d, the latest that this library reads", path,
             (unsigned long long)version, FORMAT_VERSION);
  NTKW_CHECK(version >= 1, NTKW_ERR_FORMAT, "%s is damaged: it states format version %llu, expected 1 to %d", path,
             (unsigned long long)version, FORMAT_VERSION);
  return NTKW_SUCCESS;
}

static ntkw_status check_first_bytes(const unsigned char *bytes, size_t available, int64_t file_length,
                                     const char *path, user_block *block) {
  NTKW_TRY(check_magic(bytes, available, path));
  NTKW_TRY(check_version(get_word(bytes + 8), path));
  const uint64_t length = get_word(bytes + 16);
  NTKW_CHECK((uint64_t)file_length >= length, NTKW_ERR_FORMAT, "%s is truncated: it has %lld bytes, expected %llu",
             path, (long long)file_length, (unsigned long long)length);
  NTKW_CHECK((uint64_t)file_length == length, NTKW_ERR_FORMAT, "%s is damaged: it has %lld bytes, expected %llu", path,
             (long long)file_length, (unsigned long long)length);
  NTKW_CHECK(all_zero(bytes + FIELDS_LENGTH, USER_BLOCK_LENGTH - FIELDS_LENGTH), NTKW_ERR_FORMAT,
             "%s is damaged: the reserved part of its user block is not zero", path);
  block->version = (int)get_word(bytes + 8);
  block->length = file_length;
  block->digest = get_word(bytes + 24);
  return NTKW_SUCCESS;
}

static ntkw_status check_file(int fd, const char *path, user_block *block) {
  struct stat about;
  NTKW_CHECK(fstat(fd, &about) == 0, NTKW_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
  NTKW_CHECK(!S_ISDIR(about.st_mode), NTKW_ERR_FILE, "cannot read %s: it is a folder", path);
  NTKW_CHECK(S_ISREG(about.st_mode), NTKW_ERR_FILE, "cannot read %s: it is not a regular file", path);
  unsigned char bytes[USER_BLOCK_LENGTH];
  const size_t available = about.st_size < USER_BLOCK_LENGTH ? (size_t)about.st_size : USER_BLOCK_LENGTH;
  NTKW_TRY(ntkw_i_file_read(fd, path, bytes, available, 0));
  return check_first_bytes(bytes, available, about.st_size, path, block);
}

ntkw_status ntkw_i_user_block_open(const char *path, int *fd, user_block *block) {
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* O_NONBLOCK: a named pipe would block */
  NTKW_CHECK(*fd >= 0, NTKW_ERR_FILE, "cannot open %s: %s", path, strerror(errno));
  const ntkw_status status = check_file(*fd, path, block);
  if (status != NTKW_SUCCESS) ntkw_i_file_close(fd);
  return status;
}
