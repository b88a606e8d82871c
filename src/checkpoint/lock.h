/* The lock of a folder of checkpoints: what is written in it, and whether its holder lives. */
#ifndef NTKW_CHECKPOINT_LOCK_H
#define NTKW_CHECKPOINT_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/checkpoint.h"

/* Seconds without a heartbeat after which a lock is stale, and between heartbeats. Variables only for tests. */
extern double ntkw_i_lock_stale_after, ntkw_i_lock_heartbeat_every;

/* Where a lock is, by the numbers of its file and of its folder. A copy of the folder has a lock with other ones. */
typedef struct lock_place {
  bool known;
  uint64_t file, folder;
  bool linked; /* the file has further names, as after cp -l: only the folder tells copies apart */
} lock_place;

/* The place of the lock at path, which is open as fd. Local. */
lock_place ntkw_i_lock_place(int fd, const char *path);

/* Who holds a lock. Texts are empty where the system does not say. */
typedef struct lock_owner {
  char host[128];
  char boot[64];                 /* id of the boot of its system, with the namespace that its pid is one of */
  char job[64];                  /* SLURM_JOB_ID */
  int64_t pid, started, restart; /* started: in clock ticks since the boot; restart: SLURM_RESTART_COUNT */
  int64_t since;                 /* seconds since 1970 */
  uint64_t nonce;
  uint64_t heartbeat; /* counts up */
  lock_place place;   /* of the lock that it made; not known of locks of older versions */
  lock_place found;   /* of the lock that was read; not in the text */
} lock_owner;

enum { LOCK_TEXT_LENGTH = 768 }; /* a lock has this many bytes, so that a heartbeat changes it in place */

/* This process, now. Local. */
void ntkw_i_lock_myself(lock_owner *owner);

/* The owner as text, padded to LOCK_TEXT_LENGTH, and back; false: it is none. Local. */
void ntkw_i_lock_encode(const lock_owner *owner, char text[LOCK_TEXT_LENGTH + 1]);
bool ntkw_i_lock_decode(const char *text, lock_owner *owner);

/* What can be told of a holder from here. One that lives, but holds the lock of the folder that this one was copied
 * from, counts as dead. That is certain only where the holder can be seen: elsewhere files have other numbers. */
typedef enum lock_life { LOCK_ALIVE, LOCK_DEAD, LOCK_UNKNOWN } lock_life;
lock_life ntkw_i_lock_judge(const lock_owner *owner, const lock_owner *myself);

#endif
