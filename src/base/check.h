/* How functions of this project fail: one sentence for ntkw_last_error(), one code. */
#ifndef NTKW_BASE_CHECK_H
#define NTKW_BASE_CHECK_H

#include "ntkw/status.h"

/* Set the sentence of this thread and return code. */
ntkw_status ntkw_i_fail(ntkw_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What an errno means, in words for a sentence. Local. The string is overwritten by the next call in this thread. */
const char *ntkw_i_reason(int error);

/* Leave the function with the status of call unless it succeeded. */
#define NTKW_TRY(call)                                 \
  do {                                                 \
    const ntkw_status try_status = (call);             \
    if (try_status != NTKW_SUCCESS) return try_status; \
  } while (0)

/* Leave the function with code and a sentence unless condition holds. */
#define NTKW_CHECK(condition, code, ...)                       \
  do {                                                         \
    if (!(condition)) return ntkw_i_fail((code), __VA_ARGS__); \
  } while (0)

#endif
