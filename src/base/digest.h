/* Digests of 64 bits that depend neither on the order of reading nor on how the values are cut over the ranks.
 *
 * The digest of a sequence of words w_0, w_1, ... is the sum, modulo 2^64, of
 *     F(F(i + 0x9e3779b97f4a7c15) xor w_i)
 * over all i, where F is the finaliser of splitmix64 (Steele, Lea, Flood 2014; constants by Stafford, variant 13):
 *     z = (z xor (z >> 30)) * 0xbf58476d1ce4e5b9;  z = (z xor (z >> 27)) * 0x94d049bb133111eb;  z = z xor (z >> 31)
 * F is one to one, so that a change of any single word shows for certain. Digests of parts add up to that of the whole.
 *
 * What the words of an array and of a file are, and lines of Python that check both: FORMAT.md.
 */
#ifndef NTKW_BASE_DIGEST_H
#define NTKW_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

/* Digest of count values that are the elements first, first + 1, ... of an array. */
uint64_t ntkw_i_digest_values(const void *values, ntkw_dtype dtype, int64_t first, size_t count);

/* Digest of bytes of a file, of which the first is byte 8 * first after the user block; a tail is padded with zeros. */
uint64_t ntkw_i_digest_bytes(const void *bytes, int64_t first, size_t length);

#endif
