#include "checkpoint/structure_check.h"
#include "fileio/file_io.h"
#include "checkpoint/format.h"
#include "base/check.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* HDF5 File Format Specification 3.0: II.A (superblock), IV.A.1.a (headers of version 1), IV.A.2 (messages). */
enum { SUPERBLOCK_LENGTH = 96, PREFIX_LENGTH = 16, MESSAGE_HEADER_LENGTH = 8, MOST_DIMENSIONS = 4 };
enum message_type {
  MESSAGE_NIL = 0x00,
  MESSAGE_DATASPACE = 0x01,
  MESSAGE_DATATYPE = 0x03,
  MESSAGE_FILL = 0x05,
  MESSAGE_LAYOUT = 0x08,
  MESSAGE_ATTRIBUTE = 0x0c,
  MESSAGE_CONTINUATION = 0x10,
  MESSAGE_SYMBOL_TABLE = 0x11
};

static uint64_t get(const unsigned char *bytes, size_t size) {
  uint64_t word = 0;
  memcpy(&word, bytes, size);
  return le64toh(word); /* the low bytes come first */
}

static ntkw_status refuse(const ntkw_i_checked_file *file, int64_t at, const char *what) {
  return ntkw_i_fail(NTKW_ERR_FORMAT, "%s is not a checkpoint of ntkw: at byte %lld there is %s", file->path,
                     (long long)at, what);
}

/* The offset of an address in the file; -1 if the file ends before address + size. */
static int64_t file_offset(const ntkw_i_checked_file *file, uint64_t address, uint64_t size) {
  const uint64_t room = (uint64_t)file->length - USER_BLOCK_LENGTH;
  if (size > room || address > room - size) return -1;
  return (int64_t)address + USER_BLOCK_LENGTH;
}

ntkw_status ntkw_i_check_superblock(const ntkw_i_checked_file *file, uint64_t *root) {
  static const unsigned char start[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 0, 0, 0, 0, 0, 8, 8, 0};
  unsigned char bytes[SUPERBLOCK_LENGTH];
  if (file_offset(file, 0, sizeof bytes) < 0) return refuse(file, USER_BLOCK_LENGTH, "no superblock");
  NTKW_TRY(ntkw_i_file_read(file->fd, file->path, bytes, sizeof bytes, USER_BLOCK_LENGTH));
  if (memcmp(bytes, start, sizeof start) != 0 || get(bytes + 24, 8) != USER_BLOCK_LENGTH)
    return refuse(file, USER_BLOCK_LENGTH, "no superblock of version 0 for 8-byte addresses from byte 512 on");
  *root = get(bytes + 64, 8);
  return NTKW_SUCCESS;
}

/* The checks of messages return what is wrong, or NULL. */
static const char *check_dataspace(const unsigned char *message, size_t size, unsigned most_dimensions) {
  if (size < 8 || message[0] != 1 || message[1] > most_dimensions || message[2] > 1) return "an unknown dataspace";
  return size < 8u + 8u * message[1] * (1u + message[2]) ? "a dataspace without its shape" : NULL;
}

/* Integers, floating-point numbers and strings are allowed. *value_size: bytes of a value. */
static const char *check_datatype(const unsigned char *message, size_t size, uint64_t *value_size) {
  static const size_t lengths[] = {12, 20, 0, 8};
  if (size < 8 || message[0] >> 4 != 1) return "an unknown type";
  const unsigned class = message[0] & 15;
  *value_size = get(message + 4, 4);
  if (class > 3 || class == 2 || size < lengths[class]) return "an unknown type";
  return *value_size == 0 || (class != 3 && *value_size > 8) ? "a type of another size" : NULL;
}

static const char *check_attribute(const unsigned char *message, size_t size) {
  static const char wrong[] = "an attribute that is longer than its place";
  if (size < 9 || message[0] != 3 || message[1] != 0) return "an unknown attribute";
  const size_t name = get(message + 2, 2), type = get(message + 4, 2), space = get(message + 6, 2);
  uint64_t value_size;
  if (size < 9 + name + type + space) return wrong;
  if (name < 2 || strnlen((const char *)message + 9, name) != name - 1) return "an attribute without a name";
  const char *fault = check_datatype(message + 9 + name, type, &value_size);
  if (!fault) fault = check_dataspace(message + 9 + name + type, space, 0);
  return fault || value_size <= size - (9 + name + type + space) ? fault : wrong;
}

static const char *check_layout(const unsigned char *message, size_t size) {
  return size < 18 || message[0] != 3 || message[1] != 1 ? "a layout that is not contiguous" : NULL;
}

static const char *check_fill(const unsigned char *message, size_t size) {
  return size < 8 || message[0] != 2 || get(message + 4, 4) != 0 ? "an unknown fill value" : NULL;
}

static const char *check_message(ntkw_i_object kind, enum message_type type, const unsigned char *message,
                                 size_t size) {
  static const char misplaced[] = "a message that has no place here";
  uint64_t value_size;
  switch (type) {
  case MESSAGE_NIL:
    return NULL;
  case MESSAGE_ATTRIBUTE:
    return check_attribute(message, size);
  case MESSAGE_CONTINUATION:
    return size < 16 ? "a continuation without its address" : NULL;
  case MESSAGE_SYMBOL_TABLE:
    return kind != NTKW_I_GROUP ? misplaced : size < 16 ? "a symbol table without its address" : NULL;
  case MESSAGE_DATASPACE:
    return kind != NTKW_I_DATASET ? misplaced : check_dataspace(message, size, MOST_DIMENSIONS);
  case MESSAGE_DATATYPE:
    return kind != NTKW_I_DATASET ? misplaced : check_datatype(message, size, &value_size);
  case MESSAGE_FILL:
    return kind != NTKW_I_DATASET ? misplaced : check_fill(message, size);
  case MESSAGE_LAYOUT:
    return kind != NTKW_I_DATASET ? misplaced : check_layout(message, size);
  }
  return misplaced;
}

/* A part of an object header: the first, or one that a continuation message points to. */
typedef struct chunk {
  uint64_t address, size;
} chunk;

typedef struct header {
  const ntkw_i_checked_file *file;
  ntkw_i_object kind;
  chunk *chunks;
  int n_chunks;
  uint64_t room, n_messages; /* room: bytes that further chunks may have, which bounds their number */
} header;

static ntkw_status add_chunk(header *h, uint64_t address, uint64_t size, int64_t at) {
  if (size > h->room || size < MESSAGE_HEADER_LENGTH || file_offset(h->file, address, size) < 0)
    return refuse(h->file, at, "an object header that goes on outside of the file");
  chunk *more = realloc(h->chunks, (size_t)(h->n_chunks + 1) * sizeof *more);
  NTKW_CHECK(more, NTKW_ERR_MEMORY, "out of memory for the structure of %s", h->file->path);
  h->chunks = more;
  h->chunks[h->n_chunks++] = (chunk){address, size};
  h->room -= size;
  return NTKW_SUCCESS;
}

static ntkw_status check_messages(header *h, const unsigned char *bytes, size_t size, int64_t at) {
  for (size_t place = 0; place < size; h->n_messages++) {
    const unsigned char *message = bytes + place + MESSAGE_HEADER_LENGTH;
    if (size - place < MESSAGE_HEADER_LENGTH) return refuse(h->file, at + (int64_t)place, "a rest of a message");
    const enum message_type type = (enum message_type)get(bytes + place, 2);
    const size_t length = (size_t)get(bytes + place + 2, 2);
    const bool plain = length <= size - place - MESSAGE_HEADER_LENGTH && !(bytes[place + 4] & ~1u);
    const char *fault = plain ? check_message(h->kind, type, message, length) : "a message that is shared or too long";
    if (fault) return refuse(h->file, at + (int64_t)place, fault);
    if (type == MESSAGE_CONTINUATION) NTKW_TRY(add_chunk(h, get(message, 8), get(message + 8, 8), at + (int64_t)place));
    place += MESSAGE_HEADER_LENGTH + length;
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_chunk(header *h, chunk piece) {
  const int64_t at = file_offset(h->file, piece.address, piece.size);
  unsigned char *bytes = malloc((size_t)piece.size);
  NTKW_CHECK(bytes, NTKW_ERR_MEMORY, "out of memory for the structure of %s", h->file->path);
  ntkw_status status = ntkw_i_file_read(h->file->fd, h->file->path, bytes, (size_t)piece.size, at);
  if (status == NTKW_SUCCESS) status = check_messages(h, bytes, (size_t)piece.size, at);
  free(bytes);
  return status;
}

ntkw_status ntkw_i_check_object_header(const ntkw_i_checked_file *file, ntkw_i_object kind, uint64_t address) {
  unsigned char prefix[PREFIX_LENGTH];
  const int64_t at = file_offset(file, address, sizeof prefix);
  if (at < 0) return refuse(file, USER_BLOCK_LENGTH, "an address outside of the file");
  NTKW_TRY(ntkw_i_file_read(file->fd, file->path, prefix, sizeof prefix, at));
  if (prefix[0] != 1) return refuse(file, at, "no object header of version 1");
  header h = {.file = file, .kind = kind, .room = (uint64_t)file->length};
  ntkw_status status = add_chunk(&h, address + sizeof prefix, get(prefix + 8, 4), at);
  for (int i = 0; i < h.n_chunks && status == NTKW_SUCCESS; i++) status = check_chunk(&h, h.chunks[i]);
  if (status == NTKW_SUCCESS && h.n_messages != get(prefix + 2, 2))
    status = refuse(file, at, "an object header with another number of messages");
  free(h.chunks);
  return status;
}
