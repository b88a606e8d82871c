/* Random inputs of many kinds, ordinary and adversarial, in both types. */
#ifndef NTKW_TEST_INPUTS_H
#define NTKW_TEST_INPUTS_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* Kinds are 0 to input_kinds() - 1. Those with NaN and Inf come last. */
int input_kinds(void);
const char *input_name(int kind);

/* Fill count floats or doubles of one kind; signs are random. */
void input_fill(int kind, void *values, size_t count, ntkw_dtype dtype, uint64_t *state);

/* Bytes of one value. */
size_t input_width(ntkw_dtype dtype);

/* Put the values into a random order. */
void input_shuffle(void *values, size_t count, ntkw_dtype dtype, uint64_t *state);

#endif
