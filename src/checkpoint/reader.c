/* A checkpoint opened for reading: open, close, attributes, arrays, digests. */
#include "checkpoint/contents.h"
#include "base/dtype.h"
#include "base/digest.h"
#include "checkpoint/format.h"
#include "checkpoint/writer.h"
#include "fileio/file_io.h"
#include "ranks/comm.h"
#include "ranks/coverage.h"
#include "ranks/even_split.h"
#include "ranks/same_on_ranks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct ntkw_checkpoint_reader {
  MPI_Comm comm;
  char *path;
  int fd; /* stays open: everything is read from the file that was verified, even if another file takes its name */
  ntkw_i_contents contents;
};

static ntkw_status make(MPI_Comm comm, const char *path, ntkw_checkpoint_reader **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  (*out)->comm = comm;
  (*out)->fd = -1;
  (*out)->path = strdup(path);
  NTKW_CHECK((*out)->path, NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  return NTKW_SUCCESS;
}

/* Rank 0 checks the file first, so that one rank reports a bad file; then every rank opens it. */
static ntkw_status open_file(ntkw_checkpoint_reader *reader, user_block *block) {
  int rank;
  MPI_TRY(MPI_Comm_rank(reader->comm, &rank));
  ntkw_status status = NTKW_SUCCESS;
  if (rank == 0) status = ntkw_i_user_block_open(reader->path, &reader->fd, block);
  NTKW_TRY(ntkw_status_agree(reader->comm, status));
  uint64_t first[2] = {(uint64_t)block->length, block->digest};
  MPI_TRY(MPI_Bcast(first, 2, MPI_UINT64_T, 0, reader->comm));
  if (rank > 0) status = ntkw_i_user_block_open(reader->path, &reader->fd, block);
  if (status == NTKW_SUCCESS && (first[0] != (uint64_t)block->length || first[1] != block->digest))
    status = ntkw_i_fail(NTKW_ERR_FILE, "ranks 0 and %d see different files under the name %s", rank, reader->path);
  return ntkw_status_agree(reader->comm, status);
}

enum { BUFFER_LENGTH = 1 << 20 };

/* Digest the words of 8 bytes from `first` to `last` - 1 after the user block; the last one may be shorter. */
static ntkw_status digest_stripe(const ntkw_checkpoint_reader *reader, int64_t length, int64_t first, int64_t last,
                                 uint64_t *digest) {
  *digest = 0;
  char *buffer = malloc(BUFFER_LENGTH);
  NTKW_CHECK(buffer, NTKW_ERR_MEMORY, "out of memory for reading %s", reader->path);
  ntkw_status status = NTKW_SUCCESS;
  ntkw_i_file_expect_sequential(reader->fd);
  while (status == NTKW_SUCCESS && first < last) {
    const int64_t words = last - first < BUFFER_LENGTH / 8 ? last - first : BUFFER_LENGTH / 8;
    const int64_t at = USER_BLOCK_LENGTH + 8 * first, rest = length - at;
    const size_t bytes = (size_t)(rest < 8 * words ? rest : 8 * words);
    status = ntkw_i_file_read(reader->fd, reader->path, buffer, bytes, at);
    if (status == NTKW_SUCCESS) *digest += ntkw_i_digest_bytes(buffer, first, bytes);
    first += words;
  }
  free(buffer);
  return status;
}

/* Digest all bytes after the user block of a file of this length; each rank reads a stripe. Collective. */
static ntkw_status digest_file(const ntkw_checkpoint_reader *reader, int64_t length, uint64_t *digest) {
  int rank, size;
  MPI_TRY(MPI_Comm_rank(reader->comm, &rank));
  MPI_TRY(MPI_Comm_size(reader->comm, &size));
  const ntkw_i_range words = ntkw_i_even_split((length - USER_BLOCK_LENGTH + 7) / 8, size, rank);
  uint64_t stripe;
  NTKW_TRY(ntkw_status_agree(reader->comm, digest_stripe(reader, length, words.first, words.last, &stripe)));
  MPI_TRY(MPI_Allreduce(&stripe, digest, 1, MPI_UINT64_T, MPI_SUM, reader->comm));
  return NTKW_SUCCESS;
}

static ntkw_status verify(const ntkw_checkpoint_reader *reader, const user_block *block) {
  uint64_t digest;
  NTKW_TRY(digest_file(reader, block->length, &digest));
  NTKW_CHECK(digest == block->digest, NTKW_ERR_FORMAT,
             "%s is damaged: the digest of its bytes is %016" PRIx64 ", expected %016" PRIx64, reader->path, digest,
             block->digest);
  return NTKW_SUCCESS;
}

static ntkw_status read_contents(ntkw_checkpoint_reader *reader, int version) {
  int rank;
  MPI_TRY(MPI_Comm_rank(reader->comm, &rank));
  ntkw_status status = NTKW_SUCCESS;
  if (rank == 0) status = ntkw_i_contents_find(reader->path, reader->fd, version, &reader->contents.buffer);
  NTKW_TRY(ntkw_status_agree(reader->comm, status));
  NTKW_TRY(ntkw_i_buffer_broadcast(&reader->contents.buffer, reader->comm));
  return ntkw_status_agree(reader->comm, ntkw_i_contents_unpack(&reader->contents));
}

static void destroy(ntkw_checkpoint_reader *reader) {
  ntkw_i_contents_free(&reader->contents);
  ntkw_i_file_close(&reader->fd);
  free(reader->path);
  free(reader);
}

ntkw_status ntkw_checkpoint_reader_open(MPI_Comm comm, const char *path, ntkw_checkpoint_reader **out) {
  MPI_Comm plain;
  ntkw_checkpoint_reader *reader = NULL;
  user_block block = {0};
  if (out) *out = NULL;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a checkpoint", &plain));
  ntkw_status status = out ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_ARGUMENT, "ntkw_checkpoint_reader_open: out is NULL");
  status = ntkw_status_agree(plain, status);
  if (status == NTKW_SUCCESS) status = ntkw_i_same_text_on_ranks(plain, "the path of a checkpoint", path);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(plain, make(plain, path, &reader));
  if (status == NTKW_SUCCESS) status = open_file(reader, &block);
  if (status == NTKW_SUCCESS) status = verify(reader, &block);
  if (status == NTKW_SUCCESS) status = read_contents(reader, block.version);
  if (status == NTKW_SUCCESS) {
    *out = reader;
    return NTKW_SUCCESS;
  }
  if (reader) destroy(reader);
  MPI_Comm_free(&plain);
  return status;
}

void ntkw_checkpoint_reader_close(ntkw_checkpoint_reader **reader) {
  if (!reader || !*reader) return;
  MPI_Comm comm = (*reader)->comm;
  destroy(*reader);
  ntkw_i_communicator_free(&comm);
  *reader = NULL;
}

const char *ntkw_checkpoint_reader_path(const ntkw_checkpoint_reader *reader) {
  return reader ? reader->path : NULL;
}

static const char *type_names[] = {"integer", "real", "text"};

static ntkw_status find_attribute(const ntkw_checkpoint_reader *reader, const char *name, int type, const void *value,
                                  const ntkw_checkpoint_attribute **out) {
  NTKW_CHECK(reader && name && value, NTKW_ERR_ARGUMENT, "reading an attribute: the %s is NULL",
             !reader ? "reader"
             : name  ? "place for the value"
                     : "name");
  *out = NULL;
  for (int i = 0; i < reader->contents.n_attributes && !*out; i++)
    if (strcmp(reader->contents.attributes[i].name, name) == 0) *out = &reader->contents.attributes[i];
  NTKW_CHECK(*out, NTKW_ERR_FORMAT, "%s has no attribute \"%s\"", reader->path, name);
  NTKW_CHECK((int)(*out)->type == type, NTKW_ERR_FORMAT, "attribute \"%s\" of %s is of type %s, expected %s", name,
             reader->path, type_names[(*out)->type], type_names[type]);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_reader_get_integer(ntkw_checkpoint_reader *reader, const char *name, int64_t *value) {
  const ntkw_checkpoint_attribute *attribute;
  NTKW_TRY(find_attribute(reader, name, NTKW_ATTRIBUTE_INTEGER, value, &attribute));
  *value = attribute->integer;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_reader_get_real(ntkw_checkpoint_reader *reader, const char *name, double *value) {
  const ntkw_checkpoint_attribute *attribute;
  NTKW_TRY(find_attribute(reader, name, NTKW_ATTRIBUTE_REAL, value, &attribute));
  memcpy(value, &attribute->real, sizeof *value);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_reader_get_text(ntkw_checkpoint_reader *reader, const char *name, const char **text) {
  const ntkw_checkpoint_attribute *attribute;
  NTKW_TRY(find_attribute(reader, name, NTKW_ATTRIBUTE_TEXT, text, &attribute));
  *text = attribute->text;
  return NTKW_SUCCESS;
}

int ntkw_checkpoint_reader_array_count(const ntkw_checkpoint_reader *reader) {
  return reader ? reader->contents.n_arrays : 0;
}

const ntkw_checkpoint_array *ntkw_checkpoint_reader_array_at(const ntkw_checkpoint_reader *reader, int index) {
  const bool there = reader && index >= 0 && index < reader->contents.n_arrays;
  return there ? &reader->contents.arrays[index].about : NULL;
}

static const stored_array *stored_array_of(const ntkw_checkpoint_reader *reader, const char *name) {
  for (int i = 0; reader && name && i < reader->contents.n_arrays; i++)
    if (strcmp(reader->contents.arrays[i].about.name, name) == 0) return &reader->contents.arrays[i];
  return NULL;
}

const ntkw_checkpoint_array *ntkw_checkpoint_reader_find_array(const ntkw_checkpoint_reader *reader, const char *name) {
  const stored_array *array = stored_array_of(reader, name);
  return array ? &array->about : NULL;
}

int ntkw_checkpoint_reader_attribute_count(const ntkw_checkpoint_reader *reader) {
  return reader ? reader->contents.n_attributes : 0;
}

const ntkw_checkpoint_attribute *ntkw_checkpoint_reader_attribute_at(const ntkw_checkpoint_reader *reader, int index) {
  const bool there = reader && index >= 0 && index < reader->contents.n_attributes;
  return there ? &reader->contents.attributes[index] : NULL;
}

enum { BLOCK_VALUES = 1 << 17 };

typedef struct wanted_part {
  int64_t offset, count; /* in indices of the first dimension */
  int64_t row;           /* values of an index */
  void *values;
} wanted_part;

static ntkw_status find(const ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype,
                        const stored_array **out) {
  *out = stored_array_of(reader, name);
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

/* Read block by block: the system reads the next block while this rank digests one. */
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

/* Check the digest of an array's values. mine: the digest of the values that this rank has read; all ranks together
 * have read each value once. Collective. @return the same on every rank. */
static ntkw_status check_array_digest(const ntkw_checkpoint_reader *reader, const stored_array *array, uint64_t mine) {
  uint64_t digest;
  MPI_TRY(MPI_Allreduce(&mine, &digest, 1, MPI_UINT64_T, MPI_SUM, reader->comm));
  NTKW_CHECK(digest == array->digest, NTKW_ERR_FORMAT,
             "array \"%s\" of %s is damaged: the digest of its values is %016" PRIx64 ", expected %016" PRIx64,
             array->about.name, reader->path, digest, array->digest);
  return NTKW_SUCCESS;
}

static ntkw_status read_and_verify(const ntkw_checkpoint_reader *reader, const stored_array *array,
                                   const wanted_part *part) {
  uint64_t mine;
  NTKW_TRY(ntkw_status_agree(reader->comm, read_part(reader, array, part, &mine)));
  return check_array_digest(reader, array, mine);
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

enum { VERIFIED_VALUES = 1 << 19 };

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
  for (int64_t first = share.first; first < share.last; first += VERIFIED_VALUES) {
    const size_t count = (size_t)(share.last - first < VERIFIED_VALUES ? share.last - first : VERIFIED_VALUES);
    NTKW_TRY(ntkw_i_array_read(reader->fd, reader->path, array->about.dtype, array->address, first, count, buffer));
    *digest += ntkw_i_digest_values(buffer, array->about.dtype, first, count);
  }
  return NTKW_SUCCESS;
}

static ntkw_status verify_array(const ntkw_checkpoint_reader *reader, const stored_array *array, void *buffer) {
  uint64_t mine = 0;
  NTKW_TRY(ntkw_status_agree(reader->comm, digest_share(reader, array, buffer, &mine)));
  return check_array_digest(reader, array, mine);
}

ntkw_status ntkw_checkpoint_verify(MPI_Comm comm, const char *path) {
  ntkw_checkpoint_reader *reader;
  NTKW_TRY(ntkw_checkpoint_reader_open(comm, path, &reader));
  void *buffer = malloc(VERIFIED_VALUES * sizeof(double));
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < reader->contents.n_arrays && status == NTKW_SUCCESS; i++)
    status = verify_array(reader, &reader->contents.arrays[i], buffer);
  free(buffer);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}
