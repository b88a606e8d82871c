/* A success code of writing proves nothing: read what was written, past HDF5 and MPI-IO, every byte once. */
#include "checkpoint/digest.h"
#include "fileio/posix_io.h"
#include "fileio/array_io.h"
#include "checkpoint/publication.h"
#include "checkpoint/user_block.h"
#include "ranks/even_split.h"
#include "status/check.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20, LARGEST_VALUE = 8 };

/* Bytes of the file in memory. */
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

/* The first value of an array at size bytes each that begins at or after a place in the file. */
static int64_t first_value(const pending_array *array, int64_t size, int64_t at) {
  return at <= array->address ? 0 : (at - array->address + size - 1) / size;
}

/* Digest of the values that begin in [piece.at, end); of the last the piece has all bytes. Changes the byte order of
 * the piece's values where memory has another than the file. */
static uint64_t digest_values(const pending_array *array, const file_piece *piece, int64_t end) {
  const int64_t size = (int64_t)ntkw_i_value_size(array->dtype), stop = array->address + array_bytes(array);
  if (array->address < 0 || stop <= piece->at || array->address >= end) return 0;
  const int64_t first = first_value(array, size, piece->at), last = first_value(array, size, smaller(end, stop));
  if (first >= last) return 0;
  unsigned char *values = piece->bytes + (array->address + first * size - piece->at);
  ntkw_i_array_swap_order(values, (size_t)size, (size_t)(last - first));
  return ntkw_i_digest_values(values, array->dtype, first, (size_t)(last - first));
}

/* The piece at a place that is a whole number of words behind the user block, as far as end. A value that begins before
 * that, and ends behind, is read to its end. */
static ntkw_status digest_piece(const ntkw_i_publication *publication, file_piece *piece, int64_t end) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  uint64_t *words = publication->words;
  piece->length = smaller(end + LARGEST_VALUE, publication->length) - piece->at;
  NTKW_TRY(ntkw_i_file_read(publication->fd, publication->temporary, piece->bytes, (size_t)piece->length, piece->at));
  words[checkpoint->n_arrays] +=
      ntkw_i_digest_bytes(piece->bytes, (piece->at - USER_BLOCK_LENGTH) / 8, (size_t)(end - piece->at));
  for (int i = 0; i < checkpoint->n_arrays; i++) words[i] += digest_values(&checkpoint->arrays[i], piece, end);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_read_back(const ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  const ntkw_i_range stripe =
      ntkw_i_even_split((publication->length - USER_BLOCK_LENGTH + 7) / 8, checkpoint->size, checkpoint->rank);
  const int64_t end = smaller(USER_BLOCK_LENGTH + 8 * stripe.last, publication->length);
  memset(publication->words, 0, (size_t)publication->n_words * sizeof *publication->words);
  file_piece piece = {.bytes = malloc(PIECE + LARGEST_VALUE), .at = USER_BLOCK_LENGTH + 8 * stripe.first};
  NTKW_CHECK(piece.bytes, NTKW_ERR_MEMORY, "out of memory for reading %s back", publication->temporary);
  ntkw_status status = NTKW_SUCCESS;
  ntkw_i_file_expect_sequential(publication->fd);
  for (; piece.at < end && status == NTKW_SUCCESS; piece.at += PIECE)
    status = digest_piece(publication, &piece, smaller(piece.at + PIECE, end));
  free(piece.bytes);
  return status;
}
