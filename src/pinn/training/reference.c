#include "pinn/training/reference.h"
#include "status/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_POINTS = 2, MOST_POINTS = 1 << 20 };

/* The path as the ranks' working folder sees it. */
static ntkw_status locate(const problem *pde, char *path, size_t size) {
  const char *slash = strrchr(pde->file, '/');
  const int folder = pde->reference[0] == '/' || !slash ? 0 : (int)(slash - pde->file) + 1;
  const int length = snprintf(path, size, "%.*s%s", folder, pde->file, pde->reference);
  NTKW_CHECK((size_t)length < size && strlen(pde->file) < sizeof pde->file - 1, NTKW_ERR_PROBLEM,
             "the path of the reference, %.200s..., is too long", path);
  return NTKW_SUCCESS;
}

ntkw_status reference_open(MPI_Comm comm, const problem *pde, ntkw_checkpoint_reader **out) {
  char path[1024];
  *out = NULL;
  if (pde->reference[0] == '\0') return NTKW_SUCCESS;
  NTKW_TRY(locate(pde, path, sizeof path));
  NTKW_TRY(ntkw_checkpoint_open(comm, path, out));
  bool found = false;
  for (int o = 0; o < pde->n_outputs; o++) found = found || reference_has(*out, pde, o);
  if (found) return NTKW_SUCCESS;
  ntkw_checkpoint_close(out);
  return ntkw_i_fail(NTKW_ERR_PROBLEM,
                     "%s: holds no output of the problem, such as '%s'; expected a reference solution", path,
                     pde->output_names[0]);
}

static ntkw_status find_array(ntkw_checkpoint_reader *reader, const char *name, const ntkw_checkpoint_array **array) {
  const char *path = ntkw_checkpoint_path(reader);
  *array = ntkw_checkpoint_find_array(reader, name);
  NTKW_CHECK(*array, NTKW_ERR_PROBLEM, "%s: has no array '%s'; expected the points along this input", path, name);
  NTKW_CHECK((*array)->dtype == NTKW_FLOAT32 || (*array)->dtype == NTKW_FLOAT64, NTKW_ERR_PROBLEM,
             "%s: array '%s' does not hold floating-point numbers", path, name);
  return NTKW_SUCCESS;
}

/* So many own numbers of an array, from a row on, as doubles. */
static ntkw_status read_wide(MPI_Comm comm, ntkw_checkpoint_reader *reader, const ntkw_checkpoint_array *array,
                             int64_t first, int64_t rows, size_t n, double *values) {
  const bool narrow = array->dtype == NTKW_FLOAT32;
  float *buffer = narrow ? malloc((n + 1) * sizeof *buffer) : NULL;
  NTKW_TRY(ntkw_status_agree(
      comm, buffer || !narrow ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the reference")));
  const ntkw_status status =
      ntkw_checkpoint_read_array(reader, array->name, array->dtype, first, rows, narrow ? (void *)buffer : values);
  for (size_t i = 0; status == NTKW_SUCCESS && narrow && i < n; i++) values[i] = (double)buffer[i];
  free(buffer);
  return status;
}

ntkw_status reference_count(ntkw_checkpoint_reader *reader, const problem *pde, int input, int *n) {
  const ntkw_checkpoint_array *array;
  NTKW_TRY(find_array(reader, pde->input_names[input], &array));
  NTKW_CHECK(array->n_dimensions == 1 && array->shape[0] >= LEAST_POINTS && array->shape[0] <= MOST_POINTS,
             NTKW_ERR_PROBLEM, "%s: array '%s' is no list of %d to %d points", ntkw_checkpoint_path(reader),
             array->name, LEAST_POINTS, MOST_POINTS);
  *n = (int)array->shape[0];
  return NTKW_SUCCESS;
}

ntkw_status reference_axis(MPI_Comm comm, ntkw_checkpoint_reader *reader, const problem *pde, int input, int n,
                           double *axis) {
  const ntkw_checkpoint_array *array;
  int rank;
  MPI_Comm_rank(comm, &rank);
  NTKW_TRY(find_array(reader, pde->input_names[input], &array));
  NTKW_TRY(read_wide(comm, reader, array, 0, rank == 0 ? n : 0, rank == 0 ? (size_t)n : 0, axis));
  NTKW_CHECK(MPI_Bcast(axis, n, MPI_DOUBLE, 0, comm) == MPI_SUCCESS, NTKW_ERR_MPI, "MPI_Bcast of an axis failed");
  const double lower = pde->lower[input], upper = pde->upper[input];
  const double slack = 1e-6 * (upper - lower); /* float32 in the file */
  for (int i = 0; i < n; i++) {
    NTKW_CHECK(axis[i] >= lower - slack && axis[i] <= upper + slack, NTKW_ERR_PROBLEM,
               "%s: has a point at %s = %g; expected points from %g to %g", ntkw_checkpoint_path(reader), array->name,
               axis[i], lower, upper);
    NTKW_CHECK(i == 0 || axis[i] > axis[i - 1], NTKW_ERR_PROBLEM, "%s: the points of '%s' do not ascend",
               ntkw_checkpoint_path(reader), array->name);
  }
  return NTKW_SUCCESS;
}

bool reference_has(const ntkw_checkpoint_reader *reader, const problem *pde, int output) {
  return ntkw_checkpoint_find_array(reader, pde->output_names[output]) != NULL;
}

ntkw_status reference_values(MPI_Comm comm, ntkw_checkpoint_reader *reader, const problem *pde, int output,
                             const int counts[], int64_t first, int64_t rows, double *values) {
  const ntkw_checkpoint_array *array;
  NTKW_TRY(find_array(reader, pde->output_names[output], &array));
  bool fits = array->n_dimensions == pde->n_inputs;
  size_t n = (size_t)rows;
  for (int i = 0; fits && i < pde->n_inputs; i++) fits = array->shape[i] == counts[i];
  NTKW_CHECK(fits, NTKW_ERR_PROBLEM,
             "%s: array '%s' has not the shape of the grid: one dimension for each input, in "
             "the order of the problem file",
             ntkw_checkpoint_path(reader), array->name);
  for (int i = 1; i < pde->n_inputs; i++) n *= (size_t)counts[i];
  return read_wide(comm, reader, array, first, rows, n, values);
}
