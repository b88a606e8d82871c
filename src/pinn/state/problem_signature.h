/* The signature of a problem: a few lines of text that a checkpoint stores. A run may resume only with the same
 * signature. */
#ifndef NTKW_PINN_PROBLEM_SIGNATURE_H
#define NTKW_PINN_PROBLEM_SIGNATURE_H

#include "pinn/problem/problem.h"

/* Write the signature: one line each for inputs, outputs, the domain (unless it is the whole box), network, precision
 * and every condition (its places, and a fingerprint of its equations). Settings that a user may change before resuming
 * (changes.h) are not part of it. The last line has lane_rows unless it is SHORT_LANE_ROWS: a program that does not
 * know lane_rows would continue with other bits, and refuses this line. A resumed run takes lane_rows from its
 * checkpoint before signatures are compared. Not collective.
 *
 * @param[out] text  to be freed.
 * @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status problem_signature(const problem *pde, char **text);

/* Older programs stored at most this many bytes. A stored text of exactly this length may lack its end. */
enum { SIGNATURE_CUT_AT = 16383 };

/* Compare two signatures. Not collective.
 *
 * @param[in] path  of the checkpoint, for the message.
 * @return NTKW_SUCCESS, or NTKW_ERR_PROBLEM: the message shows the first lines that differ. */
ntkw_status problem_signature_compare(const char *path, const char *of_checkpoint, const char *of_problem);

#endif
