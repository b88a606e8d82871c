/* The one message of an update: a fixed layout of int64 that MPI_SUM adds up over the ranks.
 *
 *   troubled ranks per status code, and the sum of their (rank + 1): names a single culprit
 *   the fault (three numbers): whole if there is a single culprit
 *   fingerprints of epoch, number of updates, options, weights: do the healthy ranks agree?
 *   for each condition: ranks that added a gradient (a trace); values counted; values not finite; limbs of the exact
 * sums
 *
 * A rank in trouble sends nothing but its trouble. What is decided, is decided from the sums alone. Squares always
 * travel, so that norms are reported under every rule; diagonal entries only under a rule that needs traces. */
#ifndef NTKW_WEIGHTING_MESSAGE_H
#define NTKW_WEIGHTING_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/weighting.h"
#include "weighting/fault.h"
#include "weighting/fingerprint.h"

/* What the ranks must agree on at every update. */
typedef enum ntkw_i_topic {
  NTKW_I_TOPIC_EPOCH,
  NTKW_I_TOPIC_UPDATES,
  NTKW_I_TOPIC_OPTIONS,
  NTKW_I_TOPIC_WEIGHTS,
  NTKW_I_TOPICS
} ntkw_i_topic;

typedef struct ntkw_i_layout {
  int square_limbs, diagonal_limbs; /* per condition; 0: these do not travel */
  int stride;                       /* values per condition */
  int count;                        /* values of the whole message */
} ntkw_i_layout;

/* A positive number as mantissa * 2^exponent, or 0 and 0: beyond the range of double. */
typedef struct ntkw_i_split {
  double mantissa;
  int exponent;
} ntkw_i_split;

/* The moments of one condition over all ranks. */
typedef struct ntkw_i_reduced {
  int64_t gradient_ranks, trace_ranks; /* ranks that added; 0: absent */
  int64_t counted;                     /* values of the gradient */
  int64_t gradient_not_finite, trace_not_finite;
  double norm, squared_norm, trace; /* rounded once */
  ntkw_i_split norm_split, trace_split;
} ntkw_i_reduced;

/* The ranks in trouble. */
typedef struct ntkw_i_trouble {
  ntkw_status code;   /* the largest; NTKW_SUCCESS if there is none */
  int64_t ranks;      /* with any code */
  int64_t culprit;    /* the rank, if there is only one; else -1 */
  ntkw_i_fault fault; /* the culprit's */
} ntkw_i_trouble;

ntkw_i_layout ntkw_i_layout_make(int n, ntkw_dtype dtype, bool traces);

/* Fill in weighting->message from what this rank added (limbs normalised) and the update's epoch. Local. */
void ntkw_i_message_pack(ntkw_weighting *weighting);

/* Read the reduced message. Local, the same on every rank. */
ntkw_i_trouble ntkw_i_message_trouble(const ntkw_weighting *weighting);
bool ntkw_i_message_agrees(const ntkw_weighting *weighting, ntkw_i_topic topic, int64_t healthy_ranks);
void ntkw_i_message_unpack(const ntkw_weighting *weighting, ntkw_i_reduced reduced[]);

#endif
