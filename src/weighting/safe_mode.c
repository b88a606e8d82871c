#include "weighting/safe_mode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/check.h"
#include "weighting/fingerprint.h"
#include "weighting/weighting_impl.h"

enum { VALUE_LENGTH = 80 };

bool ntkw_i_safe_mode_wanted(void) {
  const char *value = getenv("NTKW_SAFE_MODE");
  return value && value[0] && strcmp(value, "0") != 0;
}

/* Names of the values, in the order of the state and of the moments that follow it. */
static const char *const state_words[] = {"weight", "norm", "squared norm", "trace", "loss", "mean magnitude"};
static const char *const moment_words[] = {"squared norm", "sum of magnitudes", "trace", "sum of losses", "norm"};
enum { MOMENTS = sizeof moment_words / sizeof *moment_words };

static double moment_at(const ntkw_weighting *weighting, int index) {
  const ntkw_i_reduced *reduced = &weighting->reduced[index / MOMENTS];
  const int kind = index % MOMENTS;
  return kind < NTKW_I_KINDS ? reduced->total[kind].value : reduced->norm;
}

static void name_of_value(const ntkw_weighting *weighting, int index, char name[], size_t size) {
  const int n = weighting->n, moment = index - weighting->n_values;
  if (moment >= 0)
    snprintf(name, size, "the new %s of condition '%.200s'", moment_words[moment % MOMENTS],
             weighting->names[moment / MOMENTS]);
  else if (index < 6 * n)
    snprintf(name, size, "the present %s of condition '%.200s'", state_words[index / n], weighting->names[index % n]);
  else
    snprintf(name, size, "the memory of the own rule at index %d", index - 6 * n);
}

/* The index of the first value with other bits, or count. */
static int first_difference(const double *a, const double *b, int count) {
  int i = 0;
  while (i < count && memcmp(&a[i], &b[i], sizeof *a) == 0) i++;
  return i;
}

static ntkw_status show(ntkw_weighting *weighting, ntkw_i_call call, int64_t epoch) {
  const ntkw_i_safe_mode *safe = &weighting->safe_mode;
  const int64_t own[NTKW_I_SHOWN] = {
      [NTKW_I_SHOWN_CALL] = call,
      [NTKW_I_SHOWN_BEGUN] = weighting->begun,
      [NTKW_I_SHOWN_EPOCH] = epoch,
      [NTKW_I_SHOWN_UPDATES] = weighting->updates,
      [NTKW_I_SHOWN_STATES] = safe->states,
      [NTKW_I_SHOWN_STATE] = (int64_t)safe->state,
      [NTKW_I_SHOWN_WEIGHTS] = (int64_t)ntkw_i_fingerprint_doubles(0, weighting->weights, (size_t)weighting->n_values),
  };
  NTKW_CHECK(MPI_Allgather(own, NTKW_I_SHOWN, MPI_INT64_T, safe->shown, NTKW_I_SHOWN, MPI_INT64_T, weighting->comm) ==
                 MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allgather failed while the ranks of a weighting compared their arguments");
  return NTKW_SUCCESS;
}

static int64_t shown(const ntkw_weighting *weighting, int rank, int topic) {
  return weighting->safe_mode.shown[(size_t)rank * NTKW_I_SHOWN + (size_t)topic];
}

/* The first rank that differs from rank 0 in a topic; 0 if none does. *others: the number of further such ranks. */
static int deviating_rank(const ntkw_weighting *weighting, int topic, int *others) {
  int first = 0;
  *others = 0;
  for (int r = 1; r < weighting->size; r++) {
    if (shown(weighting, r, topic) == shown(weighting, 0, topic)) continue;
    if (first == 0)
      first = r;
    else
      ++*others;
  }
  return first;
}

static void describe(int topic, int64_t value, char text[VALUE_LENGTH]) {
  static const char *const calls[] = {"ntkw_weighting_update", "ntkw_weighting_update_begin",
                                      "ntkw_weighting_update_end", "ntkw_weighting_destroy"};
  if (topic == NTKW_I_SHOWN_CALL)
    snprintf(text, VALUE_LENGTH, "%s", calls[value]);
  else if (topic == NTKW_I_SHOWN_STATE)
    snprintf(text, VALUE_LENGTH, "bytes with fingerprint %016" PRIx64, (uint64_t)value);
  else
    snprintf(text, VALUE_LENGTH, "%" PRId64, value);
}

/* Every rank holds the same table, so that all return the same error. */
static ntkw_status compare_topic(const ntkw_weighting *weighting, int topic) {
  static const char *const names[] = {
      [NTKW_I_SHOWN_CALL] = "which collective function to call",
      [NTKW_I_SHOWN_BEGUN] = "whether an update is begun",
      [NTKW_I_SHOWN_EPOCH] = "the epoch of the update",
      [NTKW_I_SHOWN_UPDATES] = "the number of updates so far (was a state put back on some ranks only?)",
      [NTKW_I_SHOWN_STATES] = "how many states were put back (ntkw_weighting_state_set)",
      [NTKW_I_SHOWN_STATE] = "the state that was put back (ntkw_weighting_state_set)",
  };
  int others = 0;
  const int deviating = deviating_rank(weighting, topic, &others);
  if (deviating == 0) return NTKW_SUCCESS;
  char theirs[VALUE_LENGTH], first[VALUE_LENGTH], more[48] = "";
  describe(topic, shown(weighting, deviating, topic), theirs);
  describe(topic, shown(weighting, 0, topic), first);
  if (others > 0) snprintf(more, sizeof more, " (%d more rank%s too)", others, others > 1 ? "s differ" : " differs");
  return ntkw_i_fail(NTKW_ERR_DISAGREE,
                     "the ranks disagree on %s: %s on rank %d%s, %s on rank 0; expected the same on "
                     "all",
                     names[topic], theirs, deviating, more, first);
}

/* If the fingerprints differ, two ranks broadcast their weights to find the first difference. */
static ntkw_status compare_weights(ntkw_weighting *weighting) {
  int others = 0;
  const int deviating = deviating_rank(weighting, NTKW_I_SHOWN_WEIGHTS, &others), count = weighting->n_values;
  if (deviating == 0) return NTKW_SUCCESS;
  double *first = weighting->safe_mode.theirs, *theirs = first + count;
  memcpy(first, weighting->weights, sizeof *first * (size_t)count);
  memcpy(theirs, weighting->weights, sizeof *theirs * (size_t)count);
  NTKW_CHECK(MPI_Bcast(first, count, MPI_DOUBLE, 0, weighting->comm) == MPI_SUCCESS &&
                 MPI_Bcast(theirs, count, MPI_DOUBLE, deviating, weighting->comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Bcast failed while the ranks of a weighting compared their weights");
  const int i = first_difference(first, theirs, count);
  char name[300];
  name_of_value(weighting, i, name, sizeof name);
  return ntkw_i_fail(NTKW_ERR_DISAGREE,
                     "the ranks disagree on %s: %.17g on rank %d, %.17g on rank 0; expected the same on all (%d of %d "
                     "ranks differ from rank 0)",
                     name, theirs[i], deviating, first[i], others + 1, weighting->size);
}

/* A rank that calls destroy takes part in no later call. */
static bool some_rank_destroys(const ntkw_weighting *weighting) {
  for (int r = 0; r < weighting->size; r++)
    if (shown(weighting, r, NTKW_I_SHOWN_CALL) == NTKW_I_DESTROY) return true;
  return false;
}

ntkw_status ntkw_i_safe_mode_check(ntkw_weighting *weighting, ntkw_i_call call, int64_t epoch) {
  if (!weighting->safe_mode.on || (weighting->safe_mode.gone && call == NTKW_I_DESTROY)) return NTKW_SUCCESS;
  NTKW_CHECK(!weighting->safe_mode.gone, NTKW_ERR_DISAGREE,
             "some ranks have destroyed this weighting: the others can only destroy it, too");
  NTKW_TRY(show(weighting, call, epoch));
  weighting->safe_mode.gone = some_rank_destroys(weighting);
  for (int topic = 0; topic < NTKW_I_SHOWN_WEIGHTS; topic++) NTKW_TRY(compare_topic(weighting, topic));
  return compare_weights(weighting);
}

/* Compare with replica 0, value by value. */
static ntkw_status compare_with_first(ntkw_weighting *weighting) {
  const ntkw_i_safe_mode *safe = &weighting->safe_mode;
  const int kept = weighting->n_values, count = kept + MOMENTS * weighting->n;
  double *first = safe->theirs, *own = first + count;
  int64_t numbers[2] = {weighting->epoch, weighting->updates};
  memcpy(own, weighting->weights, sizeof *own * (size_t)kept);
  for (int i = kept; i < count; i++) own[i] = moment_at(weighting, i - kept);
  memcpy(first, own, sizeof *first * (size_t)count);
  NTKW_CHECK(MPI_Bcast(first, count, MPI_DOUBLE, 0, safe->replicas) == MPI_SUCCESS &&
                 MPI_Bcast(numbers, 2, MPI_INT64_T, 0, safe->replicas) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Bcast failed while the replicas of a weighting were compared");
  NTKW_CHECK(numbers[0] == weighting->epoch, NTKW_ERR_DISAGREE,
             "the replicas disagree on the epoch of the update: %" PRId64 " on replica %d, %" PRId64
             " on replica 0; expected the same on all",
             weighting->epoch, safe->replica, numbers[0]);
  NTKW_CHECK(numbers[1] == weighting->updates, NTKW_ERR_DISAGREE,
             "the replicas disagree on the number of updates: %" PRId64 " on replica %d, %" PRId64
             " on replica 0; expected the same on all",
             weighting->updates, safe->replica, numbers[1]);
  const int i = first_difference(first, own, count);
  if (i == count) return NTKW_SUCCESS;
  char name[300];
  name_of_value(weighting, i, name, sizeof name);
  return ntkw_i_fail(NTKW_ERR_DISAGREE,
                     "the replicas disagree on %s: %.17g on replica %d, %.17g on replica 0; expected the same bits on "
                     "all (were the gradients reduced over the replicas, and are they the same there?)",
                     name, own[i], safe->replica, first[i]);
}

ntkw_status ntkw_i_safe_mode_compare_replicas(ntkw_weighting *weighting, ntkw_status own) {
  const ntkw_i_safe_mode *safe = &weighting->safe_mode;
  if (!safe->on || safe->replicas == MPI_COMM_NULL) return own;
  NTKW_TRY(ntkw_i_agree_everywhere(weighting->comm, safe->replicas, own));
  return ntkw_i_agree_everywhere(weighting->comm, safe->replicas, compare_with_first(weighting));
}
