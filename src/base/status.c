/* Names of the codes, and the message of the last failure of each thread. */
#include "ntkw/status.h"
#include "base/last_error.h"

#include <stdio.h>

static _Thread_local char last_error[NTKW_I_MESSAGE_LENGTH];

const char *ntkw_status_name(ntkw_status status) {
#define NAME(name, meaning) #name,
  static const char *const names[] = {NTKW_STATUS_LIST(NAME)};
#undef NAME
  return (unsigned)status < NTKW_STATUS_COUNT ? names[status] : "unknown status";
}

const char *ntkw_status_meaning(ntkw_status status) {
#define MEANING(name, meaning) meaning,
  static const char *const meanings[] = {NTKW_STATUS_LIST(MEANING)};
#undef MEANING
  return (unsigned)status < NTKW_STATUS_COUNT ? meanings[status] : "unknown status";
}

const char *ntkw_last_error(void) {
  return last_error;
}

void ntkw_private_set_last_error(const char *text) {
  snprintf(last_error, sizeof last_error, "%s", text);
}
