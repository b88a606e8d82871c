/* What the gradient of a chunk costs: a model of measured times. It decides only where chunks are cut over ranks and
 * threads, and changes no bit. The unit is 1/ROW_COST of a row of a derivative. No function here is collective. */
#ifndef NTKW_PINN_CHUNK_COST_H
#define NTKW_PINN_CHUNK_COST_H

#include "pinn/network/network.h"

enum { ROW_COST = 256 };

typedef struct chunk_cost {
  int64_t point;    /* what the row of a point's value costs more than that of a derivative: activations, equations */
  int64_t panel;    /* what a panel costs in addition to its rows: calls, reading the weights */
  int64_t gradient; /* to start, store and add the gradient of a chunk */
} chunk_cost;

/* The costs for a network of these widths. */
chunk_cost chunk_cost_of(const network_options *net);
/* The cost of a chunk with so many points. */
int64_t chunk_cost_of_points(const chunk_cost *cost, const stream_set *streams, int64_t n_points);

#endif
