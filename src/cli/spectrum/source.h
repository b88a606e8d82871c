/* Compute spectra from a checkpoint, or from the checkpoints of a folder. All functions are collective on
 * MPI_COMM_WORLD and return the same on every rank. */
#ifndef NTKW_CLI_SPECTRUM_SOURCE_H
#define NTKW_CLI_SPECTRUM_SOURCE_H

#include "pinn/spectrum/spectra.h"

/* Options of kernels to be computed. */
typedef struct kernel_request {
  int64_t points, points_of_step;
  double threshold;
  bool keep_matrix; /* of the last step */
} kernel_request;

/* Add the spectrum of the opened training state. It must be of the same problem as those in s. k: see spectra_add. */
ntkw_status source_add_checkpoint(ntkw_checkpoint_reader *reader, const kernel_request *request, spectra *s,
                                  ntk_matrix *k);

/* Add the spectra of all checkpoints step-<digits>.h5 of a folder, by ascending steps; damaged ones are skipped with a
 * warning. NTKW_ERR_FILE: there are none. */
ntkw_status source_add_folder(const char *folder, const kernel_request *request, spectra *s, ntk_matrix *k);

#endif
