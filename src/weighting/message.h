/* The one message of an update: a fixed layout of int64 that MPI_SUM adds up over the ranks.
 *
 *   ranks with an error per status code, and the sum of their (rank + 1), which identifies a single rank
 *   the argument error (three numbers): usable if a single rank has one
 *   fingerprints of epoch, number of updates, options, weights: do the ranks without an error agree?
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

/* What the ranks must agree on at every update. */
typedef enum ntkw_i_topic {
  NTKW_I_TOPIC_EPOCH,
  NTKW_I_TOPIC_UPDATES,
  NTKW_I_TOPIC_OPTIONS,
  NTKW_I_TOPIC_WEIGHTS,
  NTKW_I_TOPICS
} ntkw_i_topic;

/* Positions of the sums of a condition, by kind. */
typedef struct ntkw_i_layout {
  int slot[NTKW_I_KINDS];  /* among those that are sent; -1: not sent */
  int at[NTKW_I_KINDS];    /* offset within the condition */
  int limbs[NTKW_I_KINDS]; /* of its sum; 0: only counted */
  ntkw_dtype range[NTKW_I_KINDS];
  int slots;  /* kinds that are sent */
  int stride; /* values per condition */
  int count;  /* values of the whole message */
} ntkw_i_layout;

/* The ranks with an error. */
typedef struct ntkw_i_trouble {
  ntkw_status code;                     /* the largest; NTKW_SUCCESS if there is none */
  int64_t ranks;                        /* with any code */
  int64_t culprit;                      /* the rank, if there is only one; else -1 */
  ntkw_i_argument_error argument_error; /* the culprit's */
} ntkw_i_trouble;

/* needs: of the rule; norms: send squares whatever it needs. Local. */
ntkw_i_layout ntkw_i_layout_make(int n, ntkw_dtype dtype, unsigned needs, bool norms);

/* Fill in weighting->message from what this rank added (limbs normalised) and the update's epoch. Local. */
void ntkw_i_message_pack(ntkw_weighting *weighting);

/* Read the reduced message. Local, the same on every rank. */
ntkw_i_trouble ntkw_i_message_trouble(const ntkw_weighting *weighting);
bool ntkw_i_message_agrees(const ntkw_weighting *weighting, ntkw_i_topic topic, int64_t healthy_ranks);
void ntkw_i_message_unpack(const ntkw_weighting *weighting, ntkw_i_reduced reduced[]);

#endif
