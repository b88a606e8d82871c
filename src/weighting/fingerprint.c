#include "weighting/fingerprint.h"
#include "base/hash.h"

#include <string.h>

__extension__ typedef unsigned __int128 wide;
enum { PIECES = NTKW_I_FINGERPRINT_VALUES / 2 };

uint64_t ntkw_i_fingerprint_doubles(uint64_t fingerprint, const double values[], size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    fingerprint = ntkw_i_hash_fingerprint(fingerprint, bits);
  }
  return fingerprint;
}

uint64_t ntkw_i_fingerprint_text(uint64_t fingerprint, const char *text) {
  for (; *text; text++) fingerprint = ntkw_i_hash_fingerprint(fingerprint, (unsigned char)*text);
  return ntkw_i_hash_fingerprint(fingerprint, 0);
}

void ntkw_i_fingerprint_pack(uint64_t fingerprint, int64_t values[NTKW_I_FINGERPRINT_VALUES]) {
  for (int i = 0; i < PIECES; i++) {
    const int64_t piece = (int64_t)(fingerprint >> (16 * i) & 0xffff);
    values[2 * i] = piece;
    values[2 * i + 1] = piece * piece;
  }
}

bool ntkw_i_fingerprint_agrees(const int64_t values[NTKW_I_FINGERPRINT_VALUES], int64_t ranks) {
  for (int i = 0; i < PIECES; i++) {
    const wide sum = (wide)values[2 * i], squares = (wide)values[2 * i + 1];
    if ((wide)ranks * squares != sum * sum) return false;
  }
  return true;
}
