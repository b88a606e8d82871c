/* The lock of a folder of checkpoints: what its file says, and whether its holder is alive. No function is collective.
 */
#ifndef NTKW_CHECKPOINT_LOCK_H
#define NTKW_CHECKPOINT_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/checkpoint.h"

/* The inode numbers of a lock file and of its folder. In a copy of the folder the lock has other numbers. */
typedef struct lock_location {
  bool known;
  uint64_t file, folder;
  bool linked; /* the file has further names, as after cp -l: then only the folder distinguishes copies */
} lock_location;

/* The location of the lock at path, which is open as fd. */
lock_location ntkw_i_lock_locate(int fd, const char *path);

/* Who holds a lock. Texts are empty if the system does not provide them. */
typedef struct lock_owner {
  char host[128];
  char boot[64];                 /* id of the boot of its system, and the namespace of its pid */
  char job[64];                  /* SLURM_JOB_ID */
  int64_t pid, started, restart; /* started: in clock ticks since the boot; restart: SLURM_RESTART_COUNT */
  int64_t since;                 /* seconds since 1970 */
  uint64_t nonce;
  uint64_t heartbeat;      /* counts up */
  lock_location created;   /* where the holder created its lock; unknown for locks of older versions */
  lock_location read_from; /* where this lock was read; not in the file */
} lock_owner;

enum { LOCK_TEXT_LENGTH = 768 }; /* every lock has this many bytes, so that a heartbeat changes it in place */

/* Describe this process. */
void ntkw_i_lock_this_process(lock_owner *owner);

/* Write the owner as text, padded to LOCK_TEXT_LENGTH, and read it back. @return false: the text is not a lock. */
void ntkw_i_lock_encode(const lock_owner *owner, char text[LOCK_TEXT_LENGTH + 1]);
bool ntkw_i_lock_decode(const char *text, lock_owner *owner);

/* Whether a holder is alive, as far as this process can see. A live holder counts as dead if it holds the lock of the
 * folder that this folder was copied from. This is certain only if the holder can be seen: on other systems files have
 * other inode numbers. */
typedef enum lock_holder_state { LOCK_ALIVE, LOCK_DEAD, LOCK_UNKNOWN } lock_holder_state;
lock_holder_state ntkw_i_lock_holder_state(const lock_owner *owner, const lock_owner *this_process);

/* Check that this run still holds the lock: rank 0 reads the lock file again, the other ranks do nothing.
 * @return NTKW_SUCCESS; NTKW_ERR_FILE: the lock was lost; the message names the run that took it. */
ntkw_status ntkw_i_lock_check_held(const ntkw_folder_lock *lock);

#endif
