#include "gradients.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { NORMALS = 999983, LAYERS = 5 }; /* NORMALS is prime, so that layers begin at different numbers */

const char *const data_names[DATA_KINDS] = {"pinn", "uniform", "spread"};

static uint64_t random_bits(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u); /* splitmix64 */
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double uniform(uint64_t *state) {
  return ((double)(random_bits(state) >> 11) + 0.5) * 0x1p-53;
}

/* Normal number of an index. NORMALS numbers are drawn once (Box and Muller) and reused. */
static double normal(size_t index) {
  static double numbers[NORMALS];
  if (numbers[0] == 0.0) {
    uint64_t state = 1;
    for (int i = 0; i < NORMALS; i++) {
      const double radius = sqrt(-2.0 * log(uniform(&state)));
      numbers[i] = radius * cos(6.283185307179586 * uniform(&state));
    }
  }
  return numbers[index % NORMALS];
}

static void store(void *values, size_t i, ntkw_dtype dtype, double value) {
  if (dtype == NTKW_FLOAT32)
    ((float *)values)[i] = (float)value;
  else
    ((double *)values)[i] = value;
}

/* Typical magnitude of value i of a gradient. The network has 2 inputs, layers of w tanh neurons and 1 output, as it is
 * during training. Each layer has its matrix, then its biases. Between layers of w neurons, values of a matrix are
 * smaller than those of the biases by the root of w. */
static double layer_size(size_t i, size_t count) {
  const double width = fmax(4.0, floor(sqrt((double)count / (LAYERS - 1))));
  const double position = (double)i, matrix = width * width + width;
  if (position < 2.0 * width) return 3e-2;
  if (position < 3.0 * width) return 5e-2;
  const double layer = floor((position - 3.0 * width) / matrix);
  if (layer >= LAYERS - 1) return 1.0;
  const double within = position - 3.0 * width - layer * matrix;
  return (within < width * width ? 1.0 / sqrt(width) : 1.0) * 1e-2 * pow(2.0, layer);
}

void data_fill(data_kind kind, void *values, size_t count, ntkw_dtype dtype) {
  uint64_t state = 2;
  for (size_t i = 0; i < count; i++) {
    if (kind == DATA_PINN) {
      store(values, i, dtype, layer_size(i, count) * normal(i));
    } else if (kind == DATA_UNIFORM) {
      store(values, i, dtype, uniform(&state));
    } else if (dtype == NTKW_FLOAT32) {
      const uint64_t bits = random_bits(&state);
      const uint32_t number = (uint32_t)(bits & 0x807fffff) | (uint32_t)(bits >> 32) % 255 << 23;
      memcpy((float *)values + i, &number, sizeof number);
    } else {
      const uint64_t bits = random_bits(&state), field = random_bits(&state) % 2047;
      const uint64_t number = (bits & 0x800fffffffffffff) | field << 52;
      memcpy((double *)values + i, &number, sizeof number);
    }
  }
}
