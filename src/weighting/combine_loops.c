#include "weighting/combine.h"

#include <string.h>
#include "sums/kernel.h"
#include "weighting/narrow.h"

/* Values of a block: its sums stay in the first-level cache while the pieces stream by, each read once. */
enum { BLOCK = 1024 };

double ntkw_i_weighted_sum(const double weights[], const double values[], int n) {
  double sum = 0;
  for (int c = 0; c < n; c++) sum += weights[c] * values[c];
  return sum;
}

/* On x86-64 a function is compiled for wider vectors, too, and the CPU chooses; multiplication and addition are rounded
 * each, so that all have the same bits. */
#if defined(__x86_64__) && defined(__GNUC__)
#define FOR_AVX512 __attribute__((target("avx512f")))
#define FOR_AVX2 __attribute__((target("avx2")))
#define CHOOSE(name, ...)                    \
  do {                                       \
    if (__builtin_cpu_supports("avx512f"))   \
      name##_avx512(__VA_ARGS__);            \
    else if (__builtin_cpu_supports("avx2")) \
      name##_avx2(__VA_ARGS__);              \
    else                                     \
      name##_plain(__VA_ARGS__);             \
  } while (0)
#else
#define CHOOSE(name, ...) name##_plain(__VA_ARGS__)
#endif
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void accumulate_float32(double weight, const float *restrict piece, size_t count, double *restrict sum) {
  for (size_t i = 0; i < count; i++) sum[i] += weight * (double)piece[i];
}

ALWAYS_INLINE void accumulate_float64(double weight, const double *restrict piece, size_t count, double *restrict sum) {
  for (size_t i = 0; i < count; i++) sum[i] += weight * piece[i];
}

ALWAYS_INLINE void combine_float32(const double weights[], const void *const pieces[], int n, size_t count,
                                   float *total) {
  double sum[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t length = count - start < BLOCK ? count - start : BLOCK;
    memset(sum, 0, length * sizeof *sum);
    for (int c = 0; c < n; c++)
      if (pieces[c]) accumulate_float32(weights[c], (const float *)pieces[c] + start, length, sum);
    for (size_t i = 0; i < length; i++) total[start + i] = (float)sum[i];
  }
}

ALWAYS_INLINE void combine_float64(const double weights[], const void *const pieces[], int n, size_t count,
                                   double *total) {
  double sum[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t length = count - start < BLOCK ? count - start : BLOCK;
    memset(sum, 0, length * sizeof *sum);
    for (int c = 0; c < n; c++)
      if (pieces[c]) accumulate_float64(weights[c], (const double *)pieces[c] + start, length, sum);
    memcpy(total + start, sum, length * sizeof *sum);
  }
}

static void combine_float32_plain(const double w[], const void *const p[], int n, size_t count, float *total) {
  combine_float32(w, p, n, count, total);
}
static void combine_float64_plain(const double w[], const void *const p[], int n, size_t count, double *total) {
  combine_float64(w, p, n, count, total);
}
#ifdef FOR_AVX2
FOR_AVX2 static void combine_float32_avx2(const double w[], const void *const p[], int n, size_t count, float *total) {
  combine_float32(w, p, n, count, total);
}
FOR_AVX2 static void combine_float64_avx2(const double w[], const void *const p[], int n, size_t count, double *total) {
  combine_float64(w, p, n, count, total);
}
FOR_AVX512 static void combine_float32_avx512(const double w[], const void *const p[], int n, size_t count,
                                              float *total) {
  combine_float32(w, p, n, count, total);
}
FOR_AVX512 static void combine_float64_avx512(const double w[], const void *const p[], int n, size_t count,
                                              double *total) {
  combine_float64(w, p, n, count, total);
}
#endif

void ntkw_i_combine_float32(const double weights[], const void *const pieces[], int n, size_t count, float *total) {
  CHOOSE(combine_float32, weights, pieces, n, count, total);
}

void ntkw_i_combine_float64(const double weights[], const void *const pieces[], int n, size_t count, double *total) {
  CHOOSE(combine_float64, weights, pieces, n, count, total);
}

static void narrow(const double *restrict sum, size_t count, ntkw_dtype dtype, uint16_t *restrict total) {
  if (dtype == NTKW_FLOAT16)
    for (size_t i = 0; i < count; i++) total[i] = ntkw_i_narrow(sum[i], 10, 5);
  else
    for (size_t i = 0; i < count; i++) total[i] = ntkw_i_narrow(sum[i], 7, 8);
}

void ntkw_i_combine_halves(const double weights[], const void *const pieces[], int n, size_t count, ntkw_dtype dtype,
                           uint16_t *total) {
  const ntkw_i_widening_kernel widen = ntkw_i_sum_kernels_chosen()->widen;
  double sum[BLOCK];
  float wide[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t length = count - start < BLOCK ? count - start : BLOCK;
    memset(sum, 0, length * sizeof *sum);
    for (int c = 0; c < n; c++) {
      if (!pieces[c]) continue;
      widen(wide, (const uint16_t *)pieces[c] + start, length, dtype);
      accumulate_float32(weights[c], wide, length, sum);
    }
    narrow(sum, length, dtype, total + start);
  }
}
