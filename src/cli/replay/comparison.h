/* Compare replayed with recorded values. */
#ifndef NTKW_CLI_REPLAY_COMPARISON_H
#define NTKW_CLI_REPLAY_COMPARISON_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "recording/reader.h"

/* The largest relative deviation, with its step and condition. */
typedef struct deviation {
  double largest; /* infinite for a NaN instead of a number, and for a number instead of 0 */
  int64_t step;
  int condition; /* -1: a total */
} deviation;

/* Start from {.weights_too = ..., .tolerance = ...}. */
typedef struct comparison {
  bool weights_too; /* rule and options are the recorded ones: weights, totals and renewals must match */
  double tolerance; /* of weights and totals, relative */
  deviation weights, totals;
  int64_t n_steps, n_values, renewals;
  int64_t unequal_norms, unequal_squares, unequal_updates; /* unequal_updates: steps whose weights were renewed in the
                                                              replay or in the recording, but not in both */
  int64_t steps_with_zero_norm;
  uint64_t digest; /* of the bits of all weights, norms, squares and totals so far */
  bool ranks_differ;
} comparison;

/* The replayed values of one step; the arrays have an entry for each condition. */
typedef struct step_result {
  bool updated, zero_norm;
  const double *weights, *norms, *squares;
  double total;
} step_result;

/* Compare the values of one step. Local. */
void comparison_add(comparison *c, const recorded_run *recorded, int64_t step, const step_result *got);

/* Set ranks_differ unless all ranks had the same bits. Collective on comm. */
ntkw_status comparison_join(comparison *c, MPI_Comm comm);

/* Does everything match? The same on every rank after comparison_join. Local. */
bool comparison_matches(const comparison *c);

/* Print the result, a line for each quantity. Call it on one rank. */
void comparison_print(FILE *out, const comparison *c, const recorded_run *recorded);

#endif
