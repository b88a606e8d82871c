/* Counts the memory that the trainer's library allocates. training.cmake links the test with a copy of the library in
 * which the allocator's functions are renamed to these. Allocations of MPI and LIBXSMM are not counted. */
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
