/* The kernels for x86-64 with AVX2 and FMA. */
#define KERNELS kernels_avx2
#define TILES tiles_avx2

#include <immintrin.h>

typedef struct pair_f32 {
  __m256 x, y;
} pair_f32;
typedef struct pair_f64 {
  __m256d x, y;
} pair_f64;

__m256 Sleef_finz_tanhf8_u35avx2(__m256);
__m256d Sleef_finz_tanhd4_u35avx2(__m256d);
pair_f32 Sleef_finz_sincosf8_u35avx2(__m256);
pair_f64 Sleef_finz_sincosd4_u35avx2(__m256d);

#define VECTOR_F32 __m256
#define VECTOR_F64 __m256d
#define PAIR_F32 pair_f32
#define PAIR_F64 pair_f64
#define TANH_F32 Sleef_finz_tanhf8_u35avx2
#define TANH_F64 Sleef_finz_tanhd4_u35avx2
#define SINCOS_F32 Sleef_finz_sincosf8_u35avx2
#define SINCOS_F64 Sleef_finz_sincosd4_u35avx2
#define FMA_VECTOR_F64 _mm256_fmadd_pd
#define LANE_SUM_F64 lane_sum

/* Load four values as doubles. */
static inline __m256d load_wide_f32(const float *x) {
  return _mm256_cvtps_pd(_mm_loadu_ps(x));
}
static inline __m256d load_wide_f64(const double *x) {
  return _mm256_loadu_pd(x);
}

/* (0 + 2) + (1 + 3), the last levels of the tree in dot(). */
static inline double lane_sum(__m256d x) {
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

#include "kernels.inc"
