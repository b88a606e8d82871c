/* The kernels for any CPU: SLEEF's scalar members. */
#define KERNELS kernels_portable
#define TILES tiles_portable

typedef struct pair_f32 {
  float x, y;
} pair_f32;
typedef struct pair_f64 {
  double x, y;
} pair_f64;

float Sleef_finz_tanhf1_u35purecfma(float);
double Sleef_finz_tanhd1_u35purecfma(double);
pair_f32 Sleef_finz_sincosf1_u35purecfma(float);
pair_f64 Sleef_finz_sincosd1_u35purecfma(double);

#define VECTOR_F32 float
#define VECTOR_F64 double
#define PAIR_F32 pair_f32
#define PAIR_F64 pair_f64
#define TANH_F32 Sleef_finz_tanhf1_u35purecfma
#define TANH_F64 Sleef_finz_tanhd1_u35purecfma
#define SINCOS_F32 Sleef_finz_sincosf1_u35purecfma
#define SINCOS_F64 Sleef_finz_sincosd1_u35purecfma
#define FMA_VECTOR_F64 fma

#include "kernels.inc"
