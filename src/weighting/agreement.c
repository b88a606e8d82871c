/* Do the ranks agree on what the weighting is made of? Rank 0 shows what it has, every rank compares. */
#include <inttypes.h>
#include <string.h>
#include "base/check.h"
#include "weighting/compared.h"
#include "weighting/fingerprint.h"
#include "weighting/handle.h"

enum { RULE_LENGTH = 64 };

#define NAME_OF(name, value) name,
static const char *const number_names[] = {NTKW_I_COMPARED(NAME_OF)};
enum { N_NUMBERS = sizeof number_names / sizeof *number_names };

/* What a rank has; sent as bytes, so all of it is of fixed size. Ranks of one job share a byte order or MPI itself
 * cannot carry their bytes; a rank of another one would be told that it disagrees. */
typedef struct made_of {
  int64_t n, numbers[N_NUMBERS];
  double alpha, cap;
  uint64_t names, initial, final;
  char rule[RULE_LENGTH];
} made_of;

static void describe(const ntkw_weighting *w, made_of *own) {
#define VALUE_OF(name, value) (int64_t)(value),
  const int64_t numbers[] = {NTKW_I_COMPARED(VALUE_OF)};
  memset(own, 0, sizeof *own);
  own->n = w->n;
  memcpy(own->numbers, numbers, sizeof numbers);
  own->alpha = w->settings.alpha;
  own->cap = w->settings.cap;
  for (int c = 0; c < w->n; c++) own->names = ntkw_i_fingerprint_text(own->names, w->names[c]);
  own->initial = ntkw_i_fingerprint_doubles(0, w->first, (size_t)w->n);
  own->final = ntkw_i_fingerprint_doubles(0, w->final, (size_t)w->n);
  strncpy(own->rule, w->settings.name, RULE_LENGTH - 1);
}

/* Who is compared: ranks, or replicas. */
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

static ntkw_status compare(const parties *who, const made_of *own, const made_of *first) {
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
  made_of own, first;
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

/* Over the ranks, over the replicas, so that all ranks have the verdict, and over the ranks again for the sentence. */
ntkw_status ntkw_i_agree_everywhere(MPI_Comm comm, MPI_Comm replicas, ntkw_status own) {
  const ntkw_status status = ntkw_status_agree(comm, own);
  if (replicas == MPI_COMM_NULL) return status;
  return ntkw_status_agree(comm, ntkw_status_agree(replicas, status));
}

ntkw_status ntkw_i_agree_on_options(const ntkw_weighting *weighting) {
  const parties ranks = {"ranks", "rank", weighting->rank};
  const parties replicas = {"replicas", "replica", weighting->safe.replica};
  NTKW_TRY(ntkw_i_agree_everywhere(weighting->comm, weighting->safe.replicas,
                                   agree_within(weighting->comm, &ranks, weighting)));
  if (weighting->safe.replicas == MPI_COMM_NULL) return NTKW_SUCCESS;
  return ntkw_i_agree_everywhere(weighting->comm, weighting->safe.replicas,
                                 agree_within(weighting->safe.replicas, &replicas, weighting));
}
