/* The vector kernels in AVX-512F: vectors of 8 doubles. */
#include "sums/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>

#define KERNELS ntkw_i_sum_avx512
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 8, CHAINS_OF_SQUARES_FLOAT64 = 4 };

typedef __m512d vector;
typedef __m512i words; /* unsigned integers of 32 or 64 bits */

INLINE vector spread(double x) {
  return _mm512_set1_pd(x);
}
INLINE vector load_float64(const void *values) {
  return _mm512_loadu_pd(values);
}
INLINE vector load_float32(const void *values) {
  return _mm512_cvtps_pd(_mm256_loadu_ps(values));
}
INLINE vector add(vector a, vector b) {
  return _mm512_add_pd(a, b);
}
INLINE vector subtract(vector a, vector b) {
  return _mm512_sub_pd(a, b);
}
INLINE vector multiply(vector a, vector b) {
  return _mm512_mul_pd(a, b);
}
INLINE vector square_plus(vector x, vector a) {
  return _mm512_fmadd_pd(x, x, a);
}
INLINE vector square_minus(vector x, vector a) {
  return _mm512_fmsub_pd(x, x, a);
}
INLINE vector magnitude(vector x) {
  return _mm512_castsi512_pd(_mm512_and_si512(_mm512_castpd_si512(x), _mm512_set1_epi64(INT64_MAX)));
}

/* Set each x with 0 < |x| < low to zero. Returns a mask with the bits of these lanes set. */
INLINE unsigned take_small(vector *x, vector low) {
  const vector zero = _mm512_setzero_pd();
  const __mmask8 not_zero = _mm512_cmp_pd_mask(*x, zero, _CMP_NEQ_OQ);
  const __mmask8 small = _mm512_mask_cmp_pd_mask(not_zero, magnitude(*x), low, _CMP_LT_OQ);
  *x = _mm512_mask_mov_pd(*x, small, zero);
  return small;
}

INLINE words bits_of(vector x) {
  return _mm512_castpd_si512(x);
}
INLINE words load_words(const void *at) {
  return _mm512_loadu_si512(at);
}
INLINE words spread_word(uint64_t a) {
  return _mm512_set1_epi64((int64_t)a);
}
INLINE words words_and(words a, words b) {
  return _mm512_and_si512(a, b);
}
INLINE words words_add(words a, words b) {
  return _mm512_add_epi64(a, b);
}
INLINE words words_subtract(words a, words b) {
  return _mm512_sub_epi64(a, b);
}
/* The halves are unsigned integers of 32 bits. */
INLINE words halves_max(words a, words b) {
  return _mm512_max_epu32(a, b);
}
INLINE words halves_min(words a, words b) {
  return _mm512_min_epu32(a, b);
}
/* Whether any half of a is less than the half of limit at the same place. All halves must be below 2^31. */
INLINE bool any_half_less(words a, words limit) {
  return _mm512_cmplt_epu32_mask(a, limit) != 0;
}
INLINE uint32_t largest_half(words a) {
  return _mm512_reduce_max_epu32(a);
}
INLINE uint32_t smallest_half(words a) {
  return _mm512_reduce_min_epu32(a);
}
INLINE int64_t sum_of_words(words a) {
  return _mm512_reduce_add_epi64(a);
}

#include "sums/window.inc"
#endif
