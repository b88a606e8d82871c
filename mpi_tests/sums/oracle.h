/* Expected results of a sum, by MPFR: every bit of the sum is kept, so each result is rounded once from the exact
 * number.
 */
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

/* All results of a sum. */
typedef struct results {
  double value, root, mantissa, root_mantissa;
  int exponent, root_exponent;
} results;

void oracle_begin(oracle *o); /* starts at zero; the caller frees it by oracle_end */
void oracle_end(oracle *o);
void oracle_zero(oracle *o);

/* Add count values. Values that are not finite are skipped. Returns their number. */
int64_t oracle_add(oracle *o, summand what, const void *values, size_t count, ntkw_dtype dtype);

/* Add the number that the limbs of a range stand for. */
void oracle_add_limbs(oracle *o, const int64_t *limbs, ntkw_dtype range);

/* Call these, and oracle_add, in the default floating-point environment, because MPFR computes with doubles. */
results oracle_results(const oracle *o);
results sum_results(const ntkw_sum *sum);

/* ntkw_sum_add_squares or ntkw_sum_add_magnitudes, by `what`. */
ntkw_status sum_add(ntkw_sum *sum, summand what, const void *values, size_t count, ntkw_dtype dtype);

/* Check that all six results are equal in every bit. of: the name of the sum, for messages. */
void check_results(results got, results expected, const char *of, const char *file, int line);
#define CHECK_RESULTS(got, expected, of) check_results((got), (expected), (of), __FILE__, __LINE__)

#endif
