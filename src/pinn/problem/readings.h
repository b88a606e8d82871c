/* Fields of p that can be read in two ways: u_tt with inputs t and tt, u_x_y with inputs y and x_y.
 *
 * An input is read by its name, an output by its name, and a derivative as an output, "_" and one to MAX_ORDER inputs.
 * The order of the inputs makes no difference: u_xt and u_tx are one derivative. Two readings differ in the output, or
 * in how often some input occurs. */
#ifndef NTKW_PINN_READINGS_H
#define NTKW_PINN_READINGS_H

#include "pinn/problem/point.h"

enum { LONGEST_FIELD = MAX_NAME + 1 + MAX_ORDER * MAX_NAME };

typedef struct double_reading {
  bool found;
  char field[LONGEST_FIELD];
  symbol_name first, second;
} double_reading;

/* Find a field with two readings among all outputs and derivatives of orders up to MAX_ORDER. Two derivatives of one
 * output are looked for first, by ascending order. The names must differ from each other and be shorter than MAX_NAME.
 * The time is that of about n_inputs^MAX_ORDER concatenations of names. Local.
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status double_reading_find(const char *const inputs[], int n_inputs, const char *const outputs[], int n_outputs,
                                double_reading *out);

/* The same for the components of normals: "n" and an input. Call it if double_reading_find found nothing. */
ntkw_status normal_reading_find(const char *const inputs[], int n_inputs, const char *const outputs[], int n_outputs,
                                double_reading *out);

#endif
