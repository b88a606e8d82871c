/* The library allocates memory only in ntkw_weighting_create. Its calls of the allocator are counted by the linker
 * option --wrap. */
#include "fixtures.h"

#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static long allocations;

void *__wrap_malloc(size_t size) {
  allocations++;
  return __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size) {
  allocations++;
  return __real_calloc(count, size);
}
void *__wrap_realloc(void *old, size_t size) {
  allocations++;
  return __real_realloc(old, size);
}

static ntkw_status keep(void *context, const ntkw_moments *moments, double *memory, double *target) {
  (void)context;
  (void)memory;
  for (int i = 0; i < moments->n; i++) target[i] = moments->weight[i];
  return NTKW_SUCCESS;
}

/* Only the library's calls are counted, not those inside MPI. */
static void use(ntkw_weighting *weighting) {
  static const double values[CONDITIONS] = {1, 2, 3, 4};
  const void *pieces[CONDITIONS] = {values, values, NULL, values};
  double total[CONDITIONS], sum;
  unsigned char state[1024];
  for (int epoch = 0; epoch < 5; epoch++) {
    add_norms(weighting, CONDITIONS, values);
    add_traces(weighting, CONDITIONS, values);
    for (int c = 0; c < CONDITIONS; c++)
      CHECK_OK(ntkw_weighting_add_residuals(weighting, c, values, CONDITIONS, NTKW_FLOAT64));
    const ntkw_status begun = ntkw_weighting_update_begin(weighting, epoch);
    const ntkw_status ended = ntkw_weighting_update_end(weighting);
    CHECK(begun == NTKW_SUCCESS && ended == NTKW_SUCCESS);
    const ntkw_status absent = ntkw_weighting_needs(weighting) ? NTKW_ERR_ABSENT : NTKW_SUCCESS;
    CHECK_STATUS(ntkw_weighting_update(weighting, epoch), absent);
    CHECK_OK(ntkw_weighting_aggregate(weighting, values, &sum));
    CHECK_OK(ntkw_weighting_combine(weighting, pieces, CONDITIONS, NTKW_FLOAT64, total));
    CHECK_OK(ntkw_weighting_state_get(weighting, state));
    CHECK_OK(ntkw_weighting_state_set(weighting, state, ntkw_weighting_state_size(weighting)));
  }
}

static void check_rule(const char *rule, const ntkw_user_rule *own) {
  static const double final[CONDITIONS] = {0};
  ntkw_weighting_options options = options_of(rule, 0.5, 1, NTKW_FLOAT64);
  options.user_rule = own;
  options.update_offset = options.first_epoch = 0;
  if (rule && strstr(rule, "linear")) options.final_weights = final;
  if (rule && strstr(rule, "linear")) options.target_epoch = 3;
  const long before = allocations;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  CHECK(allocations > before); /* the counter counts */
  const long made = allocations;
  use(weighting);
  CHECK_EQUAL_INT(allocations, made);
  ntkw_weighting_destroy(&weighting);
}

static void no_allocation_after_create(void) {
  static const ntkw_user_rule own = {"keep", NTKW_NEEDS_NORMS | NTKW_NEEDS_LOSSES, 0, 1, 3, keep, NULL};
  int n = 0;
  const char *const *rules = ntkw_rule_names(&n);
  for (int safe = 0; safe < 2; safe++) {
    setenv("NTKW_SAFE_MODE", safe ? "1" : "0", 1);
    for (int r = 0; r < n; r++) check_rule(rules[r], NULL);
    check_rule(NULL, &own);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(no_allocation_after_create)};
  return run_suite("update allocates nothing", cases, CASES(cases), argc, argv);
}
