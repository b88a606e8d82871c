/* Whether a publication may still go on under a lock. */
#ifndef NTKW_CHECKPOINT_LOCKED_H
#define NTKW_CHECKPOINT_LOCKED_H

#include "ntkw/checkpoint.h"

/* Rank 0 reads the lock again. Local; NTKW_ERR_FILE: it was lost to somebody, who is named. */
ntkw_status ntkw_i_lock_held(const ntkw_folder_lock *lock);

#endif
