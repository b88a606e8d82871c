/* A training run in a checkpoint: everything needed to continue it on any number of ranks. */
#ifndef NTKW_PINN_TRAINING_CHECKPOINT_H
#define NTKW_PINN_TRAINING_CHECKPOINT_H

#include "ntkw/checkpoint.h"
#include "pinn/state/changes.h"
#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

/* The version of the arithmetic (docs/arithmetic.md). Raise it when the bits of a trajectory change. */
enum { ARITHMETIC_VERSION = 1 };

/* Check that the state may be published among good checkpoints. Collective.
 * @return the same on every rank: NTKW_SUCCESS, or NTKW_ERR_NOT_FINITE (the message names a rank's first parameter that
 * is not finite). */
ntkw_status training_checkpoint_check(trainer *t, const problem *pde);

/* Create a checkpoint at path and register settings and state with it. The caller must publish and destroy it.
 * Collective.
 *
 * @param[in] lock  lock of the folder, held by this run; NULL: none.
 * @return the same on every rank; on error *file is NULL. */
ntkw_status training_checkpoint_prepare(trainer *t, const problem *pde, const history *past, const char *path,
                                        const ntkw_folder_lock *lock, ntkw_checkpoint **file);

/* Read the problem file stored in a checkpoint. Not collective.
 * @return as problem_from_lua; NTKW_ERR_FORMAT: the checkpoint has none. */
ntkw_status training_checkpoint_problem(ntkw_checkpoint_reader *reader, problem **out);

/* Read the settings of an opened checkpoint into the problem: seed, lanes, lane_rows, rule, alpha, update_every and the
 * path of the reference. First checks that it is a training state of this problem. Collective.
 * @return NTKW_SUCCESS; NTKW_ERR_PROBLEM (the message names the difference); NTKW_ERR_FORMAT. */
ntkw_status training_checkpoint_read_settings(ntkw_checkpoint_reader *reader, const char *path, problem *pde);

/* List the differences between the problem file and the one in the checkpoint; none if that one cannot be read. Not
 * collective.
 *
 * @param[in]  pde  as it was read, before training_checkpoint_read_settings.
 * @param[out] out  to be freed with changes_free.
 * @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status training_checkpoint_changes(ntkw_checkpoint_reader *reader, const problem *pde, changes *out);

/* Read the state into a trainer of the problem that training_checkpoint_read_settings returned, and into the history.
 * Collective. @return the same on every rank. */
ntkw_status training_checkpoint_read(ntkw_checkpoint_reader *reader, trainer *t, history *past);

#endif
