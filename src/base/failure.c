#include "base/failure.h"
#include "base/check.h"

#include <string.h>

ntkw_status ntkw_i_failure_keep(ntkw_i_failure *failure, ntkw_status status) {
  failure->status = status;
  if (status != NTKW_SUCCESS) strcpy(failure->message, ntkw_last_error());
  return status;
}

ntkw_status ntkw_i_failure_report(const ntkw_i_failure *failure) {
  return failure->status == NTKW_SUCCESS ? NTKW_SUCCESS : ntkw_i_fail(failure->status, "%s", failure->message);
}
