/* What a weighting is made of. */
#ifndef NTKW_WEIGHTING_HANDLE_H
#define NTKW_WEIGHTING_HANDLE_H

#include "ntkw/weighting.h"
#include "weighting/fault.h"
#include "weighting/message.h"
#include "weighting/rules/rules.h"

/* What this rank added to one condition since the last update. */
typedef struct ntkw_i_addends {
  bool gradient, trace; /* was a piece added, be it an empty one? */
  ntkw_sum squares;     /* of the gradient's values */
  ntkw_sum diagonal;    /* of the NTK block's entries; used only if the rule needs traces */
} ntkw_i_addends;

/* What this rank added since the last update, and its first fault. */
typedef struct ntkw_i_local {
  ntkw_i_addends *condition; /* n of them */
  ntkw_i_fault fault;
} ntkw_i_local;

/* Room for one evaluation of a rule: n values each. */
typedef struct ntkw_i_workspace {
  int *taking_part;
  double *norm, *trace, *target;
} ntkw_i_workspace;

struct ntkw_weighting {
  MPI_Comm comm; /* our own duplicate; errors are returned on it */
  int rank, size;

  int n;
  char **names; /* the pointers and the characters are one allocation */
  const ntkw_i_rule *rule;
  double alpha;
  int64_t update_every;
  ntkw_dtype dtype;
  int64_t parameter_count;
  uint64_t options_fingerprint;

  ntkw_i_local local;
  ntkw_i_layout layout;
  int64_t *message;    /* sent, and reduced in place */
  MPI_Request request; /* of a begun update; MPI_REQUEST_NULL once it is complete */
  bool begun;
  int64_t epoch;   /* of the begun update */
  int64_t updates; /* reductions completed */

  ntkw_i_reduced *reduced; /* n moments of the last update */
  ntkw_i_workspace workspace;
  double *weights, *norms, *squared_norms, *traces; /* n of each, in one allocation that begins at weights */
};

/* Forget what was added, remembered faults too. Local. */
void ntkw_i_local_clear(ntkw_weighting *weighting);

/* The options once the defaults of the rule are filled in. */
typedef struct ntkw_i_settings {
  const ntkw_i_rule *rule;
  double alpha;
  int64_t update_every;
  ntkw_dtype dtype;
  int64_t parameter_count;
  const double *initial_weights; /* the user's; NULL: all 1 */
} ntkw_i_settings;

/* Validate the arguments of create and fill in the defaults. Local. */
ntkw_status ntkw_i_settings_make(int n, const char *const names[], const ntkw_weighting_options *options,
                                 ntkw_i_settings *settings);

/* Compare the weighting's names, options and weights over the ranks. Collective on its communicator.
 * Returns on every rank NTKW_SUCCESS or NTKW_ERR_DISAGREE; the sentence says what the first deviating rank has. */
ntkw_status ntkw_i_agree_on_options(const ntkw_weighting *weighting);

#endif
