/* Eigenvalues and effective ranks agree with closed forms, and cosines with gradients computed from the Jacobian.
 * Spectra of networks have the right traces and signs. Spectra written to a file are read back unchanged. */
#include "pinn/spectrum/eigenvalues.h"
#include "pinn/spectrum/spectra.h"
#include "spectrum_fixture.h"
#include "training_fixture.h"

#include <math.h>

/* The matrix of second differences has the eigenvalues 2 - 2 cos(k pi / (n + 1)). It is a block of a larger matrix. */
static void eigenvalues_of_second_differences(void) {
  enum { N = 40, STRIDE = 47 };
  double matrix[N * STRIDE], eigenvalues[N];
  for (int i = 0; i < N * STRIDE; i++) matrix[i] = 1e9;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) matrix[i * STRIDE + j] = i == j ? 2.0 : abs(i - j) == 1 ? -1.0 : 0.0;
  CHECK_OK(eigenvalues_of(matrix, N, STRIDE, eigenvalues));
  for (int i = 0; i < N; i++) CHECK_NEAR(eigenvalues[i], 2.0 - 2.0 * cos((N - i) * M_PI / (N + 1)), 1e-14);
  CHECK_EQUAL_DOUBLE(matrix[N], 1e9);
}

static void effective_ranks(void) {
  const double equal[] = {3, 3, 3, 3, 3}, one[] = {7, 0, -1e-16}, none[] = {0, 0}, two[] = {3, 1};
  CHECK_NEAR(effective_rank(equal, 5), 5.0, 1e-14);
  CHECK_NEAR(effective_rank(one, 3), 1.0, 1e-14);
  CHECK_EQUAL_DOUBLE(effective_rank(none, 2), 0.0);
  CHECK_NEAR(effective_rank(two, 2), exp(-0.75 * log(0.75) - 0.25 * log(0.25)), 1e-14);
}

/* Check that the eigenvalues add up to the trace, descend, and are negative only by rounding. */
static void check_block(const double *eigenvalues, int64_t n, double trace) {
  double sum = 0.0;
  for (int64_t i = 0; i < n; i++) {
    sum += eigenvalues[i];
    CHECK(eigenvalues[i] >= -1e-14 * trace);
    CHECK(i == 0 || eigenvalues[i] <= eigenvalues[i - 1]);
  }
  CHECK_NEAR(sum / trace, 1.0, 1e-13);
}

/* Check norms and cosines against the gradients of the losses, computed from the rows of the Jacobian. */
static void check_gradients(const problem *pde, const double *jacobian, int64_t count, const ntk_matrix *k,
                            const spectrum *s) {
  const int n = pde->n_conditions;
  double *gradients = calloc((size_t)(n * count), sizeof *gradients);
  for (int c = 0; c < n; c++) {
    const double rows = (double)(k->first_row[c + 1] - k->first_row[c]);
    for (int64_t i = k->first_row[c]; i < k->first_row[c + 1]; i++)
      for (int64_t p = 0; p < count; p++)
        gradients[c * count + p] += 2.0 / rows * k->residuals[i] * jacobian[i * count + p];
  }
  for (int a = 0; a < n; a++) {
    const double *ga = gradients + a * count, norm_a = sqrt(dot(ga, ga, count));
    CHECK_NEAR(s->gradient_norm[a] / norm_a, 1.0, 1e-12);
    CHECK_EQUAL_DOUBLE(s->cosines[a * n + a], 1.0);
    for (int b = 0; b < n; b++) {
      const double *gb = gradients + b * count;
      CHECK_NEAR(s->cosines[a * n + b], dot(ga, gb, count) / (norm_a * sqrt(dot(gb, gb, count))), 1e-12);
      CHECK(a == b || fabs(s->cosines[a * n + b]) < 1.0);
    }
  }
  free(gradients);
}

static void check_spectrum(problem *pde) {
  int64_t count;
  double *parameters = first_parameters(pde, &count), *residuals;
  spectra s;
  ntk_matrix k;
  spectra_begin(pde, 40, 0, 1e-6, &s);
  CHECK_OK(spectra_add(MPI_COMM_WORLD, pde, parameters, 17, &s, &k));
  CHECK_EQUAL_INT(s.n_steps, 1);
  CHECK_EQUAL_INT(s.steps[0].step, 17);
  if (world_rank() == 0) {
    double *jacobian = jacobian_of(pde, parameters, count, 40, 0, &residuals), traces = 0.0;
    for (int b = 0; b <= pde->n_conditions; b++) {
      const spectrum *one = &s.steps[0];
      check_block(spectra_eigenvalues(&s, 0, b), s.rows[b], one->trace[b]);
      CHECK(one->effective_rank[b] > 1.0 && one->effective_rank[b] < (double)s.rows[b]);
      CHECK(one->above[b] > 1.0 && one->above[b] <= (double)s.rows[b]);
      if (b < pde->n_conditions) traces += one->trace[b];
    }
    CHECK_NEAR(s.steps[0].trace[pde->n_conditions] / traces, 1.0, 1e-14);
    check_gradients(pde, jacobian, count, &k, &s.steps[0]);
    free(jacobian);
    free(residuals);
  }
  ntk_matrix_free(&k);
  spectra_free(&s);
  free(parameters);
}

static void spectra_of_networks(void) {
  problem *wave = wave_problem("float64", "none", 1), *coupled = coupled_problem();
  check_spectrum(wave);
  check_spectrum(coupled);
  problem_destroy(&wave);
  problem_destroy(&coupled);
}

/* A condition with zero residuals has a zero gradient, and its cosines are NaN. */
static void no_gradient_no_cosine(void) {
  double values[] = {2, 1, 1, 2}, residuals[] = {0, 3};
  const ntk_matrix k = {
      .n_conditions = 2, .n_rows = 2, .first_row = {0, 1, 2}, .values = values, .residuals = residuals};
  spectrum s;
  CHECK_OK(spectrum_compute(&k, 0, 0.5, &s));
  CHECK(isnan(s.cosines[0]) && isnan(s.cosines[1]));
  CHECK_EQUAL_DOUBLE(s.cosines[3], 1.0);
  CHECK_EQUAL_DOUBLE(s.gradient_norm[0], 0.0);
  CHECK_NEAR(s.gradient_norm[1], 6.0 * sqrt(2.0), 1e-15);
  CHECK_NEAR(s.eigenvalues[2], 3.0, 1e-15);
  CHECK_NEAR(s.eigenvalues[3], 1.0, 1e-15);
  CHECK_EQUAL_DOUBLE(s.above[2], 1.0);
  spectrum_free(&s);
}

static void compare_steps(const spectra *a, const spectra *b) {
  const size_t n = (size_t)a->n_conditions, width = sizeof(double);
  for (int64_t i = 0; i < b->n_steps; i++) {
    const spectrum *x = &a->steps[i], *y = &b->steps[i];
    CHECK_EQUAL_INT(x->step, y->step);
    if (world_rank() > 0) continue;
    CHECK(memcmp(x->trace, y->trace, (n + 1) * width) == 0);
    CHECK(memcmp(x->effective_rank, y->effective_rank, (n + 1) * width) == 0);
    CHECK(memcmp(x->above, y->above, (n + 1) * width) == 0);
    CHECK(memcmp(x->gradient_norm, y->gradient_norm, n * width) == 0);
    CHECK(memcmp(x->cosines, y->cosines, n * n * width) == 0);
    CHECK(memcmp(x->eigenvalues, y->eigenvalues, 2 * (size_t)a->rows[n] * width) == 0);
  }
}

static void read_back(const char *path, spectra *out) {
  ntkw_checkpoint_reader *reader;
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK(spectra_are_in(reader));
  CHECK_OK(spectra_read(MPI_COMM_WORLD, reader, out));
  ntkw_checkpoint_reader_close(&reader);
}

static void files_hold_everything(void) {
  const char *path = scratch_path("spectra.h5");
  problem *pde = coupled_problem();
  int64_t count;
  double *parameters = first_parameters(pde, &count);
  spectra s, other;
  snprintf(pde->conditions[0].name, MAX_NAME, "a (b) c");
  spectra_begin(pde, 12, -1, 1e-6, &s);
  CHECK_STATUS(spectra_write(MPI_COMM_WORLD, &s, NULL, path, NULL), NTKW_ERR_ORDER);
  for (int64_t step = 0; step < 30; step += 10) {
    parameters[0] += 0.25;
    CHECK_OK(spectra_add(MPI_COMM_WORLD, pde, parameters, step, &s, NULL));
    CHECK_OK(spectra_write(MPI_COMM_WORLD, &s, NULL, path, NULL));
  }
  read_back(path, &other);
  CHECK_EQUAL_INT(other.n_steps, 3);
  CHECK(spectra_match(&s, &other));
  CHECK_TEXT_HAS(other.problem_file, "coupled.lua");
  compare_steps(&s, &other);
  spectra_cut(&other, 11);
  CHECK_EQUAL_INT(other.n_steps, 2);
  spectra_cut(&other, 10);
  CHECK_EQUAL_INT(other.n_steps, 1);
  compare_steps(&s, &other);
  other.points = 13;
  CHECK(!spectra_match(&s, &other));
  CHECK_TEXT_HAS(ntkw_last_error(), "13");
  spectra_free(&other);
  spectra_free(&s);
  free(parameters);
  problem_destroy(&pde);
}

static void other_files_are_refused(void) {
  const char *path = scratch_path("other.h5");
  ntkw_checkpoint *file;
  ntkw_checkpoint_reader *reader;
  spectra s;
  const int64_t three = 3;
  const double values[] = {1, 2, 3};
  for (int right_content = 0; right_content < 2; right_content++) {
    CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &file));
    CHECK_OK(ntkw_checkpoint_set_text(file, "content", right_content ? "ntk spectra" : "training state"));
    CHECK_OK(
        ntkw_checkpoint_add_array(file, "step", "1", NTKW_FLOAT64, 1, &three, 0, world_rank() == 0 ? 3 : 0, values));
    CHECK_OK(ntkw_checkpoint_publish(file));
    ntkw_checkpoint_destroy(&file);
    CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
    CHECK_STATUS(spectra_read(MPI_COMM_WORLD, reader, &s), right_content ? NTKW_ERR_FORMAT : NTKW_ERR_PROBLEM);
    ntkw_checkpoint_reader_close(&reader);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(eigenvalues_of_second_differences),
                                    TEST(effective_ranks),
                                    TEST(spectra_of_networks),
                                    TEST(no_gradient_no_cosine),
                                    TEST(files_hold_everything),
                                    TEST(other_files_are_refused)};
  return run_suite("spectra", cases, sizeof cases / sizeof *cases, argc, argv);
}
