#include "checkpoint/slabs.h"
#include "base/check.h"

ntkw_slab ntkw_i_slab_of_rows(int n_dimensions, const int64_t shape[], int64_t offset, int64_t count) {
  ntkw_slab slab = {.start = {offset}, .count = {count}};
  for (int d = 1; d < n_dimensions; d++) slab.count[d] = shape[d];
  return slab;
}

int64_t ntkw_i_slab_length(int n_dimensions, const ntkw_slab *slab) {
  int64_t length = 1;
  for (int d = 0; d < n_dimensions; d++) length *= slab->count[d];
  return length;
}

int64_t ntkw_i_slabs_length(int n_dimensions, int n_slabs, const ntkw_slab slabs[]) {
  int64_t length = 0;
  for (int i = 0; i < n_slabs; i++) length += ntkw_i_slab_length(n_dimensions, &slabs[i]);
  return length;
}

ntkw_status ntkw_i_slabs_check(const char *array, int n_dimensions, const int64_t shape[], int n_slabs,
                               const ntkw_slab slabs[]) {
  NTKW_CHECK(n_slabs >= 0, NTKW_ERR_ARGUMENT, "array \"%s\": the number of hyperslabs is %d", array, n_slabs);
  NTKW_CHECK(slabs || n_slabs == 0, NTKW_ERR_ARGUMENT, "array \"%s\": the list of %d hyperslabs is NULL", array,
             n_slabs);
  int64_t room = INT64_MAX;
  for (int i = 0; i < n_slabs; i++) {
    for (int d = 0; d < n_dimensions; d++) {
      const int64_t start = slabs[i].start[d], count = slabs[i].count[d];
      NTKW_CHECK(start >= 0 && count >= 0 && start <= shape[d] && count <= shape[d] - start, NTKW_ERR_ARGUMENT,
                 "array \"%s\": hyperslab %d has %lld indices from %lld of dimension %d, which has %lld", array, i,
                 (long long)count, (long long)start, d, (long long)shape[d]);
    }
    const int64_t length = ntkw_i_slab_length(n_dimensions, &slabs[i]);
    NTKW_CHECK(length <= room / 8, NTKW_ERR_ARGUMENT, "array \"%s\": its hyperslabs have too many values", array);
    room -= 8 * length;
  }
  return NTKW_SUCCESS;
}

slab_runs ntkw_i_slab_runs(int n_dimensions, const int64_t shape[], int n_slabs, const ntkw_slab slabs[]) {
  return (slab_runs){.n_dimensions = n_dimensions, .shape = shape, .n_slabs = n_slabs, .slabs = slabs, .slab = -1};
}

/* Enter the next slab that is not empty. @return false: there is none. */
static bool enter_slab(slab_runs *runs) {
  do runs->slab++;
  while (runs->slab < runs->n_slabs && ntkw_i_slab_length(runs->n_dimensions, &runs->slabs[runs->slab]) == 0);
  if (runs->slab >= runs->n_slabs) return false;
  const ntkw_slab *slab = &runs->slabs[runs->slab];
  runs->inner = runs->n_dimensions - 1;
  while (runs->inner > 0 && slab->count[runs->inner] == runs->shape[runs->inner]) runs->inner--;
  for (int d = 0; d < runs->n_dimensions; d++) runs->index[d] = 0;
  return true;
}

/* Advance the index over the outer dimensions, the last of them fastest. @return false: the slab is complete. */
static bool advance(slab_runs *runs) {
  for (int d = runs->inner - 1; d >= 0; d--) {
    if (++runs->index[d] < runs->slabs[runs->slab].count[d]) return true;
    runs->index[d] = 0;
  }
  return false;
}

bool ntkw_i_slab_next(slab_runs *runs) {
  runs->at += runs->length;
  runs->length = 0;
  if (!runs->more && !enter_slab(runs)) return false;
  const ntkw_slab *slab = &runs->slabs[runs->slab];
  runs->first = 0;
  for (int d = 0; d < runs->n_dimensions; d++)
    runs->first = runs->first * runs->shape[d] + slab->start[d] + runs->index[d];
  runs->length = 1;
  for (int d = runs->inner; d < runs->n_dimensions; d++) runs->length *= slab->count[d];
  runs->more = advance(runs);
  return true;
}
