#include "checkpoint/digest.h"

#include <endian.h>
#include <string.h>

static inline uint64_t finalise(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline uint64_t term(uint64_t index, uint64_t word) {
  return finalise(finalise(index + 0x9e3779b97f4a7c15u) ^ word);
}

static uint64_t digest_float32(const unsigned char *values, uint64_t first, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t word;
    memcpy(&word, values + 4 * i, sizeof word);
    sum += term(first + i, word);
  }
  return sum;
}

static uint64_t digest_float64(const unsigned char *values, uint64_t first, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t word;
    memcpy(&word, values + 8 * i, sizeof word);
    sum += term(first + i, word);
  }
  return sum;
}

uint64_t ntkw_i_digest_values(const void *values, ntkw_dtype dtype, int64_t first, size_t count) {
  return dtype == NTKW_FLOAT32 ? digest_float32(values, (uint64_t)first, count)
                               : digest_float64(values, (uint64_t)first, count);
}

uint64_t ntkw_i_digest_bytes(const void *bytes, int64_t first, size_t length) {
  const unsigned char *byte = bytes;
  const size_t words = length / 8;
  uint64_t sum = 0, word;
  for (size_t i = 0; i < words; i++) {
    memcpy(&word, byte + 8 * i, sizeof word);
    sum += term((uint64_t)first + i, le64toh(word));
  }
  if (length % 8 == 0) return sum;
  word = 0;
  memcpy(&word, byte + 8 * words, length % 8);
  return sum + term((uint64_t)first + words, le64toh(word));
}
