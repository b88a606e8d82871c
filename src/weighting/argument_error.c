#include "weighting/argument_error.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/check.h"
#include "base/dtype.h"
#include "weighting/weighting_impl.h"

void ntkw_i_argument_error_describe(const ntkw_weighting *weighting, const ntkw_i_argument_error *error, char text[],
                                    size_t size) {
  const bool known = error->condition >= 0 && error->condition < weighting->n;
  const char *name = known ? weighting->names[error->condition] : "";
  const int64_t found = error->found;
  switch ((ntkw_i_argument_error_kind)error->kind) {
  case NTKW_I_BAD_CONDITION:
    snprintf(text, size, "condition %" PRId64 " does not exist, expected 0 to %d", found, weighting->n - 1);
    break;
  case NTKW_I_BAD_PIECE:
    snprintf(text, size, "condition '%s' was given NULL as a piece of %" PRId64 " values", name, found);
    break;
  case NTKW_I_BAD_DTYPE:
    snprintf(text, size, "condition '%s' was given values of dtype %" PRId64 " (%s), expected at most the option's %s",
             name, found, ntkw_dtype_name((ntkw_dtype)found), ntkw_dtype_name(weighting->settings.dtype));
    break;
  case NTKW_I_BAD_COPY:
    snprintf(text, size, "condition '%s' was given copy %" PRId64 ", expected 0 or more", name, found);
    break;
  case NTKW_I_BAD_NEGATIVE:
    snprintf(text, size, "condition '%s' was given a negative diagonal entry, at index %" PRId64 " of the piece", name,
             found);
    break;
  case NTKW_I_BAD_SQUARES:
    snprintf(text, size, "condition '%s' was given NULL as a sum", name);
    break;
  case NTKW_I_BAD_EPOCH:
    snprintf(text, size, "the update was given epoch %" PRId64 ", expected 0 or more", found);
    break;
  case NTKW_I_BAD_LARGEST:
    snprintf(text, size, "condition '%s' was given a negative number or NaN as its largest absolute value", name);
    break;
  case NTKW_I_BAD_LOSS:
    snprintf(text, size, "condition '%s' was given a negative loss, expected 0 or more", name);
    break;
  case NTKW_I_BAD_POINTS:
    snprintf(text, size, "condition '%s' was given a loss over %" PRId64 " points, expected 0 or more", name, found);
    break;
  case NTKW_I_GOOD_ARGUMENTS:
  default:
    snprintf(text, size, "an argument was bad");
  }
}

ntkw_status ntkw_i_argument_error_remember(ntkw_weighting *weighting, ntkw_i_argument_error_kind kind, int condition,
                                           int64_t found) {
  const ntkw_i_argument_error error = {kind, condition, found};
  if (weighting->local.argument_error.kind == NTKW_I_GOOD_ARGUMENTS) weighting->local.argument_error = error;
  char text[512];
  ntkw_i_argument_error_describe(weighting, &error, text, sizeof text);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s", text);
}
