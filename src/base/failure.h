/* A status kept together with its message, to report it later or from another thread. All functions are local. */
#ifndef NTKW_BASE_FAILURE_H
#define NTKW_BASE_FAILURE_H

#include "base/last_error.h"
#include "ntkw/status.h"

/* {0} is success. */
typedef struct ntkw_i_failure {
  ntkw_status status;
  char message[NTKW_I_MESSAGE_LENGTH];
} ntkw_i_failure;

/* Keep status, and the calling thread's ntkw_last_error() unless it is NTKW_SUCCESS. @return status. */
ntkw_status ntkw_i_failure_keep(ntkw_i_failure *failure, ntkw_status status);

/* Make the kept message the calling thread's ntkw_last_error(), unless the status is NTKW_SUCCESS. @return status. */
ntkw_status ntkw_i_failure_report(const ntkw_i_failure *failure);

#endif
