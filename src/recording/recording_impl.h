/* A trace being recorded: what was stated, where this rank's shard lies, and the file, which the first rank has open in
 * HDF5 and every rank for its gradients. */
#ifndef NTKW_RECORDING_IMPL_H
#define NTKW_RECORDING_IMPL_H

#include <hdf5.h>
#include "ntkw/sum.h"
#include "ntkw/recording.h"
#include "recording/journal.h"

enum { TRACE_RULE_LENGTH = 32, TRACE_SOURCE_LENGTH = 160 }; /* with the NUL at the end */

/* What is stated at creation: a copy that outlives the caller's. */
typedef struct trace_stated {
  int n_conditions, n_segments, n_pieces;
  char **conditions;
  char rule[TRACE_RULE_LENGTH], source[TRACE_SOURCE_LENGTH];
  double alpha;
  int64_t update_every, n_parameters;
  ntkw_dtype dtype;
  bool traces;
  double *initial_weights;
  int64_t *entries;                 /* NULL: not stated */
  ntkw_recording_segment *segments; /* their names are owned */
  ntkw_recording_piece *pieces;     /* this rank's */
} trace_stated;

/* The datasets that grow with every step. */
typedef enum trace_dataset {
  TRACE_EPOCH,
  TRACE_BATCH,
  TRACE_UPDATED,
  TRACE_LOSSES,
  TRACE_WEIGHTS,
  TRACE_TOTAL,
  TRACE_SQUARES,
  TRACE_NORMS,
  TRACE_TRACES, /* of NTK blocks, if they are recorded */
  TRACE_GRADIENTS,
  TRACE_N_DATASETS
} trace_dataset;

struct ntkw_recording {
  MPI_Comm comm;
  int rank;
  trace_stated stated;
  char *path;
  int fd;                           /* the file, for the gradients; -1 */
  hid_t file;                       /* the same, on the first rank; negative elsewhere */
  trace_journal journal;            /* between HDF5 and the file */
  hid_t datasets[TRACE_N_DATASETS]; /* on the first rank */
  bool made;                        /* by this rank, and to be removed by it if creation fails */
  bool broken;                      /* on the first rank: a step could not be withdrawn */
  int64_t epoch;                    /* to go on from, for ntkw_i_recording_open_file */
  int64_t n_steps;
  int64_t chunk_length; /* parameters in a chunk of the gradients */
  int n_chunks;         /* for each condition and step */
  int64_t *addresses;   /* [n_conditions, n_chunks] of the present step's chunks in the file */
  const ntkw_recording_step *step;
  double *squares, *norms; /* [n_conditions] of the present step */
  ntkw_sum sum;
  int64_t *message;
};

/* Check and copy. Local. *to starts as zeros and is to be freed, after an error too.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_NOT_FINITE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_recording_state(trace_stated *to, int n, const char *const names[],
                                   const ntkw_recording_options *options);
void ntkw_i_recording_stated_free(trace_stated *stated);

/* Number of parameters of this rank. Local. */
int64_t ntkw_i_recording_local_count(const trace_stated *stated);

/* Have all ranks stated the same, and is every parameter in exactly one rank's piece? Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_DISAGREE, NTKW_ERR_COUNT, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
ntkw_status ntkw_i_recording_same_stated(MPI_Comm comm, const trace_stated *stated);
ntkw_status ntkw_i_recording_covers(MPI_Comm comm, const trace_stated *stated);

/* Do all ranks record the same step? Collective. NTKW_ERR_DISAGREE names what differs. */
ntkw_status ntkw_i_recording_same_step(MPI_Comm comm, const ntkw_recording_step *step, const trace_stated *stated);

/* Exact squares and norms of the whole gradients. Collective: one MPI_Allreduce. NTKW_ERR_NOT_FINITE names a condition.
 */
ntkw_status ntkw_i_recording_reduce(ntkw_recording *trace, const void *const shards[]);

/* Write this rank's shards to the step's chunks. Local. NTKW_ERR_FILE. */
ntkw_status ntkw_i_recording_write_shards(const ntkw_recording *trace, const void *const shards[]);

/* For the first rank, with HDF5's voice silenced. Local; NTKW_ERR_FILE names the reason. */
ntkw_status ntkw_i_recording_make_file(ntkw_recording *trace);  /* everything but steps */
ntkw_status ntkw_i_recording_open_file(ntkw_recording *trace);  /* of this setup, without the steps from its epoch on */
ntkw_status ntkw_i_recording_extend(ntkw_recording *trace);     /* room for a step; its addresses */
ntkw_status ntkw_i_recording_write_rows(ntkw_recording *trace); /* the step but its gradients; the file is whole then */
ntkw_status ntkw_i_recording_withdraw(ntkw_recording *trace);   /* back to n_steps */
ntkw_status ntkw_i_recording_close_file(ntkw_recording *trace);

/* What the others are made of. Local, for the first rank. */
extern const char *const ntkw_i_recording_dataset_names[TRACE_N_DATASETS];
ntkw_status ntkw_i_recording_take(ntkw_recording *trace); /* keep others from recording to the open file */
ntkw_status ntkw_i_recording_set_steps(const ntkw_recording *trace, int64_t n);
ntkw_status ntkw_i_recording_set_complete(const ntkw_recording *trace, int64_t complete);
ntkw_status ntkw_i_recording_commit(ntkw_recording *trace); /* all that HDF5 has changed, at once */

#endif
