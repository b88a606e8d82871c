/* `linear` and `constant` give the recorded weights of PINA's classes in every bit, and the totals to within 1e-6. */
#include "fixtures.h"

#include <hdf5.h>
#include <math.h>

enum { STEPS_MAX = 16, RECORDED = 5 };

/* Read a whole dataset of at most count values as doubles. Returns their number. */
static int read_doubles(hid_t file, const char *name, double values[], int count) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
  const int n = (int)H5Sget_simple_extent_npoints(space);
  CHECK(n > 0 && n <= count);
  if (n > 0 && n <= count) CHECK(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  H5Sclose(space);
  H5Dclose(dataset);
  return n;
}

static int64_t read_attribute(hid_t file, const char *name) {
  int64_t value = 0;
  const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
  CHECK(H5Aread(attribute, H5T_NATIVE_INT64, &value) >= 0);
  H5Aclose(attribute);
  return value;
}

/* Run all steps. Nothing is added, because these rules need no moments. */
static void follow(hid_t file, const ntkw_weighting_options *options) {
  static const char *const names[RECORDED] = {"residual", "wall_left", "wall_right", "wall_bottom", "wall_top"};
  double weights[STEPS_MAX * RECORDED], losses[STEPS_MAX * RECORDED], totals[STEPS_MAX], epochs[STEPS_MAX];
  const int steps = read_doubles(file, "epoch", epochs, STEPS_MAX);
  CHECK_EQUAL_INT(read_doubles(file, "weights", weights, STEPS_MAX * RECORDED), steps * RECORDED);
  read_doubles(file, "losses", losses, STEPS_MAX * RECORDED);
  read_doubles(file, "total", totals, STEPS_MAX);
  ntkw_weighting *weighting = NULL;
  CHECK_OK(ntkw_weighting_create(MPI_COMM_WORLD, RECORDED, names, options, &weighting));
  for (int s = 0; s < steps; s++) {
    CHECK_OK(ntkw_weighting_update(weighting, (int64_t)epochs[s]));
    for (int c = 0; c < RECORDED; c++)
      CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[c], weights[s * RECORDED + c]);
    double total = 0;
    CHECK_OK(ntkw_weighting_aggregate(weighting, losses + s * RECORDED, &total));
    CHECK_NEAR(total, totals[s], 1e-6); /* PINA adds in float32 */
    check_same_weights(weighting);
  }
  ntkw_weighting_destroy(&weighting);
}

static void linear_is_as_recorded(void) {
  const hid_t file = H5Fopen(NTKW_TEST_DATA "/D_linear_f32.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
  CHECK(file >= 0);
  if (file < 0) return;
  double initial[RECORDED], final[RECORDED];
  ntkw_weighting_options options = options_of("pina.linear", NTKW_RULE_ALPHA, 0, NTKW_FLOAT32);
  read_doubles(file, "initial_weights", initial, RECORDED);
  read_doubles(file, "final_weights", final, RECORDED);
  options.initial_weights = initial;
  options.final_weights = final;
  options.target_epoch = read_attribute(file, "target_epoch");
  follow(file, &options);
  H5Fclose(file);
}

static void constant_is_as_recorded(void) {
  const hid_t file = H5Fopen(NTKW_TEST_DATA "/D_scalar_f32.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
  CHECK(file >= 0);
  if (file < 0) return;
  double weights[RECORDED], given[RECORDED];
  ntkw_weighting_options options = options_of("pina.scalar", NTKW_RULE_ALPHA, 0, NTKW_FLOAT32);
  read_doubles(file, "given_weights", weights, RECORDED);
  read_doubles(file, "given", given, RECORDED);
  for (int c = 0; c < RECORDED; c++)
    if (given[c] == 0) weights[c] = 1;
  options.initial_weights = weights;
  follow(file, &options);
  H5Fclose(file);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(linear_is_as_recorded), TEST(constant_is_as_recorded)};
  return run_suite("given weights match traces", cases, CASES(cases), argc, argv);
}
