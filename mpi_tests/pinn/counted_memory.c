#include "counted_memory.h"

#include <malloc.h>
#include <stdlib.h>

atomic_llong memory_allocations, memory_bytes;

static void *count(void *memory) {
  memory_allocations++;
  memory_bytes += (long long)malloc_usable_size(memory);
  return memory;
}

void *counted_malloc(size_t size) {
  return count(malloc(size));
}
void *counted_calloc(size_t n, size_t size) {
  return count(calloc(n, size));
}
void *counted_realloc(void *old, size_t size) {
  memory_bytes -= (long long)malloc_usable_size(old);
  return count(realloc(old, size));
}
void *counted_aligned_alloc(size_t alignment, size_t size) {
  return count(aligned_alloc(alignment, size));
}
/* Also subtracts memory that these functions did not allocate, such as that of strdup, although it was not added. */
void counted_free(void *memory) {
  memory_bytes -= (long long)malloc_usable_size(memory);
  free(memory);
}
