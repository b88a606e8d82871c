#include "pinn/training/pool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool grow(pool *from) {
  const int capacity = from->capacity ? 2 * from->capacity : 16;
  void **all = realloc(from->all, (size_t)capacity * sizeof *all);
  if (all) from->all = all;
  void **spare = realloc(from->spare, (size_t)capacity * sizeof *spare);
  if (spare) from->spare = spare;
  if (all && spare) from->capacity = capacity;
  return all && spare;
}

void *pool_take(pool *from) {
  if (from->n_spare > 0) return from->spare[--from->n_spare];
  if (from->n_all == from->capacity && !grow(from)) return NULL;
  void *buffer = malloc(from->bytes + 1);
  if (buffer) from->all[from->n_all++] = buffer;
  return buffer;
}

void pool_give(pool *from, void *buffer) {
  from->spare[from->n_spare++] = buffer;
}

void pool_give_all(pool *from) {
  if (from->n_all > 0) memcpy(from->spare, from->all, (size_t)from->n_all * sizeof *from->all);
  from->n_spare = from->n_all;
}

void pool_free(pool *from) {
  for (int i = 0; i < from->n_all; i++) free(from->all[i]);
  free(from->all);
  free(from->spare);
  *from = (struct pool){0};
}
