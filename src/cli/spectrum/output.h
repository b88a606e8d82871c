/* Output of ntkw spectrum: a table, a CSV file, a picture. Call these functions on rank 0. Local. */
#ifndef NTKW_CLI_SPECTRUM_OUTPUT_H
#define NTKW_CLI_SPECTRUM_OUTPUT_H

#include "pinn/spectrum/spectra.h"

/* Print a table for each step. */
void output_table(const spectra *s);

/* Check that output_csv may write to path. @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: path is a file with other
 * content. */
ntkw_status output_may_be(const char *path);

/* Write all eigenvalues as CSV with the columns step, block, index, eigenvalue. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status output_csv(const spectra *s, const char *path);

/* Draw the decay of the eigenvalues, a panel for each block, a curve for each step (as in Wang, Yu, Perdikaris 2022).
 * A curve ends before the first eigenvalue that is at most rows x 2^-52 x the largest, as it is rounding error.
 * @return NTKW_SUCCESS, NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status output_picture(const spectra *s, const char *path);

#endif
