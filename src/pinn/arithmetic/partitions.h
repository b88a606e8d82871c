/* Faa di Bruno's formula as a table: derivatives of orders up to four of an activation s.
 *
 *     h_a = sum over the set partitions p of a of  s^(|p|)(z) * product over the blocks b of p of  z_b
 *
 * a is a derivative, written as a set of factors (u_xx has two), and each block b is a derivative in the same downward
 * closed set of streams. The partition with one block, s' z_a, is not in the table. Equal products are one term with a
 * count: h_xxx = s' z_xxx + 3 s'' z_x z_xx + s''' z_x^3. */
#ifndef NTKW_PINN_PARTITIONS_H
#define NTKW_PINN_PARTITIONS_H

#include <stdint.h>
#include "pinn/streams.h"

/* A product of streams of z, times count, times the activation's derivative of order `order`. Forward terms have
 * `order` factors. Backward terms are derivatives of forward terms by z_target and have order - 1 factors. */
typedef struct jet_term {
  uint8_t target, count, order, factor[MAX_ORDER];
} jet_term;

/* A set of four has 14 partitions with more than one block, which have 36 blocks in all. */
enum { MAX_TERMS_FORWARD = 14, MAX_TERMS_BACKWARD = 36 };

/* The terms of stream s are forward[forward_first[s]] .. forward[forward_first[s + 1] - 1]; likewise backward. */
typedef struct jet_table {
  int forward_first[MAX_STREAMS + 1], backward_first[MAX_STREAMS + 1];
  jet_term forward[MAX_STREAMS * MAX_TERMS_FORWARD], backward[MAX_STREAMS * MAX_TERMS_BACKWARD];
} jet_table;

/* Compute the table of a downward closed set of streams without pairs. Not collective; allocates nothing. */
void jet_table_make(const stream_set *streams, jet_table *table);

#endif
