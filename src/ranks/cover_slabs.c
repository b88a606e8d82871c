#include "ranks/comm.h"
#include "ranks/coverage.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct owned_slab {
  ntkw_slab slab;
  int64_t rank;
} owned_slab;
enum { WORDS = sizeof(owned_slab) / sizeof(int64_t) };

typedef struct cover {
  MPI_Comm comm;
  const char *array;
  int rank, size, n_dimensions, n_slabs;
  const int64_t *shape;
  const ntkw_slab *slabs;
  int along;            /* the dimension that is cut into layers */
  int64_t thickness;    /* of a layer */
  int *counts, *places; /* four lists of the ranks: words sent and where, words received and where */
  owned_slab *sent, *got;
  int64_t n_got;
} cover;

static int64_t length_of(int n_dimensions, const ntkw_slab *slab) {
  int64_t length = 1;
  for (int d = 0; d < n_dimensions; d++) length *= slab->count[d];
  return length;
}

static int64_t thickness_of(const cover *c, int dimension) {
  return c->shape[dimension] / c->size + (c->shape[dimension] % c->size != 0);
}

/* The layers that a hyperslab meets: first to last. False: it is empty and meets none. */
static bool layers_of(const cover *c, const ntkw_slab *slab, int along, int64_t *first, int64_t *last) {
  if (length_of(c->n_dimensions, slab) == 0) return false;
  const int64_t thickness = thickness_of(c, along);
  *first = slab->start[along] / thickness;
  *last = (slab->start[along] + slab->count[along] - 1) / thickness;
  return true;
}

/* Choose the dimension along which the fewest hyperslabs are sent. Collective. */
static ntkw_status choose_dimension(cover *c) {
  int64_t meetings[NTKW_CHECKPOINT_DIMENSIONS] = {0}, first, last;
  for (int d = 0; d < c->n_dimensions; d++)
    for (int i = 0; i < c->n_slabs; i++)
      if (layers_of(c, &c->slabs[i], d, &first, &last)) meetings[d] += last - first + 1;
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, meetings, NTKW_CHECKPOINT_DIMENSIONS, MPI_INT64_T, MPI_SUM, c->comm));
  for (int d = 1; d < c->n_dimensions; d++)
    if (meetings[d] < meetings[c->along]) c->along = d;
  c->thickness = thickness_of(c, c->along);
  return NTKW_SUCCESS;
}

/* Sort this rank's hyperslabs by the rank that receives them. Not collective. */
static ntkw_status pack(cover *c) {
  int64_t first, last, n = 0;
  for (int i = 0; i < c->n_slabs; i++)
    if (layers_of(c, &c->slabs[i], c->along, &first, &last)) n += last - first + 1;
  NTKW_CHECK(n <= INT32_MAX / WORDS, NTKW_ERR_ARGUMENT, "array \"%s\": rank %d has too many hyperslabs", c->array,
             c->rank);
  c->counts = calloc(4 * (size_t)c->size, sizeof *c->counts);
  c->sent = malloc((size_t)(n + 1) * sizeof *c->sent);
  NTKW_CHECK(c->counts && c->sent, NTKW_ERR_MEMORY, "out of memory for the hyperslabs of array \"%s\"", c->array);
  c->places = c->counts + c->size;
  for (int i = 0; i < c->n_slabs; i++)
    if (layers_of(c, &c->slabs[i], c->along, &first, &last))
      for (int64_t layer = first; layer <= last; layer++) c->counts[layer] += WORDS;
  for (int r = 1; r < c->size; r++) c->places[r] = c->places[r - 1] + c->counts[r - 1];
  for (int i = 0; i < c->n_slabs; i++)
    if (layers_of(c, &c->slabs[i], c->along, &first, &last))
      for (int64_t layer = first; layer <= last; layer++) {
        c->sent[c->places[layer] / WORDS] = (owned_slab){c->slabs[i], c->rank};
        c->places[layer] += WORDS;
      }
  for (int r = 0; r < c->size; r++) c->places[r] -= c->counts[r];
  return NTKW_SUCCESS;
}

/* Send each hyperslab to the ranks whose layers it meets. Collective. */
static ntkw_status exchange(cover *c) {
  int *coming = c->counts + 2 * c->size, *from = c->counts + 3 * c->size;
  MPI_TRY(MPI_Alltoall(c->counts, 1, MPI_INT, coming, 1, MPI_INT, c->comm));
  int64_t words = 0;
  ntkw_status status = NTKW_SUCCESS;
  for (int r = 0; r < c->size; r++) {
    if (words <= INT32_MAX) from[r] = (int)words;
    words += coming[r];
  }
  if (words > INT32_MAX)
    status = ntkw_i_fail(NTKW_ERR_ARGUMENT, "array \"%s\": it is cut into too many hyperslabs", c->array);
  c->n_got = words / WORDS;
  if (status == NTKW_SUCCESS) c->got = malloc((size_t)(c->n_got + 1) * sizeof *c->got);
  if (status == NTKW_SUCCESS && !c->got)
    status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the hyperslabs of array \"%s\"", c->array);
  NTKW_TRY(ntkw_status_agree(c->comm, status));
  MPI_TRY(MPI_Alltoallv(c->sent, c->counts, c->places, MPI_INT64_T, c->got, coming, from, MPI_INT64_T, c->comm));
  return NTKW_SUCCESS;
}

/* Cut every received hyperslab to this rank's layer. */
static void clip(cover *c, int64_t first, int64_t last) {
  for (int64_t i = 0; i < c->n_got; i++) {
    ntkw_slab *slab = &c->got[i].slab;
    const int64_t end = slab->start[c->along] + slab->count[c->along];
    const int64_t start = slab->start[c->along] > first ? slab->start[c->along] : first;
    slab->start[c->along] = start;
    slab->count[c->along] = (end < last ? end : last) - start;
  }
}

static int compare_starts(const void *a, const void *b, int dimension) {
  const owned_slab *left = a, *right = b;
  const int64_t l = left->slab.start[dimension], r = right->slab.start[dimension];
  if (l != r) return l < r ? -1 : 1;
  return (left->rank > right->rank) - (left->rank < right->rank);
}

static int by_start_0(const void *a, const void *b) {
  return compare_starts(a, b, 0);
}
static int by_start_1(const void *a, const void *b) {
  return compare_starts(a, b, 1);
}
static int by_start_2(const void *a, const void *b) {
  return compare_starts(a, b, 2);
}
static int by_start_3(const void *a, const void *b) {
  return compare_starts(a, b, 3);
}
static int (*const by_start[NTKW_CHECKPOINT_DIMENSIONS])(const void *, const void *) = {by_start_0, by_start_1,
                                                                                        by_start_2, by_start_3};

/* The dimension along which the hyperslabs of the layer are the shortest: few pairs must be compared there. */
static int dimension_to_sort(const cover *c) {
  int best = 0;
  double shortest = -1;
  for (int d = 0; d < c->n_dimensions; d++) {
    double sum = 0;
    for (int64_t i = 0; i < c->n_got; i++) sum += (double)c->got[i].slab.count[d];
    sum /= (double)(d == c->along ? c->thickness : c->shape[d]);
    if (shortest < 0 || sum < shortest) {
      shortest = sum;
      best = d;
    }
  }
  return best;
}

static ntkw_status check_pair(const cover *c, const owned_slab *a, const owned_slab *b) {
  int64_t common[NTKW_CHECKPOINT_DIMENSIONS] = {0};
  for (int d = 0; d < c->n_dimensions; d++) {
    const int64_t a_start = a->slab.start[d], b_start = b->slab.start[d];
    if (a_start + a->slab.count[d] <= b_start || b_start + b->slab.count[d] <= a_start) return NTKW_SUCCESS;
    common[d] = a_start > b_start ? a_start : b_start;
  }
  const bool ordered = a->rank <= b->rank;
  const int64_t one = ordered ? a->rank : b->rank, other = ordered ? b->rank : a->rank;
  char element[100];
  int at = 0;
  for (int d = 0; d < c->n_dimensions; d++)
    at += snprintf(element + at, sizeof element - (size_t)at, "%s%lld", d ? ", " : "", (long long)common[d]);
  NTKW_CHECK(one != other, NTKW_ERR_ARGUMENT, "array \"%s\": two hyperslabs of rank %lld have element (%s)", c->array,
             (long long)one, element);
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "array \"%s\": ranks %lld and %lld both have element (%s)", c->array,
                     (long long)one, (long long)other, element);
}

/* Check that no two hyperslabs of the layer overlap and that they have all its elements. Not collective. */
static ntkw_status check_layer(cover *c) {
  const int64_t n = c->shape[c->along];
  const int64_t first = c->rank * c->thickness < n ? c->rank * c->thickness : n;
  const int64_t last = n - first < c->thickness ? n : first + c->thickness;
  clip(c, first, last);
  const int along = dimension_to_sort(c);
  qsort(c->got, (size_t)c->n_got, sizeof *c->got, by_start[along]);
  int64_t covered = 0, expected = last - first;
  for (int64_t i = 0; i < c->n_got; i++) {
    const int64_t end = c->got[i].slab.start[along] + c->got[i].slab.count[along];
    covered += length_of(c->n_dimensions, &c->got[i].slab);
    for (int64_t k = i + 1; k < c->n_got && c->got[k].slab.start[along] < end; k++)
      NTKW_TRY(check_pair(c, &c->got[i], &c->got[k]));
  }
  for (int d = 0; d < c->n_dimensions; d++)
    if (d != c->along) expected *= c->shape[d];
  NTKW_CHECK(covered == expected, NTKW_ERR_ARGUMENT,
             "array \"%s\": no rank has %lld of the %lld elements with indices %lld to %lld of dimension %d", c->array,
             (long long)(expected - covered), (long long)expected, (long long)first, (long long)(last - 1), c->along);
  return NTKW_SUCCESS;
}

static ntkw_status run(cover *c) {
  MPI_TRY(MPI_Comm_rank(c->comm, &c->rank));
  MPI_TRY(MPI_Comm_size(c->comm, &c->size));
  for (int d = 0; d < c->n_dimensions; d++)
    if (c->shape[d] == 0) return NTKW_SUCCESS;
  NTKW_TRY(choose_dimension(c));
  NTKW_TRY(ntkw_status_agree(c->comm, pack(c)));
  NTKW_TRY(exchange(c));
  return ntkw_status_agree(c->comm, check_layer(c));
}

ntkw_status ntkw_i_cover_slabs(MPI_Comm comm, const char *array, int n_dimensions, const int64_t shape[], int n_slabs,
                               const ntkw_slab slabs[]) {
  cover c = {
      .comm = comm, .array = array, .n_dimensions = n_dimensions, .shape = shape, .n_slabs = n_slabs, .slabs = slabs};
  const ntkw_status status = run(&c);
  free(c.counts);
  free(c.sent);
  free(c.got);
  return status;
}
