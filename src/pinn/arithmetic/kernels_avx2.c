/* The kernels for x86-64 with AVX2 and FMA. */
#define KERNELS kernels_avx2

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

#include "kernels.inc"
