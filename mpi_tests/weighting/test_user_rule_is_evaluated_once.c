/* A user's rule is called on rank 0 only, with the moments that it needs. Its targets, memory and errors are the same
 * on every rank, and its memory is part of the state. */
#include "fixtures.h"

#include <math.h>

enum { N = 3 };

/* SoftAdapt: softmax of the losses by the previous ones, which are its memory. */
static ntkw_status softadapt(void *context, const ntkw_moments *moments, double *memory, double *target) {
  int *calls = context;
  double sum = 0;
  ++*calls;
  for (int i = 0; i < moments->n; i++) {
    double *previous = &memory[moments->condition[i]];
    target[i] = exp(*previous > 0 ? moments->loss[i] / *previous : 1);
    *previous = moments->loss[i];
    sum += target[i];
  }
  for (int i = 0; i < moments->n; i++) target[i] *= moments->n / sum;
  return NTKW_SUCCESS;
}

static ntkw_weighting_options own_options(ntkw_user_rule *own) {
  ntkw_weighting_options options = options_of(NULL, NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
  options.user_rule = own;
  return options;
}

static void add_losses(ntkw_weighting *weighting, int epoch) {
  for (int c = 0; c < N; c++) {
    const double residual = (double)(1 + (epoch * (c + 2)) % 5);
    CHECK_OK(ntkw_weighting_add_residuals(weighting, c, &residual, world_rank() == c % world_size(), NTKW_FLOAT64));
  }
}

static void run(ntkw_weighting *weighting, int from, int to) {
  for (int epoch = from; epoch < to; epoch++) {
    add_losses(weighting, epoch);
    if (epoch % 2 == 0) {
      CHECK_OK(ntkw_weighting_update(weighting, epoch));
    } else {
      CHECK_OK(ntkw_weighting_update_begin(weighting, epoch));
      CHECK_OK(ntkw_weighting_update_end(weighting));
    }
    check_same_weights(weighting);
  }
}

static void softadapt_continues_through_a_state(void) {
  int calls = 0;
  ntkw_user_rule own = {"softadapt", NTKW_NEEDS_LOSSES, 0.25, 1, N, softadapt, &calls};
  const ntkw_weighting_options options = own_options(&own);
  ntkw_weighting *whole = weighting_of(MPI_COMM_WORLD, N, &options), *half = weighting_of(MPI_COMM_WORLD, N, &options);
  own.targets = NULL; /* the options were copied */
  CHECK(strcmp(ntkw_weighting_rule(whole), "softadapt") == 0);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_alpha(whole), 0.25);
  run(whole, 0, 1);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(whole)[1], 1); /* exp(1) each */
  run(whole, 1, 7);
  CHECK(ntkw_weighting_weights(whole)[1] != 1);
  CHECK_EQUAL_INT(calls, world_rank() == 0 ? 7 : 0);
  unsigned char state[1024] = {0};
  run(half, 0, 4);
  CHECK_OK(ntkw_weighting_state_get(half, state));
  CHECK_SAME_ON_ALL_RANKS(state);
  ntkw_weighting_destroy(&half);
  own.targets = softadapt;
  half = weighting_of(MPI_COMM_WORLD, N, &options);
  CHECK_OK(ntkw_weighting_state_set(half, state, ntkw_weighting_state_size(half)));
  run(half, 4, 7);
  for (int c = 0; c < N; c++) CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(half)[c], ntkw_weighting_weights(whole)[c]);
  ntkw_weighting_destroy(&half);
  ntkw_weighting_destroy(&whole);
}

/* Closed form of one step: L/L_prev is 4, 1/4 and 1. */
static void softadapt_has_its_closed_form(void) {
  int calls = 0;
  ntkw_user_rule own = {"softadapt", NTKW_NEEDS_LOSSES, 0, 1, N, softadapt, &calls};
  const ntkw_weighting_options options = own_options(&own);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, N, &options);
  static const double losses[2][N] = {{1, 8, 3}, {4, 2, 3}};
  for (int step = 0; step < 2; step++) {
    for (int c = 0; c < N; c++)
      CHECK_OK(ntkw_weighting_set_loss(weighting, c, world_rank() == 0 ? losses[step][c] : 0, world_rank() == 0));
    CHECK_OK(ntkw_weighting_update(weighting, step));
  }
  const double sum = exp(4) + exp(0.25) + exp(1);
  CHECK_NEAR(ntkw_weighting_weights(weighting)[0], 3 * exp(4) / sum, 1e-15);
  CHECK_NEAR(ntkw_weighting_weights(weighting)[1], 3 * exp(0.25) / sum, 1e-15);
  ntkw_weighting_destroy(&weighting);
}

typedef struct seen {
  ntkw_moments moments;
  double norm, magnitude, trace, mean_trace, loss;
} seen;

static ntkw_status look(void *context, const ntkw_moments *moments, double *memory, double *target) {
  seen *to = context;
  (void)memory;
  to->moments = *moments;
  if (moments->norm) to->norm = moments->norm[1];
  if (moments->magnitude) to->magnitude = moments->magnitude[1];
  if (moments->trace) to->trace = moments->trace[1];
  if (moments->mean_trace) to->mean_trace = moments->mean_trace[1];
  if (moments->loss) to->loss = moments->loss[1];
  for (int i = 0; i < moments->n; i++) target[i] = moments->condition[i] * 10 - moments->weight[i];
  return NTKW_SUCCESS;
}

/* Conditions 0 and 2 take part; condition 1 has no trace. */
static void moments_are_those_declared(void) {
  seen got = {0};
  ntkw_user_rule own = {"look", 31, 0, 1, 0, look, &got};
  ntkw_weighting_options options = own_options(&own);
  options.reference = 2;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, N, &options);
  static const double gradient[2] = {-3, 4}, diagonal[2] = {1, 5};
  const size_t here = world_rank() == world_size() - 1 ? 2 : 0;
  for (int c = 0; c < N; c++) {
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, gradient, here, NTKW_FLOAT64));
    if (c != 1) CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, diagonal, here));
    CHECK_OK(ntkw_weighting_add_residuals(weighting, c, gradient, here, NTKW_FLOAT64));
  }
  CHECK_OK(ntkw_weighting_update(weighting, 9));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], -1);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 1);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[2], 19);
  if (world_rank() == 0) {
    CHECK_EQUAL_INT(got.moments.n, 2);
    CHECK_EQUAL_INT(got.moments.epoch, 9);
    CHECK_EQUAL_INT(got.moments.updates, 0);
    CHECK_EQUAL_DOUBLE(got.norm, 5);
    CHECK_EQUAL_DOUBLE(got.magnitude, 3.5);
    CHECK_EQUAL_DOUBLE(got.trace, 6);
    CHECK_EQUAL_DOUBLE(got.mean_trace, 3);
    CHECK_EQUAL_DOUBLE(got.loss, 12.5);
    CHECK_EQUAL_DOUBLE(got.moments.largest, 4);
  }
  ntkw_weighting_destroy(&weighting);
  ntkw_user_rule none = {"look", 0, 0, 1, 0, look, &got};
  options.user_rule = &none;
  weighting = weighting_of(MPI_COMM_WORLD, N, &options);
  CHECK_OK(ntkw_weighting_update(weighting, 0)); /* needs nothing: all take part */
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[2], 19);
  if (world_rank() == 0) CHECK(!got.moments.norm && !got.moments.trace && !got.moments.loss && !got.moments.magnitude);
  ntkw_weighting_destroy(&weighting);
}

typedef enum failing { BY_STATUS, BY_UNKNOWN_STATUS, BY_TARGET, BY_NO_TARGET, BY_MEMORY, NOT_FAILING } failing;

static ntkw_status fail(void *context, const ntkw_moments *moments, double *memory, double *target) {
  const failing how = *(failing *)context;
  memory[0] = 7;
  for (int i = 0; i < moments->n && how != BY_NO_TARGET; i++) target[i] = 3;
  if (how == BY_TARGET) target[1] = NAN;
  if (how == BY_MEMORY) memory[1] = INFINITY;
  return how == BY_STATUS ? NTKW_ERR_PROBLEM : how == BY_UNKNOWN_STATUS ? (ntkw_status)-12 : NTKW_SUCCESS;
}

/* Only the context of rank 0 is used: those of the other ranks say that nothing fails. */
static void failure_is_the_same_everywhere(void) {
  static const struct {
    ntkw_status status;
    const char *sentence;
  } expected[] = {
      {NTKW_ERR_PROBLEM, "the own rule 'fail' failed on rank 0 with NTKW_ERR_PROBLEM"},
      {NTKW_ERR_ARGUMENT, "failed on rank 0 with NTKW_ERR_ARGUMENT"},
      {NTKW_ERR_NOT_FINITE, "of condition 'wall', expected a finite number"},
      {NTKW_ERR_NOT_FINITE, "of condition 'residual', expected a finite number"},
      {NTKW_ERR_NOT_FINITE, "in its memory at index 1"},
  };
  failing how = NOT_FAILING;
  ntkw_user_rule own = {"fail", NTKW_NEEDS_NORMS, 0.5, 1, 2, fail, &how};
  const ntkw_weighting_options options = own_options(&own);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  unsigned char before[512], after[512];
  for (int trial = 0; trial < NOT_FAILING; trial++) {
    if (world_rank() == 0) how = (failing)trial;
    add_norms(weighting, 2, (double[]){3, 4});
    CHECK_STATUS(ntkw_weighting_update(weighting, 0), expected[trial].status);
    CHECK_SENTENCE(expected[trial].sentence);
    CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 1);
    CHECK(isnan(ntkw_weighting_norms(weighting)[0]));
    CHECK_OK(ntkw_weighting_state_get(weighting, after));
    const size_t counter = 4 * 8, size = ntkw_weighting_state_size(weighting) - 8;
    if (trial > 0) CHECK(memcmp(before + counter + 8, after + counter + 8, size - counter - 8) == 0);
    memcpy(before, after, sizeof before);
  }
  how = NOT_FAILING;
  CHECK_STATUS(ntkw_weighting_update(weighting, 0), NTKW_ERR_ABSENT);
  add_norms(weighting, 2, (double[]){3, 4});
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 2);
  ntkw_weighting_destroy(&weighting);
}

static void bad_rules_are_refused(void) {
  int calls = 0;
  const ntkw_user_rule good = {"mine", NTKW_NEEDS_NORMS, 0.5, 1, 0, look, &calls};
  ntkw_user_rule bad[8] = {good, good, good, good, good, good, good, good};
  static const char *const sentences[8] = {"user_rule is NULL",       "user_rule is empty", "named 'ntk-trace'",
                                           "own rule 'mine' is NULL", "are 0x40",           "alpha 1.5",
                                           "update_every 0",          "memory_count"};
  bad[0].name = NULL;
  bad[1].name = "";
  bad[2].name = "ntk-trace";
  bad[3].targets = NULL;
  bad[4].needs = 64;
  bad[5].alpha = 1.5;
  bad[6].update_every = 0;
  bad[7].memory_count = -1;
  for (int i = 0; i < 8; i++) {
    ntkw_weighting *weighting = NULL;
    const bool culprit = world_rank() == world_size() - 1;
    ntkw_user_rule given = culprit ? bad[i] : good;
    const ntkw_weighting_options options = own_options(&given);
    CHECK_STATUS(ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, &options, &weighting), NTKW_ERR_ARGUMENT);
    CHECK_SENTENCE(sentences[i]);
  }
  ntkw_user_rule given = good;
  ntkw_weighting_options options = own_options(&given);
  ntkw_weighting *weighting = NULL;
  options.rule = "ntk-trace";
  CHECK_STATUS(ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, &options, &weighting), NTKW_ERR_ARGUMENT);
  CHECK_SENTENCE("both a rule ('ntk-trace') and user_rule are given");
  options.rule = NULL;
  given.memory_count = world_rank();
  if (world_size() == 1) CHECK_SKIP("needs two ranks");
  CHECK_STATUS(ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, &options, &weighting), NTKW_ERR_DISAGREE);
  CHECK_SENTENCE("the memory_count of user_rule: 1 on rank 1, 0 on rank 0");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(softadapt_continues_through_a_state), TEST(softadapt_has_its_closed_form),
                                    TEST(moments_are_those_declared), TEST(failure_is_the_same_everywhere),
                                    TEST(bad_rules_are_refused)};
  return run_suite("own rule is evaluated once", cases, CASES(cases), argc, argv);
}
