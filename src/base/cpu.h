/* The kernels that this process uses: of the sums, the combination of gradients, the digests, the optimizer and the
 * trainer's arithmetic. Each exists for the baseline CPU and, on x86-64, for AVX2 with FMA and for AVX-512; all give
 * the same bits. One environment variable, NTKW_KERNELS, names them: portable, avx2 or avx512. NTKW_SUM_KERNELS, the
 * name of an earlier version, is read if NTKW_KERNELS is not set. All functions are local. */
#ifndef NTKW_BASE_CPU_H
#define NTKW_BASE_CPU_H

#include <stdbool.h>

/* From the slowest to the fastest. */
typedef enum kernel_variant { KERNELS_PORTABLE, KERNELS_AVX2, KERNELS_AVX512, KERNEL_VARIANTS } kernel_variant;

/* "portable", "avx2" or "avx512". */
const char *ntkw_i_kernels_name(kernel_variant variant);

/* The variant of that name; KERNEL_VARIANTS if there is none. */
kernel_variant ntkw_i_kernels_named(const char *name);

/* Whether this CPU has the instructions: AVX2 and FMA; for AVX-512 also F, DQ, BW and VL. */
bool ntkw_i_cpu_can(kernel_variant variant);

/* The fastest variant that this CPU can run. */
kernel_variant ntkw_i_kernels_best(void);

/* The variant in use: the one that the environment names if this CPU can run it, otherwise the fastest. Decided at the
 * first call in the process; threads that call at the same time get the same answer. */
kernel_variant ntkw_i_kernels_chosen(void);

/* Define a function that calls body, an always_inline function with the same parameters, compiled for the variant in
 * use. */
#if defined(__x86_64__) && defined(__GNUC__)
#define NTKW_I_FOR_AVX512 __attribute__((target("avx512f,avx512dq")))
#define NTKW_I_FOR_AVX2 __attribute__((target("avx2")))
#define NTKW_I_DISPATCH(name, body, parameters, arguments)                                                           \
  NTKW_I_FOR_AVX512 static void name##_avx512 parameters {                                                           \
    body arguments;                                                                                                  \
  }                                                                                                                  \
  NTKW_I_FOR_AVX2 static void name##_avx2 parameters {                                                               \
    body arguments;                                                                                                  \
  }                                                                                                                  \
  static void name##_portable parameters {                                                                           \
    body arguments;                                                                                                  \
  }                                                                                                                  \
  static void name parameters {                                                                                      \
    const kernel_variant variant = ntkw_i_kernels_chosen();                                                          \
    (variant == KERNELS_AVX512 ? name##_avx512 : variant == KERNELS_AVX2 ? name##_avx2 : name##_portable) arguments; \
  }
#else
#define NTKW_I_FOR_AVX512
#define NTKW_I_DISPATCH(name, body, parameters, arguments) \
  static void name parameters {                            \
    body arguments;                                        \
  }
#endif
#define NTKW_I_ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
