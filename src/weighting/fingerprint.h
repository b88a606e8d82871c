/* 64-bit fingerprints of arguments and state, and a test by sums whether all ranks have the same one.
 *
 * A fingerprint is sent as four 16-bit pieces f, each as sum f and sum f^2 over the P ranks. By Cauchy and Schwarz
 * P * sum f^2 >= (sum f)^2, with equality iff all f are equal; so a plain MPI_SUM shows whether the ranks agree. */
#ifndef NTKW_WEIGHTING_FINGERPRINT_H
#define NTKW_WEIGHTING_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values in the message for one fingerprint. */
enum { NTKW_I_FINGERPRINT_VALUES = 8 };

/* Mix the bits of doubles, or a text with its terminating NUL, into a fingerprint (ntkw_i_hash_fingerprint). Begin with
 * any constant. */
uint64_t ntkw_i_fingerprint_doubles(uint64_t fingerprint, const double values[], size_t count);
uint64_t ntkw_i_fingerprint_text(uint64_t fingerprint, const char *text);

/* Write the pieces and their squares to values. */
void ntkw_i_fingerprint_pack(uint64_t fingerprint, int64_t values[NTKW_I_FINGERPRINT_VALUES]);

/* Whether `ranks` ranks (up to 2^31) packed the same fingerprint. values: the sums of what all ranks packed; the other
 * ranks must have sent zeros. */
bool ntkw_i_fingerprint_agrees(const int64_t values[NTKW_I_FINGERPRINT_VALUES], int64_t ranks);

#endif
