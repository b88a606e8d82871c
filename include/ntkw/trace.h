/** @file trace.h
 * Deprecated, removed with version 0.3: include ntkw/recording.h. */
#include "ntkw/deprecated.h"
#include "ntkw/recording.h"
