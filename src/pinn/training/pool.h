/* A pool of equal buffers: allocated when first needed, handed back and used again, freed together. Local. */
#ifndef NTKW_PINN_POOL_H
#define NTKW_PINN_POOL_H

#include <stddef.h>

typedef struct pool {
  size_t bytes; /* of one buffer */
  int n_all, n_spare, capacity;
  void **all, **spare;
} pool;

/* A buffer with undefined contents, or NULL when out of memory. */
void *pool_take(pool *from);
/* Hand a buffer back. */
void pool_give(pool *from, void *buffer);
/* Hand all buffers back. */
void pool_give_all(pool *from);
void pool_free(pool *from);

#endif
