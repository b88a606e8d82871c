/* The kernels for x86-64 with AVX-512 (F, DQ, BW, VL). */
#define KERNELS kernels_avx512

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

#include "kernels.inc"
