/* Names of the codes, and the message of the last failure of each thread. */
#include "ntkw/status.h"
#include "base/check.h"
#include "base/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_message[NTKW_I_MESSAGE_LENGTH];

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
  return last_message;
}

ntkw_status ntkw_i_fail(ntkw_status code, const char *format, ...) {
  char text[NTKW_I_MESSAGE_LENGTH] = {0}; /* the arguments may point into last_message */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  memcpy(last_message, text, sizeof last_message);
  return code;
}

const char *ntkw_i_reason(int error) {
  return error == EFBIG ? "File too large (ulimit -f says how large it may be, and the file system)" : strerror(error);
}
