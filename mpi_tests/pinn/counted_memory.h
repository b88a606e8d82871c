/* Counts what the trainer allocates: its library, copied with the allocator's functions renamed to these
 * (training.cmake), and nothing of MPI's or LIBXSMM's. */
#ifndef NTKW_TEST_COUNTED_MEMORY_H
#define NTKW_TEST_COUNTED_MEMORY_H

#include <stdatomic.h>
#include <stddef.h>

extern atomic_llong memory_allocations; /* calls so far */
extern atomic_llong memory_bytes;       /* allocated at present */

void *counted_malloc(size_t size);
void *counted_calloc(size_t n, size_t size);
void *counted_realloc(void *old, size_t size);
void *counted_aligned_alloc(size_t alignment, size_t size);
void counted_free(void *memory);

#endif
