/* An open checkpoint lists its contents, sorted and with types. Asking for something that it lacks gives a clear error.
 */
#include "support.h"

static void missing_arguments_are_refused(void) {
  ntkw_checkpoint *checkpoint = NULL;
  ntkw_checkpoint_reader *reader = NULL;
  CHECK_STATUS(ntkw_checkpoint_create(MPI_COMM_WORLD, world_rank() == world_size() - 1 ? NULL : "x.h5", &checkpoint),
               NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_create(MPI_COMM_WORLD, "", &checkpoint), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_create(MPI_COMM_NULL, "x.h5", &checkpoint), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_create(MPI_COMM_WORLD, "x.h5", world_rank() == 0 ? NULL : &checkpoint),
               NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, NULL, &reader), NTKW_ERR_ARGUMENT);
  CHECK_STATUS(ntkw_checkpoint_publish(NULL), NTKW_ERR_ARGUMENT);
  CHECK(checkpoint == NULL && reader == NULL);
  ntkw_checkpoint_destroy(&checkpoint);
  ntkw_checkpoint_destroy(NULL);
  ntkw_checkpoint_reader_close(&reader);
}

static void contents_are_sorted_and_typed(void) {
  const char *path = scratch_path("contents.h5");
  ntkw_checkpoint_reader *reader;
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 2, 2));
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  static const char *arrays[] = {"block", "matrix", "nothing", "vector"};
  static const char *attributes[] = {"empty", "history", "minus zero", "problem", "rate", "step"};
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_array_count(reader), 4);
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_attribute_count(reader), 6);
  for (int i = 0; i < 4; i++) CHECK(strcmp(ntkw_checkpoint_reader_array_at(reader, i)->name, arrays[i]) == 0);
  for (int i = 0; i < 6; i++) CHECK(strcmp(ntkw_checkpoint_reader_attribute_at(reader, i)->name, attributes[i]) == 0);
  CHECK(ntkw_checkpoint_reader_array_at(reader, 4) == NULL && ntkw_checkpoint_reader_attribute_at(reader, -1) == NULL);
  const ntkw_checkpoint_array *matrix = ntkw_checkpoint_reader_find_array(reader, "matrix");
  CHECK(matrix && matrix->n_dimensions == 2 && matrix->shape[0] == MATRIX_ROWS && matrix->shape[1] == MATRIX_COLUMNS);
  CHECK(matrix && matrix->dtype == NTKW_FLOAT64 && strcmp(matrix->unit, "1") == 0);
  CHECK(strcmp(ntkw_checkpoint_reader_find_array(reader, "vector")->unit, "m/s") == 0);
  CHECK(ntkw_checkpoint_reader_find_array(reader, "step") == NULL);
  CHECK(strcmp(ntkw_checkpoint_reader_path(reader), path) == 0);
  double real;
  int64_t integer;
  CHECK_STATUS(ntkw_checkpoint_reader_get_real(reader, "step", &real), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "attribute \"step\"");
  CHECK_TEXT_HAS(ntkw_last_error(), "is of type integer, expected real");
  CHECK_STATUS(ntkw_checkpoint_reader_get_integer(reader, "stop", &integer), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "no attribute \"stop\"");
  CHECK_STATUS(ntkw_checkpoint_reader_get_integer(reader, NULL, &integer), NTKW_ERR_ARGUMENT);
  ntkw_checkpoint_reader_close(&reader);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(missing_arguments_are_refused), TEST(contents_are_sorted_and_typed)};
  return run_suite("checkpoint contents", cases, sizeof cases / sizeof *cases, argc, argv);
}
