/* Recordings for replay: those of ntkw/recording.h, and recordings of PINA's runs (mpi_tests/data/README.md).
 * Everything small is read when the file is opened; gradients are read piece by piece. */
#ifndef NTKW_RECORDING_READER_H
#define NTKW_RECORDING_READER_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* T steps, C conditions, N parameters in S segments. All arrays are row-major and owned by the recording. */
typedef struct recorded_run {
  char rule[32], source[160]; /* rule: a name of the library, or PINA's "ntk" or "self_adaptive" */
  double alpha;               /* share of the old weight; NaN for a rule that has none */
  int64_t update_every;       /* epochs between updates of the weights */
  ntkw_dtype dtype;           /* of the gradients */
  int64_t n_steps, n_parameters, n_segments;
  int n_conditions;
  char **conditions;                      /* [C] names */
  int64_t *epoch, *batch, *updated;       /* [T]; updated is 1 where the weights were updated, else 0 */
  double *losses, *weights;               /* [T, C] */
  double *initial_weights;                /* [C] before the first step; all 1 if the file has none */
  double *total;                          /* [T] sum of weight times loss */
  double *squares, *norms;                /* [T, C] exact, rounded once */
  double *traces;                         /* [T, C] of NTK blocks; NULL if the file has none */
  int64_t *entries;                       /* [C] number of residuals behind each trace; NULL if the file has none */
  int64_t *segment_offset, *segment_size; /* [S]; they follow each other and make up all N parameters */
  bool complete;                          /* the recording was closed; false: its run was killed or still runs */
  struct recording_file *file;
} recorded_run;

/* Open a recording and check that it can be replayed. Collective on comm (every rank reads the file by itself).
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (cannot be read: names the reason); NTKW_ERR_FORMAT (not
 * HDF5, truncated, a dataset or attribute missing or of another shape or type, without gradients: names which);
 * NTKW_ERR_MEMORY. *out is NULL on error. */
ntkw_status ntkw_i_recording_open(MPI_Comm comm, const char *path, recorded_run **out);

/* The same for one rank. Not collective. */
ntkw_status ntkw_i_recording_read(const char *path, recorded_run **out);

/* Read the gradients of all conditions at one step, for count parameters from offset on. Not collective.
 * @param[out] values  [C, count] of the recording's dtype. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_recording_read_gradients(const recorded_run *run, int64_t step, int64_t offset, int64_t count,
                                            void *values);

/* Close the file, free the recording and set *run to NULL. Not collective. run and *run may be NULL. */
void ntkw_i_recording_close(recorded_run **run);

#endif
