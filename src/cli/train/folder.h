/* The folder of a run: choose it, check it, lock it, and find the checkpoint to resume from. All functions are
 * collective on MPI_COMM_WORLD and return the same on every rank. */
#ifndef NTKW_CLI_TRAIN_FOLDER_H
#define NTKW_CLI_TRAIN_FOLDER_H

#include "cli/train/settings.h"
#include "ntkw/checkpoint.h"

/* Choose the folder: --out; else the folder of --resume PATH; else, in the working folder, the problem file's name with
 * .run instead of .lua. problem_file may be NULL if one of the options was given. */
ntkw_status folder_choose(const train_settings *settings, const char *problem_file, char *folder, size_t size);

/* Does this folder exist? */
bool folder_is_there(const char *folder);

/* Check that the folder holds no checkpoints of a run: otherwise NTKW_ERR_ARGUMENT. */
ntkw_status folder_refuse_used(const char *folder);

/* Open the checkpoint of --resume; *reader stays NULL if there is none. Without --resume, a folder with checkpoints is
 * an error, so that no run overwrites another. Rank 0 warns of damaged checkpoints that are skipped. */
ntkw_status folder_find_checkpoint(const train_settings *settings, const char *folder, ntkw_checkpoint_reader **reader,
                                   char *path, size_t size);

/* After resuming at a step: rename checkpoints of later steps to *.superseded, with a warning for each. Otherwise they
 * would displace the new ones from the rotation, or be resumed instead of them. */
ntkw_status folder_set_aside(const char *folder, int64_t step);

/* After a divergence: rename the checkpoints of this step, whose state is bad, and of later steps to *.superseded. This
 * happens only if there is a good checkpoint: an earlier one in the folder, whose path is then copied to good, or else
 * the one that good names on entry ("none": there is none). */
ntkw_status folder_set_bad_aside(const char *folder, int64_t step, char *good, size_t size);

/* Remove temporary files of killed runs. */
ntkw_status folder_clear_up(const char *folder);

/* Make the folder with its parents, if they do not exist, and check that files can be written in it. */
ntkw_status folder_prepare(const char *folder);

/* Does this checkpoint lie in the folder? */
bool folder_is_of(const char *folder, const char *checkpoint);

/* Lock the folder until ntkw_checkpoint_unlock. If another run on this host has the lock, wait lock_wait seconds for
 * its end; if a run on another host has it, wait five minutes for its heartbeat; a warning says so. NTKW_ERR_LOCKED:
 * the other run still has the lock, and the sentence names it; NTKW_ERR_INTERRUPTED: a signal came. */
ntkw_status folder_lock(const char *folder, double lock_wait, ntkw_folder_lock **lock);

#endif
