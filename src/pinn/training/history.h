/* The history of a run: rows of step, total loss, losses, weights, learning rate and error. Every rank has the same
 * rows. No function here is collective. */
#ifndef NTKW_PINN_HISTORY_H
#define NTKW_PINN_HISTORY_H

#include "pinn/problem/problem.h"
#include "pinn/state/state.h"

typedef struct history {
  int n_columns;
  int64_t n_rows, capacity;
  double *rows; /* n_rows x n_columns */
} history;

/* Columns: step, total, n losses, n weights, rate, error. */
static inline int history_columns(const problem *pde) {
  return 4 + 2 * pde->n_conditions;
}
static inline int history_loss_column(int c) {
  return 2 + c;
}
static inline int history_weight_column(const problem *pde, int c) {
  return 2 + pde->n_conditions + c;
}
static inline int history_rate_column(const problem *pde) {
  return 2 + 2 * pde->n_conditions;
}
static inline int history_error_column(const problem *pde) {
  return 3 + 2 * pde->n_conditions;
}

void history_free(history *past);

/* Append a row of NaN. @return the row, to be filled by the caller; NULL: out of memory. */
double *history_append(history *past, int n_columns);

/* Append the row of a step: its losses and weights (n_conditions each), their weighted sum, the learning rate and the
 * error (NaN: unknown). @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status history_record(history *past, const problem *pde, int64_t step, const double losses[],
                           const double weights[], double error);

/* Show the rows to a visitor as one array. A reader learns their number from the file. */
ntkw_status history_visit_state(history *past, const problem *pde, state_visitor *v);

/* The names of the columns, separated by commas. */
enum { HISTORY_HEADER_LENGTH = 2 * MAX_CONDITIONS * (MAX_NAME + 10) + 24 };
void history_header(const problem *pde, char text[HISTORY_HEADER_LENGTH]);

/* Write all rows as comma-separated values with 17 digits. Only one rank calls it.
 * @return NTKW_SUCCESS or NTKW_ERR_FILE. */
ntkw_status history_write(const history *past, const problem *pde, const char *path);

/* Append the last row to the file. Only one rank calls it. @return NTKW_SUCCESS or NTKW_ERR_FILE. */
ntkw_status history_write_last(const history *past, const char *path);

#endif
