/* Options structs that begin with their own size, so that programs and libraries of different versions work together.
 * New members are only added at the end, and their default is what older versions did. */
#ifndef NTKW_BASE_VERSIONED_OPTIONS_H
#define NTKW_BASE_VERSIONED_OPTIONS_H

#include <stddef.h>
#include "ntkw/status.h"

/* Write the defaults to a caller's options of size bytes. Not collective.
 * defaults: known bytes, the options as this library has them. What the caller has beyond these becomes zero. */
void ntkw_i_options_init(void *options, size_t size, const void *defaults, size_t known);

/* Read a caller's options over the defaults. Not collective.
 * all: known bytes, the defaults; on success with the members that the caller's struct has.
 * type: the name of the struct for the sentence, such as "ntkw_weighting_options".
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (size was never set, or members that this library does not know are not
 * zero). */
ntkw_status ntkw_i_options_read(void *all, size_t known, const void *given, const char *type);

#endif
