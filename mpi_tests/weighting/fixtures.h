/* What the tests of weighting have in common: gradients, and ways of cutting them over the ranks. */
#ifndef NTKW_TEST_WEIGHTING_FIXTURES_H
#define NTKW_TEST_WEIGHTING_FIXTURES_H

#include "harness.h"
#include "ntkw/weighting.h"

enum { CONDITIONS = 4 };
extern const char *const condition_names[CONDITIONS]; /* residual, wall, initial, velocity */

#define CASES(cases) (sizeof(cases) / sizeof *(cases))

/* The ways of cutting count values into one run per rank. */
typedef enum cut { CUT_EVEN, CUT_RANDOM, CUT_FIRST_EMPTY, CUT_ALL_ON_LAST, CUTS } cut;

typedef struct shard {
  size_t offset, length;
} shard;

shard shard_make(cut way, uint64_t seed, size_t count);

/* count values of either type, of sizes around scale; the same for the same seed. To be freed. */
void *random_values(ntkw_dtype dtype, size_t count, double scale, uint64_t seed);
size_t size_of(ntkw_dtype dtype);
/* The address of values[index]. */
const void *value_at(const void *values, ntkw_dtype dtype, size_t index);

/* Options with these fields, the others by default. */
ntkw_weighting_options options_of(const char *rule, double alpha, int64_t update_every, ntkw_dtype dtype);
/* A weighting of n of the conditions over comm; the creation is checked. */
ntkw_weighting *weighting_of(MPI_Comm comm, int n, const ntkw_weighting_options *options);

/* On rank 0, add to each of the n conditions one value, so that norms[c] is its norm (traces[c] its trace); on the
 * others an empty piece. */
void add_norms(ntkw_weighting *weighting, int n, const double norms[]);
void add_traces(ntkw_weighting *weighting, int n, const double traces[]);

/* Collective: ntkw_last_error() is the same on every rank and has this part. */
void check_sentence(const char *part, const char *file, int line);
#define CHECK_SENTENCE(part) check_sentence((part), __FILE__, __LINE__)

/* Collective: the weights are the same on every rank. */
void check_same_weights(const ntkw_weighting *weighting);

#endif
