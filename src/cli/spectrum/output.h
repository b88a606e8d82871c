/* Output of ntkw spectrum: a table, a file of numbers, a picture. All functions are for rank 0; local. */
#ifndef NTKW_CLI_SPECTRUM_OUTPUT_H
#define NTKW_CLI_SPECTRUM_OUTPUT_H

#include "pinn/spectrum/spectra.h"

/* A table for each step. */
void output_table(const spectra *s);

/* May the table be written to path? NTKW_ERR_ARGUMENT: a file is there that is no such table. */
ntkw_status output_may_be(const char *path);

/* step,block,index,eigenvalue. NTKW_ERR_FILE. */
ntkw_status output_csv(const spectra *s, const char *path);

/* The decay of the eigenvalues, a panel for each block, a curve for each step (as in Wang, Yu, Perdikaris 2022). What
 * is below rows x 2^-52 x the largest is rounding error and not drawn. NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status output_picture(const spectra *s, const char *path);

#endif
