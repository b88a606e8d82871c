/* Record spectra of the neural tangent kernel during training: at the steps given in the problem file, the spectrum at
 * the points drawn for step 0 is added to spectrum.h5 in the run's folder (pinn/spectrum/spectra.h). All functions are
 * collective and return the same on every rank. */
#ifndef NTKW_CLI_TRAIN_SPECTRUM_RECORDER_H
#define NTKW_CLI_TRAIN_SPECTRUM_RECORDER_H

#include "cli/train/run.h"

/* Start before training, after the trainer's state is set. resumed: keep the recorded spectra of earlier steps; a file
 * that is damaged, or of other points or conditions, is renamed to *.superseded with a warning.
 * NTKW_ERR_PROBLEM: the kernel is too large. */
ntkw_status spectrum_recorder_start(run *run, bool resumed);

/* Record the spectrum of the present step, if it is due. */
ntkw_status spectrum_recorder_step(run *run);

#endif
