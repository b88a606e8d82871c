/* How a function fails. Without state: libntkw and libntkw_pinn each have a copy. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "base/last_error.h"

ntkw_status ntkw_i_fail(ntkw_status code, const char *format, ...) {
  char text[NTKW_I_MESSAGE_LENGTH]; /* the arguments may point into the present sentence */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  ntkw_private_set_last_error(text);
  return code;
}

const char *ntkw_i_reason(int error) {
  return error == EFBIG ? "File too large (ulimit -f says how large it may be, and the file system)" : strerror(error);
}
