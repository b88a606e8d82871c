#include "fixtures.h"

#include <math.h>
#include <stdlib.h>

const char *const condition_names[CONDITIONS] = {"residual", "wall", "initial", "velocity"};

static size_t boundary(uint64_t seed, size_t count, int index) {
  if (index == 0) return 0;
  if (index == world_size()) return count;
  size_t points[64];
  const int inner = world_size() - 1;
  for (int i = 0; i < inner; i++) points[i] = (size_t)(random_uniform(&seed) * (double)(count + 1));
  for (int i = 1; i < inner; i++) /* sort */
    for (int j = i; j > 0 && points[j] < points[j - 1]; j--) {
      const size_t larger = points[j - 1];
      points[j - 1] = points[j];
      points[j] = larger;
    }
  return points[index - 1];
}

shard shard_make(cut way, uint64_t seed, size_t count) {
  const size_t rank = (size_t)world_rank(), size = (size_t)world_size();
  size_t begin = count * rank / size, end = count * (rank + 1) / size;
  if (way == CUT_RANDOM) {
    begin = boundary(seed, count, world_rank());
    end = boundary(seed, count, world_rank() + 1);
  } else if (way == CUT_FIRST_EMPTY && size > 1) {
    begin = rank == 0 ? 0 : count * (rank - 1) / (size - 1);
    end = rank == 0 ? 0 : count * rank / (size - 1);
  } else if (way == CUT_ALL_ON_LAST) {
    begin = rank + 1 == size ? 0 : count;
    end = count;
  }
  return (shard){begin, end - begin};
}

size_t size_of(ntkw_dtype dtype) {
  return dtype == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
}

const void *value_at(const void *values, ntkw_dtype dtype, size_t index) {
  return (const char *)values + index * size_of(dtype);
}

void *random_values(ntkw_dtype dtype, size_t count, double scale, uint64_t seed) {
  void *values = malloc((count + 1) * size_of(dtype));
  for (size_t i = 0; i < count; i++) {
    const double x = scale * (2 * random_uniform(&seed) - 1) * exp2(-30 * random_uniform(&seed));
    if (dtype == NTKW_FLOAT32)
      ((float *)values)[i] = (float)x;
    else
      ((double *)values)[i] = x;
  }
  return values;
}

ntkw_weighting_options options_of(const char *rule, double alpha, int64_t update_every, ntkw_dtype dtype) {
  ntkw_weighting_options options;
  ntkw_weighting_options_init(&options);
  options.rule = rule;
  options.alpha = alpha;
  options.update_every = update_every;
  options.dtype = dtype;
  return options;
}

ntkw_weighting *weighting_of(MPI_Comm comm, int n, const ntkw_weighting_options *options) {
  ntkw_weighting *weighting = NULL;
  CHECK_OK(ntkw_weighting_create(comm, n, condition_names, options, &weighting));
  return weighting;
}

void add_norms(ntkw_weighting *weighting, int n, const double norms[]) {
  for (int c = 0; c < n; c++)
    CHECK_OK(ntkw_weighting_add_gradient(weighting, c, &norms[c], world_rank() == 0, NTKW_FLOAT64));
}

void add_traces(ntkw_weighting *weighting, int n, const double traces[]) {
  for (int c = 0; c < n; c++) CHECK_OK(ntkw_weighting_add_ntk_diagonal(weighting, c, &traces[c], world_rank() == 0));
}

void check_sentence(const char *part, const char *file, int line) {
  char sentence[1024] = {0};
  strncpy(sentence, ntkw_last_error(), sizeof sentence - 1);
  check_true(same_on_all_ranks(sentence, sizeof sentence), "the sentence is the same on all ranks", file, line);
  check_text_has(sentence, part, file, line);
}

void check_same_weights(const ntkw_weighting *weighting) {
  CHECK(same_on_all_ranks(ntkw_weighting_weights(weighting), sizeof(double) * (size_t)ntkw_weighting_size(weighting)));
}
