/* The one message of an update: a fixed layout of int64 that MPI_SUM adds up over the ranks.
 *
 *   troubled ranks per status code, and the sum of their (rank + 1): names a single culprit
 *   the fault (three numbers): whole if there is a single culprit
 *   fingerprints of epoch, number of updates, options, weights: do the healthy ranks agree?
 *   for each condition, of each sum that travels: ranks that added; values counted; values not finite; limbs
 *
 * A rank in trouble sends nothing but its trouble. What is decided, is decided from the sums alone. A sum travels if
 * the rule needs it. Counts of the gradient always do, and its squares too unless the option `norms` is off. */
#ifndef NTKW_WEIGHTING_MESSAGE_H
#define NTKW_WEIGHTING_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/weighting.h"
#include "weighting/fault.h"
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

/* Where the sums of a condition lie, by kind. */
typedef struct ntkw_i_layout {
  int slot[NTKW_I_KINDS];  /* among those that travel, -1: does not */
  int at[NTKW_I_KINDS];    /* offset within the condition */
  int limbs[NTKW_I_KINDS]; /* of its sum; 0: only counted */
  ntkw_dtype range[NTKW_I_KINDS];
  int slots;  /* kinds that travel */
  int stride; /* values per condition */
  int count;  /* values of the whole message */
} ntkw_i_layout;

/* The ranks in trouble. */
typedef struct ntkw_i_trouble {
  ntkw_status code;   /* the largest; NTKW_SUCCESS if there is none */
  int64_t ranks;      /* with any code */
  int64_t culprit;    /* the rank, if there is only one; else -1 */
  ntkw_i_fault fault; /* the culprit's */
} ntkw_i_trouble;

/* needs: of the rule; norms: squares travel whatever it needs. */
ntkw_i_layout ntkw_i_layout_make(int n, ntkw_dtype dtype, unsigned needs, bool norms);

/* Fill in weighting->message from what this rank added (limbs normalised) and the update's epoch. Local. */
void ntkw_i_message_pack(ntkw_weighting *weighting);

/* Read the reduced message. Local, the same on every rank. */
ntkw_i_trouble ntkw_i_message_trouble(const ntkw_weighting *weighting);
bool ntkw_i_message_agrees(const ntkw_weighting *weighting, ntkw_i_topic topic, int64_t healthy_ranks);
void ntkw_i_message_unpack(const ntkw_weighting *weighting, ntkw_i_reduced reduced[]);

#endif
