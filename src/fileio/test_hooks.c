#include "fileio/test_hooks.h"

ntkw_i_test_hooks ntkw_i_hooks = {.piece_length = (int64_t)1 << 30,
                                  .longest_attribute = 1 << 15,
                                  .lock_stale_after = 300,
                                  .lock_heartbeat_every = 10};
