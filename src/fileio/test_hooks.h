/* What tests and benchmarks change in fileio and checkpoint to reach cases that would otherwise need large files, full
 * disks or minutes. Programs must not change it.
 *
 * A process has one set of hooks, and each rank sets its own. Set a hook while no publication and no lock of this
 * process is in use, and set it back afterwards. */
#ifndef NTKW_FILEIO_TEST_HOOKS_H
#define NTKW_FILEIO_TEST_HOOKS_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

typedef struct ntkw_i_test_hooks {
  /* The most bytes that one call moves into or out of a file. 1 GiB: far below the 2 GiB at which MPI-IO and read()
   * break. With few bytes a small array has many pieces. */
  int64_t piece_length;

  /* Size of the longest text that is an attribute of a checkpoint, with its final zero. 32 KiB. With few bytes short
   * texts go to the group of long texts. */
  size_t longest_attribute;

  /* Seconds without a heartbeat after which a lock is stale, 300, and between heartbeats, 10. */
  double lock_stale_after, lock_heartbeat_every;

  /* Called on every rank after each stage of a publication that succeeded there, with the name of the stage and the
   * path of the temporary file (NULL before it has a name). What it returns counts as the status of the stage. An
   * asynchronous publication may call it in a thread; it may not call MPI then. NULL: no call. */
  ntkw_status (*after_stage)(const char *stage, const char *temporary);
} ntkw_i_test_hooks;

extern ntkw_i_test_hooks ntkw_i_hooks;

#endif
