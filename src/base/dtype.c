#include "base/dtype.h"

static const struct {
  const char *name;
  size_t size;
} types[DTYPE_COUNT] = {
    [NTKW_FLOAT32] = {"float32", 4},   [NTKW_FLOAT64] = {"float64", 8}, [NTKW_FLOAT16] = {"float16", 2},
    [NTKW_BFLOAT16] = {"bfloat16", 2}, [NTKW_INT8] = {"int8", 1},       [NTKW_INT16] = {"int16", 2},
    [NTKW_INT32] = {"int32", 4},       [NTKW_INT64] = {"int64", 8},     [NTKW_UINT8] = {"uint8", 1},
    [NTKW_UINT16] = {"uint16", 2},     [NTKW_UINT32] = {"uint32", 4},   [NTKW_UINT64] = {"uint64", 8},
};

bool ntkw_i_is_dtype(ntkw_dtype dtype) {
  return (int)dtype >= 0 && (int)dtype < DTYPE_COUNT;
}

size_t ntkw_i_value_size(ntkw_dtype dtype) {
  return ntkw_i_is_dtype(dtype) ? types[dtype].size : 0;
}

const char *ntkw_dtype_name(ntkw_dtype dtype) {
  return ntkw_i_is_dtype(dtype) ? types[dtype].name : "unknown";
}
