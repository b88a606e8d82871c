/* Compare replayed with recorded values. */
#include "cli/replay/comparison.h"
#include "base/hash.h"
#include "base/check.h"

#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static uint64_t bits_of(double x) {
  uint64_t bits = 0;
  if (isnan(x)) return UINT64_C(0x7ff8000000000000); /* the bits of a NaN depend on the CPU: all NaNs count as equal */
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static void digest_add(uint64_t *digest, const double values[], int n) {
  if (*digest == 0) *digest = NTKW_I_HASH_FNV;
  for (int i = 0; i < n; i++) {
    const uint64_t bits = htole64(bits_of(values[i]));
    *digest = ntkw_i_hash_bytes(*digest, &bits, sizeof bits);
  }
}

static double relative_deviation(double got, double recorded) {
  if (bits_of(got) == bits_of(recorded)) return 0;
  const double relative = fabs(got - recorded) / fabs(recorded);
  return isnan(relative) ? got == recorded ? 0 : HUGE_VAL : relative;
}

static void deviation_add(deviation *d, double got, double recorded, int64_t step, int condition) {
  const double found = relative_deviation(got, recorded);
  if (found > d->largest) *d = (deviation){found, step, condition};
}

static int64_t unequal(const double got[], const double recorded[], int n) {
  int64_t count = 0;
  for (int i = 0; i < n; i++) count += bits_of(got[i]) != bits_of(recorded[i]);
  return count;
}

void comparison_add(comparison *c, const recorded_run *recorded, int64_t step, const step_result *got) {
  const int n = recorded->n_conditions;
  const int64_t row = step * n;
  c->n_steps++;
  c->n_values += n;
  c->renewals += got->updated;
  c->unequal_updates += got->updated != (recorded->updated[step] != 0);
  c->unequal_norms += unequal(got->norms, recorded->norms + row, n);
  c->unequal_squares += unequal(got->squares, recorded->squares + row, n);
  c->steps_with_zero_norm += got->zero_norm;
  for (int k = 0; k < n; k++) deviation_add(&c->weights, got->weights[k], recorded->weights[row + k], step, k);
  deviation_add(&c->totals, got->total, recorded->total[step], step, -1);
  digest_add(&c->digest, got->weights, n);
  digest_add(&c->digest, got->norms, n);
  digest_add(&c->digest, got->squares, n);
  digest_add(&c->digest, &got->total, 1);
}

ntkw_status comparison_join(comparison *c, MPI_Comm comm) {
  const uint64_t mine[2] = {c->digest, ~c->digest}; /* the maxima are d and ~d only where all ranks have d */
  uint64_t most[2] = {0, 0};
  NTKW_CHECK(MPI_Allreduce(mine, most, 2, MPI_UINT64_T, MPI_MAX, comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce failed while the ranks compared their bits");
  c->ranks_differ = most[0] != ~most[1];
  return NTKW_SUCCESS;
}

static bool close_enough(const comparison *c) {
  return !c->weights_too ||
         (c->weights.largest <= c->tolerance && c->totals.largest <= c->tolerance && c->unequal_updates == 0);
}

bool comparison_matches(const comparison *c) {
  return c->unequal_norms == 0 && c->unequal_squares == 0 && !c->ranks_differ && close_enough(c);
}

static void print_deviation(FILE *out, const char *what, const deviation *d, double tolerance,
                            const recorded_run *recorded) {
  fprintf(out, "%s largest relative deviation %.2g", what, d->largest);
  if (d->largest > 0) fprintf(out, ", at step %" PRId64, d->step);
  if (d->largest > 0 && d->condition >= 0) fprintf(out, ", condition %s", recorded->conditions[d->condition]);
  fprintf(out, " (tolerance %g)%s\n", tolerance, d->largest <= tolerance ? "" : ": BEYOND");
}

static void print_count(FILE *out, const char *what, int64_t bad, int64_t all, const char *claim) {
  fprintf(out, "%s %" PRId64 " of %" PRId64 " %s%s\n", what, all - bad, all, claim, bad == 0 ? "" : ": NOT ALL");
}

void comparison_print(FILE *out, const comparison *c, const recorded_run *recorded) {
  print_count(out, "norms   ", c->unequal_norms, c->n_values, "equal in every bit");
  print_count(out, "squares ", c->unequal_squares, c->n_values, "equal in every bit");
  if (c->weights_too) {
    print_count(out, "renewals", c->unequal_updates, c->n_steps, "steps as recorded");
    print_deviation(out, "weights ", &c->weights, c->tolerance, recorded);
    print_deviation(out, "totals  ", &c->totals, c->tolerance, recorded);
  }
  if (c->steps_with_zero_norm > 0)
    fprintf(out, "zero     a norm was zero in %" PRId64 " steps: there, some or all weights were kept\n",
            c->steps_with_zero_norm);
  if (c->ranks_differ) fprintf(out, "ranks    do NOT have the same bits\n");
  fprintf(out, "digest   %016" PRIx64 " of the bits of all weights, norms, squares and totals\n", c->digest);
}
