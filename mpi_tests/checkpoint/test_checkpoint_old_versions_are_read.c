/* Files of older format versions, written when these were the newest, have the same contents as newly written ones. */
#include "old_state.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

static void compare_attributes(ntkw_checkpoint_reader *old, ntkw_checkpoint_reader *new) {
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_attribute_count(old), 6);
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_attribute_count(new), 6);
  for (int i = 0; i < ntkw_checkpoint_reader_attribute_count(old); i++) {
    const ntkw_checkpoint_attribute *a = ntkw_checkpoint_reader_attribute_at(old, i),
                                    *b = ntkw_checkpoint_reader_attribute_at(new, i);
    CHECK(b && strcmp(a->name, b->name) == 0 && a->type == b->type);
    CHECK_EQUAL_INT(a->integer, b->integer);
    CHECK_EQUAL_DOUBLE(a->real, b->real);
    CHECK((a->text != NULL) == (b->text != NULL) && (!a->text || strcmp(a->text, b->text) == 0));
  }
}

static void *read_whole(ntkw_checkpoint_reader *reader, const ntkw_checkpoint_array *array, size_t *size) {
  int64_t n = 1, offset, count;
  for (int d = 1; d < array->n_dimensions; d++) n *= array->shape[d];
  cut(MPI_COMM_WORLD, array->shape[0], 3, &offset, &count);
  *size = (size_t)(count * n) * 8;
  void *values = calloc(*size + 1, 1);
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, array->name, array->dtype, offset, count, values));
  return values;
}

static void compare_arrays(ntkw_checkpoint_reader *old, ntkw_checkpoint_reader *new, int n_arrays) {
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_array_count(old), n_arrays);
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_array_count(new), n_arrays);
  for (int i = 0; i < n_arrays; i++) {
    const ntkw_checkpoint_array *a = ntkw_checkpoint_reader_array_at(old, i),
                                *b = ntkw_checkpoint_reader_array_at(new, i);
    const bool alike = a && b && strcmp(a->name, b->name) == 0 && strcmp(a->unit, b->unit) == 0 &&
                       a->dtype == b->dtype && a->n_dimensions == b->n_dimensions &&
                       memcmp(a->shape, b->shape, (size_t)a->n_dimensions * sizeof *a->shape) == 0;
    CHECK(alike);
    if (!alike) continue;
    size_t size;
    void *theirs = read_whole(old, a, &size), *ours = read_whole(new, b, &size);
    CHECK(memcmp(theirs, ours, size) == 0);
    free(theirs);
    free(ours);
  }
}

static int version_in_file(const char *path) {
  size_t length;
  unsigned char *bytes = get_file(path, &length);
  int version = bytes ? bytes[8] : 0;
  free(bytes);
  MPI_Bcast(&version, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return version;
}

static void compare(int version, int n_arrays) {
  ntkw_checkpoint_reader *old = NULL, *new = NULL;
  char path[600];
  snprintf(path, sizeof path, "%s/checkpoint-v%d.h5", NTKW_TEST_DATA, version);
  const char *other = scratch_path(version == 1 ? "new-1.h5" : "new-2.h5");
  CHECK_OK(publish_old_state(other, version));
  CHECK_EQUAL_INT(version_in_file(path), version);
  CHECK_EQUAL_INT(version_in_file(other), 3);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &old));
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, other, &new));
  if (old && new) {
    compare_attributes(old, new);
    compare_arrays(old, new, n_arrays);
  }
  ntkw_checkpoint_reader_close(&old);
  ntkw_checkpoint_reader_close(&new);
}

static void version_1_reads_as_what_is_written_today(void) {
  compare(1, 3);
}

static void version_2_reads_as_what_is_written_today(void) {
  compare(2, 3 + 12);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(version_1_reads_as_what_is_written_today),
                                    TEST(version_2_reads_as_what_is_written_today)};
  return run_suite("checkpoint versions", cases, sizeof cases / sizeof *cases, argc, argv);
}
