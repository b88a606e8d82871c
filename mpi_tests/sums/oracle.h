/* What MPFR says about a sum: every bit of it is kept, so each result is rounded once from the exact number. */
#ifndef NTKW_TEST_ORACLE_H
#define NTKW_TEST_ORACLE_H

#include <stddef.h>
#include <stdint.h>
#include <mpfr.h> /* after stdint.h, to have its functions on intmax_t */
#include "ntkw/sum.h"

typedef enum summand { SQUARES, MAGNITUDES } summand;

typedef struct oracle {
  mpfr_t sum, term;
} oracle;

/* Everything that can be asked of a sum. */
typedef struct results {
  double value, root, mantissa, root_mantissa;
  int exponent, root_exponent;
} results;

void oracle_begin(oracle *o); /* zero; end it with oracle_end */
void oracle_end(oracle *o);
void oracle_zero(oracle *o);

/* Add count values. Those that are not finite are passed over; their number is returned. */
int64_t oracle_add(oracle *o, summand what, const void *values, size_t count, ntkw_dtype dtype);

/* Add the number that the limbs of a range stand for. */
void oracle_add_limbs(oracle *o, const int64_t *limbs, ntkw_dtype range);

/* Must be called in the default floating-point environment, as oracle_add: MPFR itself computes with doubles. */
results oracle_results(const oracle *o);
results sum_results(const ntkw_sum *sum);

/* The same function for both summands. */
ntkw_status sum_add(ntkw_sum *sum, summand what, const void *values, size_t count, ntkw_dtype dtype);

/* Check that all six results are equal in every bit; `of` says which sum it is. */
void check_results(results got, results expected, const char *of, const char *file, int line);
#define CHECK_RESULTS(got, expected, of) check_results((got), (expected), (of), __FILE__, __LINE__)

#endif
