/* Texts of any length are stored without a global heap and read back. A file with texts in a heap is refused. */
#include "checkpoint/format.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

/* Lengths around the largest attribute and far beyond. */
static const size_t lengths[] = {0, 1, 7, 32766, 32767, 32768, 65535, 65536, 100000, 3000000};
enum { N_LENGTHS = sizeof lengths / sizeof *lengths };

static char *make_text(size_t length) {
  char *text = calloc(length + 1, 1);
  for (size_t i = 0; i < length; i++) text[i] = (char)(i % 61 == 60 ? '\n' : 'a' + (int)(i % 23));
  if (length > 1) memcpy(text, "\xc3\xa4", 2);
  return text;
}

static const char *name_of(size_t i) {
  static char name[40];
  snprintf(name, sizeof name, "%s %zu/%zu", i % 2 ? "text" : "matrix", i, lengths[i]);
  return name;
}

static ntkw_status publish(const char *path, size_t n_texts, const char *array) {
  ntkw_checkpoint *checkpoint;
  const int64_t n = 3;
  static const double values[3] = {1, 2, 3};
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  for (size_t i = 0; i < n_texts; i++) {
    char *text = make_text(lengths[i]);
    CHECK_OK(ntkw_checkpoint_set_text(checkpoint, name_of(i), text));
    free(text);
  }
  if (array)
    ntkw_checkpoint_add_array(checkpoint, array, "\xc2\xb5m", NTKW_FLOAT64, 1, &n, world_rank() == 0 ? 0 : n,
                              world_rank() == 0 ? n : 0, values);
  const ntkw_status status = ntkw_checkpoint_publish(checkpoint);
  ntkw_checkpoint_destroy(&checkpoint);
  return status;
}

static int count_text(const char *path, const char *text) {
  size_t length;
  int count = 0;
  unsigned char *bytes = get_file(path, &length);
  for (size_t i = 0; bytes && i + strlen(text) <= length; i++) count += memcmp(bytes + i, text, strlen(text)) == 0;
  free(bytes);
  MPI_Bcast(&count, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return count;
}

static void texts_of_any_length_come_back(void) {
  const char *path = scratch_path("texts.h5");
  ntkw_checkpoint_reader *reader;
  CHECK_OK(publish(path, N_LENGTHS, "matrix"));
  CHECK_EQUAL_INT(count_text(path, "GCOL"), 0); /* the signature of a global heap */
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_attribute_count(reader), N_LENGTHS);
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_array_count(reader), 1);
  for (size_t i = 0; i < N_LENGTHS; i++) {
    char *expected = make_text(lengths[i]);
    const char *text = NULL;
    CHECK_OK(ntkw_checkpoint_reader_get_text(reader, name_of(i), &text));
    CHECK(text && strcmp(text, expected) == 0);
    free(expected);
  }
  CHECK(strcmp(ntkw_checkpoint_reader_array_at(reader, 0)->unit, "\xc2\xb5m") == 0);
  ntkw_checkpoint_reader_close(&reader);
  CHECK_OK(ntkw_checkpoint_verify(MPI_COMM_WORLD, path));
}

static void a_checkpoint_may_have_texts_alone(void) {
  const char *path = scratch_path("texts-alone.h5");
  ntkw_checkpoint_reader *reader;
  CHECK_OK(publish(path, 1, NULL));
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  const char *text = NULL;
  CHECK_OK(ntkw_checkpoint_reader_get_text(reader, name_of(0), &text));
  CHECK(text && !*text);
  ntkw_checkpoint_reader_close(&reader);
}

static void what_the_format_cannot_hold_is_refused(void) {
  const char *path = scratch_path("texts-name.h5");
  CHECK_STATUS(publish(path, 1, LONG_TEXTS_NAME), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "array \"long texts\": texts that are too long for an attribute");
  ntkw_checkpoint *checkpoint;
  const int64_t n = 0;
  char *unit = make_text(40000);
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_STATUS(ntkw_checkpoint_add_array(checkpoint, "a", unit, NTKW_FLOAT64, 1, &n, 0, 0, NULL), NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), "the unit has 40000 bytes, expected less than 32768");
  ntkw_checkpoint_destroy(&checkpoint);
  free(unit);
}

/* A file of version 2 has texts in a heap. It is marked as version 3; the digest still fits, because it does not cover
 * the version. */
static void texts_in_a_heap_are_refused(void) {
  const char *path = scratch_path("texts-heap.h5");
  char old_path[600];
  snprintf(old_path, sizeof old_path, "%s/checkpoint-v2.h5", NTKW_TEST_DATA);
  size_t length;
  unsigned char *bytes = get_file(old_path, &length);
  put_file(path, bytes, length);
  CHECK_STATUS(try_open(path), NTKW_SUCCESS);
  if (bytes) bytes[8] = 3;
  put_file(path, bytes, length);
  CHECK_STATUS(try_open(path), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "is not a checkpoint of ntkw: ");
  free(bytes);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(texts_of_any_length_come_back), TEST(a_checkpoint_may_have_texts_alone),
                                    TEST(what_the_format_cannot_hold_is_refused), TEST(texts_in_a_heap_are_refused)};
  return run_suite("checkpoint texts", cases, sizeof cases / sizeof *cases, argc, argv);
}
