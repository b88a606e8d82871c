/* Read back what a publication has written: the values, and with HDF5 everything else.
 *
 * A success code of writing proves nothing: every byte after the user block is read once, past HDF5 and MPI-IO. */
#include "base/digest.h"
#include "base/dtype.h"
#include "checkpoint/contents.h"
#include "checkpoint/format.h"
#include "checkpoint/publication.h"
#include "fileio/file_io.h"
#include "ranks/even_split.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

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

ntkw_status ntkw_i_read_back_data(const ntkw_i_publication *publication) {
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

static bool same_array(const pending_array *pending, const stored_array *stored) {
  const ntkw_checkpoint_array *about = &stored->about;
  return strcmp(pending->unit, about->unit) == 0 && pending->dtype == about->dtype &&
         pending->n_dimensions == about->n_dimensions &&
         memcmp(pending->shape, about->shape, (size_t)pending->n_dimensions * sizeof *pending->shape) == 0 &&
         pending->digest == stored->digest && pending->address == stored->address;
}

static bool same_attribute(const ntkw_checkpoint_attribute *pending, const ntkw_checkpoint_attribute *stored) {
  if (pending->type != stored->type) return false;
  switch (pending->type) {
  case NTKW_ATTRIBUTE_INTEGER:
    return pending->integer == stored->integer;
  case NTKW_ATTRIBUTE_REAL:
    return memcmp(&pending->real, &stored->real, sizeof pending->real) == 0;
  case NTKW_ATTRIBUTE_TEXT:
    return strcmp(pending->text, stored->text) == 0;
  }
  return false;
}

static bool has_array(const ntkw_i_contents *stored, const pending_array *array) {
  for (int i = 0; i < stored->n_arrays; i++)
    if (strcmp(stored->arrays[i].about.name, array->name) == 0) return same_array(array, &stored->arrays[i]);
  return false;
}

static bool has_attribute(const ntkw_i_contents *stored, const ntkw_checkpoint_attribute *attribute) {
  for (int i = 0; i < stored->n_attributes; i++)
    if (strcmp(stored->attributes[i].name, attribute->name) == 0)
      return same_attribute(attribute, &stored->attributes[i]);
  return false;
}

static ntkw_status compare(const ntkw_i_publication *publication, const ntkw_i_contents *stored) {
  const ntkw_checkpoint *pending = publication->checkpoint;
  bool same = pending->n_arrays == stored->n_arrays && pending->n_attributes == stored->n_attributes;
  const char *name = "";
  for (int i = 0; i < pending->n_arrays && same; i++) same = has_array(stored, &pending->arrays[i]);
  for (int i = 0; i < pending->n_attributes && same; i++) {
    name = pending->attributes[i].name;
    same = has_attribute(stored, &pending->attributes[i]);
  }
  NTKW_CHECK(same, NTKW_ERR_FILE, "the contents of %s are read back different%s%s", publication->temporary,
             *name ? ", at attribute " : "", name);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_read_back_layout(const ntkw_i_publication *publication) {
  ntkw_i_contents stored = {0};
  ntkw_status status = ntkw_i_contents_find(publication->temporary, publication->fd,
                                            ntkw_i_format_version(publication->checkpoint), &stored.buffer);
  if (status == NTKW_ERR_FORMAT) status = NTKW_ERR_FILE; /* this run wrote the file: the disk is at fault */
  if (status == NTKW_SUCCESS) status = ntkw_i_contents_unpack(&stored);
  if (status == NTKW_SUCCESS) status = compare(publication, &stored);
  ntkw_i_contents_free(&stored);
  return status;
}
