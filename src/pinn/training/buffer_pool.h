/* A pool of equal buffers. Buffers are allocated when first needed, returned, reused, and freed together; or they lie
 * in memory of the caller. No function here is collective. */
#ifndef NTKW_PINN_BUFFER_POOL_H
#define NTKW_PINN_BUFFER_POOL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct buffer_pool {
  size_t bytes; /* of one buffer */
  int n_all, n_spare, capacity;
  void **all, **spare;
  bool borrowed; /* the buffers */
} buffer_pool;

/* Have exactly n buffers, `stride` bytes apart in memory of the caller, which must outlive the pool. Call it before the
 * first buffer is taken. @return false: out of memory. */
bool buffer_pool_borrow(buffer_pool *pool, void *memory, size_t stride, int n);
/* Take a buffer. Its contents are undefined. @return NULL: out of memory. */
void *buffer_pool_take(buffer_pool *from);
/* Return a buffer to the pool. */
void buffer_pool_give(buffer_pool *from, void *buffer);
/* Return all buffers to the pool. */
void buffer_pool_give_all(buffer_pool *from);
void buffer_pool_free(buffer_pool *from);

#endif
