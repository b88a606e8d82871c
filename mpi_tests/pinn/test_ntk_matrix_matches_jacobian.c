/* The kernel equals J J^T of a Jacobian computed row by row, and has the same bits on one rank and on all ranks. */
#include "spectrum_fixture.h"
#include "training_fixture.h"

#include <math.h>

static void compare_with_jacobian(problem *pde, int64_t n, int64_t step) {
  int64_t count;
  double *parameters = first_parameters(pde, &count), *residuals;
  ntk_matrix k;
  CHECK_OK(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, n, step, &k));
  CHECK_EQUAL_INT(k.n_rows, ntk_rows(pde, n));
  CHECK((k.values != NULL) == (world_rank() == 0));
  if (k.values) {
    double *jacobian = jacobian_of(pde, parameters, count, n, step, &residuals), largest = 0.0;
    for (int64_t i = 0; i < k.n_rows; i++) largest = fmax(largest, k.values[i * k.n_rows + i]);
    CHECK(largest > 0.0);
    for (int64_t i = 0; i < k.n_rows; i++) {
      CHECK_EQUAL_DOUBLE(k.residuals[i], residuals[i]);
      for (int64_t j = 0; j < k.n_rows; j++) {
        const double expected = dot(jacobian + i * count, jacobian + j * count, count);
        CHECK(fabs(k.values[i * k.n_rows + j] - expected) <= 1e-14 * largest);
        CHECK_EQUAL_DOUBLE(k.values[i * k.n_rows + j], k.values[j * k.n_rows + i]);
      }
    }
    free(jacobian);
    free(residuals);
  }
  ntk_matrix_free(&k);
  free(parameters);
}

/* First one incomplete panel, then several panels with the points of another step. */
static void of_the_wave(void) {
  problem *pde = wave_problem("float64", "none", 1);
  compare_with_jacobian(pde, 3, 0);
  compare_with_jacobian(pde, 70, 3);
  problem_destroy(&pde);
}
static void of_coupled_equations(void) {
  problem *pde = coupled_problem();
  compare_with_jacobian(pde, 7, 0);
  compare_with_jacobian(pde, 45, 1);
  problem_destroy(&pde);
}

static void of_residual_networks(void) {
  problem *pde = coupled_problem_of(RESIDUAL_NETWORK);
  compare_with_jacobian(pde, 45, 1);
  problem_destroy(&pde);
}

/* The kernel's diagonal equals the NTK diagonal of training at the same points, in both precisions. */
static void diagonal_is_that_of_training(void) {
  for (int narrow = 0; narrow < 2; narrow++) {
    problem *pde = wave_problem(narrow ? "float32" : "float64", "none", 1);
    enum { N = 30 };
    network *net;
    workspace *work;
    ntk_matrix k;
    CHECK_OK(network_create(&pde->network, &net));
    CHECK_OK(workspace_create(net, &work));
    const int64_t count = network_parameter_count(net);
    void *parameters = malloc((size_t)count * sizeof(double));
    network_initial_parameters(net, pde->seed, 0, count, parameters);
    network_set_parameters(net, parameters);
    CHECK_OK(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, N, 0, &k));
    for (int c = 0; k.values && c < pde->n_conditions; c++) {
      const equations *eqs = pde->conditions[c].equations;
      const double *points = k.points + k.first_row[c] * k.n_inputs;
      double coefficients[N * MAX_PAIRS], outputs[N * MAX_STREAMS], seeds[N * MAX_STREAMS], residuals[N], diagonal[N];
      equations_workspace *w;
      CHECK_OK(equations_workspace_create(eqs, N, &w));
      equations_coefficients(w, N, k.n_inputs, points, coefficients);
      workspace_chunk_begin(work);
      workspace_forward(work, equations_streams(eqs), N, points, coefficients, outputs);
      equations_residuals(w, N, k.n_inputs, points, outputs, residuals);
      equations_seeds(w, -1, NULL, seeds);
      workspace_backward(work, seeds, NULL, diagonal);
      for (int64_t i = 0; i < N; i++) {
        const int64_t row = k.first_row[c] + i;
        CHECK_NEAR(k.values[row * k.n_rows + row] / diagonal[i], 1.0, narrow ? 1e-5 : 1e-13);
      }
      equations_workspace_destroy(&w);
    }
    ntk_matrix_free(&k);
    free(parameters);
    workspace_destroy(&work);
    network_destroy(&net);
    problem_destroy(&pde);
  }
}

static void same_bits_for_any_ranks(void) {
  problem *pde = coupled_problem();
  int64_t count;
  double *parameters = first_parameters(pde, &count);
  ntk_matrix all, alone;
  CHECK_OK(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, 100, 2, &all));
  CHECK_OK(ntk_matrix_compute(MPI_COMM_SELF, pde, parameters, 100, 2, &alone));
  CHECK_EQUAL_INT(alone.n_rows, 400);
  if (all.values) {
    const size_t n = (size_t)all.n_rows;
    CHECK(memcmp(all.values, alone.values, n * n * sizeof(double)) == 0);
    CHECK(memcmp(all.residuals, alone.residuals, n * sizeof(double)) == 0);
    CHECK(memcmp(all.points, alone.points, n * (size_t)all.n_inputs * sizeof(double)) == 0);
  }
  ntk_matrix_free(&all);
  ntk_matrix_free(&alone);
  free(parameters);
  problem_destroy(&pde);
}

static void mistakes_are_named(void) {
  problem *pde = wave_problem("float64", "none", 1);
  int64_t count;
  double *parameters = first_parameters(pde, &count);
  ntk_matrix k;
  CHECK_STATUS(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, 0, 0, &k), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, 2, 0, &k), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "2 points of each condition are too few for the 3 places of condition 'u'");
  CHECK_STATUS(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, 6667, 0, &k), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "20001 rows");
  parameters[count - 1] = NAN;
  CHECK_STATUS(ntk_matrix_compute(MPI_COMM_WORLD, pde, parameters, 10, 0, &k), NTKW_ERR_NOT_FINITE);
  CHECK_TEXT_HAS(ntkw_last_error(), "condition 'u'");
  CHECK(k.values == NULL);
  free(parameters);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(of_the_wave),
                                    TEST(of_coupled_equations),
                                    TEST(of_residual_networks),
                                    TEST(diagonal_is_that_of_training),
                                    TEST(same_bits_for_any_ranks),
                                    TEST(mistakes_are_named)};
  return run_suite("the NTK matrix", cases, sizeof cases / sizeof *cases, argc, argv);
}
