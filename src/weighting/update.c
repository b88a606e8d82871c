/* The update: one reduction, then the same conclusion on every rank. */
#include <stddef.h>
#include "status/check.h"
#include "weighting/arithmetic.h"
#include "weighting/handle.h"
#include "weighting/renew.h"
#include "weighting/verdict.h"

/* Make the message; from here on what is added belongs to the next update. */
static ntkw_status prepare(ntkw_weighting *weighting, int64_t epoch) {
  NTKW_CHECK(weighting, NTKW_ERR_ARGUMENT, "the weighting is NULL");
  NTKW_CHECK(!weighting->begun, NTKW_ERR_ORDER,
             "an update was begun and not ended: ntkw_weighting_update_end must come before the next one");
  if (epoch < 0) ntkw_i_fault_remember(weighting, NTKW_I_FAULT_EPOCH, -1, epoch);
  weighting->epoch = epoch;
  ntkw_i_message_pack(weighting);
  ntkw_i_local_clear(weighting);
  return NTKW_SUCCESS;
}

static ntkw_status renew(ntkw_weighting *weighting) {
  /* The epoch is the same on every rank if the verdict is good; if it is not, it decides nothing. */
  const bool due = ntkw_weighting_due(weighting, weighting->epoch);
  NTKW_TRY(ntkw_i_verdict(weighting, due));
  ntkw_i_renew_norms(weighting);
  return due ? ntkw_i_renew_weights(weighting) : NTKW_SUCCESS;
}

static ntkw_status conclude(ntkw_weighting *weighting) {
  weighting->updates++;
  fenv_t saved;
  ntkw_i_arithmetic_enter(&saved);
  ntkw_i_message_unpack(weighting, weighting->reduced);
  const ntkw_status status = renew(weighting);
  ntkw_i_arithmetic_leave(&saved);
  return status;
}

ntkw_status ntkw_weighting_update(ntkw_weighting *weighting, int64_t epoch) {
  NTKW_TRY(prepare(weighting, epoch));
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, weighting->message, weighting->layout.count, MPI_INT64_T, MPI_SUM,
                           weighting->comm) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allreduce failed in ntkw_weighting_update");
  return conclude(weighting);
}

ntkw_status ntkw_weighting_update_begin(ntkw_weighting *weighting, int64_t epoch) {
  NTKW_TRY(prepare(weighting, epoch));
  NTKW_CHECK(MPI_Iallreduce(MPI_IN_PLACE, weighting->message, weighting->layout.count, MPI_INT64_T, MPI_SUM,
                            weighting->comm, &weighting->request) == MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Iallreduce failed in ntkw_weighting_update_begin");
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
  int complete = 0; /* a completed request becomes MPI_REQUEST_NULL, for which MPI_Test says complete again */
  NTKW_CHECK(MPI_Test(&weighting->request, &complete, MPI_STATUS_IGNORE) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Test failed in ntkw_weighting_update_test");
  *done = complete != 0;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_update_end(ntkw_weighting *weighting) {
  NTKW_TRY(check_begun(weighting));
  weighting->begun = false;
  NTKW_CHECK(MPI_Wait(&weighting->request, MPI_STATUS_IGNORE) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Wait failed in ntkw_weighting_update_end");
  return conclude(weighting);
}
