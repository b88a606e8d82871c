/* The formula of Faa di Bruno as a table: how derivatives of orders up to four go through an activation s.
 *
 *     h_a = sum over the set partitions p of a of  s^(|p|)(z) * product over the blocks b of p of  z_b
 *
 * where a is a derivative (as a set of places, so that u_xx has two of them) and b runs over derivatives that the
 * downward closed stream set carries too. The partition of one block, s' z_a, is not in the table; equal products are
 * one term with a count: h_xxx = s' z_xxx + 3 s'' z_x z_xx + s''' z_x^3. */
#ifndef NTKW_PINN_PARTITIONS_H
#define NTKW_PINN_PARTITIONS_H

#include <stdint.h>
#include "pinn/streams.h"

/* A product of streams of z, times count and the derivative `order` of the activation: forward, `order` factors; in the
 * transposed table the derivative by z_target of such a term, order - 1 factors. */
typedef struct jet_term {
  uint8_t target, count, order, factor[MAX_ORDER];
} jet_term;

/* A set of four has 14 partitions of more than one block, which have 36 blocks. */
enum { MAX_TERMS_FORWARD = 14, MAX_TERMS_BACKWARD = 36 };

/* The terms of stream s: forward[forward_first[s]] .. forward[forward_first[s + 1] - 1], and the same backward. */
typedef struct jet_table {
  int forward_first[MAX_STREAMS + 1], backward_first[MAX_STREAMS + 1];
  jet_term forward[MAX_STREAMS * MAX_TERMS_FORWARD], backward[MAX_STREAMS * MAX_TERMS_BACKWARD];
} jet_table;

/* Fill in the table of a downward closed set without pairs. Local, allocates nothing. */
void jet_table_make(const stream_set *streams, jet_table *table);

#endif
