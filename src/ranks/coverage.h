/* Check that all ranks together have each element of an array exactly once. */
#ifndef NTKW_RANKS_COVERAGE_H
#define NTKW_RANKS_COVERAGE_H

#include <mpi.h>
#include <stdint.h>
#include "ntkw/checkpoint.h"

/* What is wrong with ranges of [0, n): the first one that leaves it, or the first gap, or the first overlap. */
typedef enum ntkw_i_cover_fault {
  NTKW_I_COVERED, /* nothing: each element is in one range */
  NTKW_I_OUTSIDE, /* range number i leaves [0, n) */
  NTKW_I_GAP,     /* the elements from `first` to `last` are in no range */
  NTKW_I_OVERLAP  /* element `first` is in the ranges of two ranks, or in two of one rank */
} ntkw_i_cover_fault;

/* count elements from offset on, of a rank. */
typedef struct ntkw_i_owned_range {
  int64_t offset, count, rank;
} ntkw_i_owned_range;

typedef struct ntkw_i_cover {
  ntkw_i_cover_fault fault;
  int64_t first, last;      /* elements of a gap; the element of an overlap */
  ntkw_i_owned_range range; /* that leaves [0, n), or the second of an overlap */
  int64_t other;            /* rank of the first range of an overlap */
} ntkw_i_cover;

/* Gather the ranges of all ranks on rank 0 and check there that they cover [0, n) exactly once.
 *
 * Collective. Ranges may lie in any order over the ranks; the offset of an empty one (count 0) is ignored.
 *
 * @param[in]  what      What the ranges are parts of, for messages about memory and MPI, such as "array \"u\"".
 * @param[in]  ranges    n_ranges of them; rank is filled in by this function.
 * @param[out] cover     On rank 0: the first fault. Elsewhere: NTKW_I_COVERED. The caller writes the message.
 * @return the same on every rank: NTKW_SUCCESS, whatever the fault; NTKW_ERR_ARGUMENT (more than 2^31 - 1 ranges in
 *         all); NTKW_ERR_MEMORY; NTKW_ERR_MPI. */
ntkw_status ntkw_i_cover_ranges(MPI_Comm comm, const char *what, int64_t n, int n_ranges,
                                const ntkw_i_owned_range ranges[], ntkw_i_cover *cover);

/* Check that the parts of all ranks cover the first dimension of an array exactly once: one part for each rank.
 *
 * Collective.
 *
 * @param[in] array   Name of the array, for messages.
 * @param[in] n       Length of the first dimension.
 * @param[in] offset  First index of this rank's part; ignored if count is 0.
 * @param[in] count   Indices in this rank's part.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT, naming the array and the first gap, the first
 * overlap or the part that leaves [0, n); NTKW_ERR_MEMORY; NTKW_ERR_MPI. */
ntkw_status ntkw_i_cover_rows(MPI_Comm comm, const char *array, int64_t n, int64_t offset, int64_t count);

/* Check that the hyperslabs of all ranks cover an array exactly once.
 *
 * Collective. The array is cut along one dimension into as many layers as there are ranks. Each rank receives the
 * hyperslabs that meet its layer, looks for two that overlap, and counts elements: without overlaps the count alone
 * shows whether elements are missing. The dimension is the one along which the fewest hyperslabs are sent.
 *
 * @param[in] array  Name of the array, for messages.
 * @param[in] slabs  This rank's n_slabs hyperslabs, each within the shape.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT, naming the array and two ranks that share an
 * element, or where elements are missing; NTKW_ERR_MEMORY; NTKW_ERR_MPI. */
ntkw_status ntkw_i_cover_slabs(MPI_Comm comm, const char *array, int n_dimensions, const int64_t shape[], int n_slabs,
                               const ntkw_slab slabs[]);

#endif
