/* Spectra at several steps in one file, recorded by `ntk = {...}` in a problem file or written by ntkw spectrum.
 *
 * The file is a checkpoint (ntkw/checkpoint.h), so it is complete or absent, and `ntkw show` reads it. Texts: content =
 * "ntk spectra", problem_file, block.0, block.1, ... (names of the conditions). Integers: blocks (number of
 * conditions), points (of each condition), points_of_step (step whose points are used; -1: each step's own). Real:
 * threshold. Arrays:
 *   step                 [steps]: the recorded steps
 *   trace, effective_rank, above_threshold   [steps][blocks + 1], the last for the whole kernel
 *   gradient_norm        [steps][blocks]
 *   cosine               [steps][blocks][blocks], between the gradients of the conditions' losses
 *   eigenvalues.NAME     [steps][rows], for each condition, in descending order
 *   eigenvalues          [steps][rows], of the whole kernel
 * and, if the kernel of the last step was requested, matrix [rows][rows], residual [rows] and point [rows][inputs]. */
#ifndef NTKW_PINN_SPECTRA_H
#define NTKW_PINN_SPECTRA_H

#include "ntkw/checkpoint.h"
#include "pinn/spectrum/spectrum.h"

typedef struct spectra {
  /* the same on every rank */
  int n_conditions;
  char names[MAX_CONDITIONS][MAX_NAME];
  char problem_file[MAX_PATH_BYTES];
  int64_t rows[MAX_CONDITIONS + 1], points, points_of_step;
  double threshold;
  int64_t n_steps;
  spectrum *steps; /* ascending; only rank 0 has the arrays inside */
} spectra;

/* Start without steps. Not collective. */
void spectra_begin(const problem *pde, int64_t points, int64_t points_of_step, double threshold, spectra *out);
void spectra_free(spectra *s);

/* Compute the kernel and its spectrum at these parameters and append them as a step. Collective on comm.
 *
 * @param[out] k  the kernel, to be freed by the caller; NULL: not wanted.
 * @return the same on every rank: as ntk_matrix_compute and spectrum_compute. */
ntkw_status spectra_add(MPI_Comm comm, const problem *pde, const void *parameters, int64_t step, spectra *s,
                        ntk_matrix *k);

/* Remove the steps from this one on. Not collective, but every rank must call it. */
void spectra_cut(spectra *s, int64_t step);

/* Can the steps of both be in one file? If not, ntkw_last_error() says what differs. Not collective; the same on every
 * rank. */
bool spectra_match(const spectra *a, const spectra *b);

/* Write the file. Collective on comm.
 *
 * @param[in] k     the kernel of the last step, or NULL.
 * @param[in] lock  lock of the file's folder, held by this run; NULL: none.
 * @return the same on every rank: as ntkw_checkpoint_publish. */
ntkw_status spectra_write(MPI_Comm comm, const spectra *s, const ntk_matrix *k, const char *path,
                          const ntkw_folder_lock *lock);

/* Read a file. Collective on comm. @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_PROBLEM (the file has other
 * contents); NTKW_ERR_FORMAT; NTKW_ERR_MEMORY. */
ntkw_status spectra_read(MPI_Comm comm, ntkw_checkpoint_reader *reader, spectra *out);

/* Does the file hold spectra? Not collective. */
bool spectra_are_in(ntkw_checkpoint_reader *reader);

/* Index of a block's first eigenvalue among those of a spectrum. Not collective. */
int64_t spectra_first_row(const spectra *s, int block);
/* The eigenvalues of a block at recorded step number 0 .. n_steps - 1, on rank 0. Block n_conditions is the whole
 * kernel. Not collective. */
const double *spectra_eigenvalues(const spectra *s, int64_t number, int block);
/* The name of a block: that of the condition, or "all together". Not collective. */
const char *spectra_name(const spectra *s, int block);

#endif
