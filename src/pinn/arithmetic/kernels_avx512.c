/* The kernels for x86-64 with AVX-512 (F, DQ, BW, VL). */
#define KERNELS kernels_avx512
#define TILES tiles_avx512

#include <immintrin.h>

typedef struct pair_f32 {
  __m512 x, y;
} pair_f32;
typedef struct pair_f64 {
  __m512d x, y;
} pair_f64;

__m512 Sleef_finz_tanhf16_u35avx512f(__m512);
__m512d Sleef_finz_tanhd8_u35avx512f(__m512d);
pair_f32 Sleef_finz_sincosf16_u35avx512f(__m512);
pair_f64 Sleef_finz_sincosd8_u35avx512f(__m512d);

#define VECTOR_F32 __m512
#define VECTOR_F64 __m512d
#define PAIR_F32 pair_f32
#define PAIR_F64 pair_f64
#define TANH_F32 Sleef_finz_tanhf16_u35avx512f
#define TANH_F64 Sleef_finz_tanhd8_u35avx512f
#define SINCOS_F32 Sleef_finz_sincosf16_u35avx512f
#define SINCOS_F64 Sleef_finz_sincosd8_u35avx512f
#define FMA_VECTOR_F64 _mm512_fmadd_pd
#define LANE_SUM_F64 lane_sum

/* Load eight values as doubles. */
static inline __m512d load_wide_f32(const float *x) {
  return _mm512_cvtps_pd(_mm256_loadu_ps(x));
}
static inline __m512d load_wide_f64(const double *x) {
  return _mm512_loadu_pd(x);
}

/* ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)), the last levels of the tree in dot(). */
static inline double lane_sum(__m512d x) {
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(x), _mm512_extractf64x4_pd(x, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

#include "kernels.inc"
