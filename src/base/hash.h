/* Hashes of 64 bits. All functions are local and give the same values on every machine. */
#ifndef NTKW_BASE_HASH_H
#define NTKW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014; constants by Stafford, variant 13). One to one. The digests of
 * checkpoints are made with it. */
static inline uint64_t ntkw_i_hash_finalise(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* The next number of the generator splitmix64. */
static inline uint64_t ntkw_i_hash_next(uint64_t *state) {
  return ntkw_i_hash_finalise(*state += 0x9e3779b97f4a7c15u);
}

/* Mix a word into a hash; one to one in the word. The signatures of problems in checkpoints are made with it. */
static inline uint64_t ntkw_i_hash_word(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 29);
}

/* Mix a word into a fingerprint; one to one in the word. The states of weightings hold such fingerprints. */
static inline uint64_t ntkw_i_hash_fingerprint(uint64_t fingerprint, uint64_t word) {
  uint64_t mixed = (fingerprint ^ word) * 0x9e3779b97f4a7c15u;
  mixed ^= mixed >> 32;
  mixed *= 0xd6e8feb86659fd93u;
  return mixed ^ (mixed >> 29);
}

/* FNV-1a (Fowler, Noll, Vo): mix bytes into a hash that began as NTKW_I_HASH_FNV. `ntkw replay` prints it. */
#define NTKW_I_HASH_FNV UINT64_C(0xcbf29ce484222325)
static inline uint64_t ntkw_i_hash_bytes(uint64_t hash, const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
  return hash;
}

#endif
