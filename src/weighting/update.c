/* The update: one reduction; then every rank computes the same result from it. */
#include <stddef.h>
#include "base/check.h"
#include "base/fp_environment.h"
#include "weighting/weighting_impl.h"
#include "weighting/apply_rule.h"
#include "weighting/validate.h"

/* Wait for both reductions, even if the first one fails: a collective cannot be cancelled, and its buffer must live
 * until it is complete. */
static bool wait_for_both(ntkw_weighting *weighting) {
  bool good = true;
  for (int i = 0; i < 2; i++) good = MPI_Wait(&weighting->request[i], MPI_STATUS_IGNORE) == MPI_SUCCESS && good;
  return good;
}

/* After a disagreement, discard everything that belongs to an update. Otherwise the ranks would still differ at the
 * next one. */
static void abandon(ntkw_weighting *weighting) {
  if (weighting->begun) wait_for_both(weighting);
  weighting->begun = false;
  ntkw_i_local_clear(weighting);
}

/* Fill the message. Moments added afterwards belong to the next update. */
static ntkw_status prepare(ntkw_weighting *weighting, ntkw_i_call call, int64_t epoch) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  const ntkw_status shown = ntkw_i_safe_mode_check(weighting, call, epoch);
  if (shown != NTKW_SUCCESS) abandon(weighting);
  NTKW_TRY(shown);
  NTKW_CHECK(!weighting->begun, NTKW_ERR_ORDER,
             "an update was begun and not ended: ntkw_weighting_update_end must come before the next one");
  if (epoch < 0) ntkw_i_argument_error_remember(weighting, NTKW_I_BAD_EPOCH, -1, epoch);
  weighting->epoch = epoch;
  ntkw_i_message_pack(weighting);
  ntkw_i_local_clear(weighting);
  return NTKW_SUCCESS;
}

static bool needs_max_abs(const ntkw_weighting *weighting) {
  return (weighting->settings.needs & NTKW_NEEDS_LARGEST) != 0;
}

/* If ntkw_i_validate succeeds, the epoch is the same on every rank; if it fails, the epoch decides nothing. */
static ntkw_status validate_and_apply(ntkw_weighting *weighting) {
  const bool due = ntkw_weighting_due(weighting, weighting->epoch);
  int n = 0;
  NTKW_TRY(ntkw_i_safe_mode_compare_replicas(weighting, ntkw_i_validate(weighting, due)));
  const ntkw_status status = due ? ntkw_i_evaluate(weighting, &n) : NTKW_SUCCESS;
  if (status != NTKW_ZERO_NORM) NTKW_TRY(status);
  ntkw_i_apply_moments(weighting);
  ntkw_i_smooth(weighting, n);
  return status;
}

static ntkw_status finish(ntkw_weighting *weighting) {
  weighting->updates++;
  fenv_t saved;
  ntkw_i_fp_environment_enter(&saved);
  ntkw_i_message_unpack(weighting, weighting->reduced);
  const ntkw_status status = validate_and_apply(weighting);
  ntkw_i_fp_environment_leave(&saved);
  return status;
}

ntkw_status ntkw_weighting_update(ntkw_weighting *weighting, int64_t epoch) {
  NTKW_TRY(prepare(weighting, NTKW_I_UPDATE, epoch));
  const int summed =
      MPI_Allreduce(MPI_IN_PLACE, weighting->message, weighting->layout.count, MPI_INT64_T, MPI_SUM, weighting->comm);
  int maximised = MPI_SUCCESS; /* even if the sum failed: the other ranks will call it */
  if (needs_max_abs(weighting))
    maximised = MPI_Allreduce(MPI_IN_PLACE, &weighting->max_abs, 1, MPI_INT64_T, MPI_MAX, weighting->comm);
  NTKW_CHECK(summed == MPI_SUCCESS && maximised == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce failed in ntkw_weighting_update");
  return finish(weighting);
}

ntkw_status ntkw_weighting_update_begin(ntkw_weighting *weighting, int64_t epoch) {
  NTKW_TRY(prepare(weighting, NTKW_I_BEGIN, epoch));
  weighting->request[0] = weighting->request[1] = MPI_REQUEST_NULL;
  int posted = MPI_Iallreduce(MPI_IN_PLACE, weighting->message, weighting->layout.count, MPI_INT64_T, MPI_SUM,
                              weighting->comm, &weighting->request[0]);
  if (posted == MPI_SUCCESS && needs_max_abs(weighting)) {
    posted = MPI_Iallreduce(MPI_IN_PLACE, &weighting->max_abs, 1, MPI_INT64_T, MPI_MAX, weighting->comm,
                            &weighting->request[1]);
    if (posted != MPI_SUCCESS) wait_for_both(weighting);
  }
  NTKW_CHECK(posted == MPI_SUCCESS, NTKW_ERR_MPI, "MPI_Iallreduce failed in ntkw_weighting_update_begin");
  weighting->begun = true;
  return NTKW_SUCCESS;
}

static ntkw_status check_begun(const ntkw_weighting *weighting) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  NTKW_CHECK(weighting->begun, NTKW_ERR_ORDER, "no update was begun: ntkw_weighting_update_begin must come first");
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_update_test(ntkw_weighting *weighting, bool *done) {
  NTKW_CHECK(done, NTKW_ERR_ARGUMENT, "the pointer for the outcome of the test is NULL");
  *done = false;
  NTKW_TRY(check_begun(weighting));
  int complete[2] = {0, 0}; /* a completed request becomes MPI_REQUEST_NULL, which MPI_Test reports as complete */
  for (int i = 0; i < 2; i++)
    NTKW_CHECK(MPI_Test(&weighting->request[i], &complete[i], MPI_STATUS_IGNORE) == MPI_SUCCESS, NTKW_ERR_MPI,
               "MPI_Test failed in ntkw_weighting_update_test");
  *done = complete[0] && complete[1];
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_update_end(ntkw_weighting *weighting) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  const ntkw_status shown = ntkw_i_safe_mode_check(weighting, NTKW_I_END, weighting->epoch);
  if (shown != NTKW_SUCCESS) abandon(weighting);
  NTKW_TRY(shown);
  NTKW_TRY(check_begun(weighting));
  weighting->begun = false;
  NTKW_CHECK(wait_for_both(weighting), NTKW_ERR_MPI, "MPI_Wait failed in ntkw_weighting_update_end");
  return finish(weighting);
}
