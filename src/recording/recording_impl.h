/* A recording that is being written: its setup, this rank's pieces and the file. Rank 0 has the file open in HDF5.
 * Every rank has it open as a file descriptor, to write its gradients. */
#ifndef NTKW_RECORDING_IMPL_H
#define NTKW_RECORDING_IMPL_H

#include <hdf5.h>
#include "ntkw/sum.h"
#include "ntkw/recording.h"
#include "recording/journal.h"

enum { RECORDED_RULE_LENGTH = 32, RECORDED_SOURCE_LENGTH = 160 }; /* with the terminating NUL */

/* Arguments and options of the creation, copied. */
typedef struct recording_setup {
  int n_conditions, n_segments, n_pieces;
  char **conditions;
  char rule[RECORDED_RULE_LENGTH], source[RECORDED_SOURCE_LENGTH];
  double alpha;
  int64_t update_every, n_parameters;
  ntkw_dtype dtype;
  bool traces;
  double *initial_weights;
  int64_t *entries;                 /* NULL: not given */
  ntkw_recording_segment *segments; /* their names are owned */
  ntkw_recording_piece *pieces;     /* this rank's */
} recording_setup;

/* The datasets that grow with every step. */
typedef enum recorded_dataset {
  RECORDED_EPOCH,
  RECORDED_BATCH,
  RECORDED_UPDATED,
  RECORDED_LOSSES,
  RECORDED_WEIGHTS,
  RECORDED_TOTAL,
  RECORDED_SQUARES,
  RECORDED_NORMS,
  RECORDED_TRACES, /* of NTK blocks, if they are recorded */
  RECORDED_GRADIENTS,
  N_RECORDED_DATASETS
} recorded_dataset;

struct ntkw_recording {
  MPI_Comm comm;
  int rank;
  recording_setup setup;
  char *path;
  int fd;                              /* the file; -1: not open */
  hid_t file;                          /* the file in HDF5, on rank 0; negative on other ranks */
  recording_journal journal;           /* on rank 0: between HDF5 and the file */
  hid_t datasets[N_RECORDED_DATASETS]; /* on rank 0 */
  bool made;                           /* this rank created the file, and removes it if creation fails */
  bool broken;                         /* on rank 0: a step could not be withdrawn */
  int64_t epoch;                       /* to continue from, for ntkw_i_recording_open_file */
  int64_t n_steps;
  int64_t chunk_length; /* parameters in a chunk of the gradients */
  int n_chunks;         /* for each condition and step */
  int64_t *addresses;   /* [n_conditions, n_chunks] file offsets of this step's chunks */
  const ntkw_recording_step *step;
  double *squares, *norms; /* [n_conditions] of this step */
  ntkw_sum sum;
  int64_t *message;
};

/* Check and copy the arguments. Not collective. *to must be zero at first. The caller frees it, after an error too.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_NOT_FINITE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_recording_setup_copy(recording_setup *to, int n, const char *const names[],
                                        const ntkw_recording_options *options);
void ntkw_i_recording_setup_free(recording_setup *setup);

/* Number of parameters in this rank's pieces. Not collective. */
int64_t ntkw_i_recording_local_count(const recording_setup *setup);

/* Check that all ranks have the same setup, and that every parameter is in exactly one rank's piece. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_DISAGREE, NTKW_ERR_COUNT, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status ntkw_i_recording_same_setup(MPI_Comm comm, const recording_setup *setup);
ntkw_status ntkw_i_recording_covers(MPI_Comm comm, const recording_setup *setup);

/* Check that all ranks record the same step. Collective. After NTKW_ERR_DISAGREE the message names the difference. */
ntkw_status ntkw_i_recording_same_step(MPI_Comm comm, const ntkw_recording_step *step, const recording_setup *setup);

/* Compute the exact squares and norms of the whole gradients in r. Collective: one MPI_Allreduce. After
 * NTKW_ERR_NOT_FINITE the message names a condition. */
ntkw_status ntkw_i_recording_reduce(ntkw_recording *r, const void *const shards[]);

/* Write this rank's shards to the chunks of the step. Not collective. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_recording_write_shards(const ntkw_recording *r, const void *const shards[]);

/* Not collective. Rank 0 calls them, with HDF5's error stack suppressed. After NTKW_ERR_FILE the message has the
 * reason.
 */
ntkw_status ntkw_i_recording_make_file(ntkw_recording *r);  /* create the file, without steps */
ntkw_status ntkw_i_recording_open_file(ntkw_recording *r);  /* check its setup, drop the steps from r->epoch on */
ntkw_status ntkw_i_recording_extend(ntkw_recording *r);     /* add space for a step, find its addresses */
ntkw_status ntkw_i_recording_write_rows(ntkw_recording *r); /* write the step except its gradients, then commit */
ntkw_status ntkw_i_recording_withdraw(ntkw_recording *r);   /* drop the steps from n_steps on */
ntkw_status ntkw_i_recording_close_file(ntkw_recording *r);

/* Parts of the functions above, for rank 0. Not collective. */
extern const char *const ntkw_i_recording_dataset_names[N_RECORDED_DATASETS];
ntkw_status ntkw_i_recording_take(ntkw_recording *r); /* lock the open file */
ntkw_status ntkw_i_recording_set_steps(const ntkw_recording *r, int64_t n);
ntkw_status ntkw_i_recording_set_complete(const ntkw_recording *r, int64_t complete);
ntkw_status ntkw_i_recording_commit(ntkw_recording *r); /* flush HDF5, commit the journal */

#endif
