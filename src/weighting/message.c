#include "weighting/message.h"

#include <string.h>
#include "sums/rounded.h"
#include "weighting/weighting_impl.h"

/* Positions in the message. */
enum {
  TROUBLED = 0,                                  /* number of ranks with an error, by code */
  CULPRITS = TROUBLED + NTKW_STATUS_COUNT,       /* sum of (rank + 1) of these ranks, by code */
  ARGUMENT_ERROR = CULPRITS + NTKW_STATUS_COUNT, /* kind, condition, found */
  FINGERPRINTS = ARGUMENT_ERROR + 3,
  CONDITIONS = FINGERPRINTS + NTKW_I_TOPICS * NTKW_I_FINGERPRINT_VALUES
};

/* Positions within a sum. */
enum { RANKS, COUNTED, NOT_FINITE, LIMBS };

static void lay(ntkw_i_layout *layout, ntkw_i_kind kind, ntkw_dtype range, bool limbs) {
  layout->slot[kind] = layout->slots++;
  layout->at[kind] = layout->stride;
  layout->range[kind] = range;
  layout->limbs[kind] = limbs ? ntkw_sum_limbs(range) : 0;
  layout->stride += LIMBS + layout->limbs[kind];
}

ntkw_i_layout ntkw_i_layout_make(int n, ntkw_dtype dtype, unsigned needs, bool norms) {
  ntkw_i_layout layout = {.stride = 0};
  for (int kind = 0; kind < NTKW_I_KINDS; kind++) layout.slot[kind] = -1;
  lay(&layout, NTKW_I_SQUARES, dtype, norms || (needs & NTKW_NEEDS_NORMS));
  if (needs & (NTKW_NEEDS_MAGNITUDES | NTKW_NEEDS_LARGEST)) lay(&layout, NTKW_I_MAGNITUDES, dtype, true);
  if (needs & NTKW_NEEDS_TRACES) lay(&layout, NTKW_I_DIAGONAL, NTKW_FLOAT64, true);
  if (needs & NTKW_NEEDS_LOSSES) lay(&layout, NTKW_I_LOSSES, NTKW_FLOAT64, true);
  layout.count = CONDITIONS + n * layout.stride;
  return layout;
}

static const int64_t *condition_at(const ntkw_weighting *weighting, int condition) {
  return weighting->message + CONDITIONS + (size_t)condition * (size_t)weighting->layout.stride;
}

static void pack_trouble(ntkw_weighting *weighting) {
  const ntkw_i_argument_error *error = &weighting->local.argument_error;
  int64_t *message = weighting->message;
  message[TROUBLED + NTKW_ERR_ARGUMENT] = 1;
  message[CULPRITS + NTKW_ERR_ARGUMENT] = (int64_t)weighting->rank + 1;
  message[ARGUMENT_ERROR] = error->kind;
  message[ARGUMENT_ERROR + 1] = error->condition;
  message[ARGUMENT_ERROR + 2] = error->found;
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

static void pack_sum(const ntkw_i_layout *layout, ntkw_i_kind kind, ntkw_i_addend *addend, int64_t *to) {
  to[RANKS] = addend->present;
  to[COUNTED] = addend->sum.count;
  to[NOT_FINITE] = addend->sum.not_finite;
  ntkw_sum_normalise(&addend->sum);
  memcpy(to + LIMBS, addend->sum.limb, sizeof *to * (size_t)layout->limbs[kind]);
}

static void pack_condition(ntkw_weighting *weighting, int condition, int64_t *to) {
  for (int k = 0; k < NTKW_I_KINDS; k++) {
    const ntkw_i_kind kind = (ntkw_i_kind)k;
    ntkw_i_addend *addend = ntkw_i_addend_of(weighting, condition, kind);
    if (addend) pack_sum(&weighting->layout, kind, addend, to + weighting->layout.at[kind]);
  }
}

void ntkw_i_message_pack(ntkw_weighting *weighting) {
  memset(weighting->message, 0, sizeof *weighting->message * (size_t)weighting->layout.count);
  weighting->max_abs = 0;
  if (weighting->local.argument_error.kind != NTKW_I_GOOD_ARGUMENTS) {
    pack_trouble(weighting);
    return;
  }
  pack_fingerprints(weighting);
  weighting->max_abs = weighting->local.max_abs;
  for (int c = 0; c < weighting->n; c++) pack_condition(weighting, c, (int64_t *)condition_at(weighting, c));
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
  trouble.argument_error =
      (ntkw_i_argument_error){message[ARGUMENT_ERROR], message[ARGUMENT_ERROR + 1], message[ARGUMENT_ERROR + 2]};
  return trouble;
}

bool ntkw_i_message_agrees(const ntkw_weighting *weighting, ntkw_i_topic topic, int64_t healthy_ranks) {
  return ntkw_i_fingerprint_agrees(weighting->message + FINGERPRINTS + (size_t)topic * NTKW_I_FINGERPRINT_VALUES,
                                   healthy_ranks);
}

static void unpack_sum(const ntkw_i_layout *layout, ntkw_i_kind kind, const int64_t *from, ntkw_i_reduced *reduced) {
  ntkw_i_total *total = &reduced->total[kind];
  total->ranks = from[RANKS];
  total->count = from[COUNTED];
  total->not_finite = from[NOT_FINITE];
  if (layout->limbs[kind] == 0) return;
  ntkw_i_rounded rounded;
  ntkw_i_limbs_round(from + LIMBS, layout->range[kind], kind == NTKW_I_SQUARES, &rounded);
  total->value = rounded.value;
  total->split = (ntkw_i_split){rounded.mantissa, rounded.exponent};
  if (kind != NTKW_I_SQUARES) return;
  reduced->norm = rounded.root;
  reduced->norm_split = (ntkw_i_split){rounded.root_mantissa, rounded.root_exponent};
}

void ntkw_i_message_unpack(const ntkw_weighting *weighting, ntkw_i_reduced reduced[]) {
  const ntkw_i_layout *layout = &weighting->layout;
  memset(reduced, 0, sizeof *reduced * (size_t)weighting->n);
  for (int c = 0; c < weighting->n; c++)
    for (int kind = 0; kind < NTKW_I_KINDS; kind++)
      if (layout->slot[kind] >= 0)
        unpack_sum(layout, (ntkw_i_kind)kind, condition_at(weighting, c) + layout->at[kind], &reduced[c]);
}
