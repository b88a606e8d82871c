#include "pinn/spectrum/spectrum.h"
#include "pinn/arithmetic/reproducible.h"
#include "pinn/spectrum/eigenvalues.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double effective_rank(const double *eigenvalues, int64_t n) {
  double sum = 0.0, entropy = 0.0;
  for (int64_t i = 0; i < n; i++) sum += eigenvalues[i] > 0.0 ? eigenvalues[i] : 0.0;
  for (int64_t i = 0; i < n; i++) {
    const double share = eigenvalues[i] / sum;
    if (eigenvalues[i] > 0.0 && share > 0.0) entropy -= share * reproducible_log(share);
  }
  return sum > 0.0 ? reproducible_exp(entropy) : 0.0;
}

static double count_above(const double *eigenvalues, int64_t n, double threshold) {
  int64_t count = 0;
  while (count < n && eigenvalues[count] > threshold * eigenvalues[0]) count++;
  return (double)count;
}

/* Analyse the block of rows first .. first + n - 1. */
static ntkw_status analyse_block(const ntk_matrix *k, int block, int64_t first, int64_t n, double threshold,
                                 double *eigenvalues, spectrum *s) {
  const double *corner = k->values + first * k->n_rows + first;
  NTKW_TRY(eigenvalues_of(corner, n, k->n_rows, eigenvalues));
  s->trace[block] = 0.0;
  for (int64_t i = 0; i < n; i++) s->trace[block] += corner[i * k->n_rows + i];
  s->effective_rank[block] = effective_rank(eigenvalues, n);
  s->above[block] = count_above(eigenvalues, n, threshold);
  return NTKW_SUCCESS;
}

/* r_a^T K_ab r_b */
static double residual_form(const ntk_matrix *k, int a, int b) {
  double sum = 0.0;
  for (int64_t i = k->first_row[a]; i < k->first_row[a + 1]; i++) {
    double row = 0.0;
    for (int64_t j = k->first_row[b]; j < k->first_row[b + 1]; j++)
      row += k->values[i * k->n_rows + j] * k->residuals[j];
    sum += k->residuals[i] * row;
  }
  return sum;
}

static void compare_gradients(const ntk_matrix *k, spectrum *s) {
  const int n = k->n_conditions;
  double norm[MAX_CONDITIONS];
  for (int c = 0; c < n; c++) {
    const double square = residual_form(k, c, c);
    norm[c] = square > 0.0 ? sqrt(square) : 0.0;
    s->gradient_norm[c] = 2.0 * norm[c] / (double)(k->first_row[c + 1] - k->first_row[c]);
  }
  for (int a = 0; a < n; a++)
    for (int b = 0; b <= a; b++) {
      const double product = norm[a] * norm[b];
      const double cosine = product > 0.0 ? a == b ? 1.0 : residual_form(k, a, b) / product : NAN;
      s->cosines[a * n + b] = s->cosines[b * n + a] = cosine;
    }
}

ntkw_status spectrum_compute(const ntk_matrix *k, int64_t step, double threshold, spectrum *out) {
  const int n = k->n_conditions;
  *out = (spectrum){.step = step};
  out->eigenvalues = malloc(2 * (size_t)k->n_rows * sizeof *out->eigenvalues);
  out->cosines = malloc((size_t)(n * n) * sizeof *out->cosines);
  ntkw_status status = NTKW_SUCCESS;
  if (!out->eigenvalues || !out->cosines)
    status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the spectrum of %lld rows", (long long)k->n_rows);
  for (int c = 0; status == NTKW_SUCCESS && c < n; c++) {
    const int64_t first = k->first_row[c];
    status = analyse_block(k, c, first, k->first_row[c + 1] - first, threshold, out->eigenvalues + first, out);
  }
  if (status == NTKW_SUCCESS) status = analyse_block(k, n, 0, k->n_rows, threshold, out->eigenvalues + k->n_rows, out);
  if (status == NTKW_SUCCESS)
    compare_gradients(k, out);
  else
    spectrum_free(out);
  return status;
}

void spectrum_free(spectrum *s) {
  free(s->eigenvalues);
  free(s->cosines);
  s->eigenvalues = s->cosines = NULL;
}
