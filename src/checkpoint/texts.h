/* How texts are stored: FORMAT.md. */
#ifndef NTKW_CHECKPOINT_TEXTS_H
#define NTKW_CHECKPOINT_TEXTS_H

#include <stddef.h>

/* The first format version with texts of fixed length; the older ones have texts of variable length, which lie in
 * HDF5's global heap. */
enum { VERSION_OF_FIXED_TEXTS = 3 };

/* The group of texts that are too long for an attribute, which HDF5 limits to 64 KiB with its name. No array has this
 * name. */
#define LONG_TEXTS_NAME "long texts"

/* Size of the longest text that is an attribute, its final zero included. A variable only so that tests can have short
 * texts there. */
extern size_t ntkw_i_longest_attribute;

#endif
