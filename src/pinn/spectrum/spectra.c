#include "pinn/spectrum/spectra.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void spectra_begin(const problem *pde, int64_t points, int64_t points_of_step, double threshold, spectra *out) {
  *out = (spectra){
      .n_conditions = pde->n_conditions, .points = points, .points_of_step = points_of_step, .threshold = threshold};
  snprintf(out->problem_file, sizeof out->problem_file, "%s", pde->file);
  for (int c = 0; c < pde->n_conditions; c++) {
    snprintf(out->names[c], sizeof out->names[c], "%s", pde->conditions[c].name);
    out->rows[c] = points * equations_count(pde->conditions[c].equations);
    out->rows[pde->n_conditions] += out->rows[c];
  }
}

void spectra_free(spectra *s) {
  for (int64_t i = 0; i < s->n_steps; i++) spectrum_free(&s->steps[i]);
  free(s->steps);
  s->steps = NULL;
  s->n_steps = 0;
}

static ntkw_status append(spectra *s, const spectrum *one) {
  spectrum *longer = realloc(s->steps, (size_t)(s->n_steps + 1) * sizeof *longer);
  NTKW_CHECK(longer, NTKW_ERR_MEMORY, "out of memory for the spectra of %lld steps", (long long)s->n_steps + 1);
  s->steps = longer;
  s->steps[s->n_steps++] = *one;
  return NTKW_SUCCESS;
}

static ntkw_status add_here(spectra *s, const ntk_matrix *k, int64_t step) {
  spectrum one = {.step = step};
  if (k->values) NTKW_TRY(spectrum_compute(k, step, s->threshold, &one));
  const ntkw_status status = append(s, &one);
  if (status != NTKW_SUCCESS) spectrum_free(&one);
  return status;
}

ntkw_status spectra_add(MPI_Comm comm, const problem *pde, const void *parameters, int64_t step, spectra *s,
                        ntk_matrix *k) {
  ntk_matrix own = {0};
  const int64_t of_step = s->points_of_step >= 0 ? s->points_of_step : step;
  NTKW_TRY(ntk_matrix_compute(comm, pde, parameters, s->points, of_step, &own));
  const int64_t before = s->n_steps;
  const ntkw_status status = ntkw_status_agree(comm, add_here(s, &own, step));
  if (status != NTKW_SUCCESS && s->n_steps > before) spectra_cut(s, step);
  if (k && status == NTKW_SUCCESS)
    *k = own;
  else
    ntk_matrix_free(&own);
  return status;
}

void spectra_cut(spectra *s, int64_t step) {
  while (s->n_steps > 0 && s->steps[s->n_steps - 1].step >= step) spectrum_free(&s->steps[--s->n_steps]);
}

bool spectra_match(const spectra *a, const spectra *b) {
  bool same = a->n_conditions == b->n_conditions && a->points == b->points && a->points_of_step == b->points_of_step;
  if (!same)
    ntkw_i_fail(NTKW_ERR_PROBLEM, "%d conditions of %lld points (those of step %lld) against %d of %lld (step %lld)",
                a->n_conditions, (long long)a->points, (long long)a->points_of_step, b->n_conditions,
                (long long)b->points, (long long)b->points_of_step);
  for (int c = 0; same && c < a->n_conditions; c++) {
    same = strcmp(a->names[c], b->names[c]) == 0 && a->rows[c] == b->rows[c];
    if (!same)
      ntkw_i_fail(NTKW_ERR_PROBLEM, "condition '%s' of %lld rows against '%s' of %lld", a->names[c],
                  (long long)a->rows[c], b->names[c], (long long)b->rows[c]);
  }
  if (same && a->threshold != b->threshold) {
    ntkw_i_fail(NTKW_ERR_PROBLEM, "threshold %g against %g", a->threshold, b->threshold);
    same = false;
  }
  return same;
}

const char *spectra_name(const spectra *s, int block) {
  return block < s->n_conditions ? s->names[block] : ALL_CONDITIONS;
}

int64_t spectra_first_row(const spectra *s, int block) {
  int64_t first = 0;
  for (int b = 0; b < block; b++) first += s->rows[b];
  return first;
}

const double *spectra_eigenvalues(const spectra *s, int64_t number, int block) {
  return s->steps[number].eigenvalues + spectra_first_row(s, block);
}
