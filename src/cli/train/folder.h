/* The folder of a run: its name, whether it can be used, and the checkpoint to resume from. All functions are
 * collective on MPI_COMM_WORLD and return the same on every rank. */
#ifndef NTKW_CLI_TRAIN_FOLDER_H
#define NTKW_CLI_TRAIN_FOLDER_H

#include "cli/train/settings.h"
#include "ntkw/checkpoint.h"

/* --out; or the folder that --resume PATH names; or the problem file's name with .run instead of .lua, in the present
 * folder (it may be NULL if one of the others was given). */
ntkw_status folder_choose(const train_settings *settings, const char *problem_file, char *folder, size_t size);

/* Is there a folder of this name? */
bool folder_is_there(const char *folder);

/* NTKW_ERR_ARGUMENT if the folder holds checkpoints of a run. */
ntkw_status folder_refuse_used(const char *folder);

/* Open the checkpoint that --resume asks for; *reader stays NULL if there is none to resume from. A folder that already
 * holds checkpoints is refused without --resume, so that no run overwrites another. Skipped damaged checkpoints are
 * reported on rank 0. */
ntkw_status folder_find_checkpoint(const train_settings *settings, const char *folder, ntkw_checkpoint_reader **reader,
                                   char *path, size_t size);

/* After resuming at a step: rename checkpoints of later steps in the folder to *.superseded, with a warning for each,
 * so that they neither displace the new ones from the rotation nor are resumed instead of them. */
ntkw_status folder_set_aside(const char *folder, int64_t step);

/* After a divergence: rename the checkpoints of this step, whose state is bad, and of later ones to *.superseded, as above,
 * if there is a good one: one of an earlier step in the folder, which *good becomes then, or *good itself unless it is
 * "none". */
ntkw_status folder_set_bad_aside(const char *folder, int64_t step, char *good, size_t size);

/* Remove the temporary files that runs that were killed have left in the folder. */
ntkw_status folder_clear_up(const char *folder);

/* Make the folder and those that it lies in if they are not there, and see that files can be written in it. */
ntkw_status folder_prepare(const char *folder);

/* Is it the folder of this checkpoint? */
bool folder_is_of(const char *folder, const char *checkpoint);

/* Lock it for this run until ntkw_checkpoint_unlock. Another run on this host that has the lock is given lock_wait seconds
 * to end, one on another host five minutes for its heartbeat; a warning says so. NTKW_ERR_LOCKED: it has the lock still,
 * and the sentence names it; NTKW_ERR_INTERRUPTED: a signal came meanwhile. */
ntkw_status folder_lock(const char *folder, double lock_wait, ntkw_folder_lock **lock);

#endif
