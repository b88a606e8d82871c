/* Do the ranks agree on what the weighting is made of? Rank 0 shows what it has, every rank compares. */
#include <inttypes.h>
#include <string.h>
#include "status/check.h"
#include "weighting/fingerprint.h"
#include "weighting/handle.h"

enum { RULE_LENGTH = 64 };

/* What a rank has; sent as bytes, so all of it is of fixed size. Ranks of one job share a byte order or MPI itself
 * cannot carry their bytes; a rank of another one would be told that it disagrees. */
typedef struct made_of {
  int64_t n, update_every, dtype, parameter_count;
  double alpha;
  uint64_t names, weights;
  char rule[RULE_LENGTH];
} made_of;

static void describe(const ntkw_weighting *weighting, made_of *own) {
  memset(own, 0, sizeof *own);
  own->n = weighting->n;
  own->update_every = weighting->update_every;
  own->dtype = weighting->dtype;
  own->parameter_count = weighting->parameter_count;
  own->alpha = weighting->alpha;
  for (int c = 0; c < weighting->n; c++) own->names = ntkw_i_fingerprint_text(own->names, weighting->names[c]);
  own->weights = ntkw_i_fingerprint_doubles(0, weighting->weights, (size_t)weighting->n);
  strncpy(own->rule, weighting->rule->name, RULE_LENGTH - 1);
}

static ntkw_status differs(int rank, const char *what, int64_t own, int64_t first) {
  return ntkw_i_fail(NTKW_ERR_DISAGREE,
                     "the ranks disagree on %s: %" PRId64 " on rank %d, %" PRId64
                     " on rank 0; expected the same on all",
                     what, own, rank, first);
}

static ntkw_status compare(int rank, const made_of *own, const made_of *first) {
  if (own->n != first->n) return differs(rank, "the number of conditions", own->n, first->n);
  NTKW_CHECK(own->names == first->names, NTKW_ERR_DISAGREE,
             "the ranks disagree on the names of the conditions: those on rank %d are not those on rank 0", rank);
  NTKW_CHECK(strcmp(own->rule, first->rule) == 0, NTKW_ERR_DISAGREE,
             "the ranks disagree on the rule: '%s' on rank %d, '%s' on rank 0; expected the same on all", own->rule,
             rank, first->rule);
  NTKW_CHECK(own->alpha == first->alpha, NTKW_ERR_DISAGREE,
             "the ranks disagree on alpha: %.17g on rank %d, %.17g on rank 0; expected the same on all", own->alpha,
             rank, first->alpha);
  if (own->update_every != first->update_every)
    return differs(rank, "update_every", own->update_every, first->update_every);
  if (own->dtype != first->dtype) return differs(rank, "dtype", own->dtype, first->dtype);
  if (own->parameter_count != first->parameter_count)
    return differs(rank, "parameter_count", own->parameter_count, first->parameter_count);
  NTKW_CHECK(own->weights == first->weights, NTKW_ERR_DISAGREE,
             "the ranks disagree on the initial weights: those on rank %d are not those on rank 0", rank);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_agree_on_options(const ntkw_weighting *weighting) {
  made_of own, first;
  describe(weighting, &own);
  first = own;
  NTKW_CHECK(MPI_Bcast(&first, (int)sizeof first, MPI_BYTE, 0, weighting->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Bcast failed while the ranks compared the options of a weighting");
  return ntkw_status_agree(weighting->comm, compare(weighting->rank, &own, &first));
}
