/* Safe mode, NTKW_SAFE_MODE=1: before a collective call does its work, the ranks show each other what they were called
 * with, and the replicas what they are about to conclude from. Differences come back as one sentence that names the
 * argument, the ranks and the values, on every rank; also where one rank is in another call, which would hang. */
#ifndef NTKW_WEIGHTING_SAFE_H
#define NTKW_WEIGHTING_SAFE_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include "ntkw/weighting.h"

/* The collective calls of a weighting. */
typedef enum ntkw_i_call { NTKW_I_UPDATE, NTKW_I_BEGIN, NTKW_I_END, NTKW_I_DESTROY } ntkw_i_call;

/* What a rank shows at every call. */
enum {
  NTKW_I_SHOWN_CALL,    /* an ntkw_i_call */
  NTKW_I_SHOWN_BEGUN,   /* is an update begun? */
  NTKW_I_SHOWN_EPOCH,   /* of update and begin */
  NTKW_I_SHOWN_UPDATES, /* so far */
  NTKW_I_SHOWN_STATES,  /* states put back so far */
  NTKW_I_SHOWN_STATE,   /* fingerprint of the last one */
  NTKW_I_SHOWN_WEIGHTS, /* fingerprint of the present weights and what else is state */
  NTKW_I_SHOWN
};

typedef struct ntkw_i_safe {
  bool on;
  bool gone;                 /* on some ranks the weighting is destroyed */
  int64_t *shown;            /* NTKW_I_SHOWN values of every rank */
  double *theirs;            /* room for the values of two ranks */
  int64_t states;            /* put back so far */
  uint64_t state;            /* fingerprint of the last one */
  MPI_Comm replicas;         /* our own duplicate; MPI_COMM_NULL: none */
  int replica, replica_size; /* rank and size in it */
} ntkw_i_safe;

/* Is the environment variable set to anything but 0 or nothing? Local. */
bool ntkw_i_safe_wanted(void);

/* Do all ranks make this call with the same arguments? Collective if safe mode is on, else local and NTKW_SUCCESS.
 * Returns the same on every rank: NTKW_SUCCESS or NTKW_ERR_DISAGREE. */
ntkw_status ntkw_i_safe_check(ntkw_weighting *weighting, ntkw_i_call call, int64_t epoch);

/* Have the replicas the same reduced moments, weights and verdict? Collective over comm and replica_comm if safe mode
 * is on and there are replicas, else local. own: this weighting's verdict so far. Returns the same on every rank of
 * every replica: the largest of the verdicts, or NTKW_ERR_DISAGREE. */
ntkw_status ntkw_i_safe_replicas(ntkw_weighting *weighting, ntkw_status own);

#endif
