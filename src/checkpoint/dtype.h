/* The types of values. */
#ifndef NTKW_CHECKPOINT_DTYPE_H
#define NTKW_CHECKPOINT_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

enum { DTYPE_COUNT = NTKW_UINT64 + 1 };

bool ntkw_i_is_dtype(ntkw_dtype dtype);

/* Bytes of a value. */
size_t ntkw_i_value_size(ntkw_dtype dtype);

#endif
