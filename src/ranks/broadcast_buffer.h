/* A buffer of integers and texts that rank 0 fills and broadcasts: how it shares what it has or what it found in a
 * file. */
#ifndef NTKW_RANKS_BROADCAST_BUFFER_H
#define NTKW_RANKS_BROADCAST_BUFFER_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

/* Starts as {0}. */
typedef struct ntkw_i_broadcast_buffer {
  unsigned char *bytes;
  size_t length, capacity;
  size_t at;   /* where the next get reads */
  bool failed; /* out of memory: the contents are incomplete, and the broadcast fails */
} ntkw_i_broadcast_buffer;

/* Append. Not collective. If memory is short, failed is set. */
void ntkw_i_buffer_put_integer(ntkw_i_broadcast_buffer *buffer, int64_t value);
void ntkw_i_buffer_put_text(ntkw_i_broadcast_buffer *buffer, const char *text);

/* Overwrite integer number i of a buffer that begins with integers. Not collective. */
void ntkw_i_buffer_set_integer(ntkw_i_broadcast_buffer *buffer, int i, int64_t value);

/* Take the next entry, in the order of the puts. Not collective. A text lies in the buffer and lives as long as it. */
int64_t ntkw_i_buffer_get_integer(ntkw_i_broadcast_buffer *buffer);
const char *ntkw_i_buffer_get_text(ntkw_i_broadcast_buffer *buffer);
bool ntkw_i_buffer_at_end(const ntkw_i_broadcast_buffer *buffer);

/* Replace the buffer of every rank by rank 0's; the next get reads its first entry. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status ntkw_i_buffer_broadcast(ntkw_i_broadcast_buffer *buffer, MPI_Comm comm);

void ntkw_i_buffer_free(ntkw_i_broadcast_buffer *buffer);

#endif
