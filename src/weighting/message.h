/* The one message of an update: a fixed layout of int64 that MPI_SUM adds up over the ranks.
 *
 *   number of ranks with an error per status code, and the sum of their (rank + 1), which identifies a single rank
 *   the argument error (three numbers): usable if a single rank has one
 *   fingerprints of epoch, number of updates, options, weights: show whether the ranks without an error agree
 *   for each condition and each sum that is sent: ranks that added; values counted; values not finite; limbs
 *
 * A rank with an error contributes only the error flag. All decisions use the reduced values only, so they are the same
 * everywhere. Only sums the rule needs are sent. The counts of the gradient are always sent, and its squares unless the
 * option `norms` is off. */
#ifndef NTKW_WEIGHTING_MESSAGE_H
#define NTKW_WEIGHTING_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/weighting.h"
#include "weighting/argument_error.h"
#include "weighting/fingerprint.h"
#include "weighting/moments.h"

/* Values that must be the same on all ranks at every update. */
typedef enum ntkw_i_topic {
  NTKW_I_TOPIC_EPOCH,
  NTKW_I_TOPIC_UPDATES,
  NTKW_I_TOPIC_OPTIONS,
  NTKW_I_TOPIC_WEIGHTS,
  NTKW_I_TOPICS
} ntkw_i_topic;

/* Positions of the sums of a condition, by kind. */
typedef struct ntkw_i_layout {
  int slot[NTKW_I_KINDS];  /* index among the sums that are sent; -1: not sent */
  int at[NTKW_I_KINDS];    /* offset within the condition's part of the message */
  int limbs[NTKW_I_KINDS]; /* number of limbs; 0: values are only counted */
  ntkw_dtype range[NTKW_I_KINDS];
  int slots;  /* number of kinds that are sent */
  int stride; /* integers per condition */
  int count;  /* integers in the whole message */
} ntkw_i_layout;

/* The ranks with an error. */
typedef struct ntkw_i_trouble {
  ntkw_status code;                     /* the largest code; NTKW_SUCCESS if no rank has an error */
  int64_t ranks;                        /* number of ranks with an error */
  int64_t culprit;                      /* if only one rank has an error, that rank; otherwise -1 */
  ntkw_i_argument_error argument_error; /* of that rank */
} ntkw_i_trouble;

/* Lay out the message for n conditions. Not collective. dtype: range of the sums over gradients. needs: NTKW_NEEDS_...
 * of the rule. norms: send squares even if the rule does not need them. */
ntkw_i_layout ntkw_i_layout_make(int n, ntkw_dtype dtype, unsigned needs, bool norms);

/* Fill weighting->message and weighting->max_abs from this rank's sums, whose limbs it normalises, and the update's
 * epoch. If this rank has an argument error, only the error is packed. Not collective. */
void ntkw_i_message_pack(ntkw_weighting *weighting);

/* Read the reduced message. Not collective; the results are the same on every rank. */
ntkw_i_trouble ntkw_i_message_trouble(const ntkw_weighting *weighting);
bool ntkw_i_message_agrees(const ntkw_weighting *weighting, ntkw_i_topic topic, int64_t healthy_ranks);
void ntkw_i_message_unpack(const ntkw_weighting *weighting, ntkw_i_reduced reduced[]);

#endif
