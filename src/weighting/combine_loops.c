#include "weighting/combine.h"

#include <string.h>
#include "base/cpu.h"
#include "sums/kernel.h"
#include "base/to_half.h"

/* Values in a block. Its sums stay in the first-level cache while the pieces are read, each once. */
enum { BLOCK = 512 };

double ntkw_i_weighted_sum(const double weights[], const double values[], int n) {
  double sum = 0;
  for (int c = 0; c < n; c++) sum += weights[c] * values[c];
  return sum;
}

/* The next pieces that are not NULL, at most four. They are read together, so that each sum is loaded and stored only
 * once for all of them. */
typedef struct few_pieces {
  int n, next; /* next: the condition after them */
  double weight[4];
  const void *piece[4];
} few_pieces;

static few_pieces next_pieces(const double weights[], const void *const pieces[], int n, int from) {
  few_pieces few = {.n = 0, .next = from};
  for (; few.next < n && few.n < 4; few.next++) {
    if (!pieces[few.next]) continue;
    few.weight[few.n] = weights[few.next];
    few.piece[few.n++] = pieces[few.next];
  }
  return few;
}

/* to[i] = from(i) + the weighted pieces at i in their order, each product and each sum rounded. */
#define ADD_PIECES(real, target, to, from)                                                                     \
  do {                                                                                                         \
    const double w0 = few->weight[0], w1 = few->weight[1], w2 = few->weight[2], w3 = few->weight[3];           \
    const real *a = few->piece[0], *b = few->piece[1], *c = few->piece[2], *d = few->piece[3];                 \
    if (few->n == 1)                                                                                           \
      for (size_t i = start; i < end; i++) to = (target)((from) + w0 * (double)a[i]);                          \
    else if (few->n == 2)                                                                                      \
      for (size_t i = start; i < end; i++) to = (target)((from) + w0 * (double)a[i] + w1 * (double)b[i]);      \
    else if (few->n == 3)                                                                                      \
      for (size_t i = start; i < end; i++)                                                                     \
        to = (target)((from) + w0 * (double)a[i] + w1 * (double)b[i] + w2 * (double)c[i]);                     \
    else                                                                                                       \
      for (size_t i = start; i < end; i++)                                                                     \
        to = (target)((from) + w0 * (double)a[i] + w1 * (double)b[i] + w2 * (double)c[i] + w3 * (double)d[i]); \
  } while (0)

/* Up to four pieces are summed directly into the total. More pieces are first summed in a block of doubles. */
#define DEFINE_COMBINE(name, real)                                                                                  \
  NTKW_I_ALWAYS_INLINE void set_##name(const few_pieces *few, size_t start, size_t end, real *total) {              \
    ADD_PIECES(real, real, total[i], 0.0);                                                                          \
  }                                                                                                                 \
  NTKW_I_ALWAYS_INLINE void add_##name(const few_pieces *few, size_t start, size_t end, double *restrict sum) {     \
    ADD_PIECES(real, double, sum[i - start], sum[i - start]);                                                       \
  }                                                                                                                 \
  NTKW_I_ALWAYS_INLINE void combine_##name(const double weights[], const void *const pieces[], int n, size_t count, \
                                           real *total) {                                                           \
    double sum[BLOCK];                                                                                              \
    const few_pieces all = next_pieces(weights, pieces, n, 0);                                                      \
    if (all.n > 0 && all.next == n) {                                                                               \
      set_##name(&all, 0, count, total);                                                                            \
      return;                                                                                                       \
    }                                                                                                               \
    for (size_t start = 0; start < count; start += BLOCK) {                                                         \
      const size_t end = count - start < BLOCK ? count : start + BLOCK;                                             \
      memset(sum, 0, sizeof sum);                                                                                   \
      for (few_pieces few = all; few.n > 0; few = next_pieces(weights, pieces, n, few.next))                        \
        add_##name(&few, start, end, sum);                                                                          \
      for (size_t i = start; i < end; i++) total[i] = (real)sum[i - start];                                         \
    }                                                                                                               \
  }

DEFINE_COMBINE(float32, float)
DEFINE_COMBINE(float64, double)

/* Each multiplication and each addition is rounded, so that all variants have the same bits. */
NTKW_I_DISPATCH(combine_float32_dispatched, combine_float32,
                (const double weights[], const void *const pieces[], int n, size_t count, float *total),
                (weights, pieces, n, count, total))
NTKW_I_DISPATCH(combine_float64_dispatched, combine_float64,
                (const double weights[], const void *const pieces[], int n, size_t count, double *total),
                (weights, pieces, n, count, total))

void ntkw_i_combine_float32(const double weights[], const void *const pieces[], int n, size_t count, float *total) {
  combine_float32_dispatched(weights, pieces, n, count, total);
}

void ntkw_i_combine_float64(const double weights[], const void *const pieces[], int n, size_t count, double *total) {
  combine_float64_dispatched(weights, pieces, n, count, total);
}

static void to_halves(const double *restrict sum, size_t count, ntkw_dtype dtype, uint16_t *restrict total) {
  if (dtype == NTKW_FLOAT16)
    for (size_t i = 0; i < count; i++) total[i] = ntkw_i_to_half(sum[i], 10, 5);
  else
    for (size_t i = 0; i < count; i++) total[i] = ntkw_i_to_half(sum[i], 7, 8);
}

void ntkw_i_combine_halves(const double weights[], const void *const pieces[], int n, size_t count, ntkw_dtype dtype,
                           uint16_t *total) {
  const ntkw_i_from_half_kernel from_half = ntkw_i_sum_kernels_chosen()->from_half;
  double sum[BLOCK];
  float wide[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t length = count - start < BLOCK ? count - start : BLOCK;
    memset(sum, 0, length * sizeof *sum);
    for (int c = 0; c < n; c++) {
      if (!pieces[c]) continue;
      from_half(wide, (const uint16_t *)pieces[c] + start, length, dtype);
      for (size_t i = 0; i < length; i++) sum[i] += weights[c] * (double)wide[i];
    }
    to_halves(sum, length, dtype, total + start);
  }
}
