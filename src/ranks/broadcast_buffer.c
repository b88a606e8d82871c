#include "ranks/broadcast_buffer.h"
#include "ranks/comm.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void put(ntkw_i_broadcast_buffer *buffer, const void *bytes, size_t length) {
  if (buffer->failed) return;
  if (buffer->capacity - buffer->length < length) {
    const size_t capacity = 2 * buffer->capacity + length + 256;
    unsigned char *larger = realloc(buffer->bytes, capacity);
    if (!larger) {
      buffer->failed = true;
      return;
    }
    buffer->bytes = larger;
    buffer->capacity = capacity;
  }
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

void ntkw_i_buffer_put_integer(ntkw_i_broadcast_buffer *buffer, int64_t value) {
  put(buffer, &value, sizeof value);
}

void ntkw_i_buffer_set_integer(ntkw_i_broadcast_buffer *buffer, int i, int64_t value) {
  const size_t at = (size_t)i * sizeof value;
  if (buffer->length >= at + sizeof value) memcpy(buffer->bytes + at, &value, sizeof value);
}

void ntkw_i_buffer_put_text(ntkw_i_broadcast_buffer *buffer, const char *text) {
  put(buffer, text, strlen(text) + 1);
}

int64_t ntkw_i_buffer_get_integer(ntkw_i_broadcast_buffer *buffer) {
  int64_t value;
  memcpy(&value, buffer->bytes + buffer->at, sizeof value);
  buffer->at += sizeof value;
  return value;
}

const char *ntkw_i_buffer_get_text(ntkw_i_broadcast_buffer *buffer) {
  const char *text = (const char *)buffer->bytes + buffer->at;
  buffer->at += strlen(text) + 1;
  return text;
}

bool ntkw_i_buffer_at_end(const ntkw_i_broadcast_buffer *buffer) {
  return buffer->at >= buffer->length;
}

static ntkw_status make_room(ntkw_i_broadcast_buffer *buffer, int64_t length, int rank) {
  NTKW_CHECK(length >= 0, NTKW_ERR_MEMORY, "rank 0 is out of memory for a message to all ranks");
  if (rank == 0) return NTKW_SUCCESS;
  ntkw_i_buffer_free(buffer);
  buffer->bytes = malloc((size_t)length + 1);
  NTKW_CHECK(buffer->bytes, NTKW_ERR_MEMORY, "out of memory for a message of %lld bytes from rank 0",
             (long long)length);
  buffer->length = buffer->capacity = (size_t)length;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_buffer_broadcast(ntkw_i_broadcast_buffer *buffer, MPI_Comm comm) {
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  int64_t length = buffer->failed ? -1 : (int64_t)buffer->length;
  MPI_TRY(MPI_Bcast(&length, 1, MPI_INT64_T, 0, comm));
  NTKW_TRY(ntkw_status_agree(comm, make_room(buffer, length, rank)));
  buffer->at = 0;
  for (int64_t done = 0; done < length;) {
    const int64_t piece = length - done < INT_MAX ? length - done : INT_MAX;
    MPI_TRY(MPI_Bcast(buffer->bytes + done, (int)piece, MPI_BYTE, 0, comm));
    done += piece;
  }
  return NTKW_SUCCESS;
}

void ntkw_i_buffer_free(ntkw_i_broadcast_buffer *buffer) {
  free(buffer->bytes);
  memset(buffer, 0, sizeof *buffer);
}
