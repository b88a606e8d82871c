/* After create, the library's own code asks for no memory: linked with --wrap, its calls of the allocator are counted.
 */
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

static void no_allocation_after_create(void) {
  const ntkw_weighting_options options = options_of("ntk-trace", 0.5, 1, NTKW_FLOAT64);
  const long before = allocations;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, CONDITIONS, &options);
  CHECK(allocations > before); /* the counter counts */
  static const double values[CONDITIONS] = {1, 2, 3, 4};
  const void *pieces[CONDITIONS] = {values, values, NULL, values};
  double total[CONDITIONS], sum;
  unsigned char state[1024];
  const long made = allocations;
  for (int epoch = 0; epoch < 5; epoch++) {
    add_norms(weighting, CONDITIONS, values);
    add_traces(weighting, CONDITIONS, values);
    const ntkw_status begun = ntkw_weighting_update_begin(weighting, epoch);
    const ntkw_status ended = ntkw_weighting_update_end(weighting);
    CHECK(begun == NTKW_SUCCESS && ended == NTKW_SUCCESS);
    CHECK_STATUS(ntkw_weighting_update(weighting, epoch), NTKW_ERR_ABSENT);
    CHECK_OK(ntkw_aggregate(weighting, values, &sum));
    CHECK_OK(ntkw_gradient_combine(weighting, pieces, CONDITIONS, NTKW_FLOAT64, total));
    CHECK_OK(ntkw_weighting_state_get(weighting, state));
    CHECK_OK(ntkw_weighting_state_set(weighting, state, ntkw_weighting_state_size(weighting)));
  }
  CHECK_EQUAL_INT(allocations, made);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(no_allocation_after_create)};
  return run_suite("update allocates nothing", cases, CASES(cases), argc, argv);
}
