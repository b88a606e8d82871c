/* What makes a problem the same problem: a few lines of text, stored in a checkpoint and compared on resuming. */
#ifndef NTKW_PINN_IDENTITY_H
#define NTKW_PINN_IDENTITY_H

#include "pinn/problem/problem.h"

enum { IDENTITY_LENGTH = 16384 };

/* One line each for inputs, outputs, network, precision and every condition (places, equations by fingerprint).
 * Settings that a user may change on resuming (steps, rates, numbers of points) are not among them. Local. */
void problem_identity(const problem *pde, char text[IDENTITY_LENGTH]);

/* One line each for the settings that may change on resuming, in a fixed order: points of every condition, resample,
 * Adam, weighting, seed. Local. */
void problem_settings(const problem *pde, char text[IDENTITY_LENGTH]);

/* Compare two identities. On a difference: NTKW_ERR_PROBLEM, and a sentence that shows the first lines that differ.
 * Local.
 * @param[in] path  the checkpoint's, for the sentence. */
ntkw_status problem_identity_compare(const char *path, const char *of_checkpoint, const char *of_problem);

#endif
