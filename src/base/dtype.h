/* The types of values: size and name. All functions are local. */
#ifndef NTKW_BASE_DTYPE_H
#define NTKW_BASE_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/dtype.h"

enum { DTYPE_COUNT = NTKW_UINT64 + 1 };

bool ntkw_i_is_dtype(ntkw_dtype dtype);

/* Bytes of a value; 0 if dtype is no type. */
size_t ntkw_i_value_size(ntkw_dtype dtype);

#endif
