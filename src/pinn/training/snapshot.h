/* A training run in a checkpoint: everything needed to continue it on any number of ranks. */
#ifndef NTKW_PINN_SNAPSHOT_H
#define NTKW_PINN_SNAPSHOT_H

#include "ntkw/checkpoint.h"
#include "pinn/training/changes.h"
#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

/* The version of the arithmetic (docs/arithmetic.md); raised when the bits of a trajectory change. */
enum { ARITHMETIC_VERSION = 1 };

/* May the state be published among good checkpoints? Collective. NTKW_ERR_NOT_FINITE names the first parameter of a rank
 * that is not finite. @return the same on every rank. */
ntkw_status snapshot_check(trainer *t, const problem *pde);

/* State everything for a checkpoint at path, which is to be published and destroyed. Collective. lock: of its folder, held by this run; NULL: none. @return the same on
 * every rank; on error *file is NULL. */
ntkw_status snapshot_state(trainer *t, const problem *pde, const history *past, const char *path,
                           const ntkw_folder_lock *lock, ntkw_checkpoint **file);

/* Take seed, rule, alpha, update_every and the place of the reference from an opened checkpoint into the problem, after checking that it is a
 * training state of this problem. Collective. @return NTKW_SUCCESS, NTKW_ERR_PROBLEM (names the difference),
 * NTKW_ERR_FORMAT. */
ntkw_status snapshot_adopt(ntkw_checkpoint_reader *reader, const char *path, problem *pde);

/* What the problem file says otherwise than the one in the checkpoint; nothing if that cannot be read. pde: as it was
 * read, before snapshot_adopt. To be freed by changes_free. Local. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status snapshot_changes(ntkw_checkpoint_reader *reader, const problem *pde, changes *out);

/* Put the state back into a trainer made from the problem that snapshot_adopt returned, and the history. Collective. */
ntkw_status snapshot_restore(ntkw_checkpoint_reader *reader, trainer *t, history *past);

#endif
