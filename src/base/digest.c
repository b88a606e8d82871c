#include "base/digest.h"
#include "base/cpu.h"
#include "base/dtype.h"
#include "base/hash.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

static inline uint64_t term(uint64_t index, uint64_t word) {
  return ntkw_i_hash_finalise(ntkw_i_hash_finalise(index + 0x9e3779b97f4a7c15u) ^ word);
}

/* The sum of the terms of `count` words of one size, of which the first has the number `first`. */
#define DEFINE_SUM_OF_WORDS(name, word_type)                                                     \
  NTKW_I_ALWAYS_INLINE uint64_t name(const unsigned char *words, uint64_t first, size_t count) { \
    uint64_t sum = 0;                                                                            \
    for (size_t i = 0; i < count; i++) {                                                         \
      word_type word;                                                                            \
      memcpy(&word, words + i * sizeof word, sizeof word);                                       \
      sum += term(first + i, word);                                                              \
    }                                                                                            \
    return sum;                                                                                  \
  }
DEFINE_SUM_OF_WORDS(sum_of_words1, uint8_t)
DEFINE_SUM_OF_WORDS(sum_of_words2, uint16_t)
DEFINE_SUM_OF_WORDS(sum_of_words4, uint32_t)
DEFINE_SUM_OF_WORDS(sum_of_words8, uint64_t)

/* With AVX-512 DQ, which multiplies words of 64 bits, compilers make vectors of eight of it: several times as fast. */
NTKW_I_FOR_AVX512 static uint64_t sum_of_words4_avx512(const unsigned char *words, uint64_t first, size_t count) {
  return sum_of_words4(words, first, count);
}
NTKW_I_FOR_AVX512 static uint64_t sum_of_words8_avx512(const unsigned char *words, uint64_t first, size_t count) {
  return sum_of_words8(words, first, count);
}
static bool has_avx512(void) {
  return ntkw_i_kernels_chosen() == KERNELS_AVX512;
}

static uint64_t digest_words4(const unsigned char *words, uint64_t first, size_t count) {
  return has_avx512() ? sum_of_words4_avx512(words, first, count) : sum_of_words4(words, first, count);
}

static uint64_t digest_words8(const unsigned char *words, uint64_t first, size_t count) {
  return has_avx512() ? sum_of_words8_avx512(words, first, count) : sum_of_words8(words, first, count);
}

uint64_t ntkw_i_digest_values(const void *values, ntkw_dtype dtype, int64_t first, size_t count) {
  switch (ntkw_i_value_size(dtype)) {
  case 1:
    return sum_of_words1(values, (uint64_t)first, count);
  case 2:
    return sum_of_words2(values, (uint64_t)first, count);
  case 4:
    return digest_words4(values, (uint64_t)first, count);
  default:
    return digest_words8(values, (uint64_t)first, count);
  }
}

uint64_t ntkw_i_digest_bytes(const void *bytes, int64_t first, size_t length) {
  const unsigned char *byte = bytes;
  const size_t words = length / 8;
  uint64_t word, sum = 0;
#if __BYTE_ORDER == __LITTLE_ENDIAN
  sum = digest_words8(byte, (uint64_t)first, words);
#else
  for (size_t i = 0; i < words; i++) {
    memcpy(&word, byte + 8 * i, sizeof word);
    sum += term((uint64_t)first + i, le64toh(word));
  }
#endif
  if (length % 8 == 0) return sum;
  word = 0;
  memcpy(&word, byte + 8 * words, length % 8);
  return sum + term((uint64_t)first + words, le64toh(word));
}
