#include "checkpoint/parts.h"
#include "checkpoint/agreement.h"

#include <stdlib.h>

typedef struct part {
  int64_t offset, count, rank;
} part;

static int by_offset(const void *a, const void *b) {
  const part *left = a, *right = b;
  if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
  return left->rank < right->rank ? -1 : 1;
}

static ntkw_status check_gap(const char *array, int64_t from, int64_t to) {
  NTKW_CHECK(from >= to, NTKW_ERR_ARGUMENT, "array \"%s\": no rank has the indices %lld to %lld of its first dimension",
             array, (long long)from, (long long)(to - 1));
  return NTKW_SUCCESS;
}

/* parts: sorted by offset. */
static ntkw_status check_cover(const char *array, int64_t n, const part parts[], int n_parts) {
  int64_t covered = 0, last = -1;
  for (int i = 0; i < n_parts; i++) {
    const part *p = &parts[i];
    if (p->count == 0) continue;
    NTKW_CHECK(p->offset >= 0 && p->count > 0 && p->offset <= n && p->count <= n - p->offset, NTKW_ERR_ARGUMENT,
               "array \"%s\": rank %lld has %lld indices from %lld, outside of the %lld of its first dimension", array,
               (long long)p->rank, (long long)p->count, (long long)p->offset, (long long)n);
    NTKW_TRY(check_gap(array, covered, p->offset));
    NTKW_CHECK(p->offset == covered, NTKW_ERR_ARGUMENT,
               "array \"%s\": ranks %lld and %lld both have index %lld of its first dimension", array, (long long)last,
               (long long)p->rank, (long long)p->offset);
    covered = p->offset + p->count;
    last = p->rank;
  }
  return check_gap(array, covered, n);
}

ntkw_status ntkw_i_parts_cover(MPI_Comm comm, const char *array, int64_t n, int64_t offset, int64_t count) {
  int rank, size;
  MPI_TRY(MPI_Comm_rank(comm, &rank));
  MPI_TRY(MPI_Comm_size(comm, &size));
  part *parts = rank == 0 ? malloc((size_t)size * sizeof *parts) : NULL;
  ntkw_status status = NTKW_SUCCESS;
  if (rank == 0 && !parts) status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the parts of %d ranks", size);
  status = ntkw_status_agree(comm, status);
  if (status != NTKW_SUCCESS) goto out;
  const part mine = {offset, count, rank};
  if (MPI_Gather(&mine, 3, MPI_INT64_T, parts, 3, MPI_INT64_T, 0, comm) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Gather failed for the parts of array \"%s\"", array);
  if (status == NTKW_SUCCESS && rank == 0) {
    qsort(parts, (size_t)size, sizeof *parts, by_offset);
    status = check_cover(array, n, parts, size);
  }
  status = ntkw_status_agree(comm, status);
out:
  free(parts);
  return status;
}
