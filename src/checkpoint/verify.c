/* ntkw_checkpoint_verify: what opening does not look at are the digests of the arrays. */
#include "ranks/comm.h"
#include "checkpoint/digest.h"
#include "checkpoint/dtype.h"
#include "fileio/array_io.h"
#include "checkpoint/reading.h"
#include "checkpoint/user_block.h"
#include "fileio/posix_io.h"
#include "ranks/even_split.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BUFFER_LENGTH = 1 << 20, BUFFER_VALUES = 1 << 19 };

/* Words first to last - 1 after the user block, the last of which may be short. */
static ntkw_status digest_stripe(int fd, const char *path, int64_t length, int64_t first, int64_t last,
                                 uint64_t *digest) {
  *digest = 0;
  char *buffer = malloc(BUFFER_LENGTH);
  NTKW_CHECK(buffer, NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  ntkw_status status = NTKW_SUCCESS;
  ntkw_i_file_expect_sequential(fd);
  while (status == NTKW_SUCCESS && first < last) {
    const int64_t words = last - first < BUFFER_LENGTH / 8 ? last - first : BUFFER_LENGTH / 8;
    const int64_t at = USER_BLOCK_LENGTH + 8 * first, rest = length - at;
    const size_t bytes = (size_t)(rest < 8 * words ? rest : 8 * words);
    status = ntkw_i_file_read(fd, path, buffer, bytes, at);
    if (status == NTKW_SUCCESS) *digest += ntkw_i_digest_bytes(buffer, first, bytes);
    first += words;
  }
  free(buffer);
  return status;
}

ntkw_status ntkw_i_file_digest(MPI_Comm comm, int fd, const char *path, int64_t length, uint64_t *digest) {
  int rank, size;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  MPI_TRY(MPI_Comm_size(comm, &size));
  const ntkw_i_range words = ntkw_i_even_split((length - USER_BLOCK_LENGTH + 7) / 8, size, rank);
  uint64_t stripe;
  NTKW_TRY(ntkw_status_agree(comm, digest_stripe(fd, path, length, words.first, words.last, &stripe)));
  MPI_TRY(MPI_Allreduce(&stripe, digest, 1, MPI_UINT64_T, MPI_SUM, comm));
  return NTKW_SUCCESS;
}

static int64_t array_length(const ntkw_checkpoint_array *about) {
  int64_t length = 1;
  for (int d = 0; d < about->n_dimensions; d++) length *= about->shape[d];
  return length;
}

/* This rank's share of an array. Local. */
static ntkw_status digest_share(const ntkw_checkpoint_reader *reader, const stored_array *array, void *buffer,
                                uint64_t *digest) {
  int rank, size;
  MPI_TRY(MPI_Comm_rank(reader->comm, &rank));
  MPI_TRY(MPI_Comm_size(reader->comm, &size));
  const ntkw_i_range share = ntkw_i_even_split(array_length(&array->about), size, rank);
  *digest = 0;
  NTKW_CHECK(buffer, NTKW_ERR_MEMORY, "out of memory for verifying %s", reader->path);
  for (int64_t first = share.first; first < share.last; first += BUFFER_VALUES) {
    const size_t count = (size_t)(share.last - first < BUFFER_VALUES ? share.last - first : BUFFER_VALUES);
    NTKW_TRY(ntkw_i_array_read(reader->fd, reader->path, array->about.dtype, array->address, first, count, buffer));
    *digest += ntkw_i_digest_values(buffer, array->about.dtype, first, count);
  }
  return NTKW_SUCCESS;
}

static ntkw_status verify_array(const ntkw_checkpoint_reader *reader, const stored_array *array, void *buffer) {
  uint64_t mine, digest;
  NTKW_TRY(ntkw_status_agree(reader->comm, digest_share(reader, array, buffer, &mine)));
  MPI_TRY(MPI_Allreduce(&mine, &digest, 1, MPI_UINT64_T, MPI_SUM, reader->comm));
  NTKW_CHECK(digest == array->digest, NTKW_ERR_FORMAT,
             "array \"%s\" of %s is damaged: the digest of its values is %016" PRIx64 ", expected %016" PRIx64,
             array->about.name, reader->path, digest, array->digest);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_verify(MPI_Comm comm, const char *path) {
  ntkw_checkpoint_reader *reader;
  NTKW_TRY(ntkw_checkpoint_reader_open(comm, path, &reader));
  void *buffer = malloc(BUFFER_VALUES * sizeof(double));
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < reader->inventory.n_arrays && status == NTKW_SUCCESS; i++)
    status = verify_array(reader, &reader->inventory.arrays[i], buffer);
  free(buffer);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}
