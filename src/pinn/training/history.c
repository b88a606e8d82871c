#include "pinn/training/history.h"
#include "base/check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void history_free(history *past) {
  free(past->rows);
  *past = (struct history){0};
}

double *history_append(history *past, int n_columns) {
  if (past->n_rows == past->capacity) {
    const int64_t capacity = past->capacity ? 2 * past->capacity : 64;
    double *rows = realloc(past->rows, (size_t)(capacity * n_columns) * sizeof *rows);
    if (!rows) return NULL;
    past->rows = rows;
    past->capacity = capacity;
  }
  past->n_columns = n_columns;
  double *row = past->rows + past->n_rows++ * n_columns;
  for (int i = 0; i < n_columns; i++) row[i] = NAN;
  return row;
}

ntkw_status history_record(history *past, const problem *pde, int64_t step, const double losses[],
                           const double weights[], double error) {
  double *row = history_append(past, history_columns(pde));
  NTKW_CHECK(row, NTKW_ERR_MEMORY, "out of memory for the history of %lld rows", (long long)past->n_rows);
  row[0] = (double)step;
  row[1] = 0.0;
  for (int c = 0; c < pde->n_conditions; c++) {
    row[1] += weights[c] * losses[c];
    row[history_loss_column(c)] = losses[c];
    row[history_weight_column(pde, c)] = weights[c];
  }
  row[history_rate_column(pde)] = learning_rate_at(&pde->optimizer.rate, step);
  row[history_error_column(pde)] = error;
  return NTKW_SUCCESS;
}

/* Allocate the rows of a file. */
static ntkw_status resize(void *owner, int64_t rows, void **values) {
  history *past = owner;
  const int n_columns = past->n_columns;
  for (past->n_rows = 0; past->n_rows < rows;)
    NTKW_CHECK(history_append(past, n_columns), NTKW_ERR_MEMORY, "out of memory for the history");
  *values = past->rows;
  return NTKW_SUCCESS;
}

ntkw_status history_visit_state(history *past, const problem *pde, state_visitor *v) {
  past->n_columns = history_columns(pde);
  return v->array(v, &(array_entry){.name = "history",
                                    .unit = "1",
                                    .dtype = NTKW_FLOAT64,
                                    .n_dimensions = 2,
                                    .shape = {past->n_rows, past->n_columns},
                                    .values = past->rows,
                                    .resize = resize,
                                    .owner = past});
}

void history_header(const problem *pde, char text[HISTORY_HEADER_LENGTH]) {
  char *at = stpcpy(text, "step,total");
  for (int kind = 0; kind < 2; kind++)
    for (int c = 0; c < pde->n_conditions; c++) {
      const char *name = pde->conditions[c].name, *quote = strchr(name, ',') ? "\"" : ""; /* RFC 4180 */
      at = stpcpy(stpcpy(stpcpy(stpcpy(stpcpy(at, ","), quote), kind ? "weight:" : "loss:"), name), quote);
    }
  strcpy(at, ",rate,error");
}

static void print_row(FILE *file, const double *row, int n_columns) {
  fprintf(file, "%.0f", row[0]);
  for (int i = 1; i < n_columns; i++) {
    if (isnan(row[i]))
      fputs(",", file); /* an empty field: unknown */
    else
      fprintf(file, ",%.17g", row[i]);
  }
  fputc('\n', file);
}

static ntkw_status write_rows(const history *past, int64_t first, const char *header, const char *path) {
  FILE *file = fopen(path, header ? "w" : "a");
  NTKW_CHECK(file, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  if (header) fprintf(file, "%s\n", header);
  for (int64_t r = first; r < past->n_rows; r++) print_row(file, past->rows + r * past->n_columns, past->n_columns);
  const int failed = ferror(file) != 0 || fflush(file) != 0, error = errno, closed = fclose(file);
  NTKW_CHECK(!failed && closed == 0, NTKW_ERR_FILE, "%s cannot be written: %s", path,
             ntkw_i_reason(failed ? error : errno));
  return NTKW_SUCCESS;
}

ntkw_status history_write(const history *past, const problem *pde, const char *path) {
  char header[HISTORY_HEADER_LENGTH];
  history_header(pde, header);
  return write_rows(past, 0, header, path);
}

ntkw_status history_write_last(const history *past, const char *path) {
  return past->n_rows > 0 ? write_rows(past, past->n_rows - 1, NULL, path) : NTKW_SUCCESS;
}
