/* Safe mode, NTKW_SAFE_MODE=1: before a collective call does its work, the ranks compare their arguments, and the
 * replicas their reduced moments and weights. A difference becomes an error on every rank; its message names the
 * argument, the ranks and the values. Calls of different functions, which would hang otherwise, are found too. */
#ifndef NTKW_WEIGHTING_SAFE_MODE_H
#define NTKW_WEIGHTING_SAFE_MODE_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include "ntkw/weighting.h"

/* The collective calls of a weighting. */
typedef enum ntkw_i_call { NTKW_I_UPDATE, NTKW_I_BEGIN, NTKW_I_END, NTKW_I_DESTROY } ntkw_i_call;

/* Integers that each rank sends to the others at every call. */
enum {
  NTKW_I_SHOWN_CALL,    /* an ntkw_i_call */
  NTKW_I_SHOWN_BEGUN,   /* is an update begun? */
  NTKW_I_SHOWN_EPOCH,   /* of the update */
  NTKW_I_SHOWN_UPDATES, /* number of updates so far */
  NTKW_I_SHOWN_STATES,  /* states restored so far */
  NTKW_I_SHOWN_STATE,   /* fingerprint of the last one */
  NTKW_I_SHOWN_WEIGHTS, /* fingerprint of the weights and the rest of the state */
  NTKW_I_SHOWN
};

typedef struct ntkw_i_safe_mode {
  bool on;
  bool gone;                 /* some ranks have destroyed the weighting */
  int64_t *shown;            /* NTKW_I_SHOWN values of every rank */
  double *theirs;            /* room for the values of two ranks */
  int64_t states;            /* restored so far */
  uint64_t state;            /* fingerprint of the last one */
  MPI_Comm replicas;         /* duplicate of replica_comm; MPI_COMM_NULL: no replicas */
  int replica, replica_size; /* rank and size in replicas */
} ntkw_i_safe_mode;

/* Whether NTKW_SAFE_MODE is set, not empty and not "0". Not collective. */
bool ntkw_i_safe_mode_wanted(void);

/* Check that all ranks make this call with the same arguments. Collective if safe mode is on; otherwise it returns
 * NTKW_SUCCESS without communication. Returns the same on every rank: NTKW_SUCCESS, NTKW_ERR_DISAGREE, NTKW_ERR_MPI. */
ntkw_status ntkw_i_safe_mode_check(ntkw_weighting *weighting, ntkw_i_call call, int64_t epoch);

/* Check that the replicas have the same reduced moments, weights and status. Collective over comm and replica_comm if
 * safe mode is on and there are replicas, otherwise local. own: this weighting's status so far. Returns the same on
 * every rank of every replica: the largest status, or NTKW_ERR_DISAGREE. */
ntkw_status ntkw_i_safe_mode_compare_replicas(ntkw_weighting *weighting, ntkw_status own);

#endif
