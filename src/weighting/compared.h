/* The options that must agree. The ranks compare them in create, and a fingerprint of them at every update. */
#ifndef NTKW_WEIGHTING_COMPARED_H
#define NTKW_WEIGHTING_COMPARED_H

#include "weighting/weighting_impl.h"

/* The whole numbers among the options that must be the same on every rank: X(name, value), of a variable
 * `weighting`. create.c and agreement.c walk this list. */
#define NTKW_I_COMPARED(X)                                        \
  X("update_every", weighting->settings.update_every)             \
  X("update_offset", weighting->settings.update_offset)           \
  X("first_epoch", weighting->settings.first_epoch)               \
  X("dtype", weighting->settings.dtype)                           \
  X("parameter_count", weighting->settings.parameter_count)       \
  X("the option norms", weighting->settings.norms)                \
  X("the reference condition", weighting->settings.reference)     \
  X("target_epoch", weighting->settings.target_epoch)             \
  X("the needs of user_rule", weighting->settings.needs)          \
  X("the memory_count of user_rule", weighting->own.memory_count) \
  X("the environment variable NTKW_SAFE_MODE", weighting->safe_mode.on)

#endif
