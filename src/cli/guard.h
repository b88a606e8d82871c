/* A thread that ends the process when the computing thread cannot.
 *
 * Four times a second it checks
 *   - whether the launcher that started this rank is gone (launch.h). The other ranks may be gone as well. This rank
 *     could then wait for them inside MPI for ever, and hold the lock of the folder when the next run needs it;
 *   - while there is nothing to save yet: whether a signal was noted over two seconds ago and the process still runs. A
 *     problem file may be read from a pipe that delivers nothing, and MPI may wait for a host that does not answer.
 * In both cases it removes the folder's lock and calls _exit. That is as safe as killing the process, because
 * checkpoints get their names when they are complete. The thread calls neither MPI nor HDF5.
 *
 * PR_SET_PDEATHSIG does not suffice: Linux sends that signal when the thread that started this process ends, and
 * launchers have several threads; and it does not watch a launcher above a wrapper. */
#ifndef NTKW_CLI_GUARD_H
#define NTKW_CLI_GUARD_H

#include <stdbool.h>
#include "ntkw/checkpoint.h"

/* Start the thread. Call it before MPI_Init and after launch_look. If no thread can be started, there is no guard.
 * Local. */
void guard_start(void);

/* true: from here on a signal may end the process; false: it may not. Local. */
void guard_nothing_to_save(bool nothing);

/* Set the lock that the guard removes; NULL: none. Call it with NULL before the lock is released. Local. */
void guard_lock(const ntkw_folder_lock *lock);

#endif
