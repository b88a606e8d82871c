/* The generator reproduces the reference solutions of examples/reference. It agrees with its result on a coarser grid
 * and with an exact soliton. A file that is no reference for the problem is refused, and the message names it. */
#include "example_run.h"
#include "ntkw/checkpoint.h"
#include "problem_fixture.h"
#include "spectral.h"

enum { MOST = 20000 };

static double largest_difference(int n, const double *a, const double *b) {
  double worst = 0;
  for (int i = 0; i < n; i++) worst = fmax(worst, fabs(a[i] - b[i]));
  return worst;
}

static void compare(const evolution *equation, int levels, int points, const double *with, double tolerance) {
  static double made[MOST];
  CHECK(evolve(equation, levels, points, made) == 0);
  CHECK_NEAR(largest_difference(levels * points, made, with), 0, tolerance);
}

/* Compare a file with the generator's result, and with that of half the modes and half the steps. */
static void compare_file(const char *name, const evolution *equation, int levels, int points) {
  static double wide[MOST];
  static float found[MOST];
  char path[512];
  evolution coarse = *equation;
  ntkw_checkpoint_reader *reader = NULL;
  snprintf(path, sizeof path, "%s/reference/%s", NTKW_EXAMPLES, name);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_SELF, path, &reader));
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, "u", NTKW_FLOAT32, 0, levels, found));
  ntkw_checkpoint_reader_close(&reader);
  for (int i = 0; i < levels * points; i++) wide[i] = (double)found[i];
  compare(equation, levels, points, wide, 1e-6);
  coarse.modes /= 2;
  coarse.steps /= 2;
  compare(&coarse, levels, points, wide, 1e-4);
}

static void files_are_what_is_made(void) {
  if (world_rank() > 0) CHECK_SKIP("rank 0 looks");
  compare_file("kdv.h5", &korteweg_de_vries, KDV_LEVELS, KDV_POINTS);
  compare_file("kuramoto_sivashinsky.h5", &kuramoto_sivashinsky, KS_LEVELS, KS_POINTS);
}

/* u = 3 c sech^2(sqrt(c) (x - c t)/(2 d)) solves the Korteweg-de Vries equation. Here c = 1/2, d = 0.022 and t = 0. */
static double soliton(double x) {
  const double a = cosh(sqrt(0.5) * x / (2 * 0.022));
  return 1.5 / (a * a);
}

static void a_soliton_keeps_its_form(void) {
  evolution alone = korteweg_de_vries;
  static double found[2 * 64];
  if (world_rank() > 0) CHECK_SKIP("rank 0 looks");
  alone.initial = soliton;
  alone.end = 1;
  alone.steps = 5000;
  CHECK(evolve(&alone, 2, 64, found) == 0);
  for (int i = 0; i < 64; i++) {
    const double x = -1 + i / 32.0 - 0.5; /* it has travelled from 0 to 1/2 */
    CHECK_NEAR(found[64 + i], soliton(x < -1 ? x + 2 : x), 1e-6);
  }
}

/* Check that the evaluation of the valid problem (inputs t, x; outputs u, v) refuses this reference. */
static void refused(const char *reference, ntkw_status expected, const char *part) {
  char line[1024];
  problem *pde = NULL;
  network *net = NULL;
  evaluation *e = NULL;
  snprintf(line, sizeof line, "steps = 10, reference = \"%s\",", reference);
  CHECK_OK(problem_from_lua("here.lua", text_with(STEPS_LINE, line), &pde));
  CHECK_OK(network_create(&pde->network, &net));
  CHECK_STATUS(evaluation_create(MPI_COMM_WORLD, pde, net, &e), expected);
  CHECK_TEXT_HAS(ntkw_last_error(), part);
  CHECK(e == NULL);
  network_destroy(&net);
  problem_destroy(&pde);
}

/* Write a reference whose first axis has this name, length and last point, with n_u rows of u (NULL: zeros). */
static const char *write_file(const char *t_name, int n_t, double t_end, int n_u, const double *u) {
  static double t[8], zeros[64];
  const char *path = scratch_path("reference.h5");
  const int64_t count_t = n_t, count_x = 3, shape[2] = {n_u, 3};
  static const double x[3] = {-1, 0, 1};
  const int rank = world_rank();
  ntkw_checkpoint *file = NULL;
  for (int i = 0; i < n_t; i++) t[i] = t_end * i / (n_t - 1);
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &file));
  CHECK_OK(ntkw_checkpoint_add_array(file, t_name, "1", NTKW_FLOAT64, 1, &count_t, 0, rank == 0 ? count_t : 0, t));
  CHECK_OK(ntkw_checkpoint_add_array(file, "x", "1", NTKW_FLOAT64, 1, &count_x, 0, rank == 0 ? count_x : 0, x));
  CHECK_OK(ntkw_checkpoint_add_array(file, "u", "1", NTKW_FLOAT64, 2, shape, 0, rank == 0 ? n_u : 0, u ? u : zeros));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
  return path;
}

static void what_does_not_fit_is_refused(void) {
  refused("/nowhere/at/all.h5", NTKW_ERR_FILE, "/nowhere/at/all.h5");
  refused(NTKW_EXAMPLES "/plate.lua", NTKW_ERR_FORMAT, "plate.lua");
  refused(write_file("time", 4, 1, 4, NULL), NTKW_ERR_PROBLEM, "has no array 't'");
  refused(write_file("t", 4, 2, 4, NULL), NTKW_ERR_PROBLEM, "expected points from 0 to 1");
  refused(write_file("t", 4, -1e-7, 4, NULL), NTKW_ERR_PROBLEM, "the points of 't' do not ascend");
  refused(write_file("t", 4, 1, 5, NULL), NTKW_ERR_PROBLEM, "array 'u' does not have the shape of the grid");
}

/* Compute the output u of the network at the points of a grid of 4 x 3. */
static void predict(const network *net, double *u) {
  static const stream_set value_alone = {.n_first = 0};
  workspace *work = NULL;
  CHECK_OK(workspace_create(net, &work));
  for (int i = 0; i < 12; i++) {
    const double point[2] = {0.25 * (i / 3), i % 3 - 1};
    double outputs[2];
    workspace_forward(work, &value_alone, 1, point, NULL, outputs);
    u[i] = outputs[0];
  }
  workspace_destroy(&work);
}

/* Check the error against a reference that is the network's output plus an offset, on the grid of the file. */
static void compare_with(const double *u, double offset) {
  char line[1024];
  double shifted[12], parameters[128], error = NAN;
  problem *pde = NULL;
  network *net = NULL;
  evaluation *e = NULL;
  int n = 0;
  for (int i = 0; i < 12; i++) shifted[i] = u[i] + offset;
  snprintf(line, sizeof line, "steps = 10, reference = \"%s\",", write_file("t", 4, 0.75, 4, shifted));
  CHECK_OK(problem_from_lua("here.lua", text_with(STEPS_LINE, line), &pde));
  CHECK_OK(network_create(&pde->network, &net));
  CHECK(network_parameter_count(net) <= 128);
  network_initial_parameters(net, 1, 0, network_parameter_count(net), parameters);
  network_set_parameters(net, parameters);
  CHECK_OK(evaluation_create(MPI_COMM_WORLD, pde, net, &e));
  CHECK(evaluation_has_exact(e) && evaluation_knows(e, 0) && !evaluation_knows(e, 1));
  CHECK_EQUAL_DOUBLE(evaluation_axis(e, 0, &n)[3], 0.75);
  CHECK_EQUAL_INT(n, 4);
  CHECK_OK(evaluation_error(e, &error));
  double squares = 0;
  for (int i = 0; i < 12; i++) squares += shifted[i] * shifted[i];
  CHECK_NEAR(error, sqrt(12) * offset / sqrt(squares), 1e-14);
  evaluation_destroy(&e);
  network_destroy(&net);
  problem_destroy(&pde);
}

static void what_fits_is_compared_with(void) {
  double u[12], parameters[128];
  problem *pde = NULL;
  network *net = NULL;
  CHECK_OK(problem_from_lua("here.lua", text_with(0, ""), &pde));
  CHECK_OK(network_create(&pde->network, &net));
  network_initial_parameters(net, 1, 0, network_parameter_count(net), parameters);
  network_set_parameters(net, parameters);
  predict(net, u);
  compare_with(u, 0.0);
  compare_with(u, 0.5);
  network_destroy(&net);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(files_are_what_is_made), TEST(a_soliton_keeps_its_form),
                                    TEST(what_does_not_fit_is_refused), TEST(what_fits_is_compared_with)};
  return run_suite("references", cases, sizeof cases / sizeof *cases, argc, argv);
}
