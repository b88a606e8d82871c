#include "weighting/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/check.h"
#include "base/dtype.h"
#include "weighting/handle.h"

void ntkw_i_fault_describe(const ntkw_weighting *weighting, const ntkw_i_fault *fault, char text[], size_t size) {
  const bool known = fault->condition >= 0 && fault->condition < weighting->n;
  const char *name = known ? weighting->names[fault->condition] : "";
  const int64_t found = fault->found;
  switch ((ntkw_i_fault_kind)fault->kind) {
  case NTKW_I_FAULT_CONDITION:
    snprintf(text, size, "condition %" PRId64 " does not exist, expected 0 to %d", found, weighting->n - 1);
    break;
  case NTKW_I_FAULT_PIECE:
    snprintf(text, size, "condition '%s' was given NULL as a piece of %" PRId64 " values", name, found);
    break;
  case NTKW_I_FAULT_DTYPE:
    snprintf(text, size, "condition '%s' was given values of dtype %" PRId64 " (%s), expected at most the option's %s",
             name, found, ntkw_dtype_name((ntkw_dtype)found), ntkw_dtype_name(weighting->settings.dtype));
    break;
  case NTKW_I_FAULT_COPY:
    snprintf(text, size, "condition '%s' was given copy %" PRId64 ", expected 0 or more", name, found);
    break;
  case NTKW_I_FAULT_NEGATIVE:
    snprintf(text, size, "condition '%s' was given a negative diagonal entry, at index %" PRId64 " of the piece", name,
             found);
    break;
  case NTKW_I_FAULT_SQUARES:
    snprintf(text, size, "condition '%s' was given NULL as a sum", name);
    break;
  case NTKW_I_FAULT_EPOCH:
    snprintf(text, size, "the update was given epoch %" PRId64 ", expected 0 or more", found);
    break;
  case NTKW_I_FAULT_LARGEST:
    snprintf(text, size, "condition '%s' was given a negative number or NaN as its largest absolute value", name);
    break;
  case NTKW_I_FAULT_LOSS:
    snprintf(text, size, "condition '%s' was given a negative loss, expected 0 or more", name);
    break;
  case NTKW_I_FAULT_POINTS:
    snprintf(text, size, "condition '%s' was given a loss over %" PRId64 " points, expected 0 or more", name, found);
    break;
  case NTKW_I_FAULT_NONE:
  default:
    snprintf(text, size, "an argument was bad");
  }
}

ntkw_status ntkw_i_fault_remember(ntkw_weighting *weighting, ntkw_i_fault_kind kind, int condition, int64_t found) {
  const ntkw_i_fault fault = {kind, condition, found};
  if (weighting->local.fault.kind == NTKW_I_FAULT_NONE) weighting->local.fault = fault;
  char text[512];
  ntkw_i_fault_describe(weighting, &fault, text, sizeof text);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s", text);
}
