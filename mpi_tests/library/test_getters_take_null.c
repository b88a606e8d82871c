/* Every function with a handle accepts NULL: it returns NULL, 0, false or NaN, or NTKW_ERR_ARGUMENT. */
#include "harness.h"
#include "base/dtype.h"
#include "ntkw/ntkw.h"

#include <math.h>

static void weightings(void) {
  CHECK(!ntkw_weighting_due(NULL, 0));
  CHECK_EQUAL_INT(ntkw_weighting_size(NULL), 0);
  CHECK(!ntkw_weighting_condition(NULL, 0) && !ntkw_weighting_rule(NULL));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_alpha(NULL), 0);
  CHECK_EQUAL_INT(ntkw_weighting_update_every(NULL), 0);
  CHECK_EQUAL_INT(ntkw_weighting_needs(NULL), 0);
  CHECK(!ntkw_weighting_needs_traces(NULL));
  CHECK(!ntkw_weighting_weights(NULL) && !ntkw_weighting_norms(NULL) && !ntkw_weighting_squared_norms(NULL) &&
        !ntkw_weighting_ntk_traces(NULL));
  CHECK(!ntkw_weighting_losses(NULL) && !ntkw_weighting_mean_magnitudes(NULL));
  CHECK_EQUAL_INT(ntkw_weighting_state_size(NULL), 0);
  CHECK_STATUS(ntkw_weighting_state_get(NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_state_set(NULL, NULL, 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_aggregate(NULL, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_combine(NULL, NULL, 0, NTKW_FLOAT64, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update(NULL, 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update_begin(NULL, 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update_test(NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_update_end(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_discard(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_add_gradient(NULL, 0, NULL, 0, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_add_gradient_copy(NULL, 0, NULL, 0, NTKW_FLOAT64, 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_merge_gradient(NULL, 0, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_merge_magnitudes(NULL, 0, NULL, 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_add_ntk_diagonal(NULL, 0, NULL, 0), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_merge_ntk_diagonal(NULL, 0, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_add_residuals(NULL, 0, NULL, 0, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_merge_residuals(NULL, 0, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_weighting_set_loss(NULL, 0, 0, 0), NTKW_ERR_ARGUMENT);
  ntkw_weighting_options_init(NULL);
  ntkw_weighting_destroy(NULL);
}

static void rules_and_names(void) {
  CHECK(!ntkw_rule_find(NULL));
  CHECK(ntkw_rule_names(NULL) != NULL);
  CHECK(ntkw_status_name((ntkw_status)-1) && ntkw_status_meaning((ntkw_status)1000));
  CHECK(ntkw_dtype_name((ntkw_dtype)-1) != NULL);
}

static void sums(void) {
  double mantissa = 1;
  int exponent = 1;
  CHECK(isnan(ntkw_sum_value(NULL)) && isnan(ntkw_sum_root(NULL)));
  ntkw_sum_split(NULL, &mantissa, &exponent);
  CHECK(isnan(mantissa) && exponent == 0);
  mantissa = 1;
  ntkw_sum_root_split(NULL, &mantissa, NULL);
  CHECK(isnan(mantissa));
  ntkw_sum_zero(NULL, NTKW_FLOAT64);
  ntkw_sum_normalise(NULL);
  ntkw_sum_from_limbs(NULL, NULL);
  CHECK_STATUS(ntkw_sum_merge(NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_sum_add_squares(NULL, NULL, 0, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_sum_add_magnitudes(NULL, NULL, 0, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_sum_add_products(NULL, NULL, NULL, NULL, 0, NTKW_FLOAT64), NTKW_ERR_ARGUMENT);
  CHECK(isnan(ntkw_sum_difference(NULL, NULL)));
}

static void traces(void) {
  ntkw_recording *none = NULL;
  CHECK_EQUAL_INT(ntkw_recording_steps(NULL), 0);
  ntkw_recording_options_init(NULL);
  CHECK_STATUS(ntkw_recording_record(NULL, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_OK(ntkw_recording_close(NULL));
  CHECK_OK(ntkw_recording_close(&none));
}

static void checkpoints(void) {
  int64_t integer;
  double real;
  const char *text;
  bool done;
  CHECK(!ntkw_checkpoint_reader_path(NULL) && !ntkw_checkpoint_reader_array_at(NULL, 0) &&
        !ntkw_checkpoint_reader_attribute_at(NULL, 0));
  CHECK(!ntkw_checkpoint_reader_find_array(NULL, "a"));
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_array_count(NULL) + ntkw_checkpoint_reader_attribute_count(NULL), 0);
  CHECK_STATUS(ntkw_checkpoint_reader_get_integer(NULL, "a", &integer), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_get_real(NULL, "a", &real), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_get_text(NULL, "a", &text), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_read_array(NULL, "a", NTKW_FLOAT64, 0, 0, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_read_slabs(NULL, "a", NTKW_FLOAT64, 0, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_publish_test(NULL, &done), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_publish(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_publish_begin(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_publish_end(NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_integer(NULL, "a", 1), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_add_array(NULL, "a", "1", NTKW_FLOAT64, 1, NULL, 0, 0, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_add_slabs(NULL, "a", "1", NTKW_FLOAT64, 1, NULL, 0, NULL, NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_transfer(NULL, NTKW_TRANSFER_DIRECT), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_info(NULL, MPI_INFO_NULL), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_stall(NULL, 1, NULL, NULL), NTKW_ERR_ARGUMENT);
  ntkw_lock_options_init(NULL);
  ntkw_checkpoint_lock_abandon(NULL);
  CHECK_STATUS(ntkw_checkpoint_set_real(NULL, "a", 1), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_text(NULL, "a", "b"), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_set_lock(NULL, NULL), NTKW_ERR_ARGUMENT);
  ntkw_checkpoint_destroy(NULL);
  ntkw_checkpoint_reader_close(NULL);
  ntkw_checkpoint_unlock(NULL);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(weightings), TEST(rules_and_names), TEST(sums), TEST(traces),
                                    TEST(checkpoints)};
  return run_suite("getters and NULL", cases, sizeof cases / sizeof *cases, argc, argv);
}
