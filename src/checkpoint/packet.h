/* Integers and texts in a row, to be broadcast: how rank 0 tells the others what it states or what it found. */
#ifndef NTKW_CHECKPOINT_PACKET_H
#define NTKW_CHECKPOINT_PACKET_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

/* Starts as {0}. */
typedef struct ntkw_i_packet {
  unsigned char *bytes;
  size_t length, capacity;
  size_t at;   /* where the next get reads */
  bool failed; /* out of memory: what was put is incomplete */
} ntkw_i_packet;

/* Append. Local; shortage of memory is remembered in failed. */
void ntkw_i_packet_put_integer(ntkw_i_packet *packet, int64_t value);
void ntkw_i_packet_put_text(ntkw_i_packet *packet, const char *text);

/* Set the i-th integer of those that the packet begins with, which was put before. Local. */
void ntkw_i_packet_set_integer(ntkw_i_packet *packet, int i, int64_t value);

/* Take the next one, in the order of putting. Local. A text lies in the packet and lives as long as it. */
int64_t ntkw_i_packet_get_integer(ntkw_i_packet *packet);
const char *ntkw_i_packet_get_text(ntkw_i_packet *packet);
bool ntkw_i_packet_is_read(const ntkw_i_packet *packet);

/* Replace the packet of every rank by rank 0's, to be read from its beginning. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_packet_broadcast(ntkw_i_packet *packet, MPI_Comm comm);

void ntkw_i_packet_free(ntkw_i_packet *packet);

#endif
