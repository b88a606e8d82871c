/* Functions that the tests of weighting share: gradients, and their distribution over the ranks. */
#ifndef NTKW_TEST_WEIGHTING_FIXTURES_H
#define NTKW_TEST_WEIGHTING_FIXTURES_H

#include "harness.h"
#include "ntkw/weighting.h"

enum { CONDITIONS = 4 };
extern const char *const condition_names[CONDITIONS]; /* residual, wall, initial, velocity */

#define CASES(cases) (sizeof(cases) / sizeof *(cases))

/* Distributions of values over the ranks, one contiguous run on each. */
typedef enum cut { CUT_EVEN, CUT_RANDOM, CUT_FIRST_EMPTY, CUT_ALL_ON_LAST, CUTS } cut;

typedef struct shard {
  size_t offset, length;
} shard;

shard shard_make(cut way, uint64_t seed, size_t count);

/* Random values of float32 or float64 with magnitudes around scale, the same for the same seed. The caller frees them.
 */
void *random_values(ntkw_dtype dtype, size_t count, double scale, uint64_t seed);
size_t size_of(ntkw_dtype dtype);
/* The address of values[index]. */
const void *value_at(const void *values, ntkw_dtype dtype, size_t index);

/* Options with these fields; the others have their defaults. */
ntkw_weighting_options options_of(const char *rule, double alpha, int64_t update_every, ntkw_dtype dtype);
/* Create a weighting of the first n conditions, and check the status. Collective on comm. The caller destroys it. */
ntkw_weighting *weighting_of(MPI_Comm comm, int n, const ntkw_weighting_options *options);

/* Add to each of the n conditions one value on rank 0, so that its norm is norms[c] (its trace traces[c]), and an empty
 * piece on the other ranks. */
void add_norms(ntkw_weighting *weighting, int n, const double norms[]);
void add_traces(ntkw_weighting *weighting, int n, const double traces[]);

/* Check that ntkw_last_error() is the same on every rank and contains part. Collective on MPI_COMM_WORLD. */
void check_sentence(const char *part, const char *file, int line);
#define CHECK_SENTENCE(part) check_sentence((part), __FILE__, __LINE__)

/* Check that the weights have the same bits on every rank. Collective on MPI_COMM_WORLD. */
void check_same_weights(const ntkw_weighting *weighting);

#endif
