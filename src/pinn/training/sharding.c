#include "pinn/training/sharding.h"
#include "base/dtype.h"
#include "ranks/even_split.h"
#include "base/check.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct sharding {
  MPI_Comm comm;
  int rank, size;
  int64_t n_parameters, offset, count;
  size_t width; /* bytes of a value */
  ntkw_dtype precision;
  int *counts, *offsets; /* shards of all ranks */
  char *received;        /* slices of the nodes of other ranks */
  /* of the current exchange: */
  const group_layout *layout;
  MPI_Request *requests;
  int n_requests;
  int *n_sent; /* nodes sent of each group */
};

int64_t sharding_offset(const sharding *s) {
  return s->offset;
}
int64_t sharding_count(const sharding *s) {
  return s->count;
}

/* Number of nodes of all other ranks, and of this rank, in one layout. */
static void count_nodes(const sharding *s, const group_layout *layout, int *others, int *own) {
  *others = *own = 0;
  for (int g = 0; g < layout->n_groups; g++)
    for (int r = 0; r < s->size; r++) {
      partial_sums partial;
      partial_sums_shape(layout->chunk_first[g * s->size + r], layout->chunk_end[g * s->size + r], &partial);
      *(r == s->rank ? own : others) += partial.n;
    }
}

static ntkw_status allocate(sharding *s, const group_layout *layouts[], int n_layouts) {
  int most_received = 0, most_requests = 0, most_groups = 0;
  for (int i = 0; i < n_layouts; i++) {
    int others, own;
    count_nodes(s, layouts[i], &others, &own);
    const int requests = others + own * s->size;
    if (others > most_received) most_received = others;
    if (requests > most_requests) most_requests = requests;
    if (layouts[i]->n_groups > most_groups) most_groups = layouts[i]->n_groups;
  }
  s->counts = calloc((size_t)s->size, sizeof *s->counts);
  s->offsets = calloc((size_t)s->size, sizeof *s->offsets);
  s->received = malloc((size_t)most_received * (size_t)s->count * s->width + 1);
  s->requests = malloc(((size_t)most_requests + 1) * sizeof *s->requests);
  s->n_sent = calloc((size_t)most_groups + 1, sizeof *s->n_sent);
  NTKW_CHECK(s->counts && s->offsets && s->received && s->requests && s->n_sent, NTKW_ERR_MEMORY,
             "out of memory for the shards of %lld parameters", (long long)s->n_parameters);
  for (int r = 0; r < s->size; r++) {
    const ntkw_i_range shard = ntkw_i_even_split(s->n_parameters, s->size, r);
    s->offsets[r] = (int)shard.first;
    s->counts[r] = (int)(shard.last - shard.first);
  }
  return NTKW_SUCCESS;
}

ntkw_status sharding_create(MPI_Comm comm, int64_t n_parameters, ntkw_dtype precision, const group_layout *layouts[],
                            int n_layouts, sharding **out) {
  *out = NULL;
  NTKW_CHECK(n_parameters <= INT_MAX, NTKW_ERR_ARGUMENT, "the network has %lld parameters; at most %d are supported",
             (long long)n_parameters, INT_MAX);
  sharding *s = calloc(1, sizeof *s);
  ntkw_status status = s ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the sharding");
  if (s) {
    s->comm = comm;
    MPI_Comm_rank(comm, &s->rank);
    MPI_Comm_size(comm, &s->size);
    s->n_parameters = n_parameters;
    s->precision = precision;
    s->width = ntkw_i_value_size(precision);
    const ntkw_i_range shard = ntkw_i_even_split(n_parameters, s->size, s->rank);
    s->offset = shard.first;
    s->count = shard.last - shard.first;
    status = allocate(s, layouts, n_layouts);
  }
  status = ntkw_status_agree(comm, status);
  if (status != NTKW_SUCCESS) sharding_destroy(&s);
  *out = s;
  return status;
}

void sharding_destroy(sharding **handle) {
  if (!*handle) return;
  free((*handle)->counts);
  free((*handle)->offsets);
  free((*handle)->received);
  free((*handle)->requests);
  free((*handle)->n_sent);
  free(*handle);
  *handle = NULL;
}

static MPI_Datatype mpi_type(const sharding *s) {
  return s->precision == NTKW_FLOAT32 ? MPI_FLOAT : MPI_DOUBLE;
}

ntkw_status sharding_gather(sharding *s, const void *shard, void *all) {
  NTKW_CHECK(MPI_Allgatherv(shard, (int)s->count, mpi_type(s), all, s->counts, s->offsets, mpi_type(s), s->comm) ==
                 MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allgatherv of the parameters failed");
  return NTKW_SUCCESS;
}

/* Receives the nodes of other ranks in the order of group, rank and node. */
void sharding_begin(sharding *s, const group_layout *layout) {
  char *next = s->received;
  s->layout = layout;
  s->n_requests = 0;
  for (int g = 0; g < layout->n_groups; g++) {
    s->n_sent[g] = 0;
    for (int r = 0; r < s->size; r++) {
      partial_sums partial;
      if (r == s->rank || s->count == 0) continue;
      partial_sums_shape(layout->chunk_first[g * s->size + r], layout->chunk_end[g * s->size + r], &partial);
      for (int k = 0; k < partial.n; k++, next += (size_t)s->count * s->width)
        MPI_Irecv(next, (int)s->count, mpi_type(s), r, g * MAX_TREE_NODES + k, s->comm, &s->requests[s->n_requests++]);
    }
  }
}

static void send_node(sharding *s, int group, int node, const void *values) {
  for (int shift = 1; shift < s->size; shift++) { /* start at the next rank, so that rank 0 is not first for all */
    const int r = (s->rank + shift) % s->size;
    if (s->counts[r] > 0)
      MPI_Isend((const char *)values + (size_t)s->offsets[r] * s->width, s->counts[r], mpi_type(s), r,
                group * MAX_TREE_NODES + node, s->comm, &s->requests[s->n_requests++]);
  }
}

void sharding_send_ready(sharding *s, int group, const partial_sums *partial, int n_final) {
  for (; s->n_sent[group] < n_final; s->n_sent[group]++)
    send_node(s, group, s->n_sent[group], partial->nodes[s->n_sent[group]].values);
}

void sharding_cancel(sharding *s, const void *spare) {
  for (int g = 0; g < s->layout->n_groups; g++) {
    partial_sums own;
    partial_sums_shape(s->layout->chunk_first[g * s->size + s->rank], s->layout->chunk_end[g * s->size + s->rank],
                       &own);
    for (; s->n_sent[g] < own.n; s->n_sent[g]++) send_node(s, g, s->n_sent[g], spare);
  }
  MPI_Waitall(s->n_requests, s->requests, MPI_STATUSES_IGNORE);
}

/* Compute this rank's shard of group g: join the nodes of all ranks along the tree, in the order of their chunks.
 * @return the end of the received values that belong to this group. */
static const char *join_group(const sharding *s, int g, const partial_sums *own, const char *received, void *shard) {
  const group_layout *layout = s->layout;
  partial_sums all = {.n = 0}, partial;
  void *released[MAX_TREE_NODES];
  for (int r = 0; r < s->size; r++) {
    partial_sums_shape(layout->chunk_first[g * s->size + r], layout->chunk_end[g * s->size + r], &partial);
    for (int k = 0; k < partial.n; k++) {
      if (r == s->rank) {
        partial.nodes[k].values = (char *)own->nodes[k].values + (size_t)s->offset * s->width;
      } else {
        partial.nodes[k].values = (char *)received;
        received += (size_t)s->count * s->width;
      }
      partial_sums_append(&all, partial.nodes[k], (size_t)s->count, s->precision, released);
    }
  }
  partial_sums_collapse(&all, (size_t)s->count, s->precision);
  if (all.n == 1)
    memcpy(shard, all.nodes[0].values, (size_t)s->count * s->width);
  else
    memset(shard, 0, (size_t)s->count * s->width); /* a group without chunks */
  return received;
}

ntkw_status sharding_end(sharding *s, partial_sums partials[], void *const shards[]) {
  NTKW_CHECK(MPI_Waitall(s->n_requests, s->requests, MPI_STATUSES_IGNORE) == MPI_SUCCESS, NTKW_ERR_MPI,
             "the exchange of gradient shards failed");
  const char *received = s->received;
  for (int g = 0; g < s->layout->n_groups; g++) received = join_group(s, g, &partials[g], received, shards[g]);
  return NTKW_SUCCESS;
}
