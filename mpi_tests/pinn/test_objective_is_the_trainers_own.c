/* The objective: the loss and gradient of the step equal those of a trial at the same parameters, the gradient of a
 * trial is the derivative of its loss, and inner products are exact. All have the same bits for any number of ranks. A
 * trial that is not finite is no error and does not change the losses of the step. */
#include "training_fixture.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* An optimizer that calls all functions of the objective and changes no parameter. */
typedef struct questioner {
  shard_layout layout;
  double *trial, *gradient;
} questioner;

typedef struct answers {
  double loss, trial_loss, trial_loss_too, bad_loss, moved_loss, slope, dots[2];
  bool same_gradient;
} answers;
static answers heard; /* results of the last step */

static ntkw_status create(const optimizer_settings *settings, const shard_layout *layout, void **self) {
  questioner *q = *self = malloc(sizeof *q);
  const size_t n = (size_t)layout->count + 1;
  (void)settings;
  *q = (questioner){*layout, calloc(n, sizeof(double)), calloc(n, sizeof(double))};
  return NTKW_SUCCESS;
}

static void destroy(void *self) {
  questioner *q = self;
  if (!q) return;
  free(q->trial);
  free(q->gradient);
  free(q);
}

static ntkw_status visit_state(void *self, state_visitor *v) {
  (void)self, (void)v;
  return NTKW_SUCCESS;
}

/* trial = x + h d with d_i = cos(i) */
static void move(const questioner *q, const double *x, double h) {
  for (int64_t i = 0; i < q->layout.count; i++) q->trial[i] = x[i] + h * cos((double)(q->layout.offset + i));
}

static double slope_along(const questioner *q) {
  double own = 0.0, all;
  for (int64_t i = 0; i < q->layout.count; i++) own += q->gradient[i] * cos((double)(q->layout.offset + i));
  MPI_Allreduce(&own, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

static ntkw_status ask(void *self, const optimizer_step *step, const objective *goal, void *parameters) {
  const questioner *q = self;
  const size_t bytes = (size_t)q->layout.count * sizeof(double);
  void *const to = goal->context;
  (void)step;
  heard.loss = goal->loss;
  CHECK_OK(goal->loss_at(to, parameters, &heard.trial_loss));
  CHECK_OK(goal->gradient_at(to, parameters, &heard.trial_loss_too, q->gradient));
  heard.same_gradient = memcmp(q->gradient, goal->gradient, bytes) == 0;
  heard.slope = slope_along(q);
  move(q, parameters, 1e-5);
  CHECK_OK(goal->loss_at(to, q->trial, &heard.moved_loss));
  CHECK_OK(goal->dot(to, parameters, goal->gradient, &heard.dots[0]));
  for (int64_t i = 0; i < q->layout.count; i++) q->trial[i] = 1e200;
  CHECK_OK(goal->loss_at(to, q->trial, &heard.bad_loss));
  CHECK(!isfinite(heard.bad_loss));
  CHECK_OK(goal->gradient_at(to, q->trial, &heard.bad_loss, q->gradient));
  CHECK(!isfinite(heard.bad_loss));
  if (q->layout.offset == 0 && q->layout.count > 0) q->trial[0] = NAN;
  CHECK_OK(goal->dot(to, q->trial, parameters, &heard.dots[1]));
  return NTKW_SUCCESS;
}

static const optimizer_ops questions = {
    .name = "questions", .rate = 1.0, .create = create, .step = ask, .visit_state = visit_state, .destroy = destroy};

static answers answers_of(MPI_Comm comm, const char *rule, int every, int steps) {
  problem *pde = wave_problem("float64", rule, every);
  trainer *t;
  bool stop = false;
  pde->optimizer = optimizer_defaults(&questions);
  CHECK_OK(trainer_create(comm, pde, &t));
  for (int i = 0; i < steps; i++) CHECK_OK(trainer_step(t, &stop));
  double plain = 0.0;
  for (int c = 0; c < pde->n_conditions; c++) plain += trainer_weights(t)[c] * trainer_losses(t)[c];
  CHECK_EQUAL_DOUBLE(heard.loss, plain);
  trainer_destroy(&t);
  problem_destroy(&pde);
  return heard;
}

static void trials_are_the_steps_own(void) {
  static const char *const rules[] = {"none", "ntk-trace", "gradient-share"};
  for (int r = 0; r < 3; r++) {
    const answers a = answers_of(MPI_COMM_WORLD, rules[r], 5, 2); /* of two steps only the first updates the weights */
    CHECK_SAME_ON_ALL_RANKS(a.dots);
    CHECK_EQUAL_DOUBLE(a.trial_loss, a.loss);
    CHECK_EQUAL_DOUBLE(a.trial_loss_too, a.loss);
    CHECK(a.same_gradient);
    CHECK_NEAR((a.moved_loss - a.loss) / 1e-5, a.slope, 1e-3);
    CHECK(isnan(a.dots[1]));
  }
}

static void renewed_weights_hold_for_the_whole_step(void) {
  const answers a = answers_of(MPI_COMM_WORLD, "ntk-trace", 1, 2);
  CHECK_EQUAL_DOUBLE(a.trial_loss, a.loss);
  CHECK_EQUAL_DOUBLE(a.trial_loss_too, a.loss);
  CHECK_NEAR((a.moved_loss - a.loss) / 1e-5, a.slope, 1e-3);
}

static void any_ranks_hear_the_same(void) {
  const answers all = answers_of(MPI_COMM_WORLD, "ntk-trace", 5, 2);
  answers alone = answers_of(MPI_COMM_SELF, "ntk-trace", 5, 2);
  CHECK_EQUAL_DOUBLE(alone.loss, all.loss);
  CHECK_EQUAL_DOUBLE(alone.moved_loss, all.moved_loss);
  CHECK_EQUAL_DOUBLE(alone.dots[0], all.dots[0]);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(trials_are_the_steps_own), TEST(renewed_weights_hold_for_the_whole_step),
                                    TEST(any_ranks_hear_the_same)};
  return run_suite("objective", cases, sizeof cases / sizeof *cases, argc, argv);
}
