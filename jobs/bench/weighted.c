#include "weighted.h"

#include <stdint.h>

/* The number of pieces is known to the compiler in each case, so that all are read in one pass. */
#define FOR_PIECES(CASE) \
  switch (n) {           \
    CASE(2)              \
    CASE(3)              \
    CASE(4)              \
    CASE(5)              \
    CASE(6)              \
    CASE(7)              \
    CASE(8)              \
  default:               \
    break;               \
  }

static inline __attribute__((always_inline)) void sum_float32(const float *w, const float *const p[], int n,
                                                              size_t count, float *restrict total) {
  for (size_t i = 0; i < count; i++) {
    float sum = w[0] * p[0][i];
    for (int c = 1; c < n; c++) sum += w[c] * p[c][i];
    total[i] = sum;
  }
}

static inline __attribute__((always_inline)) void sum_float64(const double *w, const double *const p[], int n,
                                                              size_t count, double *restrict total) {
  for (size_t i = 0; i < count; i++) {
    double sum = w[0] * p[0][i];
    for (int c = 1; c < n; c++) sum += w[c] * p[c][i];
    total[i] = sum;
  }
}

static inline __attribute__((always_inline)) void or_words(const uint64_t *const p[], int n, size_t count,
                                                           uint64_t *restrict total) {
  for (size_t i = 0; i < count; i++) {
    uint64_t all = p[0][i];
    for (int c = 1; c < n; c++) all |= p[c][i];
    total[i] = all;
  }
}

void weighted_float32(const double weights[], const void *const pieces[], int n, size_t count, float *total) {
  float w[PIECES_MAX] = {0};
  const float *p[PIECES_MAX] = {0};
  for (int c = 0; c < n; c++) w[c] = (float)weights[c], p[c] = pieces[c];
#define CASE(K)                         \
  case K:                               \
    sum_float32(w, p, K, count, total); \
    break;
  FOR_PIECES(CASE)
#undef CASE
}

void weighted_float64(const double weights[], const void *const pieces[], int n, size_t count, double *total) {
  const double *p[PIECES_MAX] = {0};
  for (int c = 0; c < n; c++) p[c] = pieces[c];
#define CASE(K)                               \
  case K:                                     \
    sum_float64(weights, p, K, count, total); \
    break;
  FOR_PIECES(CASE)
#undef CASE
}

void move_words(const void *const pieces[], int n, size_t words, void *total) {
  const uint64_t *p[PIECES_MAX] = {0};
  for (int c = 0; c < n; c++) p[c] = pieces[c];
#define CASE(K)                   \
  case K:                         \
    or_words(p, K, words, total); \
    break;
  FOR_PIECES(CASE)
#undef CASE
}
