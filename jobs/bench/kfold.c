#include "kfold.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Bins of 13 bits in a float of 24, of 40 in a double of 53: as in ReproBLAS. */
#define KFOLD_REAL float
#define KFOLD_WORD int32_t
#define KFOLD_WIDTH 13
#define KFOLD_DIGITS 24
#define KFOLD_FUNCTION kfold_float32
#include "kfold.inc"
#undef KFOLD_REAL
#undef KFOLD_WORD
#undef KFOLD_WIDTH
#undef KFOLD_DIGITS
#undef KFOLD_FUNCTION

#define KFOLD_REAL double
#define KFOLD_WORD int64_t
#define KFOLD_WIDTH 40
#define KFOLD_DIGITS 53
#define KFOLD_FUNCTION kfold_float64
#include "kfold.inc"
