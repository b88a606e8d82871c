#include "loops.h"

#include <stdint.h>

double loop_float32(const float *values, size_t count) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += (double)values[i] * (double)values[i];
  return sum;
}

double loop_float64(const double *values, size_t count) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += values[i] * values[i];
  return sum;
}

double read_bytes(const void *values, size_t bytes) {
  const uint64_t *words = values;
  uint64_t all = 0;
  for (size_t i = 0; i < bytes / sizeof *words; i++) all |= words[i];
  return (double)all;
}
