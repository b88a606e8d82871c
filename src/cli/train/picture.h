/* A picture of the solution, its error, and the history of losses and weights, drawn by gnuplot. */
#ifndef NTKW_CLI_TRAIN_PICTURE_H
#define NTKW_CLI_TRAIN_PICTURE_H

#include "cli/train/run.h"

/* Draw `picture.png` in the run's folder, of the first output. Collective. *drawn: the picture is
 * there; false with NTKW_SUCCESS: there is no gnuplot (rank 0 knows; the same on every rank). @return the same on every rank. */
ntkw_status picture_draw(run *run, bool *drawn);

#endif
