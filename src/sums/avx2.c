/* The vector kernels in AVX2 and FMA: vectors of 4 doubles. */
#include "sums/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <stdbool.h>

#define KERNELS ntkw_i_sum_avx2
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 4, CHAINS_OF_SQUARES_FLOAT64 = 2 };

typedef __m256d vector;
typedef __m256i words; /* unsigned integers of 32 or 64 bits */

INLINE vector spread(double x) {
  return _mm256_set1_pd(x);
}
INLINE vector load_float64(const void *values) {
  return _mm256_loadu_pd(values);
}
INLINE vector load_float32(const void *values) {
  return _mm256_cvtps_pd(_mm_loadu_ps(values));
}
INLINE vector add(vector a, vector b) {
  return _mm256_add_pd(a, b);
}
INLINE vector subtract(vector a, vector b) {
  return _mm256_sub_pd(a, b);
}
INLINE vector multiply(vector a, vector b) {
  return _mm256_mul_pd(a, b);
}
INLINE vector square_plus(vector x, vector a) {
  return _mm256_fmadd_pd(x, x, a);
}
INLINE vector square_minus(vector x, vector a) {
  return _mm256_fmsub_pd(x, x, a);
}
INLINE vector magnitude(vector x) {
  return _mm256_castsi256_pd(_mm256_and_si256(_mm256_castpd_si256(x), _mm256_set1_epi64x(INT64_MAX)));
}

/* Set each x with 0 < |x| < low to zero. Returns a mask with the bits of these lanes set. */
INLINE unsigned take_small(vector *x, vector low) {
  const vector not_zero = _mm256_cmp_pd(*x, _mm256_setzero_pd(), _CMP_NEQ_OQ);
  const vector small = _mm256_and_pd(not_zero, _mm256_cmp_pd(magnitude(*x), low, _CMP_LT_OQ));
  *x = _mm256_andnot_pd(small, *x);
  return (unsigned)_mm256_movemask_pd(small);
}

INLINE words bits_of(vector x) {
  return _mm256_castpd_si256(x);
}
INLINE words load_words(const void *at) {
  return _mm256_loadu_si256((const __m256i *)at);
}
INLINE words spread_word(uint64_t a) {
  return _mm256_set1_epi64x((int64_t)a);
}
INLINE words words_and(words a, words b) {
  return _mm256_and_si256(a, b);
}
INLINE words words_add(words a, words b) {
  return _mm256_add_epi64(a, b);
}
INLINE words words_subtract(words a, words b) {
  return _mm256_sub_epi64(a, b);
}
/* The halves are unsigned integers of 32 bits. */
INLINE words halves_max(words a, words b) {
  return _mm256_max_epu32(a, b);
}
INLINE words halves_min(words a, words b) {
  return _mm256_min_epu32(a, b);
}
/* Whether any half of a is less than the half of limit at the same place. All halves must be below 2^31. */
INLINE bool any_half_less(words a, words limit) {
  return _mm256_movemask_epi8(_mm256_cmpgt_epi32(limit, a)) != 0;
}
INLINE uint32_t largest_half(words a) {
  __m128i m = _mm_max_epu32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(1, 0, 3, 2)));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(2, 3, 0, 1)));
  return (uint32_t)_mm_cvtsi128_si32(m);
}
INLINE uint32_t smallest_half(words a) {
  __m128i m = _mm_min_epu32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  m = _mm_min_epu32(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(1, 0, 3, 2)));
  m = _mm_min_epu32(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(2, 3, 0, 1)));
  return (uint32_t)_mm_cvtsi128_si32(m);
}
INLINE int64_t sum_of_words(words a) {
  const __m128i m = _mm_add_epi64(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  return _mm_cvtsi128_si64(m) + _mm_extract_epi64(m, 1);
}

#include "sums/window.inc"
#endif
