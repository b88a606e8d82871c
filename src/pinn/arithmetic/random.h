/* Random numbers by position: Philox4x64-10 of Random123 (Salmon et al., SC 2011). The key is seed and purpose, the
 * counter is step, condition, index and block. Any rank can compute any number, and no number depends on the number of
 * ranks. No function here is collective. */
#ifndef NTKW_PINN_RANDOM_H
#define NTKW_PINN_RANDOM_H

#include <stdint.h>

typedef enum random_purpose {
  RANDOM_POINTS = 1,
  RANDOM_PARAMETERS = 2,
  RANDOM_FEATURES = 3,
  RANDOM_MEASURES = 4
} random_purpose;

/* Four independent uniform numbers in (0, 1): (the upper 53 bits + 1/2) * 2^-53. */
void random_uniform4(uint64_t seed, random_purpose purpose, uint64_t step, uint64_t condition, uint64_t index,
                     uint64_t block, double out[4]);

/* A standard normal number by Box-Muller, with SLEEF's reproducible functions. */
double random_normal(uint64_t seed, random_purpose purpose, uint64_t step, uint64_t condition, uint64_t index);

#endif
