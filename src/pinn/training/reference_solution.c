#include "pinn/training/reference_solution.h"
#include "fileio/plain_arrays.h"
#include "ntkw/checkpoint.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_POINTS = 2, MOST_POINTS = 1 << 20 };

/* Either reader or plain is open. */
struct reference_solution {
  MPI_Comm comm;
  char *path;
  ntkw_checkpoint_reader *reader;
  plain_arrays *plain;
};

/* An array of either file. */
typedef struct array {
  const char *name;
  int n_dimensions;
  const int64_t *shape;
  bool readable;
  const plain_array *plain; /* NULL: an array of the reader */
  ntkw_dtype dtype;         /* of the reader's array */
} array;

static int count_arrays(const reference_solution *r) {
  return r->plain ? r->plain->n : ntkw_checkpoint_reader_array_count(r->reader);
}

static array array_at(const reference_solution *r, int i) {
  if (r->plain) {
    const plain_array *a = &r->plain->arrays[i];
    return (array){a->name, a->n_dimensions, a->shape, a->numbers, a, NTKW_FLOAT64};
  }
  const ntkw_checkpoint_array *a = ntkw_checkpoint_reader_array_at(r->reader, i);
  const bool readable = a->dtype == NTKW_FLOAT32 || a->dtype == NTKW_FLOAT64;
  return (array){a->name, a->n_dimensions, a->shape, readable, NULL, a->dtype};
}

static bool find(const reference_solution *r, const char *name, array *found) {
  for (int i = 0; i < count_arrays(r); i++) {
    *found = array_at(r, i);
    if (strcmp(found->name, name) == 0) return true;
  }
  return false;
}

typedef struct text {
  char text[480];
} text;

static void append(text *to, const char *what) {
  const size_t at = strlen(to->text), rest = sizeof to->text - at;
  const int n = snprintf(to->text + at, rest, "%s", what);
  if (n >= (int)rest) memcpy(to->text + sizeof to->text - 4, "...", 4);
}

static void append_shape(text *to, int n, const int64_t shape[]) {
  char number[24];
  append(to, "[");
  for (int d = 0; d < n; d++) {
    snprintf(number, sizeof number, "%s%lld", d ? ", " : "", (long long)shape[d]);
    append(to, number);
  }
  append(to, "]");
}

/* "'t' and 'x', ..." */
static void append_names(text *to, int n, const char names[][MAX_NAME], const char *last) {
  for (int i = 0; i < n; i++) {
    append(to, i == 0 ? "'" : i < n - 1 ? ", '" : last);
    append(to, names[i]);
    append(to, "'");
  }
}

/* The arrays that a file must have for this problem, as text. */
static text needs(const problem *pde) {
  text out = {""};
  append_names(&out, pde->n_inputs, pde->input_names, " and '");
  append(&out, ", lists of points, and ");
  append_names(&out, pde->n_outputs, pde->output_names, " or '");
  append(&out, ", values on their grid");
  return out;
}

static text contents(const reference_solution *r) {
  text out = {""};
  for (int i = 0; i < count_arrays(r); i++) {
    const array a = array_at(r, i);
    append(&out, i ? ", '" : "'");
    append(&out, a.name);
    append(&out, "' ");
    append_shape(&out, a.n_dimensions, a.shape);
  }
  if (count_arrays(r) == 0) append(&out, r->plain ? "no array in the root group" : "none");
  return out;
}

static ntkw_status find_output(const reference_solution *r, const problem *pde) {
  for (int o = 0; o < pde->n_outputs; o++)
    if (reference_has(r, pde, o)) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ERR_PROBLEM,
                     "%s holds no output of the problem; a reference solution needs the arrays %s; found %s", r->path,
                     needs(pde).text, contents(r).text);
}

static ntkw_status find_array(const reference_solution *r, const problem *pde, const char *name, array *found) {
  NTKW_CHECK(find(r, name, found), NTKW_ERR_PROBLEM,
             "%s has no array '%s'; a reference solution needs the arrays %s; found %s", r->path, name, needs(pde).text,
             contents(r).text);
  NTKW_CHECK(found->readable, NTKW_ERR_PROBLEM, "%s: array '%s' does not hold %s", r->path, name,
             found->plain ? "integers or floating-point numbers" : "floating-point numbers");
  return NTKW_SUCCESS;
}

static ntkw_status open_either(reference_solution *r) {
  int rank, plain = 0;
  MPI_Comm_rank(r->comm, &rank);
  if (rank == 0) plain = ntkw_i_is_plain_hdf5(r->path);
  MPI_Bcast(&plain, 1, MPI_INT, 0, r->comm);
  if (!plain) return ntkw_checkpoint_reader_open(r->comm, r->path, &r->reader);
  return ntkw_status_agree(r->comm, ntkw_i_plain_open(r->path, &r->plain));
}

ntkw_status reference_open(MPI_Comm comm, const problem *pde, reference_solution **out) {
  *out = NULL;
  if (pde->reference[0] == '\0' || pde->without_reference) return NTKW_SUCCESS;
  reference_solution *r = calloc(1, sizeof *r);
  if (r) r->comm = comm;
  if (r) r->path = pde->reference_path ? strdup(pde->reference_path) : reference_beside(pde->file, pde->reference);
  ntkw_status status = ntkw_status_agree(
      comm,
      r && r->path ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the reference %s", pde->reference));
  if (status == NTKW_SUCCESS) status = open_either(r);
  if (status == NTKW_SUCCESS) status = find_output(r, pde);
  if (status != NTKW_SUCCESS) reference_close(&r);
  *out = r;
  return status;
}

void reference_close(reference_solution **r) {
  if (!*r) return;
  ntkw_checkpoint_reader_close(&(*r)->reader);
  ntkw_i_plain_close(&(*r)->plain);
  free((*r)->path);
  free(*r);
  *r = NULL;
}

/* Read n numbers of an array of the reader, from row `first` on, as doubles. */
static ntkw_status read_wide(const reference_solution *r, const array *a, int64_t first, int64_t rows, size_t n,
                             double *values) {
  const bool narrow = a->dtype == NTKW_FLOAT32;
  float *buffer = narrow ? malloc((n + 1) * sizeof *buffer) : NULL;
  NTKW_TRY(ntkw_status_agree(
      r->comm, buffer || !narrow ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the reference")));
  const ntkw_status status =
      ntkw_checkpoint_reader_read_array(r->reader, a->name, a->dtype, first, rows, narrow ? (void *)buffer : values);
  for (size_t i = 0; status == NTKW_SUCCESS && narrow && i < n; i++) values[i] = (double)buffer[i];
  free(buffer);
  return status;
}

/* Read rows x per_row numbers of an array of either file. */
static ntkw_status read_rows(const reference_solution *r, const array *a, int64_t first, int64_t rows, size_t per_row,
                             double *values) {
  if (a->plain) return ntkw_status_agree(r->comm, ntkw_i_plain_read(r->plain, a->plain, first, rows, values));
  return read_wide(r, a, first, rows, (size_t)rows * per_row, values);
}

/* Number of entries if at most one dimension of the array is not 1; otherwise 0. */
static int64_t list_length(const array *a) {
  int64_t n = a->n_dimensions >= 1;
  for (int d = 0; d < a->n_dimensions; d++) {
    if (a->shape[d] != 1 && n > 1) return 0;
    n *= a->shape[d] <= MOST_POINTS ? a->shape[d] : 0;
  }
  return n;
}

ntkw_status reference_count(const reference_solution *r, const problem *pde, int input, int *n) {
  array a;
  NTKW_TRY(find_array(r, pde, pde->input_names[input], &a));
  text shape = {""};
  append_shape(&shape, a.n_dimensions, a.shape);
  const int64_t length = list_length(&a);
  NTKW_CHECK(length >= LEAST_POINTS && length <= MOST_POINTS, NTKW_ERR_PROBLEM,
             "%s: array '%s' %s is not a list of %d to %d points", r->path, a.name, shape.text, LEAST_POINTS,
             MOST_POINTS);
  *n = (int)length;
  return NTKW_SUCCESS;
}

ntkw_status reference_axis(const reference_solution *r, const problem *pde, int input, int n, double *axis) {
  array a;
  int rank;
  MPI_Comm_rank(r->comm, &rank);
  NTKW_TRY(find_array(r, pde, pde->input_names[input], &a));
  const int64_t rows = rank == 0 ? a.shape[0] : 0;
  NTKW_TRY(read_rows(r, &a, 0, rows, (size_t)(n / a.shape[0]), axis));
  NTKW_CHECK(MPI_Bcast(axis, n, MPI_DOUBLE, 0, r->comm) == MPI_SUCCESS, NTKW_ERR_MPI, "MPI_Bcast of an axis failed");
  const double lower = pde->lower[input], upper = pde->upper[input];
  const double slack = 1e-6 * (upper - lower); /* the file may hold float32 */
  for (int i = 0; i < n; i++) {
    NTKW_CHECK(axis[i] >= lower - slack && axis[i] <= upper + slack, NTKW_ERR_PROBLEM,
               "%s has a point at %s = %g; expected points from %g to %g", r->path, a.name, axis[i], lower, upper);
    NTKW_CHECK(i == 0 || axis[i] > axis[i - 1], NTKW_ERR_PROBLEM, "%s: the points of '%s' do not ascend", r->path,
               a.name);
  }
  return NTKW_SUCCESS;
}

bool reference_has(const reference_solution *r, const problem *pde, int output) {
  array a;
  return find(r, pde->output_names[output], &a);
}

/* Has the array this shape? Further dimensions must be 1. */
static bool has_shape(const array *a, int n, const int64_t shape[]) {
  for (int d = 0; d < a->n_dimensions; d++)
    if (a->shape[d] != (d < n ? shape[d] : 1)) return false;
  return a->n_dimensions >= n;
}

static ntkw_status check_shape(const reference_solution *r, const problem *pde, const array *a, const int counts[]) {
  int64_t grid[MAX_INPUTS], turned[MAX_INPUTS];
  const int d = pde->n_inputs;
  text found = {""}, expected = {""}, names = {""};
  for (int i = 0; i < d; i++) turned[d - 1 - i] = grid[i] = counts[i];
  if (has_shape(a, d, grid)) return NTKW_SUCCESS;
  append_shape(&found, a->n_dimensions, a->shape);
  append_shape(&expected, d, grid);
  for (int i = 0; i < d; i++) {
    append(&names, i ? ", " : "");
    append(&names, pde->input_names[i]);
  }
  return ntkw_i_fail(
      NTKW_ERR_PROBLEM,
      "%s: array '%s' does not have the shape of the grid: it is %s; expected %s, one dimension for each "
      "input, in the order of the problem file: %s%s",
      r->path, a->name, found.text, expected.text, names.text, has_shape(a, d, turned) ? " (it is transposed)" : "");
}

ntkw_status reference_values(const reference_solution *r, const problem *pde, int output, const int counts[],
                             int64_t first, int64_t rows, double *values) {
  array a;
  size_t per_row = 1;
  NTKW_TRY(find_array(r, pde, pde->output_names[output], &a));
  NTKW_TRY(check_shape(r, pde, &a, counts));
  for (int i = 1; i < pde->n_inputs; i++) per_row *= (size_t)counts[i];
  return read_rows(r, &a, first, rows, per_row, values);
}
