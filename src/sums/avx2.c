/* The vector kernels in AVX2 and FMA: vectors of 4 doubles. */
#include "sums/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNELS ntkw_i_sum_avx2
#define NAME "avx2"
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

/* x where |x| >= low, else 0 */
INLINE vector without_small(vector x, vector low) {
  return _mm256_and_pd(x, _mm256_cmp_pd(magnitude(x), low, _CMP_GE_OQ));
}

/* One bit for each x with 0 < |x| < low. */
INLINE unsigned small_ones(vector x, vector low) {
  const vector not_zero = _mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_NEQ_OQ);
  return (unsigned)_mm256_movemask_pd(_mm256_and_pd(not_zero, _mm256_cmp_pd(magnitude(x), low, _CMP_LT_OQ)));
}

INLINE words bits_of(vector x) {
  return _mm256_castpd_si256(x);
}
INLINE words load_words(const void *at) {
  return _mm256_loadu_si256((const __m256i *)at);
}
INLINE void store_words(void *at, words a) {
  _mm256_storeu_si256((__m256i *)at, a);
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
/* of 32 bits each */
INLINE words halves_max(words a, words b) {
  return _mm256_max_epu32(a, b);
}
INLINE words halves_min(words a, words b) {
  return _mm256_min_epu32(a, b);
}

#include "sums/window.inc"
#endif
