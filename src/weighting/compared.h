/* The options that the ranks compare, when a weighting is made and, as a fingerprint, at every update. */
#ifndef NTKW_WEIGHTING_COMPARED_H
#define NTKW_WEIGHTING_COMPARED_H

#include "weighting/handle.h"

/* The whole numbers among the options that must be the same on every rank: X(name, value), of a weighting w. Whoever
 * compares options walks this list. */
#define NTKW_I_COMPARED(X)                                \
  X("update_every", w->settings.update_every)             \
  X("update_offset", w->settings.update_offset)           \
  X("first_epoch", w->settings.first_epoch)               \
  X("dtype", w->settings.dtype)                           \
  X("parameter_count", w->settings.parameter_count)       \
  X("the option norms", w->settings.norms)                \
  X("the reference condition", w->settings.reference)     \
  X("target_epoch", w->settings.target_epoch)             \
  X("the needs of user_rule", w->settings.needs)          \
  X("the memory_count of user_rule", w->own.memory_count) \
  X("the environment variable NTKW_SAFE_MODE", w->safe.on)

#endif
