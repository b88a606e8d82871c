#include "ranks/comm.h"
#include "ranks/coverage.h"

#include <limits.h>
#include <stdlib.h>
#include <stdio.h>

static int by_offset(const void *a, const void *b) {
  const ntkw_i_owned_range *left = a, *right = b;
  if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
  return (left->rank > right->rank) - (left->rank < right->rank);
}

/* ranges: sorted by offset. */
static ntkw_i_cover find_fault(int64_t n, const ntkw_i_owned_range ranges[], int n_ranges) {
  int64_t covered = 0, last = -1;
  for (int i = 0; i < n_ranges; i++) {
    const ntkw_i_owned_range *r = &ranges[i];
    if (r->count == 0) continue;
    if (r->offset < 0 || r->count < 0 || r->offset > n || r->count > n - r->offset)
      return (ntkw_i_cover){.fault = NTKW_I_OUTSIDE, .range = *r};
    if (r->offset > covered) return (ntkw_i_cover){.fault = NTKW_I_GAP, .first = covered, .last = r->offset - 1};
    if (r->offset < covered)
      return (ntkw_i_cover){.fault = NTKW_I_OVERLAP, .first = r->offset, .range = *r, .other = last};
    covered = r->offset + r->count;
    last = r->rank;
  }
  if (covered < n) return (ntkw_i_cover){.fault = NTKW_I_GAP, .first = covered, .last = n - 1};
  return (ntkw_i_cover){.fault = NTKW_I_COVERED};
}

/* What is gathered: on rank 0 all ranges, and of each rank how many it has and where they begin. */
typedef struct gathering {
  MPI_Comm comm;
  const char *what;
  int rank, size, n;
  int *counts, *starts;
  ntkw_i_owned_range *mine, *all;
} gathering;

static ntkw_status copy_own(gathering *g, int n_ranges, const ntkw_i_owned_range ranges[]) {
  g->mine = malloc(((size_t)n_ranges + 1) * sizeof *g->mine);
  g->counts = g->rank == 0 ? calloc(2 * (size_t)g->size, sizeof *g->counts) : NULL;
  NTKW_CHECK(g->mine && (g->counts || g->rank > 0), NTKW_ERR_MEMORY, "out of memory for the parts of %s", g->what);
  if (g->counts) g->starts = g->counts + g->size;
  for (int i = 0; i < n_ranges; i++) g->mine[i] = (ntkw_i_owned_range){ranges[i].offset, ranges[i].count, g->rank};
  return NTKW_SUCCESS;
}

/* On rank 0. */
static ntkw_status make_room(gathering *g) {
  int64_t n = 0;
  for (int r = 0; r < g->size; r++) {
    g->starts[r] = (int)n;
    n += g->counts[r];
    NTKW_CHECK(n <= INT_MAX, NTKW_ERR_ARGUMENT, "%s is cut into more than %d parts", g->what, INT_MAX);
  }
  g->n = (int)n;
  g->all = malloc(((size_t)n + 1) * sizeof *g->all);
  NTKW_CHECK(g->all, NTKW_ERR_MEMORY, "out of memory for the %d parts of %s", g->n, g->what);
  return NTKW_SUCCESS;
}

/* Collective. */
static ntkw_status gather_all(gathering *g, int n_ranges) {
  MPI_Datatype type;
  MPI_TRY(MPI_Type_contiguous(3, MPI_INT64_T, &type));
  int failed = MPI_Type_commit(&type);
  if (failed == MPI_SUCCESS)
    failed = MPI_Gatherv(g->mine, n_ranges, type, g->all, g->counts, g->starts, type, 0, g->comm);
  MPI_Type_free(&type);
  NTKW_CHECK(failed == MPI_SUCCESS, NTKW_ERR_MPI, "MPI_Gatherv failed for the parts of %s", g->what);
  return NTKW_SUCCESS;
}

static ntkw_status run(gathering *g, int n_ranges, const ntkw_i_owned_range ranges[]) {
  MPI_TRY(MPI_Comm_rank(g->comm, &g->rank));
  MPI_TRY(MPI_Comm_size(g->comm, &g->size));
  NTKW_TRY(ntkw_status_agree(g->comm, copy_own(g, n_ranges, ranges)));
  MPI_TRY(MPI_Gather(&n_ranges, 1, MPI_INT, g->counts, 1, MPI_INT, 0, g->comm));
  NTKW_TRY(ntkw_status_agree(g->comm, g->rank == 0 ? make_room(g) : NTKW_SUCCESS));
  return gather_all(g, n_ranges);
}

ntkw_status ntkw_i_cover_ranges(MPI_Comm comm, const char *what, int64_t n, int n_ranges,
                                const ntkw_i_owned_range ranges[], ntkw_i_cover *cover) {
  gathering g = {.comm = comm, .what = what};
  const ntkw_status status = run(&g, n_ranges, ranges);
  *cover = (ntkw_i_cover){.fault = NTKW_I_COVERED};
  if (status == NTKW_SUCCESS && g.rank == 0) {
    qsort(g.all, (size_t)g.n, sizeof *g.all, by_offset);
    *cover = find_fault(n, g.all, g.n);
  }
  free(g.mine);
  free(g.counts);
  free(g.all);
  return status;
}

static ntkw_status rows_fault(const char *array, int64_t n, const ntkw_i_cover *cover) {
  const ntkw_i_owned_range *r = &cover->range;
  switch (cover->fault) {
  case NTKW_I_COVERED:
    break;
  case NTKW_I_OUTSIDE:
    return ntkw_i_fail(NTKW_ERR_ARGUMENT,
                       "array \"%s\": rank %lld has %lld indices from %lld, outside of the %lld of its first dimension",
                       array, (long long)r->rank, (long long)r->count, (long long)r->offset, (long long)n);
  case NTKW_I_GAP:
    return ntkw_i_fail(NTKW_ERR_ARGUMENT, "array \"%s\": no rank has the indices %lld to %lld of its first dimension",
                       array, (long long)cover->first, (long long)cover->last);
  case NTKW_I_OVERLAP:
    return ntkw_i_fail(NTKW_ERR_ARGUMENT,
                       "array \"%s\": ranks %lld and %lld both have index %lld of its first dimension", array,
                       (long long)cover->other, (long long)r->rank, (long long)cover->first);
  }
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_cover_rows(MPI_Comm comm, const char *array, int64_t n, int64_t offset, int64_t count) {
  ntkw_i_cover cover;
  const ntkw_i_owned_range mine = {.offset = offset, .count = count};
  char what[300];
  snprintf(what, sizeof what, "array \"%s\"", array);
  NTKW_TRY(ntkw_i_cover_ranges(comm, what, n, 1, &mine, &cover));
  return ntkw_status_agree(comm, rows_fault(array, n, &cover));
}
