/* Bad arguments of local calls. They are remembered until the next update, which reports them on every rank. */
#ifndef NTKW_WEIGHTING_ARGUMENT_ERROR_H
#define NTKW_WEIGHTING_ARGUMENT_ERROR_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/weighting.h"

typedef enum ntkw_i_argument_error_kind {
  NTKW_I_GOOD_ARGUMENTS,
  NTKW_I_BAD_CONDITION, /* found: the index given */
  NTKW_I_BAD_PIECE,     /* a NULL piece; found: its count */
  NTKW_I_BAD_DTYPE,     /* found: the dtype given */
  NTKW_I_BAD_COPY,      /* found: the copy given */
  NTKW_I_BAD_NEGATIVE,  /* found: index of the negative diagonal entry */
  NTKW_I_BAD_SQUARES,   /* a NULL sum; found: 0 */
  NTKW_I_BAD_EPOCH,     /* found: the epoch given */
  NTKW_I_BAD_LARGEST,   /* a negative or NaN largest value; found: 0 */
  NTKW_I_BAD_LOSS,      /* a negative sum of a loss; found: 0 */
  NTKW_I_BAD_POINTS     /* found: the negative number of points given */
} ntkw_i_argument_error_kind;

/* An argument error as three numbers, which the reduction of an update can carry. */
typedef struct ntkw_i_argument_error {
  int64_t kind, condition, found;
} ntkw_i_argument_error;

/* Write an error message of one clause. Local. */
void ntkw_i_argument_error_describe(const ntkw_weighting *weighting, const ntkw_i_argument_error *error, char text[],
                                    size_t size);

/* Set ntkw_last_error(), and remember the error if it is the first since the last update. Local.
 * @return NTKW_ERR_ARGUMENT. */
ntkw_status ntkw_i_argument_error_remember(ntkw_weighting *weighting, ntkw_i_argument_error_kind kind, int condition,
                                           int64_t found);

#endif
