/* ntkw_checkpoint_reader_read_array and ntkw_checkpoint_reader_read_slabs. */
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"
#include "checkpoint/digest.h"
#include "fileio/posix_io.h"
#include "fileio/array_io.h"
#include "ranks/coverage.h"
#include "checkpoint/reading.h"
#include "checkpoint/stated.h"

#include <inttypes.h>

enum { BLOCK_VALUES = 1 << 17 };

typedef struct wanted_part {
  int64_t offset, count; /* in indices of the first dimension */
  int64_t row;           /* values of an index */
  void *values;
} wanted_part;

static ntkw_status find(const ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype,
                        const stored_array **out) {
  *out = ntkw_i_stored_array(reader, name);
  NTKW_CHECK(*out, NTKW_ERR_FORMAT, "%s has no array \"%s\"", reader->path, name);
  NTKW_CHECK(ntkw_i_is_dtype(dtype), NTKW_ERR_ARGUMENT, "array \"%s\": %d is not a type of values", name, (int)dtype);
  const ntkw_dtype stored = (*out)->about.dtype;
  NTKW_CHECK(dtype == stored, NTKW_ERR_FORMAT, "array \"%s\" of %s is %s, expected %s", name, reader->path,
             ntkw_dtype_name(stored), ntkw_dtype_name(dtype));
  return NTKW_SUCCESS;
}

static ntkw_status check_values(const char *name, const wanted_part *part) {
  NTKW_CHECK(part->values || part->count * part->row == 0, NTKW_ERR_ARGUMENT,
             "array \"%s\": the place for %lld values is NULL", name, (long long)(part->count * part->row));
  return NTKW_SUCCESS;
}

/* Block by block: while one is digested, the system reads the next. */
static ntkw_status read_part(const ntkw_checkpoint_reader *reader, const stored_array *array, const wanted_part *part,
                             uint64_t *digest) {
  const ntkw_dtype dtype = array->about.dtype;
  const int64_t size = (int64_t)ntkw_i_value_size(dtype), last = (part->offset + part->count) * part->row;
  char *values = part->values;
  *digest = 0;
  ntkw_i_file_expect_sequential(reader->fd);
  for (int64_t first = part->offset * part->row; first < last; first += BLOCK_VALUES) {
    const size_t count = (size_t)(last - first < BLOCK_VALUES ? last - first : BLOCK_VALUES);
    NTKW_TRY(ntkw_i_array_read(reader->fd, reader->path, dtype, array->address, first, count, values));
    *digest += ntkw_i_digest_values(values, dtype, first, count);
    values += count * (size_t)size;
  }
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

ntkw_status ntkw_checkpoint_reader_read_array(ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype,
                                              int64_t offset, int64_t count, void *values) {
  NTKW_CHECK(reader, NTKW_ERR_ARGUMENT, "ntkw_checkpoint_reader_read_array: the reader is NULL");
  const stored_array *array;
  NTKW_TRY(ntkw_i_same_text_on_ranks(reader->comm, "the name of the array to be read", name));
  NTKW_TRY(ntkw_status_agree(reader->comm, find(reader, name, dtype, &array)));
  const wanted_part part = {offset, count, ntkw_i_row_length(array->about.n_dimensions, array->about.shape), values};
  NTKW_TRY(ntkw_i_cover_rows(reader->comm, name, array->about.shape[0], offset, count));
  NTKW_TRY(ntkw_status_agree(reader->comm, check_values(name, &part)));
  return read_and_verify(reader, array, &part);
}

static ntkw_status check_slabs(const ntkw_checkpoint_array *about, int n_slabs, const ntkw_slab slabs[],
                               const void *values) {
  NTKW_TRY(ntkw_i_slabs_check(about->name, about->n_dimensions, about->shape, n_slabs, slabs));
  const int64_t n = ntkw_i_slabs_length(about->n_dimensions, n_slabs, slabs);
  NTKW_CHECK(values || n == 0, NTKW_ERR_ARGUMENT, "array \"%s\": the place for %lld values is NULL", about->name,
             (long long)n);
  return NTKW_SUCCESS;
}

static ntkw_status read_slabs(const ntkw_checkpoint_reader *reader, const stored_array *array, int n_slabs,
                              const ntkw_slab slabs[], char *values) {
  const ntkw_checkpoint_array *about = &array->about;
  const size_t size = ntkw_i_value_size(about->dtype);
  slab_runs runs = ntkw_i_slab_runs(about->n_dimensions, about->shape, n_slabs, slabs);
  while (ntkw_i_slab_next(&runs))
    NTKW_TRY(ntkw_i_array_read(reader->fd, reader->path, about->dtype, array->address, runs.first, (size_t)runs.length,
                               values + (size_t)runs.at * size));
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_reader_read_slabs(ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype,
                                              int n_slabs, const ntkw_slab slabs[], void *values) {
  NTKW_CHECK(reader, NTKW_ERR_ARGUMENT, "ntkw_checkpoint_reader_read_slabs: the reader is NULL");
  const stored_array *array = NULL;
  NTKW_TRY(ntkw_i_same_text_on_ranks(reader->comm, "the name of the array to be read", name));
  ntkw_status status = find(reader, name, dtype, &array);
  if (status == NTKW_SUCCESS) status = check_slabs(&array->about, n_slabs, slabs, values);
  if (status == NTKW_SUCCESS) status = read_slabs(reader, array, n_slabs, slabs, values);
  return ntkw_status_agree(reader->comm, status);
}
