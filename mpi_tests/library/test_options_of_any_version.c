/* Options of a program for another version of the library, which are smaller or larger, and options that were never
 * initialised. */
#include "harness.h"
#include "ntkw/ntkw.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"residual", "boundary"};

static ntkw_status weigh(const void *options, double *alpha, int64_t *every) {
  ntkw_weighting *weighting = NULL;
  const ntkw_status status = ntkw_weighting_create(MPI_COMM_WORLD, 2, names, options, &weighting);
  CHECK((status == NTKW_SUCCESS) == (weighting != NULL));
  *alpha = ntkw_weighting_alpha(weighting);
  *every = ntkw_weighting_update_every(weighting);
  ntkw_weighting_destroy(&weighting);
  return status;
}

static void refused(const void *options, const char *sentence) {
  double alpha;
  int64_t every;
  CHECK_STATUS(weigh(options, &alpha, &every), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "ntkw_weighting_options");
  CHECK_TEXT_HAS(ntkw_last_error(), sentence);
}

/* Options as in an older version. Exactly their size is allocated, because bytes beyond it must not be read. */
typedef struct old_weighting_options {
  size_t size;
  const char *rule;
  double alpha;
} old_weighting_options;
_Static_assert(sizeof(old_weighting_options) == offsetof(ntkw_weighting_options, update_every), "the same members");

typedef struct old_recording_options {
  size_t size;
  const char *rule;
  double alpha;
  int64_t update_every;
  ntkw_dtype dtype;
  int64_t parameter_count;
} old_recording_options;
_Static_assert(sizeof(old_recording_options) == offsetof(ntkw_recording_options, initial_weights), "the same members");

typedef struct old_lock_options {
  size_t size;
  double wait;
} old_lock_options;
_Static_assert(sizeof(old_lock_options) == offsetof(ntkw_lock_options, on_wait), "the same members");

static void smaller_ones_get_defaults(void) {
  old_weighting_options *old = malloc(sizeof *old);
  double alpha;
  int64_t every;
  ntkw_weighting_options_init_sized((void *)old, sizeof *old);
  CHECK_EQUAL_INT(old->size, sizeof *old);
  CHECK_EQUAL_DOUBLE(old->alpha, NTKW_RULE_ALPHA);
  old->alpha = 0.25;
  CHECK_OK(weigh(old, &alpha, &every));
  CHECK_EQUAL_DOUBLE(alpha, 0.25);
  CHECK_EQUAL_INT(every, 1);
  free(old);
}

typedef struct newer_options {
  ntkw_weighting_options known;
  int64_t additional;
} newer_options;

static void larger_ones_are_read_if_they_can_be(void) {
  newer_options options;
  double alpha;
  int64_t every;
  memset(&options, 0xff, sizeof options);
  ntkw_weighting_options_init_sized(&options.known, sizeof options);
  CHECK_EQUAL_INT(options.additional, 0);
  options.known.update_every = 7;
  CHECK_OK(weigh(&options, &alpha, &every));
  CHECK_EQUAL_INT(every, 7);
  options.additional = 1;
  refused(&options, "newer library");
}

static void uninitialised_ones_are_refused(void) {
  ntkw_weighting_options options;
  memset(&options, 0, sizeof options);
  refused(&options, "is 0, expected");
  options.size = sizeof options.size - 1;
  refused(&options, "ntkw_weighting_options_init");
  memset(&options, 0xa5, sizeof options);
  refused(&options, "ntkw_weighting_options_init");
}

static void one_rank_has_others(void) {
  ntkw_weighting_options options;
  double alpha;
  int64_t every;
  ntkw_weighting_options_init(&options);
  if (world_rank() == world_size() - 1) options.size = 0;
  CHECK_STATUS(weigh(&options, &alpha, &every), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "ntkw_weighting_options is 0");
}

static void recordings_as_well(void) {
  old_recording_options *old = malloc(sizeof *old);
  ntkw_recording_options none;
  ntkw_recording *recording = NULL;
  ntkw_recording_options_init_sized((void *)old, sizeof *old);
  old->parameter_count = 1;
  CHECK_STATUS(ntkw_recording_create(MPI_COMM_WORLD, scratch_path("old.h5"), 2, names, (void *)old, &recording),
               NTKW_ERR_COUNT); /* the only error: no rank has the parameter */
  memset(&none, 0, sizeof none);
  CHECK_STATUS(ntkw_recording_create(MPI_COMM_WORLD, scratch_path("none.h5"), 2, names, &none, &recording),
               NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "ntkw_recording_options is 0, expected");
  CHECK(!recording);
  free(old);
}

/* Lock and unlock the scratch folder. */
static ntkw_status lock(const void *options) {
  ntkw_folder_lock *lock = NULL;
  const ntkw_status status = ntkw_checkpoint_lock_patiently(MPI_COMM_WORLD, scratch_path("."), options, &lock);
  CHECK((status == NTKW_SUCCESS) == (lock != NULL));
  ntkw_checkpoint_unlock(&lock);
  return status;
}

static void locks_as_well(void) {
  old_lock_options *old = malloc(sizeof *old);
  ntkw_lock_options options;
  ntkw_lock_options_init_sized((void *)old, sizeof *old);
  CHECK_EQUAL_INT(old->size, sizeof *old);
  CHECK_EQUAL_DOUBLE(old->wait, 0);
  CHECK_OK(lock(old));
  ntkw_lock_options_init(&options);
  if (world_rank() == world_size() - 1) options.size = 0;
  CHECK_STATUS(lock(&options), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "ntkw_lock_options is 0, expected");
  free(old);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(smaller_ones_get_defaults),
                                    TEST(larger_ones_are_read_if_they_can_be),
                                    TEST(uninitialised_ones_are_refused),
                                    TEST(one_rank_has_others),
                                    TEST(recordings_as_well),
                                    TEST(locks_as_well)};
  return run_suite("options of any version", cases, sizeof cases / sizeof *cases, argc, argv);
}
