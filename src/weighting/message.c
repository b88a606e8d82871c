#include "weighting/message.h"

#include <string.h>
#include "weighting/handle.h"

/* Positions in the message. */
enum {
  TROUBLED = 0,                            /* ranks in trouble, by code */
  CULPRITS = TROUBLED + NTKW_STATUS_COUNT, /* sum of their rank + 1, by code */
  FAULT = CULPRITS + NTKW_STATUS_COUNT,    /* kind, condition, found */
  FINGERPRINTS = FAULT + 3,
  CONDITIONS = FINGERPRINTS + NTKW_I_TOPICS * NTKW_I_FINGERPRINT_VALUES
};

/* Positions within a condition; the limbs of the diagonal follow those of the squares. */
enum { GRADIENT_RANKS, TRACE_RANKS, COUNTED, GRADIENT_NOT_FINITE, TRACE_NOT_FINITE, LIMBS };

ntkw_i_layout ntkw_i_layout_make(int n, ntkw_dtype dtype, bool traces) {
  ntkw_i_layout layout = {.square_limbs = ntkw_sum_limbs(dtype)};
  if (traces) layout.diagonal_limbs = ntkw_sum_limbs(NTKW_FLOAT64);
  layout.stride = LIMBS + layout.square_limbs + layout.diagonal_limbs;
  layout.count = CONDITIONS + n * layout.stride;
  return layout;
}

static const int64_t *condition_at(const ntkw_weighting *weighting, int condition) {
  return weighting->message + CONDITIONS + (size_t)condition * (size_t)weighting->layout.stride;
}

static void pack_trouble(ntkw_weighting *weighting) {
  const ntkw_i_fault *fault = &weighting->local.fault;
  int64_t *message = weighting->message;
  message[TROUBLED + NTKW_ERR_ARGUMENT] = 1;
  message[CULPRITS + NTKW_ERR_ARGUMENT] = (int64_t)weighting->rank + 1;
  message[FAULT] = fault->kind;
  message[FAULT + 1] = fault->condition;
  message[FAULT + 2] = fault->found;
}

static void pack_fingerprints(ntkw_weighting *weighting) {
  const uint64_t topics[NTKW_I_TOPICS] = {
      [NTKW_I_TOPIC_EPOCH] = (uint64_t)weighting->epoch,
      [NTKW_I_TOPIC_UPDATES] = (uint64_t)weighting->updates,
      [NTKW_I_TOPIC_OPTIONS] = weighting->options_fingerprint,
      [NTKW_I_TOPIC_WEIGHTS] = ntkw_i_fingerprint_doubles(0, weighting->weights, (size_t)weighting->n),
  };
  for (int t = 0; t < NTKW_I_TOPICS; t++)
    ntkw_i_fingerprint_pack(topics[t], weighting->message + FINGERPRINTS + t * NTKW_I_FINGERPRINT_VALUES);
}

static void pack_condition(const ntkw_i_layout *layout, ntkw_i_addends *addends, int64_t *to) {
  to[GRADIENT_RANKS] = addends->gradient;
  to[TRACE_RANKS] = addends->trace;
  to[COUNTED] = addends->squares.count;
  to[GRADIENT_NOT_FINITE] = addends->squares.not_finite;
  ntkw_sum_normalise(&addends->squares);
  memcpy(to + LIMBS, addends->squares.limb, sizeof *to * (size_t)layout->square_limbs);
  if (layout->diagonal_limbs == 0) return;
  to[TRACE_NOT_FINITE] = addends->diagonal.not_finite;
  ntkw_sum_normalise(&addends->diagonal);
  memcpy(to + LIMBS + layout->square_limbs, addends->diagonal.limb, sizeof *to * (size_t)layout->diagonal_limbs);
}

void ntkw_i_message_pack(ntkw_weighting *weighting) {
  memset(weighting->message, 0, sizeof *weighting->message * (size_t)weighting->layout.count);
  if (weighting->local.fault.kind != NTKW_I_FAULT_NONE) {
    pack_trouble(weighting);
    return;
  }
  pack_fingerprints(weighting);
  for (int c = 0; c < weighting->n; c++)
    pack_condition(&weighting->layout, &weighting->local.condition[c], (int64_t *)condition_at(weighting, c));
}

ntkw_i_trouble ntkw_i_message_trouble(const ntkw_weighting *weighting) {
  const int64_t *message = weighting->message;
  ntkw_i_trouble trouble = {.code = NTKW_SUCCESS, .culprit = -1};
  for (int code = 0; code < NTKW_STATUS_COUNT; code++) {
    if (message[TROUBLED + code] == 0) continue;
    trouble.code = (ntkw_status)code;
    trouble.ranks += message[TROUBLED + code];
  }
  if (trouble.ranks != 1) return trouble;
  trouble.culprit = message[CULPRITS + trouble.code] - 1;
  trouble.fault = (ntkw_i_fault){message[FAULT], message[FAULT + 1], message[FAULT + 2]};
  return trouble;
}

bool ntkw_i_message_agrees(const ntkw_weighting *weighting, ntkw_i_topic topic, int64_t healthy_ranks) {
  return ntkw_i_fingerprint_agrees(weighting->message + FINGERPRINTS + (size_t)topic * NTKW_I_FINGERPRINT_VALUES,
                                   healthy_ranks);
}

static void unpack_condition(const ntkw_i_layout *layout, ntkw_dtype dtype, const int64_t *from,
                             ntkw_i_reduced *reduced) {
  memset(reduced, 0, sizeof *reduced);
  reduced->gradient_ranks = from[GRADIENT_RANKS];
  reduced->trace_ranks = from[TRACE_RANKS];
  reduced->counted = from[COUNTED];
  reduced->gradient_not_finite = from[GRADIENT_NOT_FINITE];
  reduced->trace_not_finite = from[TRACE_NOT_FINITE];
  ntkw_sum sum;
  ntkw_sum_zero(&sum, dtype);
  ntkw_sum_from_limbs(&sum, from + LIMBS);
  reduced->norm = ntkw_sum_root(&sum);
  reduced->squared_norm = ntkw_sum_value(&sum);
  ntkw_sum_root_split(&sum, &reduced->norm_split.mantissa, &reduced->norm_split.exponent);
  if (layout->diagonal_limbs == 0) return;
  ntkw_sum_zero(&sum, NTKW_FLOAT64);
  ntkw_sum_from_limbs(&sum, from + LIMBS + layout->square_limbs);
  reduced->trace = ntkw_sum_value(&sum);
  ntkw_sum_split(&sum, &reduced->trace_split.mantissa, &reduced->trace_split.exponent);
}

void ntkw_i_message_unpack(const ntkw_weighting *weighting, ntkw_i_reduced reduced[]) {
  for (int c = 0; c < weighting->n; c++)
    unpack_condition(&weighting->layout, weighting->dtype, condition_at(weighting, c), &reduced[c]);
}
