/* Split n elements into contiguous parts whose lengths differ by at most one; the longer parts come first. */
#ifndef NTKW_RANKS_EVEN_SPLIT_H
#define NTKW_RANKS_EVEN_SPLIT_H

#include <stdint.h>

/* The elements first to last - 1. */
typedef struct ntkw_i_range {
  int64_t first, last;
} ntkw_i_range;

/* Part number `part` of `parts`; 0 <= part < parts. */
static inline ntkw_i_range ntkw_i_even_split(int64_t n, int parts, int part) {
  const int64_t share = n / parts, rest = n % parts;
  const int64_t first = part * share + (part < rest ? part : rest);
  return (ntkw_i_range){first, first + share + (part < rest)};
}

#endif
