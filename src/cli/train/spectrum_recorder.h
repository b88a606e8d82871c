/* The neural tangent kernel in training: at the steps that the problem file lists, its spectrum is added to spectrum.h5
 * in the run's folder (pinn/spectrum/spectra.h), at the points drawn for step 0. All functions are collective and
 * return the same on every rank. */
#ifndef NTKW_CLI_TRAIN_SPECTRUM_RECORDER_H
#define NTKW_CLI_TRAIN_SPECTRUM_RECORDER_H

#include "cli/train/run.h"

/* Before training, with the trainer's state in place. resumed: what the folder holds of the steps before the present
 * one stays; a file that is damaged, or of other points or conditions, is renamed to *.superseded with a warning.
 * NTKW_ERR_PROBLEM: the kernel is too large. */
ntkw_status spectrum_recorder_start(run *run, bool resumed);

/* With so many steps done as there are now: record, if that is asked for. */
ntkw_status spectrum_recorder_step(run *run);

#endif
