/* Spectra at several steps, in one file: what `ntk = {...}` in a problem file records, and what ntkw spectrum writes.
 *
 * The file is a checkpoint (ntkw/checkpoint.h), so it is whole or not there, and `ntkw show` reads it. Texts: content =
 * "ntk spectra", problem_file, block.0, block.1, ... (the conditions' names). Integers: blocks (number of conditions),
 * points (of each), points_of_step (whose they are; -1: of each step itself). Real: threshold. Arrays:
 *   step                 [steps]: those recorded
 *   trace, effective_rank, above_threshold   [steps][blocks + 1], the last for the whole kernel
 *   gradient_norm        [steps][blocks]
 *   cosine               [steps][blocks][blocks], between the gradients of the conditions' losses
 *   eigenvalues.NAME     [steps][rows], for each condition, from the largest
 *   eigenvalues          [steps][rows], of the whole kernel
 * and, if the kernel of the last step was asked for, matrix [rows][rows], residual [rows] and point [rows][inputs]. */
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
  spectrum *steps; /* ascending; the arrays inside are on rank 0 alone */
} spectra;

/* No steps yet. Local. */
void spectra_begin(const problem *pde, int64_t points, int64_t points_of_step, double threshold, spectra *out);
void spectra_free(spectra *s);

/* The kernel at these parameters and what there is to see of it, as one more step. Collective on comm. k: is given the
 * kernel, to be freed by the caller; NULL: not wanted. @return the same on every rank; as ntk_matrix_compute and
 * spectrum_compute. */
ntkw_status spectra_add(MPI_Comm comm, const problem *pde, const void *parameters, int64_t step, spectra *s,
                        ntk_matrix *k);

/* Forget the steps from this one on. Local, to be called on every rank. */
void spectra_cut(spectra *s, int64_t step);

/* Can the steps of these two stand in one file? Else the sentence of ntkw_last_error() says what differs. Local, the
 * same on every rank. */
bool spectra_match(const spectra *a, const spectra *b);

/* Collective on comm. k: the kernel of the last step, or NULL. lock: of the file's folder, held by this run; NULL:
 * none. @return the same on every rank; as
 * ntkw_checkpoint_publish. */
ntkw_status spectra_write(MPI_Comm comm, const spectra *s, const ntk_matrix *k, const char *path,
                          const ntkw_folder_lock *lock);

/* Collective on comm; the reader is one of a whole file. @return the same on every rank: NTKW_SUCCESS;
 * NTKW_ERR_PROBLEM: it holds something else; NTKW_ERR_FORMAT; NTKW_ERR_MEMORY. */
ntkw_status spectra_read(MPI_Comm comm, ntkw_checkpoint_reader *reader, spectra *out);

/* Does the file hold spectra? Local. */
bool spectra_are_in(ntkw_checkpoint_reader *reader);

/* The eigenvalues of a block at a recorded step (number 0 .. n_steps - 1), on rank 0; block n_conditions is the
 * whole. */
const double *spectra_eigenvalues(const spectra *s, int64_t number, int block);
/* The name of a block: the condition's, or "all together". */
const char *spectra_name(const spectra *s, int block);

#endif
