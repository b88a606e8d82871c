/* A thread that ends the process where the one that computes cannot.
 *
 * Four times a second it looks
 *   - whether the launcher that started this rank is gone (launch.h). The other ranks may be gone as well, and this one may
 *     wait for them inside MPI for ever, or hold the folder's lock while the next start wants it;
 *   - whether a signal was noted and nothing was done about it for a while, when there is nothing to save yet: a problem
 *     file may be read from a pipe that says nothing, and MPI may wait for a host that does not answer.
 * It then removes the folder's lock and leaves by _exit. That harms nothing, as checkpoints get their names when they are
 * whole; it is as if the process had been killed. The thread calls neither MPI nor HDF5.
 *
 * (Linux can also send a signal when a parent dies, PR_SET_PDEATHSIG; but that is about the thread that started this
 * process, launchers have several, and it does not see what is above a wrapper.) */
#ifndef NTKW_CLI_GUARD_H
#define NTKW_CLI_GUARD_H

#include <stdbool.h>
#include "ntkw/checkpoint.h"

/* Start the thread, before MPI_Init and after launch_look. A system that has no room for a thread has no guard. Local. */
void guard_start(void);

/* A signal may end the process from now on, or no longer. Local. */
void guard_nothing_to_save(bool nothing);

/* The lock to be removed; NULL: none. To be called with NULL before the lock is released. Local. */
void guard_lock(const ntkw_folder_lock *lock);

#endif
