/* A pool of equal buffers. Buffers are allocated when first needed, returned, reused, and freed together. No function
 * here is collective. */
#ifndef NTKW_PINN_BUFFER_POOL_H
#define NTKW_PINN_BUFFER_POOL_H

#include <stddef.h>

typedef struct buffer_pool {
  size_t bytes; /* of one buffer */
  int n_all, n_spare, capacity;
  void **all, **spare;
} buffer_pool;

/* Take a buffer. Its contents are undefined. @return NULL: out of memory. */
void *buffer_pool_take(buffer_pool *from);
/* Return a buffer to the pool. */
void buffer_pool_give(buffer_pool *from, void *buffer);
/* Return all buffers to the pool. */
void buffer_pool_give_all(buffer_pool *from);
void buffer_pool_free(buffer_pool *from);

#endif
