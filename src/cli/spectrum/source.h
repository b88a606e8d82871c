/* Where spectra come from: a checkpoint, the checkpoints of a folder, or a file of recorded ones. All functions are
 * collective on MPI_COMM_WORLD and return the same on every rank. */
#ifndef NTKW_CLI_SPECTRUM_SOURCE_H
#define NTKW_CLI_SPECTRUM_SOURCE_H

#include "pinn/spectrum/spectra.h"

/* What the command line asks of kernels that are to be computed. */
typedef struct kernel_request {
  int64_t points, points_of_step;
  double threshold;
  bool keep_matrix; /* of the last step */
} kernel_request;

/* 1: a folder, 0: something else, -1: nothing. */
int source_kind(const char *path);

/* Spectrum of the training state that is open. It must be of the same problem as those that are there already. k: see
 * spectra_add. */
ntkw_status source_add_checkpoint(ntkw_checkpoint_reader *reader, const kernel_request *request, spectra *s,
                                  ntk_matrix *k);

/* Spectra of all checkpoints step-<digits>.h5 of a folder, by ascending steps; damaged ones are skipped with a warning.
 * NTKW_ERR_FILE: there are none. */
ntkw_status source_add_folder(const char *folder, const kernel_request *request, spectra *s, ntk_matrix *k);

#endif
