#include "pinn/arithmetic/random.h"
#include "pinn/arithmetic/reproducible.h"

#include <Random123/philox.h>
#include <math.h>

void random_uniform4(uint64_t seed, random_purpose purpose, uint64_t step, uint64_t condition, uint64_t index,
                     uint64_t block, double out[4]) {
  const philox4x64_key_t key = {{seed, (uint64_t)purpose}};
  const philox4x64_ctr_t counter = {{step, condition, index, block}};
  const philox4x64_ctr_t bits = philox4x64(counter, key);
  for (int i = 0; i < 4; i++) out[i] = ((double)(bits.v[i] >> 11) + 0.5) * 0x1p-53;
}

double random_normal(uint64_t seed, random_purpose purpose, uint64_t step, uint64_t condition, uint64_t index) {
  double u[4];
  random_uniform4(seed, purpose, step, condition, index, 0, u);
  return sqrt(-2.0 * reproducible_log(u[0])) * reproducible_cos(6.283185307179586 * u[1]);
}
