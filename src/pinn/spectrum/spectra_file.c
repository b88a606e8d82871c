/* The file of spectra: its arrays and attributes, written and read. */
#include "pinn/spectrum/spectra.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENT "ntk spectra"
enum { BLOCK_KEY = 24 };

/* Name of the array with a block's eigenvalues. */
static void array_name(const spectra *s, int block, char name[MAX_NAME + 16]) {
  snprintf(name, MAX_NAME + 16, block < s->n_conditions ? "eigenvalues.%s" : "eigenvalues", s->names[block]);
}

/* An array with values for each step, other than eigenvalues, and its position in a spectrum. */
typedef struct column {
  const char *name, *unit;
  int n_dimensions; /* besides the steps */
  int64_t n;        /* values of a step */
  double *(*at)(spectrum *);
} column;

static double *trace_of(spectrum *s) {
  return s->trace;
}
static double *effective_rank_of(spectrum *s) {
  return s->effective_rank;
}
static double *above_of(spectrum *s) {
  return s->above;
}
static double *gradient_norm_of(spectrum *s) {
  return s->gradient_norm;
}
static double *cosines_of(spectrum *s) {
  return s->cosines;
}

enum { COLUMNS = 5 };
static void list_columns(const spectra *s, column list[COLUMNS]) {
  const int64_t n = s->n_conditions;
  const column columns[COLUMNS] = {{"trace", "1", 1, n + 1, trace_of},
                                   {"effective_rank", "1", 1, n + 1, effective_rank_of},
                                   {"above_threshold", "1", 1, n + 1, above_of},
                                   {"gradient_norm", "1", 1, n, gradient_norm_of},
                                   {"cosine", "1", 2, n * n, cosines_of}};
  memcpy(list, columns, sizeof columns);
}

/* Buffers of arrays in the layout of the file. They live until the file is written. */
typedef struct file_buffers {
  ntkw_checkpoint *file;
  bool first; /* rank 0, which has all values */
  int n;
  double *memory[COLUMNS + MAX_CONDITIONS + 2];
} file_buffers;

static ntkw_status allocate_buffer(file_buffers *p, int64_t n, double **out) {
  *out = calloc((size_t)n + 1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for an array of the spectra (%lld values)", (long long)n);
  p->memory[p->n++] = *out;
  return NTKW_SUCCESS;
}

static ntkw_status add_buffer(file_buffers *p, const char *name, const char *unit, int n_dimensions,
                              const int64_t shape[], const double *values) {
  return ntkw_checkpoint_add_array(p->file, name, unit, NTKW_FLOAT64, n_dimensions, shape, 0, p->first ? shape[0] : 0,
                                   p->first ? values : NULL);
}

static ntkw_status add_columns(file_buffers *p, const spectra *s) {
  column columns[COLUMNS];
  double *values;
  list_columns(s, columns);
  NTKW_TRY(allocate_buffer(p, s->n_steps, &values));
  for (int64_t i = 0; i < s->n_steps; i++) values[i] = (double)s->steps[i].step;
  NTKW_TRY(add_buffer(p, "step", "1", 1, &s->n_steps, values));
  for (int c = 0; c < COLUMNS; c++) {
    const int64_t n = columns[c].n, square[] = {s->n_steps, s->n_conditions, s->n_conditions}, flat[] = {s->n_steps, n};
    NTKW_TRY(allocate_buffer(p, p->first ? s->n_steps * n : 0, &values));
    for (int64_t i = 0; p->first && i < s->n_steps; i++)
      memcpy(values + i * n, columns[c].at(&s->steps[i]), (size_t)n * sizeof *values);
    NTKW_TRY(add_buffer(p, columns[c].name, columns[c].unit, 1 + columns[c].n_dimensions,
                        columns[c].n_dimensions == 2 ? square : flat, values));
  }
  return NTKW_SUCCESS;
}

static ntkw_status add_eigenvalues(file_buffers *p, const spectra *s) {
  for (int b = 0; b <= s->n_conditions; b++) {
    const int64_t shape[] = {s->n_steps, s->rows[b]};
    char name[MAX_NAME + 16];
    double *values;
    array_name(s, b, name);
    NTKW_TRY(allocate_buffer(p, p->first ? s->n_steps * s->rows[b] : 0, &values));
    for (int64_t i = 0; p->first && i < s->n_steps; i++)
      memcpy(values + i * s->rows[b], spectra_eigenvalues(s, i, b), (size_t)s->rows[b] * sizeof *values);
    NTKW_TRY(add_buffer(p, name, "1", 2, shape, values));
  }
  return NTKW_SUCCESS;
}

static ntkw_status add_matrix(file_buffers *p, const ntk_matrix *k) {
  const int64_t square[] = {k->n_rows, k->n_rows}, points[] = {k->n_rows, k->n_inputs};
  NTKW_TRY(add_buffer(p, "matrix", "1", 2, square, k->values));
  NTKW_TRY(add_buffer(p, "residual", "1", 1, square, k->residuals));
  return add_buffer(p, "point", "1", 2, points, k->points);
}

static void block_key(int block, char key[BLOCK_KEY]) {
  snprintf(key, BLOCK_KEY, "block.%d", block);
}

static ntkw_status set_attributes(ntkw_checkpoint *file, const spectra *s) {
  for (int c = 0; c < s->n_conditions; c++) {
    char key[BLOCK_KEY];
    block_key(c, key);
    NTKW_TRY(ntkw_checkpoint_set_text(file, key, s->names[c]));
  }
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "blocks", s->n_conditions));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "content", CONTENT));
  NTKW_TRY(ntkw_checkpoint_set_text(file, "problem_file", s->problem_file));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "points", s->points));
  NTKW_TRY(ntkw_checkpoint_set_integer(file, "points_of_step", s->points_of_step));
  return ntkw_checkpoint_set_real(file, "threshold", s->threshold);
}

static ntkw_status add_everything(file_buffers *p, const spectra *s, const ntk_matrix *k) {
  NTKW_TRY(set_attributes(p->file, s));
  NTKW_TRY(add_columns(p, s));
  NTKW_TRY(add_eigenvalues(p, s));
  return k ? add_matrix(p, k) : NTKW_SUCCESS;
}

ntkw_status spectra_write(MPI_Comm comm, const spectra *s, const ntk_matrix *k, const char *path,
                          const ntkw_folder_lock *lock) {
  int rank;
  file_buffers p = {0};
  NTKW_CHECK(s->n_steps > 0, NTKW_ERR_ORDER, "%s: there is no step to write", path);
  MPI_Comm_rank(comm, &rank);
  p.first = rank == 0;
  NTKW_TRY(ntkw_checkpoint_create(comm, path, &p.file));
  ntkw_status status = ntkw_status_agree(comm, add_everything(&p, s, k));
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_set_lock(p.file, lock);
  if (status == NTKW_SUCCESS) status = ntkw_checkpoint_publish(p.file);
  ntkw_checkpoint_destroy(&p.file);
  for (int i = 0; i < p.n; i++) free(p.memory[i]);
  return status;
}

bool spectra_are_in(ntkw_checkpoint_reader *reader) {
  const char *content;
  return ntkw_checkpoint_reader_get_text(reader, "content", &content) == NTKW_SUCCESS && strcmp(content, CONTENT) == 0;
}

/* Find an array and check its shape. -1: any length. */
static ntkw_status find(ntkw_checkpoint_reader *reader, const char *name, int n_dimensions, int64_t first,
                        int64_t second, const ntkw_checkpoint_array **out) {
  const ntkw_checkpoint_array *a = *out = ntkw_checkpoint_reader_find_array(reader, name);
  NTKW_CHECK(a, NTKW_ERR_FORMAT, "%s has no array %s", ntkw_checkpoint_reader_path(reader), name);
  NTKW_CHECK(
      a->n_dimensions == n_dimensions && (first < 0 || a->shape[0] == first) && (second < 0 || a->shape[1] == second),
      NTKW_ERR_FORMAT, "%s: the array %s does not have the expected shape", ntkw_checkpoint_reader_path(reader), name);
  return NTKW_SUCCESS;
}

/* Copy a text of the file. A text that does not fit is an error. */
static ntkw_status copy_text(const ntkw_checkpoint_reader *reader, const char *key, const char *text, char *to,
                             size_t size) {
  NTKW_CHECK(strlen(text) < size, NTKW_ERR_FORMAT, "%s: the text %s has %zu bytes; expected up to %zu",
             ntkw_checkpoint_reader_path(reader), key, strlen(text), size - 1);
  strcpy(to, text);
  return NTKW_SUCCESS;
}

/* Read the names of the blocks and their numbers of rows. */
static ntkw_status read_blocks(ntkw_checkpoint_reader *reader, spectra *s) {
  const char *text;
  int64_t n;
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "blocks", &n));
  NTKW_CHECK(n >= 1 && n <= MAX_CONDITIONS, NTKW_ERR_FORMAT, "%s has %lld blocks; expected 1 to %d",
             ntkw_checkpoint_reader_path(reader), (long long)n, MAX_CONDITIONS);
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_file", &text));
  NTKW_TRY(copy_text(reader, "problem_file", text, s->problem_file, sizeof s->problem_file));
  for (int c = 0; c < n; c++) {
    char key[BLOCK_KEY];
    block_key(c, key);
    NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, key, &text));
    NTKW_TRY(copy_text(reader, key, text, s->names[c], sizeof s->names[c]));
  }
  s->n_conditions = (int)n;
  for (int b = 0; b <= s->n_conditions; b++) {
    char name[MAX_NAME + 16];
    const ntkw_checkpoint_array *a;
    array_name(s, b, name);
    NTKW_TRY(find(reader, name, 2, s->n_steps, -1, &a));
    s->rows[b] = a->shape[1];
  }
  const int64_t all = s->rows[s->n_conditions];
  NTKW_CHECK(spectra_first_row(s, s->n_conditions) == all, NTKW_ERR_FORMAT,
             "%s: the conditions have %lld rows together, the whole kernel %lld", ntkw_checkpoint_reader_path(reader),
             (long long)spectra_first_row(s, s->n_conditions), (long long)all);
  return NTKW_SUCCESS;
}

static ntkw_status read_attributes(ntkw_checkpoint_reader *reader, spectra *s) {
  const ntkw_checkpoint_array *a;
  NTKW_CHECK(spectra_are_in(reader), NTKW_ERR_PROBLEM, "%s does not hold spectra of the neural tangent kernel",
             ntkw_checkpoint_reader_path(reader));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "points", &s->points));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "points_of_step", &s->points_of_step));
  NTKW_TRY(ntkw_checkpoint_reader_get_real(reader, "threshold", &s->threshold));
  NTKW_TRY(find(reader, "step", 1, -1, -1, &a));
  s->n_steps = a->shape[0];
  return read_blocks(reader, s);
}

static ntkw_status allocate_steps(spectra *s, bool first) {
  const size_t rows = 2 * (size_t)s->rows[s->n_conditions], n = (size_t)s->n_conditions;
  s->steps = calloc((size_t)s->n_steps + 1, sizeof *s->steps);
  bool complete = s->steps != NULL;
  for (int64_t i = 0; complete && first && i < s->n_steps; i++) {
    s->steps[i].eigenvalues = malloc(rows * sizeof(double));
    s->steps[i].cosines = malloc(n * n * sizeof(double) + 1);
    complete = s->steps[i].eigenvalues && s->steps[i].cosines;
  }
  NTKW_CHECK(complete, NTKW_ERR_MEMORY, "out of memory for the spectra of %lld steps", (long long)s->n_steps);
  return NTKW_SUCCESS;
}

/* Read an array on rank 0. Collective. buffer has room for all values. */
static ntkw_status read_whole(ntkw_checkpoint_reader *reader, const char *name, bool first, int64_t n_steps,
                              double *buffer) {
  return ntkw_checkpoint_reader_read_array(reader, name, NTKW_FLOAT64, first ? 0 : n_steps, first ? n_steps : 0,
                                           buffer);
}

static ntkw_status read_columns(ntkw_checkpoint_reader *reader, bool first, spectra *s, double *buffer) {
  column columns[COLUMNS];
  const ntkw_checkpoint_array *a;
  list_columns(s, columns);
  for (int c = 0; c < COLUMNS; c++) {
    const int64_t n = columns[c].n;
    const bool square = columns[c].n_dimensions == 2;
    NTKW_TRY(find(reader, columns[c].name, 1 + columns[c].n_dimensions, s->n_steps, square ? s->n_conditions : n, &a));
    NTKW_CHECK(!square || a->shape[2] == s->n_conditions, NTKW_ERR_FORMAT,
               "%s: the array %s does not have the expected shape", ntkw_checkpoint_reader_path(reader),
               columns[c].name);
    NTKW_TRY(read_whole(reader, columns[c].name, first, s->n_steps, buffer));
    for (int64_t i = 0; first && i < s->n_steps; i++)
      memcpy(columns[c].at(&s->steps[i]), buffer + i * n, (size_t)n * sizeof *buffer);
  }
  return NTKW_SUCCESS;
}

static ntkw_status read_eigenvalues(ntkw_checkpoint_reader *reader, bool first, spectra *s, double *buffer) {
  for (int b = 0; b <= s->n_conditions; b++) {
    char name[MAX_NAME + 16];
    array_name(s, b, name);
    NTKW_TRY(read_whole(reader, name, first, s->n_steps, buffer));
    for (int64_t i = 0; first && i < s->n_steps; i++)
      memcpy(s->steps[i].eigenvalues + spectra_first_row(s, b), buffer + i * s->rows[b],
             (size_t)s->rows[b] * sizeof *buffer);
  }
  return NTKW_SUCCESS;
}

static ntkw_status read_values(MPI_Comm comm, ntkw_checkpoint_reader *reader, bool first, spectra *s, double *buffer) {
  NTKW_TRY(read_whole(reader, "step", first, s->n_steps, buffer));
  NTKW_CHECK(MPI_Bcast(buffer, (int)s->n_steps, MPI_DOUBLE, 0, comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Bcast of the recorded steps failed");
  for (int64_t i = 0; i < s->n_steps; i++) s->steps[i].step = (int64_t)buffer[i];
  NTKW_TRY(read_columns(reader, first, s, buffer));
  return read_eigenvalues(reader, first, s, buffer);
}

ntkw_status spectra_read(MPI_Comm comm, ntkw_checkpoint_reader *reader, spectra *out) {
  int rank;
  double *buffer = NULL;
  *out = (spectra){0};
  MPI_Comm_rank(comm, &rank);
  ntkw_status status = read_attributes(reader, out);
  if (status == NTKW_SUCCESS) status = allocate_steps(out, rank == 0);
  const int64_t n = out->n_conditions, all = out->rows[n], widest = all > n * n + 1 ? all : n * n + 1;
  if (status == NTKW_SUCCESS && !(buffer = malloc((size_t)((out->n_steps + 1) * widest) * sizeof *buffer)))
    status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the spectra of %lld steps", (long long)out->n_steps);
  status = ntkw_status_agree(comm, status);
  if (status == NTKW_SUCCESS) status = read_values(comm, reader, rank == 0, out, buffer);
  free(buffer);
  if (status != NTKW_SUCCESS) {
    if (!out->steps) out->n_steps = 0;
    spectra_free(out);
  }
  return status;
}
