/* Read data of a file and compare digests: of the whole file, of its arrays, and of what a publication has just
 * written.
 *
 * A success code of writing proves nothing: everything is read past HDF5 and MPI-IO, every byte once. */
#include "checkpoint/reader.h"
#include "base/digest.h"
#include "base/dtype.h"
#include "checkpoint/format.h"
#include "checkpoint/publication.h"
#include "fileio/array_io.h"
#include "fileio/posix_io.h"
#include "ranks/comm.h"
#include "ranks/even_split.h"
#include "base/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_LENGTH = 1 << 20, BUFFER_VALUES = 1 << 19 };

/* Digest the words of 8 bytes from `first` to `last` - 1 after the user block; the last one may be shorter. */
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

/* Digest this rank's share of an array. Not collective. */
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

ntkw_status ntkw_i_check_array_digest(const ntkw_checkpoint_reader *reader, const stored_array *array, uint64_t mine) {
  uint64_t digest;
  MPI_TRY(MPI_Allreduce(&mine, &digest, 1, MPI_UINT64_T, MPI_SUM, reader->comm));
  NTKW_CHECK(digest == array->digest, NTKW_ERR_FORMAT,
             "array \"%s\" of %s is damaged: the digest of its values is %016" PRIx64 ", expected %016" PRIx64,
             array->about.name, reader->path, digest, array->digest);
  return NTKW_SUCCESS;
}

static ntkw_status verify_array(const ntkw_checkpoint_reader *reader, const stored_array *array, void *buffer) {
  uint64_t mine = 0;
  NTKW_TRY(ntkw_status_agree(reader->comm, digest_share(reader, array, buffer, &mine)));
  return ntkw_i_check_array_digest(reader, array, mine);
}

ntkw_status ntkw_checkpoint_verify(MPI_Comm comm, const char *path) {
  ntkw_checkpoint_reader *reader;
  NTKW_TRY(ntkw_checkpoint_reader_open(comm, path, &reader));
  void *buffer = malloc(BUFFER_VALUES * sizeof(double));
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < reader->contents.n_arrays && status == NTKW_SUCCESS; i++)
    status = verify_array(reader, &reader->contents.arrays[i], buffer);
  free(buffer);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}

enum { PIECE = 1 << 20, LARGEST_VALUE = 8 };

/* A piece of the file in memory. */
typedef struct file_piece {
  unsigned char *bytes;
  int64_t at, length; /* in the file */
} file_piece;

static int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int64_t array_bytes(const pending_array *array) {
  return array->shape[0] * ntkw_i_row_length(array->n_dimensions, array->shape) *
         (int64_t)ntkw_i_value_size(array->dtype);
}

/* Index of the first value, of size bytes, of the array that begins at or after a byte of the file. */
static int64_t first_value(const pending_array *array, int64_t size, int64_t at) {
  return at <= array->address ? 0 : (at - array->address + size - 1) / size;
}

/* Digest the values that begin in [piece.at, end); the piece has all bytes of the last of them. Changes the byte order
 * of these values if memory has another byte order than the file. */
static uint64_t digest_values(const pending_array *array, const file_piece *piece, int64_t end) {
  const int64_t size = (int64_t)ntkw_i_value_size(array->dtype), stop = array->address + array_bytes(array);
  if (array->address < 0 || stop <= piece->at || array->address >= end) return 0;
  const int64_t first = first_value(array, size, piece->at), last = first_value(array, size, smaller(end, stop));
  if (first >= last) return 0;
  unsigned char *values = piece->bytes + (array->address + first * size - piece->at);
  ntkw_i_array_swap_order(values, (size_t)size, (size_t)(last - first));
  return ntkw_i_digest_values(values, array->dtype, first, (size_t)(last - first));
}

/* Read and digest the bytes from piece.at, which is a whole number of words after the user block, to end. A value that
 * begins before end and ends after it is read as a whole. */
static ntkw_status digest_piece(const ntkw_i_publication *publication, file_piece *piece, int64_t end) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  uint64_t *digests = publication->sums[NTKW_I_SUM_READ_BACK];
  piece->length = smaller(end + LARGEST_VALUE, publication->length) - piece->at;
  NTKW_TRY(ntkw_i_file_read(publication->fd, publication->temporary, piece->bytes, (size_t)piece->length, piece->at));
  digests[checkpoint->n_arrays] +=
      ntkw_i_digest_bytes(piece->bytes, (piece->at - USER_BLOCK_LENGTH) / 8, (size_t)(end - piece->at));
  for (int i = 0; i < checkpoint->n_arrays; i++) digests[i] += digest_values(&checkpoint->arrays[i], piece, end);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_data_read_back(const ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  const ntkw_i_range stripe =
      ntkw_i_even_split((publication->length - USER_BLOCK_LENGTH + 7) / 8, checkpoint->size, checkpoint->rank);
  const int64_t end = smaller(USER_BLOCK_LENGTH + 8 * stripe.last, publication->length);
  memset(publication->sums[NTKW_I_SUM_READ_BACK], 0, (size_t)publication->n_sums * sizeof **publication->sums);
  file_piece piece = {.bytes = malloc(PIECE + LARGEST_VALUE), .at = USER_BLOCK_LENGTH + 8 * stripe.first};
  NTKW_CHECK(piece.bytes, NTKW_ERR_MEMORY, "out of memory for reading %s back", publication->temporary);
  ntkw_status status = NTKW_SUCCESS;
  ntkw_i_file_expect_sequential(publication->fd);
  for (; piece.at < end && status == NTKW_SUCCESS; piece.at += PIECE)
    status = digest_piece(publication, &piece, smaller(piece.at + PIECE, end));
  free(piece.bytes);
  return status;
}
