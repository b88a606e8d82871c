/* The weighting: its parts, and functions shared by the files of this folder. */
#ifndef NTKW_WEIGHTING_WEIGHTING_IMPL_H
#define NTKW_WEIGHTING_WEIGHTING_IMPL_H

#include "ntkw/weighting.h"
#include "weighting/argument_error.h"
#include "weighting/message.h"
#include "weighting/moments.h"
#include "weighting/rules/rules.h"
#include "weighting/safe_mode.h"

/* What this rank added to one of the sums of a condition since the last update. */
typedef struct ntkw_i_addend {
  bool present; /* something was added, perhaps of no values */
  ntkw_sum sum; /* its count: values, or points */
} ntkw_i_addend;

/* What this rank added since the last update, and its first argument error. */
typedef struct ntkw_i_local {
  ntkw_i_addend *addends; /* for each condition, those of the kinds that are sent (ntkw_i_addend_of) */
  int64_t max_abs;        /* bits of the largest absolute value in the reference's gradient */
  ntkw_i_argument_error argument_error;
} ntkw_i_local;

/* Memory for one evaluation of a rule: n values each. */
typedef struct ntkw_i_workspace {
  int *taking_part;
  ntkw_i_split *quantity; /* of the conditions that take part */
  double *value, *target;
  double *moments;   /* input of the user's own rule: 6 n */
  double *broadcast; /* its outcome: status, n targets, memory */
} ntkw_i_workspace;

/* The options once the defaults of the rule are filled in. */
typedef struct ntkw_i_settings {
  const ntkw_i_rule *rule;   /* NULL: own */
  const ntkw_user_rule *own; /* NULL: rule */
  const char *name;          /* of either */
  unsigned needs;            /* of either */
  double alpha, cap;
  int64_t update_every, update_offset, first_epoch;
  ntkw_dtype dtype; /* range of the sums: NTKW_FLOAT64 or NTKW_FLOAT32 */
  int64_t parameter_count;
  bool norms; /* squares are sent */
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
  ntkw_user_rule own; /* a copy, its name in names' allocation */
  uint64_t options_fingerprint;

  ntkw_i_local local;
  ntkw_i_layout layout;
  int64_t *message;       /* sent, and reduced in place */
  int64_t max_abs;        /* the same, of the second reduction */
  MPI_Request request[2]; /* of a begun update; MPI_REQUEST_NULL where complete or not needed */
  bool begun;
  int64_t epoch;   /* of the begun update */
  int64_t updates; /* reductions completed */

  ntkw_i_reduced *reduced; /* n moments of the last update */
  ntkw_i_workspace workspace;
  double *first, *final; /* initial and final weights */

  /* One allocation that begins at weights, n of each then the memory of the user's own rule: the state. */
  double *weights, *norms, *squared_norms, *traces, *losses, *magnitudes, *memory;
  int n_values; /* in all */

  ntkw_i_safe_mode safe_mode;
};

/* The addend of a condition; NULL if that kind of sum is not sent. Local. */
ntkw_i_addend *ntkw_i_addend_of(const ntkw_weighting *weighting, int condition, ntkw_i_kind kind);

/* Discard what was added, and the remembered argument error. Local. */
void ntkw_i_local_clear(ntkw_weighting *weighting);

/* Read the caller's options, of whatever size, over the defaults. given may be NULL. Not collective. @return
 * NTKW_SUCCESS; NTKW_ERR_ARGUMENT (their size), with all = the defaults. */
ntkw_status ntkw_i_weighting_options_read(const ntkw_weighting_options *given, ntkw_weighting_options *all);

/* Validate the arguments of create and fill in the defaults. Local. */
ntkw_status ntkw_i_settings_make(int n, const char *const names[], const ntkw_weighting_options *given,
                                 ntkw_i_settings *settings);

/* Fingerprint of all that ntkw_i_agree_on_options compares, for the comparison at every update. Local. */
uint64_t ntkw_i_options_fingerprint(const ntkw_weighting *weighting);

/* Compare the weighting's names, options and weights over its ranks, and over the replicas if there are any.
 * Collective on both. Returns the same on every rank: NTKW_SUCCESS or NTKW_ERR_DISAGREE; the message says what
 * the first deviating rank has. */
ntkw_status ntkw_i_agree_on_options(const ntkw_weighting *weighting);

/* The largest status of all ranks of all replicas (MPI_COMM_NULL: no replicas). Collective on both. The message is the
 * same on every rank of comm. */
ntkw_status ntkw_i_agree_everywhere(MPI_Comm comm, MPI_Comm replicas, ntkw_status own);

#endif
