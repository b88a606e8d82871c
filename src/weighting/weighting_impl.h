/* The weighting: its parts, and functions shared by the files of this folder. */
#ifndef NTKW_WEIGHTING_WEIGHTING_IMPL_H
#define NTKW_WEIGHTING_WEIGHTING_IMPL_H

#include "ntkw/weighting.h"
#include "weighting/argument_error.h"
#include "weighting/message.h"
#include "weighting/moments.h"
#include "weighting/rules/rules.h"
#include "weighting/safe_mode.h"

/* This rank's part of one sum of a condition since the last update. */
typedef struct ntkw_i_addend {
  bool present; /* something was added, perhaps an empty piece */
  ntkw_sum sum; /* sum.count: number of values, or of points */
} ntkw_i_addend;

/* This rank's sums and its first argument error since the last update. */
typedef struct ntkw_i_local {
  ntkw_i_addend *addends; /* for each condition, those of the kinds that are sent (ntkw_i_addend_of) */
  int64_t max_abs;        /* bits of the largest absolute value in the reference's gradient */
  ntkw_i_argument_error argument_error;
} ntkw_i_local;

/* Memory for one evaluation of a rule. The arrays have n values if nothing else is said. */
typedef struct ntkw_i_workspace {
  int *taking_part;
  ntkw_i_split *quantity; /* of the conditions that take part */
  double *value, *target;
  double *moments;   /* input of the user's rule: 6 n values */
  double *broadcast; /* output of the user's rule: status, n targets, memory */
} ntkw_i_workspace;

/* The options, with the defaults of the rule filled in. */
typedef struct ntkw_i_settings {
  const ntkw_i_rule *rule;   /* a rule of the library; NULL: own is set */
  const ntkw_user_rule *own; /* the user's rule; NULL: rule is set */
  const char *name;          /* of that rule */
  unsigned needs;            /* of that rule: NTKW_NEEDS_... */
  double alpha, cap;
  int64_t update_every, update_offset, first_epoch;
  ntkw_dtype dtype; /* range of the sums: NTKW_FLOAT64 or NTKW_FLOAT32 */
  int64_t parameter_count;
  bool norms; /* squares are sent even if the rule does not need them */
  int reference;
  int64_t target_epoch;
  const double *initial_weights, *final_weights; /* the user's, or NULL */
  MPI_Comm replica_comm;                         /* the user's */
} ntkw_i_settings;

struct ntkw_weighting {
  MPI_Comm comm; /* a duplicate, with MPI_ERRORS_RETURN */
  int rank, size;

  int n;
  char **names; /* the pointers and the characters are one allocation */
  ntkw_i_settings settings;
  ntkw_user_rule own; /* copy of the user's rule; its name is in the allocation of names */
  uint64_t options_fingerprint;

  ntkw_i_local local;
  ntkw_i_layout layout;
  int64_t *message;       /* buffer of the reduction, which is in place */
  int64_t max_abs;        /* buffer of the second reduction, by MPI_MAX */
  MPI_Request request[2]; /* of a begun update; MPI_REQUEST_NULL where complete or not needed */
  bool begun;
  int64_t epoch;   /* of the begun update */
  int64_t updates; /* number of completed reductions */

  ntkw_i_reduced *reduced; /* n moments of the last update */
  ntkw_i_workspace workspace;
  double *first, *final; /* initial and final weights */

  /* The state: one allocation that begins at weights, n values of each, then the memory of the user's rule. */
  double *weights, *norms, *squared_norms, *traces, *losses, *magnitudes, *memory;
  int n_values; /* number of values of the state */

  ntkw_i_safe_mode safe_mode;
};

/* The addend of a condition; NULL if that kind of sum is not sent. Local. */
ntkw_i_addend *ntkw_i_addend_of(const ntkw_weighting *weighting, int condition, ntkw_i_kind kind);

/* Discard this rank's sums and the remembered argument error. Not collective. */
void ntkw_i_local_clear(ntkw_weighting *weighting);

/* Copy the caller's options, which may be those of another version with another size, over the defaults. Not
 * collective. given: NULL for the defaults. @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (bad size; *all is the defaults).
 */
ntkw_status ntkw_i_weighting_options_read(const ntkw_weighting_options *given, ntkw_weighting_options *all);

/* Validate the arguments of create and fill in the defaults. Local. */
ntkw_status ntkw_i_settings_make(int n, const char *const names[], const ntkw_weighting_options *given,
                                 ntkw_i_settings *settings);

/* Fingerprint of everything that ntkw_i_agree_on_options compares; every update compares it. Not collective. */
uint64_t ntkw_i_options_fingerprint(const ntkw_weighting *weighting);

/* Compare the weighting's names, options and weights over its ranks, and over the replicas if there are any.
 * Collective on both. Returns the same on every rank: NTKW_SUCCESS, NTKW_ERR_DISAGREE or NTKW_ERR_MPI. The error
 * message is that of the first deviating rank. */
ntkw_status ntkw_i_agree_on_options(const ntkw_weighting *weighting);

/* Return the largest status of all ranks of all replicas. Collective on both communicators. replicas: MPI_COMM_NULL if
 * there are none. own: this rank's status. The error message is the same on every rank of comm. */
ntkw_status ntkw_i_agree_everywhere(MPI_Comm comm, MPI_Comm replicas, ntkw_status own);

#endif
