/* What makes a problem the same problem: a few lines of text, stored in a checkpoint and compared on resuming. */
#ifndef NTKW_PINN_IDENTITY_H
#define NTKW_PINN_IDENTITY_H

#include "pinn/problem/problem.h"

/* One line each for inputs, outputs, the domain unless it is the whole box, network, precision and every condition (places, equations by fingerprint).
 * Settings that a user may change on resuming (changes.h) are not among them. text: to be freed. Local.
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status problem_identity(const problem *pde, char **text);

/* Older programs stored at most so many bytes: a stored text of just this length may lack its end. */
enum { IDENTITY_CUT_AT = 16383 };

/* Compare two identities. On a difference: NTKW_ERR_PROBLEM, and a sentence that shows the first lines that differ.
 * Local.
 * @param[in] path  the checkpoint's, for the sentence. */
ntkw_status problem_identity_compare(const char *path, const char *of_checkpoint, const char *of_problem);

#endif
