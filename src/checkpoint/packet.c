#include "checkpoint/packet.h"
#include "checkpoint/agreement.h"
#include "base/check.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void put(ntkw_i_packet *packet, const void *bytes, size_t length) {
  if (packet->failed) return;
  if (packet->capacity - packet->length < length) {
    const size_t capacity = 2 * packet->capacity + length + 256;
    unsigned char *larger = realloc(packet->bytes, capacity);
    if (!larger) {
      packet->failed = true;
      return;
    }
    packet->bytes = larger;
    packet->capacity = capacity;
  }
  memcpy(packet->bytes + packet->length, bytes, length);
  packet->length += length;
}

void ntkw_i_packet_put_integer(ntkw_i_packet *packet, int64_t value) {
  put(packet, &value, sizeof value);
}

void ntkw_i_packet_set_integer(ntkw_i_packet *packet, int i, int64_t value) {
  const size_t at = (size_t)i * sizeof value;
  if (packet->length >= at + sizeof value) memcpy(packet->bytes + at, &value, sizeof value);
}

void ntkw_i_packet_put_text(ntkw_i_packet *packet, const char *text) {
  put(packet, text, strlen(text) + 1);
}

int64_t ntkw_i_packet_get_integer(ntkw_i_packet *packet) {
  int64_t value;
  memcpy(&value, packet->bytes + packet->at, sizeof value);
  packet->at += sizeof value;
  return value;
}

const char *ntkw_i_packet_get_text(ntkw_i_packet *packet) {
  const char *text = (const char *)packet->bytes + packet->at;
  packet->at += strlen(text) + 1;
  return text;
}

bool ntkw_i_packet_is_read(const ntkw_i_packet *packet) {
  return packet->at >= packet->length;
}

static ntkw_status make_room(ntkw_i_packet *packet, int64_t length, int rank) {
  NTKW_CHECK(length >= 0, NTKW_ERR_MEMORY, "out of memory while rank 0 describes a checkpoint");
  if (rank == 0) return NTKW_SUCCESS;
  ntkw_i_packet_free(packet);
  packet->bytes = malloc((size_t)length + 1);
  NTKW_CHECK(packet->bytes, NTKW_ERR_MEMORY, "out of memory: %lld bytes for the description of a checkpoint",
             (long long)length);
  packet->length = packet->capacity = (size_t)length;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_packet_broadcast(ntkw_i_packet *packet, MPI_Comm comm) {
  int rank;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  int64_t length = packet->failed ? -1 : (int64_t)packet->length;
  MPI_TRY(MPI_Bcast(&length, 1, MPI_INT64_T, 0, comm));
  NTKW_TRY(ntkw_status_agree(comm, make_room(packet, length, rank)));
  packet->at = 0;
  for (int64_t done = 0; done < length;) {
    const int64_t piece = length - done < INT_MAX ? length - done : INT_MAX;
    MPI_TRY(MPI_Bcast(packet->bytes + done, (int)piece, MPI_BYTE, 0, comm));
    done += piece;
  }
  return NTKW_SUCCESS;
}

void ntkw_i_packet_free(ntkw_i_packet *packet) {
  free(packet->bytes);
  memset(packet, 0, sizeof *packet);
}
