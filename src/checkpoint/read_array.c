/* ntkw_checkpoint_read_array. */
#include "checkpoint/agreement.h"
#include "checkpoint/digest.h"
#include "checkpoint/part_bytes.h"
#include "checkpoint/parts.h"
#include "checkpoint/reading.h"
#include "checkpoint/stated.h"

#include <inttypes.h>

typedef struct wanted_part {
  int64_t offset, count; /* in indices of the first dimension */
  int64_t row;           /* values of an index */
  void *values;
} wanted_part;

static ntkw_status find(const ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype,
                        const stored_array **out) {
  *out = ntkw_i_stored_array(reader, name);
  NTKW_CHECK(*out, NTKW_ERR_FORMAT, "%s has no array \"%s\"", reader->path, name);
  NTKW_CHECK(dtype == NTKW_FLOAT32 || dtype == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "array \"%s\": %d is not a type of values", name, (int)dtype);
  const ntkw_dtype stored = (*out)->about.dtype;
  NTKW_CHECK(dtype == stored, NTKW_ERR_FORMAT, "array \"%s\" of %s is float%d, expected float%d", name, reader->path,
             8 * (int)ntkw_i_value_size(stored), 8 * (int)ntkw_i_value_size(dtype));
  return NTKW_SUCCESS;
}

static ntkw_status check_values(const char *name, const wanted_part *part) {
  NTKW_CHECK(part->values || part->count * part->row == 0, NTKW_ERR_ARGUMENT,
             "array \"%s\": the place for %lld values is NULL", name, (long long)(part->count * part->row));
  return NTKW_SUCCESS;
}

static ntkw_status read_part(const ntkw_checkpoint_reader *reader, const stored_array *array, const wanted_part *part,
                             uint64_t *digest) {
  const size_t count = (size_t)(part->count * part->row);
  const int64_t first = part->offset * part->row;
  *digest = 0;
  if (count == 0) return NTKW_SUCCESS;
  NTKW_TRY(ntkw_i_part_read(reader->fd, reader->path, array->about.dtype, array->address, first, count, part->values));
  *digest = ntkw_i_digest_values(part->values, array->about.dtype, first, count);
  return NTKW_SUCCESS;
}

static ntkw_status read_and_verify(const ntkw_checkpoint_reader *reader, const stored_array *array,
                                   const wanted_part *part) {
  uint64_t mine, digest;
  NTKW_TRY(ntkw_status_agree(reader->comm, read_part(reader, array, part, &mine)));
  MPI_TRY(MPI_Allreduce(&mine, &digest, 1, MPI_UINT64_T, MPI_SUM, reader->comm));
  NTKW_CHECK(digest == array->digest, NTKW_ERR_FORMAT,
             "array \"%s\" of %s is damaged: the digest of its values is %016" PRIx64 ", expected %016" PRIx64,
             array->about.name, reader->path, digest, array->digest);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_read_array(ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype,
                                       int64_t offset, int64_t count, void *values) {
  NTKW_CHECK(reader, NTKW_ERR_ARGUMENT, "ntkw_checkpoint_read_array: the reader is NULL");
  const stored_array *array;
  NTKW_TRY(ntkw_i_same_text(reader->comm, "the name of the array to be read", name));
  NTKW_TRY(ntkw_status_agree(reader->comm, find(reader, name, dtype, &array)));
  const wanted_part part = {offset, count, ntkw_i_row_length(array->about.n_dimensions, array->about.shape), values};
  NTKW_TRY(ntkw_i_parts_cover(reader->comm, name, array->about.shape[0], offset, count));
  NTKW_TRY(ntkw_status_agree(reader->comm, check_values(name, &part)));
  return read_and_verify(reader, array, &part);
}
