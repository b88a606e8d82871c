/* Names, aliases, defaults and schedules of the rules are those of their sources. A weighting can be created with each
 * rule's name. */
#include "fixtures.h"

#include <math.h>

typedef struct expectation {
  const char *name, *alias_of;
  double alpha;
  int64_t every, offset, first;
  double cap;
  unsigned needs;
} expectation;

static const expectation expected[] = {
    {"gradient-share", NULL, 0.5, 1, 0, 0, 0, NTKW_NEEDS_NORMS},
    {"pina.ntk", "gradient-share", 0.5, 1, 0, 0, 0, NTKW_NEEDS_NORMS},
    {"inverse-gradient-norm", NULL, 0.9, 1000, 0, 0, 0, NTKW_NEEDS_NORMS},
    {"pina.self_adaptive", "inverse-gradient-norm", 0, 1, 0, 0, 0, NTKW_NEEDS_NORMS},
    {"jaxpi.grad_norm", "inverse-gradient-norm", 0.9, 1000, 0, 0, 0, NTKW_NEEDS_NORMS},
    {"jaxpi.pirate.grad_norm", "inverse-gradient-norm", 0.9, 1000, 0, 0, 1e5, NTKW_NEEDS_NORMS},
    {"jaxpi2.grad_norm", "inverse-gradient-norm", 0.9, 1000, 100, 100, 1e5, NTKW_NEEDS_NORMS},
    {"ntk-trace", NULL, 0, 100, 0, 0, 0, NTKW_NEEDS_TRACES},
    {"jaxpi.ntk", "ntk-trace", 0.9, 1000, 0, 0, 0, NTKW_NEEDS_TRACES},
    {"mean-ntk-trace", NULL, 0, 100, 0, 0, 0, NTKW_NEEDS_TRACES},
    {"root-loss-norm", NULL, 0, 1000, 0, 0, 0, NTKW_NEEDS_NORMS | NTKW_NEEDS_LOSSES},
    {"physicsnemo.ntk", "root-loss-norm", 0, 1000, 0, 1, 0, NTKW_NEEDS_NORMS | NTKW_NEEDS_LOSSES},
    {"learning-rate-annealing", NULL, 0.9, 10, 0, 0, 0, NTKW_NEEDS_MAGNITUDES | NTKW_NEEDS_LARGEST},
    {"physicsnemo.lr_annealing", "learning-rate-annealing", 0.99, 1, 0, 0, 0, NTKW_NEEDS_MAGNITUDES},
    {"constant", NULL, 0, 1, 0, 0, 0, 0},
    {"pina.scalar", "constant", 0, 1, 0, 0, 0, 0},
    {"linear", NULL, 0, 1, 0, 0, 0, 0},
    {"pina.linear", "linear", 0, 1, 0, 0, 0, 0},
};

static void names_are_listed(void) {
  int n = 0;
  const char *const *names = ntkw_rule_names(&n);
  CHECK_EQUAL_INT(n, CASES(expected));
  CHECK(names[n] == NULL);
  for (int i = 0; i < n && i < (int)CASES(expected); i++) CHECK(strcmp(names[i], expected[i].name) == 0);
  CHECK(ntkw_rule_names(NULL)[0] == names[0]);
  CHECK(ntkw_rule_find("ntk_trace") == NULL);
  CHECK(ntkw_rule_find(NULL) == NULL);
}

static void check_made(const expectation *e) {
  ntkw_weighting_options options = options_of(e->name, NTKW_RULE_ALPHA, 0, NTKW_FLOAT64);
  static const double final[2] = {1, 2};
  if (strstr(e->name, "linear")) options.final_weights = final;
  if (strstr(e->name, "linear")) options.target_epoch = 5;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  CHECK(strcmp(ntkw_weighting_rule(weighting), e->name) == 0);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_alpha(weighting), e->alpha);
  CHECK_EQUAL_INT(ntkw_weighting_update_every(weighting), e->every);
  CHECK_EQUAL_INT(ntkw_weighting_needs(weighting), e->needs);
  CHECK(ntkw_weighting_needs_traces(weighting) == ((e->needs & NTKW_NEEDS_TRACES) != 0));
  for (int64_t epoch = 0; epoch < 2300; epoch++)
    if (ntkw_weighting_due(weighting, epoch) != (epoch >= e->first && (epoch - e->offset) % e->every == 0))
      CHECK_EQUAL_INT(epoch, -1);
  ntkw_weighting_destroy(&weighting);
}

static void defaults_are_those_of_the_sources(void) {
  for (size_t i = 0; i < CASES(expected); i++) {
    const expectation *e = &expected[i];
    const ntkw_rule_info *info = ntkw_rule_find(e->name);
    CHECK(info != NULL);
    if (!info) continue;
    CHECK(e->alias_of ? info->alias_of && strcmp(info->alias_of, e->alias_of) == 0 : info->alias_of == NULL);
    CHECK_EQUAL_DOUBLE(info->alpha, e->alpha);
    CHECK_EQUAL_INT(info->update_every, e->every);
    CHECK_EQUAL_INT(info->update_offset, e->offset);
    CHECK_EQUAL_INT(info->first_epoch, e->first);
    CHECK_EQUAL_DOUBLE(info->cap, e->cap);
    CHECK_EQUAL_INT(info->needs, e->needs);
    CHECK(info->by_count == (strcmp(e->name, "mean-ntk-trace") == 0 || strcmp(e->name, "jaxpi.ntk") == 0));
    CHECK(info->target && info->target[0] && info->source && info->source[0]);
    check_made(e);
  }
}

static void schedule_can_be_moved(void) {
  ntkw_weighting_options options = options_of("gradient-share", 0, 10, NTKW_FLOAT64);
  options.update_offset = 23;
  options.first_epoch = 5;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  CHECK(!ntkw_weighting_due(weighting, 3) && ntkw_weighting_due(weighting, 13) && ntkw_weighting_due(weighting, 33));
  CHECK(!ntkw_weighting_due(weighting, 10) && !ntkw_weighting_due(weighting, -7));
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(names_are_listed), TEST(defaults_are_those_of_the_sources),
                                    TEST(schedule_can_be_moved)};
  return run_suite("rule table is of the sources", cases, CASES(cases), argc, argv);
}
