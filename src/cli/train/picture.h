/* A picture of the solution, its error, and the history of losses and weights, drawn by gnuplot. */
#ifndef NTKW_CLI_TRAIN_PICTURE_H
#define NTKW_CLI_TRAIN_PICTURE_H

#include "cli/train/run.h"

/* Draw picture.png of the first output in the run's folder. Collective. *drawn: the picture was drawn; false with
 * NTKW_SUCCESS: there is no gnuplot on rank 0. @return the same on every rank, as is *drawn. */
ntkw_status picture_draw(run *run, bool *drawn);

#endif
