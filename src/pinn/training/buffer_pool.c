#include "pinn/training/buffer_pool.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(buffer_pool *from, int capacity) {
  void **all = realloc(from->all, (size_t)capacity * sizeof *all);
  if (all) from->all = all;
  void **spare = realloc(from->spare, (size_t)capacity * sizeof *spare);
  if (spare) from->spare = spare;
  if (all && spare) from->capacity = capacity;
  return all && spare;
}

bool buffer_pool_borrow(buffer_pool *pool, void *memory, size_t stride, int n) {
  if (!reserve(pool, n + 1)) return false;
  for (int i = 0; i < n; i++) pool->all[i] = (char *)memory + (size_t)i * stride;
  pool->n_all = n;
  pool->borrowed = true;
  buffer_pool_give_all(pool);
  return true;
}

void *buffer_pool_take(buffer_pool *from) {
  if (from->n_spare > 0) return from->spare[--from->n_spare];
  if (from->borrowed) return NULL;
  if (from->n_all == from->capacity && !reserve(from, from->capacity ? 2 * from->capacity : 16)) return NULL;
  void *buffer = malloc(from->bytes + 1);
  if (buffer) from->all[from->n_all++] = buffer;
  return buffer;
}

void buffer_pool_give(buffer_pool *from, void *buffer) {
  from->spare[from->n_spare++] = buffer;
}

void buffer_pool_give_all(buffer_pool *from) {
  if (from->n_all > 0) memcpy(from->spare, from->all, (size_t)from->n_all * sizeof *from->all);
  from->n_spare = from->n_all;
}

void buffer_pool_free(buffer_pool *from) {
  for (int i = 0; !from->borrowed && i < from->n_all; i++) free(from->all[i]);
  free(from->all);
  free(from->spare);
  *from = (struct buffer_pool){0};
}
