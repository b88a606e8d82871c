/* ntkw_checkpoint_reader_open and close, and what was found on opening. */
#include "checkpoint/reading.h"
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"
#include "fileio/posix_io.h"
#include "checkpoint/user_block.h"
#include "status/communicator.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static ntkw_status make(MPI_Comm comm, const char *path, ntkw_checkpoint_reader **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  (*out)->comm = comm;
  (*out)->fd = -1;
  (*out)->path = strdup(path);
  NTKW_CHECK((*out)->path, NTKW_ERR_MEMORY, "out of memory for reading %s", path);
  return NTKW_SUCCESS;
}

/* Rank 0 judges the file first, so that a bad one is refused once; then every rank opens it. */
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

static ntkw_status verify(const ntkw_checkpoint_reader *reader, const user_block *block) {
  uint64_t digest;
  NTKW_TRY(ntkw_i_file_digest(reader->comm, reader->fd, reader->path, block->length, &digest));
  NTKW_CHECK(digest == block->digest, NTKW_ERR_FORMAT,
             "%s is damaged: the digest of its bytes is %016" PRIx64 ", expected %016" PRIx64, reader->path, digest,
             block->digest);
  return NTKW_SUCCESS;
}

static ntkw_status take_inventory(ntkw_checkpoint_reader *reader, int version) {
  int rank;
  MPI_TRY(MPI_Comm_rank(reader->comm, &rank));
  ntkw_status status = NTKW_SUCCESS;
  if (rank == 0) status = ntkw_i_inventory_find(reader->path, reader->fd, version, &reader->inventory.buffer);
  NTKW_TRY(ntkw_status_agree(reader->comm, status));
  NTKW_TRY(ntkw_i_buffer_broadcast(&reader->inventory.buffer, reader->comm));
  return ntkw_status_agree(reader->comm, ntkw_i_inventory_unpack(&reader->inventory));
}

static void destroy(ntkw_checkpoint_reader *reader) {
  ntkw_i_inventory_free(&reader->inventory);
  ntkw_i_file_close(&reader->fd);
  free(reader->path);
  free(reader);
}

ntkw_status ntkw_checkpoint_reader_open(MPI_Comm comm, const char *path, ntkw_checkpoint_reader **out) {
  MPI_Comm plain;
  ntkw_checkpoint_reader *reader = NULL;
  user_block block = {0};
  if (out) *out = NULL;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, &plain));
  ntkw_status status = out ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_ARGUMENT, "ntkw_checkpoint_reader_open: out is NULL");
  status = ntkw_status_agree(plain, status);
  if (status == NTKW_SUCCESS) status = ntkw_i_same_text_on_ranks(plain, "the path of a checkpoint", path);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(plain, make(plain, path, &reader));
  if (status == NTKW_SUCCESS) status = open_file(reader, &block);
  if (status == NTKW_SUCCESS) status = verify(reader, &block);
  if (status == NTKW_SUCCESS) status = take_inventory(reader, block.version);
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
  for (int i = 0; i < reader->inventory.n_attributes && !*out; i++)
    if (strcmp(reader->inventory.attributes[i].name, name) == 0) *out = &reader->inventory.attributes[i];
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
  return reader ? reader->inventory.n_arrays : 0;
}

const ntkw_checkpoint_array *ntkw_checkpoint_reader_array_at(const ntkw_checkpoint_reader *reader, int index) {
  const bool there = reader && index >= 0 && index < reader->inventory.n_arrays;
  return there ? &reader->inventory.arrays[index].about : NULL;
}

const stored_array *ntkw_i_stored_array(const ntkw_checkpoint_reader *reader, const char *name) {
  for (int i = 0; reader && name && i < reader->inventory.n_arrays; i++)
    if (strcmp(reader->inventory.arrays[i].about.name, name) == 0) return &reader->inventory.arrays[i];
  return NULL;
}

const ntkw_checkpoint_array *ntkw_checkpoint_reader_find_array(const ntkw_checkpoint_reader *reader, const char *name) {
  const stored_array *array = ntkw_i_stored_array(reader, name);
  return array ? &array->about : NULL;
}

int ntkw_checkpoint_reader_attribute_count(const ntkw_checkpoint_reader *reader) {
  return reader ? reader->inventory.n_attributes : 0;
}

const ntkw_checkpoint_attribute *ntkw_checkpoint_reader_attribute_at(const ntkw_checkpoint_reader *reader, int index) {
  const bool there = reader && index >= 0 && index < reader->inventory.n_attributes;
  return there ? &reader->inventory.attributes[index] : NULL;
}
