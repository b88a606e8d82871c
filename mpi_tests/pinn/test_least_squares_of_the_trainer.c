/* What a run offers to least-squares optimizers, in both forms: the squared residuals add up to the loss, the Jacobian is
 * their derivative, and solutions satisfy the damped normal equations. All have the same bits for any number of ranks. */
#include "pinn/optimizer/optimizer.h"
#include "training_fixture.h"

#include <math.h>
#include <stdlib.h>

enum { PROBES = 3 };
static const double DAMPING = 0.037;

typedef struct questioner {
  shard_layout layout;
  double *v, *probe, *trial;
  double *rows;
} questioner;

typedef struct answers {
  double loss, trace, squares, trial_loss, slopes[PROBES], differences[PROBES], left[PROBES], right[PROBES], norm;
  bool positive;
  int64_t n_rows;
} answers;
static answers heard;

static ntkw_status create(const optimizer_settings *settings, const shard_layout *layout, void **self) {
  const size_t n = (size_t)layout->count + 1;
  questioner *q = *self = malloc(sizeof *q);
  (void)settings;
  *q = (questioner){*layout, calloc(n, sizeof(double)), calloc(n, sizeof(double)), calloc(n, sizeof(double)), NULL};
  return NTKW_SUCCESS;
}

static void destroy(void *self) {
  questioner *q = self;
  if (!q) return;
  free(q->v);
  free(q->probe);
  free(q->trial);
  free(q->rows);
  free(q);
}

static ntkw_status visit_state(void *self, state_visitor *v) {
  (void)self, (void)v;
  return NTKW_SUCCESS;
}

/* Inner product of rows with a fixed vector, by numbers that depend on a row's value only, so that no row must be known
 * by its index: the products with the residuals. */
static double against_residuals(const least_squares *s, void *context, const double *rows) {
  double value;
  CHECK_OK(s->dot_rows(context, s->residuals, rows, &value));
  return value;
}

/* slope: of |r|^2 / 2 along the probe, by the Jacobian and by differences. */
static void probe_jacobian(questioner *q, const least_squares *s, const objective *goal, const double *x, int k) {
  const double h = 1e-5;
  double loss, high, low;
  void *const context = goal->context;
  for (int64_t i = 0; i < q->layout.count; i++) q->probe[i] = cos((k + 2.0) * (double)(q->layout.offset + i));
  CHECK_OK(s->apply(context, q->probe, s->spare[0]));
  heard.slopes[k] = against_residuals(s, context, s->spare[0]);
  for (int64_t i = 0; i < q->layout.count; i++) q->trial[i] = x[i] + h * q->probe[i];
  CHECK_OK(s->residuals_at(context, q->trial, &loss, s->spare[1]));
  high = against_residuals(s, context, s->spare[1]);
  for (int64_t i = 0; i < q->layout.count; i++) q->trial[i] = x[i] - h * q->probe[i];
  CHECK_OK(s->residuals_at(context, q->trial, &loss, s->spare[1]));
  low = against_residuals(s, context, s->spare[1]);
  heard.differences[k] = (high - low) / (2 * h);
}

/* v solves the equations if (J u).(r + J v) = -damping u.v for all u. rows: r + J v. */
static void probe_solution(questioner *q, const least_squares *s, const objective *goal, int k) {
  double product;
  for (int64_t i = 0; i < q->layout.count; i++) q->probe[i] = cos((k + 2.0) * (double)(q->layout.offset + i));
  CHECK_OK(s->apply(goal->context, q->probe, s->spare[0]));
  CHECK_OK(s->dot_rows(goal->context, s->spare[0], q->rows, &heard.left[k]));
  CHECK_OK(goal->dot(goal->context, q->probe, q->v, &product));
  heard.right[k] = -DAMPING * product;
}

static ntkw_status ask(void *self, const optimizer_step *step, const objective *goal, void *parameters) {
  questioner *q = self;
  const least_squares *s = goal->squares;
  void *const context = goal->context;
  (void)step;
  q->rows = realloc(q->rows, ((size_t)s->count + 1) * sizeof *q->rows);
  heard.loss = goal->loss;
  heard.n_rows = s->n_rows;
  CHECK_OK(s->linearise(context, &heard.trace));
  heard.squares = against_residuals(s, context, s->residuals);
  CHECK_OK(s->residuals_at(context, parameters, &heard.trial_loss, s->spare[1]));
  CHECK(s->count == 0 || memcmp(s->residuals, s->spare[1], (size_t)s->count * sizeof(double)) == 0);
  for (int k = 0; k < PROBES; k++) probe_jacobian(q, s, goal, parameters, k);
  CHECK_OK(s->factorise(context, DAMPING, &heard.positive));
  for (int again = 0; again < 2; again++) { /* a copy of the residuals takes the general way */
    memcpy(s->spare[1], s->residuals, (size_t)s->count * sizeof(double));
    CHECK_OK(s->solve(context, again ? s->spare[1] : s->residuals, q->v));
    CHECK_OK(s->apply(context, q->v, q->rows));
    for (int64_t i = 0; i < s->count; i++) q->rows[i] += s->residuals[i];
    for (int k = 0; k < PROBES; k++) {
      probe_solution(q, s, goal, k);
      CHECK_NEAR(heard.left[k], heard.right[k], 1e-9 * heard.loss);
    }
  }
  CHECK_OK(goal->dot(context, q->v, q->v, &heard.norm));
  return NTKW_SUCCESS;
}

static const optimizer_ops questions = {.name = "questions",
                                        .rate = 1.0,
                                        .least_squares = true,
                                        .create = create,
                                        .step = ask,
                                        .visit_state = visit_state,
                                        .destroy = destroy};

/* Conditions with two and three equations, with sizes that are no multiples of a tile's. */
static problem *system_problem(const char *layers, const char *rule) {
  static const char format[] = "return problem {\n"
                               "  inputs = { {'x', 0, 1}, {'y', -1, 1} }, outputs = { 'u', 'v' },\n"
                               "  conditions = {\n"
                               "    { 'inside', points = 77, on = interior(),\n"
                               "      equation = function(p) return p.u_xx + p.v*p.u_y, p.v_yy - p.u*p.x end },\n"
                               "    { 'edge', points = 23, on = { boundary{x=0}, boundary{x=1} },\n"
                               "      equation = function(p) return p.u - 1, p.v_x*p.nx, p.u_xx + p.y end },\n"
                               "  }, network = { %s }, weighting = '%s', steps = 20, seed = 5, lanes = 12,\n"
                               "}\n";
  char text[2048];
  problem *pde = NULL;
  snprintf(text, sizeof text, format, layers, rule);
  CHECK_OK(problem_from_lua("system.lua", text, &pde));
  return pde;
}

static answers answers_of(MPI_Comm comm, const char *layers, const char *rule, int threads) {
  const bool is_system = layers[0] == '*';
  problem *pde = is_system ? system_problem(layers + 1, rule) : wave_problem_of(layers, "float64", rule, 1);
  trainer *t;
  bool stop = false;
  pde->optimizer = optimizer_defaults(&questions);
  CHECK_OK(trainer_create(comm, pde, &t));
  CHECK_OK(trainer_set_threads(t, threads));
  memset(&heard, 0, sizeof heard);
  for (int i = 0; i < 2; i++) CHECK_OK(trainer_step(t, &stop));
  trainer_destroy(&t);
  problem_destroy(&pde);
  return heard;
}

static void check_form(const char *layers, const char *rule) {
  const answers a = answers_of(MPI_COMM_WORLD, layers, rule, 1), alone = answers_of(MPI_COMM_SELF, layers, rule, 1),
                threads = answers_of(MPI_COMM_WORLD, layers, rule, 3);
  CHECK_EQUAL_INT(a.n_rows, layers[0] == '*' ? 77 * 2 + 23 * 3 : 150 + 131 + 90);
  CHECK(a.positive);
  CHECK_NEAR(a.squares / a.loss, 1.0, 1e-13);
  CHECK_EQUAL_DOUBLE(a.trial_loss, a.loss);
  for (int k = 0; k < PROBES; k++) CHECK_NEAR(a.slopes[k], a.differences[k], 1e-6 * (fabs(a.slopes[k]) + a.loss));
  CHECK_EQUAL_INT(memcmp(&a, &alone, sizeof a), 0);
  CHECK_EQUAL_INT(memcmp(&a, &threads, sizeof a), 0);
}

static void primal_form_solves_the_equations(void) {
  check_form("hidden = {13, 10}", "none");
  check_form("hidden = {7}", "mean-ntk-trace");
  check_form("*hidden = {9}", "none");
}

static void dual_form_solves_the_equations(void) {
  check_form("hidden = {26, 22}", "none");
  check_form("*hidden = {18, 12}", "mean-ntk-trace");
  check_form(RESIDUAL_NETWORK ", fourier = { features = 20, scale = 1 }", "mean-ntk-trace");
}

/* Wide networks: the kernel is made from factors. */
static void kernels_by_factors_solve_the_equations(void) {
  check_form("hidden = {90, 90}", "none");
  check_form("hidden = {40, 120}, fourier = { features = 20, scale = 1 }", "mean-ntk-trace");
  check_form("'residual', hidden = {80, 80, 80}", "none");
  check_form("*hidden = {90, 91}", "mean-ntk-trace");
}

static void float32_is_refused(void) {
  problem *pde = wave_problem_of("hidden = {7}", "float32", "none", 1);
  trainer *t;
  pde->optimizer = optimizer_defaults(&questions);
  CHECK_STATUS(trainer_create(MPI_COMM_WORLD, pde, &t), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "expected precision = \"float64\"");
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(primal_form_solves_the_equations), TEST(dual_form_solves_the_equations),
                                    TEST(kernels_by_factors_solve_the_equations), TEST(float32_is_refused)};
  return run_suite("least squares", cases, sizeof cases / sizeof *cases, argc, argv);
}
