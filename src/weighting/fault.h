/* Bad arguments of local calls, remembered until the next update and then told to every rank. */
#ifndef NTKW_WEIGHTING_FAULT_H
#define NTKW_WEIGHTING_FAULT_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/weighting.h"

typedef enum ntkw_i_fault_kind {
  NTKW_I_FAULT_NONE,
  NTKW_I_FAULT_CONDITION, /* found: the index given */
  NTKW_I_FAULT_PIECE,     /* a NULL piece; found: its count */
  NTKW_I_FAULT_DTYPE,     /* found: the dtype given */
  NTKW_I_FAULT_COPY,      /* found: the copy given */
  NTKW_I_FAULT_NEGATIVE,  /* found: index of the negative trace entry */
  NTKW_I_FAULT_SQUARES,   /* a NULL sum; found: 0 */
  NTKW_I_FAULT_EPOCH,     /* found: the epoch given */
  NTKW_I_FAULT_LARGEST,   /* a negative or NaN largest value; found: 0 */
  NTKW_I_FAULT_LOSS,      /* a negative sum of a loss; found: 0 */
  NTKW_I_FAULT_POINTS     /* found: the negative number of points given */
} ntkw_i_fault_kind;

/* A fault is three numbers, so that it can be sent in the one reduction. */
typedef struct ntkw_i_fault {
  int64_t kind, condition, found;
} ntkw_i_fault;

/* Say what is wrong, in one clause. Local. */
void ntkw_i_fault_describe(const ntkw_weighting *weighting, const ntkw_i_fault *fault, char text[], size_t size);

/* Remember the fault unless an earlier one is; set the sentence. Local. Returns NTKW_ERR_ARGUMENT. */
ntkw_status ntkw_i_fault_remember(ntkw_weighting *weighting, ntkw_i_fault_kind kind, int condition, int64_t found);

#endif
