/** @file dtype.h
 * The types of values in memory and in files.
 */
#ifndef NTKW_DTYPE_H
#define NTKW_DTYPE_H

#include "ntkw/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The type of values in memory. Functions that take float16 and bfloat16 say so; only checkpoints take integers. */
typedef enum ntkw_dtype {
  NTKW_FLOAT32,  /**< binary32 of IEEE 754 */
  NTKW_FLOAT64,  /**< binary64 of IEEE 754 */
  NTKW_FLOAT16,  /**< binary16 of IEEE 754: 5 bits of exponent, 11 of mantissa; two bytes */
  NTKW_BFLOAT16, /**< the upper half of a float32: 8 bits of exponent, 8 of mantissa; two bytes */
  NTKW_INT8,     /**< int8_t */
  NTKW_INT16,    /**< int16_t */
  NTKW_INT32,    /**< int32_t */
  NTKW_INT64,    /**< int64_t */
  NTKW_UINT8,    /**< uint8_t */
  NTKW_UINT16,   /**< uint16_t */
  NTKW_UINT32,   /**< uint32_t */
  NTKW_UINT64    /**< uint64_t */
} ntkw_dtype;

/** The name of a type of values, such as "bfloat16". Not collective.
 * @return a static string; "unknown" for any other number. */
NTKW_API const char *ntkw_dtype_name(ntkw_dtype dtype);

#ifdef __cplusplus
}
#endif
#endif
