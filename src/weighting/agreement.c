/* Check that names, options and weights are the same on all ranks: rank 0 broadcasts its values, every rank compares.
 */
#include <inttypes.h>
#include <string.h>
#include "base/check.h"
#include "base/hash.h"
#include "weighting/fingerprint.h"
#include "weighting/weighting_impl.h"

enum { RULE_LENGTH = 64 };

/* The whole numbers among the options that must be the same on every rank: X(name, value). */
#define NUMBERS(X)                                                \
  X("update_every", weighting->settings.update_every)             \
  X("update_offset", weighting->settings.update_offset)           \
  X("first_epoch", weighting->settings.first_epoch)               \
  X("dtype", weighting->settings.dtype)                           \
  X("parameter_count", weighting->settings.parameter_count)       \
  X("the option norms", weighting->settings.norms)                \
  X("the reference condition", weighting->settings.reference)     \
  X("target_epoch", weighting->settings.target_epoch)             \
  X("the needs of user_rule", weighting->settings.needs)          \
  X("the memory_count of user_rule", weighting->own.memory_count) \
  X("the environment variable NTKW_SAFE_MODE", weighting->safe_mode.on)

#define NAME_OF(name, value) name,
#define VALUE_OF(name, value) (int64_t)(value),
static const char *const number_names[] = {NUMBERS(NAME_OF)};
enum { N_NUMBERS = sizeof number_names / sizeof *number_names };

/* The arguments of a rank, in a struct of fixed size that is broadcast as bytes. A rank with another byte order would
 * get NTKW_ERR_DISAGREE. */
typedef struct description {
  int64_t n, numbers[N_NUMBERS];
  double alpha, cap;
  uint64_t names, initial, final;
  char rule[RULE_LENGTH];
} description;

static void describe(const ntkw_weighting *weighting, description *own) {
  const int64_t numbers[] = {NUMBERS(VALUE_OF)};
  memset(own, 0, sizeof *own);
  own->n = weighting->n;
  memcpy(own->numbers, numbers, sizeof numbers);
  own->alpha = weighting->settings.alpha;
  own->cap = weighting->settings.cap;
  for (int c = 0; c < weighting->n; c++) own->names = ntkw_i_fingerprint_text(own->names, weighting->names[c]);
  own->initial = ntkw_i_fingerprint_doubles(0, weighting->first, (size_t)weighting->n);
  own->final = ntkw_i_fingerprint_doubles(0, weighting->final, (size_t)weighting->n);
  strncpy(own->rule, weighting->settings.name, RULE_LENGTH - 1);
}

uint64_t ntkw_i_options_fingerprint(const ntkw_weighting *weighting) {
  description own;
  describe(weighting, &own);
  return ntkw_i_hash_bytes(NTKW_I_HASH_FNV, &own, sizeof own);
}

/* The parties that compare their arguments: ranks or replicas. */
typedef struct parties {
  const char *plural, *singular;
  int own;
} parties;

static ntkw_status compare_number(const parties *who, const char *what, int64_t own, int64_t first) {
  NTKW_CHECK(own == first, NTKW_ERR_DISAGREE,
             "the %s disagree on %s: %" PRId64 " on %s %d, %" PRId64 " on %s 0; expected the same on all", who->plural,
             what, own, who->singular, who->own, first, who->singular);
  return NTKW_SUCCESS;
}

static ntkw_status compare_real(const parties *who, const char *what, double own, double first) {
  NTKW_CHECK(own == first, NTKW_ERR_DISAGREE,
             "the %s disagree on %s: %.17g on %s %d, %.17g on %s 0; expected the same on all", who->plural, what, own,
             who->singular, who->own, first, who->singular);
  return NTKW_SUCCESS;
}

static ntkw_status compare_list(const parties *who, const char *what, uint64_t own, uint64_t first) {
  NTKW_CHECK(own == first, NTKW_ERR_DISAGREE, "the %s disagree on %s: those on %s %d are not those on %s 0",
             who->plural, what, who->singular, who->own, who->singular);
  return NTKW_SUCCESS;
}

static ntkw_status compare(const parties *who, const description *own, const description *first) {
  NTKW_TRY(compare_number(who, "the number of conditions", own->n, first->n));
  NTKW_TRY(compare_list(who, "the names of the conditions", own->names, first->names));
  NTKW_CHECK(strcmp(own->rule, first->rule) == 0, NTKW_ERR_DISAGREE,
             "the %s disagree on the rule: '%s' on %s %d, '%s' on %s 0; expected the same on all", who->plural,
             own->rule, who->singular, who->own, first->rule, who->singular);
  NTKW_TRY(compare_real(who, "alpha", own->alpha, first->alpha));
  NTKW_TRY(compare_real(who, "the cap", own->cap, first->cap));
  for (int i = 0; i < N_NUMBERS; i++)
    NTKW_TRY(compare_number(who, number_names[i], own->numbers[i], first->numbers[i]));
  NTKW_TRY(compare_list(who, "the initial weights", own->initial, first->initial));
  return compare_list(who, "the final weights", own->final, first->final);
}

static ntkw_status agree_within(MPI_Comm comm, const parties *who, const ntkw_weighting *weighting) {
  description own, first;
  describe(weighting, &own);
  first = own;
  const int code = MPI_Bcast(&first, (int)sizeof first, MPI_BYTE, 0, comm);
  const ntkw_status status = code == MPI_SUCCESS
                                 ? compare(who, &own, &first)
                                 : ntkw_i_fail(NTKW_ERR_MPI,
                                               "MPI_Bcast failed while the %s compared the options of a "
                                               "weighting",
                                               who->plural);
  return ntkw_status_agree(comm, status);
}

/* Agreement over the ranks and then over the replicas gives every rank the status. The second agreement over the ranks
 * gives every rank of comm the same message. */
ntkw_status ntkw_i_agree_everywhere(MPI_Comm comm, MPI_Comm replicas, ntkw_status own) {
  const ntkw_status status = ntkw_status_agree(comm, own);
  if (replicas == MPI_COMM_NULL) return status;
  return ntkw_status_agree(comm, ntkw_status_agree(replicas, status));
}

ntkw_status ntkw_i_agree_on_options(const ntkw_weighting *weighting) {
  const parties ranks = {"ranks", "rank", weighting->rank};
  const parties replicas = {"replicas", "replica", weighting->safe_mode.replica};
  NTKW_TRY(ntkw_i_agree_everywhere(weighting->comm, weighting->safe_mode.replicas,
                                   agree_within(weighting->comm, &ranks, weighting)));
  if (weighting->safe_mode.replicas == MPI_COMM_NULL) return NTKW_SUCCESS;
  return ntkw_i_agree_everywhere(weighting->comm, weighting->safe_mode.replicas,
                                 agree_within(weighting->safe_mode.replicas, &replicas, weighting));
}
