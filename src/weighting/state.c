/* The state of a weighting as bytes.
 *
 * 64-bit words, little-endian, so that the bytes are the same on every machine:
 *   magic, format version, fingerprint of the rule's name, number of conditions n, number of updates;
 *   n weights, norms, squared norms, traces, losses and mean magnitudes, as the bits of doubles;
 *   the memory of a user's rule, as the bits of doubles;
 *   a fingerprint of all words before.
 */
#include <inttypes.h>
#include <string.h>
#include "base/check.h"
#include "base/hash.h"
#include "weighting/fingerprint.h"
#include "weighting/weighting_impl.h"

enum { MAGIC, VERSION, RULE, CONDITIONS, UPDATES, VALUES };
enum { WORD = 8, FORMAT_VERSION = 2 };
static const uint64_t magic = UINT64_C(0x54484757574b544e); /* "NTKWWGHT" */

static size_t words(const ntkw_weighting *weighting) {
  return VALUES + (size_t)weighting->n_values + 1;
}

static void put(unsigned char *state, size_t index, uint64_t word) {
  for (int b = 0; b < WORD; b++) state[index * WORD + (size_t)b] = (unsigned char)(word >> (8 * b));
}

static uint64_t get(const unsigned char *state, size_t index) {
  uint64_t word = 0;
  for (int b = 0; b < WORD; b++) word |= (uint64_t)state[index * WORD + (size_t)b] << (8 * b);
  return word;
}

static uint64_t fingerprint_of(const unsigned char *state, size_t count) {
  uint64_t fingerprint = 0;
  for (size_t i = 0; i < count; i++) fingerprint = ntkw_i_hash_fingerprint(fingerprint, get(state, i));
  return fingerprint;
}

size_t ntkw_weighting_state_size(const ntkw_weighting *weighting) {
  return weighting ? words(weighting) * WORD : 0;
}

ntkw_status ntkw_weighting_state_get(const ntkw_weighting *weighting, void *state) {
  NTKW_CHECK(weighting && state, NTKW_ERR_ARGUMENT, "the %s is NULL", weighting ? "room for the state" : "weighting");
  const size_t last = words(weighting) - 1;
  put(state, MAGIC, magic);
  put(state, VERSION, FORMAT_VERSION);
  put(state, RULE, ntkw_i_fingerprint_text(0, weighting->settings.name));
  put(state, CONDITIONS, (uint64_t)weighting->n);
  put(state, UPDATES, (uint64_t)weighting->updates);
  for (size_t i = VALUES; i < last; i++) {
    uint64_t bits;
    memcpy(&bits, &weighting->weights[i - VALUES], sizeof bits);
    put(state, i, bits);
  }
  put(state, last, fingerprint_of(state, last));
  return NTKW_SUCCESS;
}

static ntkw_status check(const ntkw_weighting *weighting, const unsigned char *state, size_t size) {
  NTKW_CHECK(size >= (VALUES + 1) * WORD && get(state, MAGIC) == magic, NTKW_ERR_FORMAT,
             "these %zu bytes are not the state of a weighting", size);
  NTKW_CHECK(get(state, VERSION) == FORMAT_VERSION, NTKW_ERR_FORMAT,
             "the state of a weighting has format version %" PRIu64 ", expected %d", get(state, VERSION),
             (int)FORMAT_VERSION);
  NTKW_CHECK(get(state, CONDITIONS) == (uint64_t)weighting->n, NTKW_ERR_FORMAT,
             "the state is that of a weighting of %" PRIu64 " conditions, expected %d", get(state, CONDITIONS),
             weighting->n);
  NTKW_CHECK(size == words(weighting) * WORD, NTKW_ERR_FORMAT,
             "the state of a weighting has %zu bytes, expected %zu: it was cut or extended", size,
             words(weighting) * WORD);
  NTKW_CHECK(get(state, words(weighting) - 1) == fingerprint_of(state, words(weighting) - 1), NTKW_ERR_FORMAT,
             "the state of a weighting is damaged: its %zu bytes do not have the fingerprint that they state", size);
  NTKW_CHECK(get(state, RULE) == ntkw_i_fingerprint_text(0, weighting->settings.name), NTKW_ERR_FORMAT,
             "the state is that of a weighting with another rule, expected '%s'", weighting->settings.name);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_weighting_state_set(ntkw_weighting *weighting, const void *state, size_t size) {
  NTKW_CHECK(weighting && state, NTKW_ERR_ARGUMENT, "the %s is NULL", weighting ? "state" : "weighting");
  NTKW_CHECK(!weighting->begun, NTKW_ERR_ORDER,
             "an update was begun and not ended: ntkw_weighting_update_end must come before a state is put back");
  NTKW_TRY(check(weighting, state, size));
  weighting->safe_mode.states++;
  weighting->safe_mode.state = get(state, words(weighting) - 1);
  weighting->updates = (int64_t)get(state, UPDATES);
  for (size_t i = VALUES; i < words(weighting) - 1; i++) {
    const uint64_t bits = get(state, i);
    memcpy(&weighting->weights[i - VALUES], &bits, sizeof bits);
  }
  return NTKW_SUCCESS;
}
