#include "pinn/training/sharding.h"
#include "base/dtype.h"
#include "ranks/comm.h"
#include "ranks/even_split.h"
#include "base/check.h"
#include "pinn/training/node_memory.h"

#include <limits.h>
#include <stdlib.h>

/* Where a node lies in the shared memory of its rank. A table of these is at the beginning of that memory. */
typedef struct node_place {
  int64_t exchange; /* number of the exchange to which it belongs */
  int64_t offset;
} node_place;

enum {
  CACHE_LINE = 64,
  BLOCK = 1024 /* values that are added in one go, so that the sums of a block stay in the first cache */
};

struct sharding {
  MPI_Comm comm;
  int rank, size;
  int64_t n_parameters, offset, count;
  size_t width; /* bytes of a value */
  ntkw_dtype precision;
  int *counts, *offsets; /* shards of all ranks */
  char *received;        /* slices of the nodes of ranks that share no memory with this one */
  node_memory *shared;   /* NULL: no ranks share memory */
  size_t table_bytes;    /* of the table at the beginning of each rank's shared memory */
  tree_node *leaves;     /* nodes of all ranks in one group, at this rank's shard */
  int n_leaves;
  bool nodes_are_read; /* other ranks may still read nodes of this one */
  /* of the current exchange: */
  int64_t exchange; /* its number */
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

/* The nodes, without values, of a rank in a group. */
static void shape(const sharding *s, const group_layout *layout, int group, int rank, partial_sums *partial) {
  const int at = group * s->size + rank;
  partial_sums_shape(layout->chunk_first[at], layout->chunk_end[at], partial);
}

/* Are the nodes of this other rank in shared memory? */
static bool is_near(const sharding *s, int rank) {
  return node_memory_of(s->shared, rank) != NULL;
}

/* Numbers of nodes in one layout: all, and those of this rank, of ranks without common memory, of the largest group. */
typedef struct node_counts {
  int own, far, of_group;
} node_counts;

static node_counts count_nodes(const sharding *s, const group_layout *layout) {
  node_counts n = {0};
  partial_sums partial;
  for (int g = 0; g < layout->n_groups; g++) {
    int all = 0;
    for (int r = 0; r < s->size; r++) {
      shape(s, layout, g, r, &partial);
      all += partial.n;
      if (r == s->rank)
        n.own += partial.n;
      else if (!is_near(s, r))
        n.far += partial.n;
    }
    if (all > n.of_group) n.of_group = all;
  }
  return n;
}

static int largest_layout(const group_layout *layouts[], int n_layouts) {
  int most = 0;
  for (int i = 0; i < n_layouts; i++)
    if (layouts[i]->n_groups > most) most = layouts[i]->n_groups;
  return most;
}

static ntkw_status allocate(sharding *s, const group_layout *layouts[], int n_layouts) {
  const int most_groups = largest_layout(layouts, n_layouts);
  int received = 0, requests = 0, leaves = 0;
  for (int i = 0; i < n_layouts; i++) {
    const node_counts n = count_nodes(s, layouts[i]);
    if (n.far > received) received = n.far;
    if (n.far + n.own * s->size > requests) requests = n.far + n.own * s->size;
    if (n.of_group > leaves) leaves = n.of_group;
  }
  s->counts = calloc((size_t)s->size, sizeof *s->counts);
  s->offsets = calloc((size_t)s->size, sizeof *s->offsets);
  s->received = malloc((size_t)received * (size_t)s->count * s->width + 1);
  s->leaves = malloc(((size_t)leaves + 1) * sizeof *s->leaves);
  s->requests = malloc(((size_t)requests + 1) * sizeof *s->requests);
  s->n_sent = calloc((size_t)most_groups + 1, sizeof *s->n_sent);
  NTKW_CHECK(s->counts && s->offsets && s->received && s->leaves && s->requests && s->n_sent, NTKW_ERR_MEMORY,
             "out of memory for the shards of %lld parameters", (long long)s->n_parameters);
  for (int r = 0; r < s->size; r++) {
    const ntkw_i_range shard = ntkw_i_even_split(s->n_parameters, s->size, r);
    s->offsets[r] = (int)shard.first;
    s->counts[r] = (int)(shard.last - shard.first);
  }
  return NTKW_SUCCESS;
}

ntkw_status sharding_create(MPI_Comm comm, int64_t n_parameters, ntkw_dtype precision, const group_layout *layouts[],
                            int n_layouts, size_t node_bytes, sharding **out) {
  *out = NULL;
  NTKW_CHECK(n_parameters <= INT_MAX, NTKW_ERR_ARGUMENT, "the network has %lld parameters; at most %d are supported",
             (long long)n_parameters, INT_MAX);
  sharding *s = calloc(1, sizeof *s);
  NTKW_TRY(ntkw_status_agree(comm, s ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the sharding")));
  s->comm = comm;
  MPI_Comm_rank(comm, &s->rank);
  MPI_Comm_size(comm, &s->size);
  s->n_parameters = n_parameters;
  s->precision = precision;
  s->width = ntkw_i_value_size(precision);
  const ntkw_i_range shard = ntkw_i_even_split(n_parameters, s->size, s->rank);
  s->offset = shard.first;
  s->count = shard.last - shard.first;
  s->table_bytes = (size_t)largest_layout(layouts, n_layouts) * MAX_TREE_NODES * sizeof(node_place);
  ntkw_status status = node_memory_create(comm, s->table_bytes + CACHE_LINE + node_bytes, &s->shared);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(comm, allocate(s, layouts, n_layouts));
  if (status != NTKW_SUCCESS) sharding_destroy(&s);
  *out = s;
  return status;
}

void sharding_destroy(sharding **handle) {
  sharding *s = *handle;
  if (!s) return;
  node_memory_destroy(&s->shared);
  void *const all[] = {s->counts, s->offsets, s->received, s->leaves, s->requests, s->n_sent, s};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  *handle = NULL;
}

/* The nodes begin behind the table, on a cache line. */
void *sharding_node_memory(const sharding *s) {
  char *part = node_memory_of(s->shared, s->rank);
  if (!part) return NULL;
  part += s->table_bytes;
  return part + (CACHE_LINE - (uintptr_t)part % CACHE_LINE) % CACHE_LINE;
}

static MPI_Datatype mpi_type(const sharding *s) {
  return s->precision == NTKW_FLOAT32 ? MPI_FLOAT : MPI_DOUBLE;
}

/* After this, no rank reads nodes of the last exchange: each has entered the call, unless its shard is empty. */
ntkw_status sharding_gather(sharding *s, const void *shard, void *all) {
  NTKW_CHECK(MPI_Allgatherv(shard, (int)s->count, mpi_type(s), all, s->counts, s->offsets, mpi_type(s), s->comm) ==
                 MPI_SUCCESS,
             NTKW_ERR_MPI, "MPI_Allgatherv of the parameters failed");
  node_memory_sync(s->shared);
  s->nodes_are_read = false;
  return NTKW_SUCCESS;
}

/* Receives the nodes of other ranks in the order of group, rank and node. */
ntkw_status sharding_begin(sharding *s, const group_layout *layout) {
  char *next = s->received;
  if (s->nodes_are_read) NTKW_TRY(node_memory_barrier(s->shared));
  s->nodes_are_read = false;
  s->exchange++;
  s->layout = layout;
  s->n_requests = 0;
  for (int g = 0; g < layout->n_groups; g++) {
    s->n_sent[g] = 0;
    for (int r = 0; r < s->size; r++) {
      partial_sums partial;
      if (r == s->rank || is_near(s, r) || s->count == 0) continue;
      shape(s, layout, g, r, &partial);
      for (int k = 0; k < partial.n; k++, next += (size_t)s->count * s->width)
        MPI_Irecv(next, (int)s->count, mpi_type(s), r, g * MAX_TREE_NODES + k, s->comm, &s->requests[s->n_requests++]);
    }
  }
  return NTKW_SUCCESS;
}

/* Send the slices of a node to their owners, unless they share memory with this rank. */
static void send_node(sharding *s, int group, int node, const void *values) {
  for (int shift = 1; shift < s->size; shift++) { /* start at the next rank, so that rank 0 is not first for all */
    const int r = (s->rank + shift) % s->size;
    if (s->counts[r] > 0 && !is_near(s, r))
      MPI_Isend((const char *)values + (size_t)s->offsets[r] * s->width, s->counts[r], mpi_type(s), r,
                group * MAX_TREE_NODES + node, s->comm, &s->requests[s->n_requests++]);
  }
}

/* Tell the ranks that share memory with this one where a node lies. */
static void publish_node(sharding *s, int group, int node, const void *values) {
  char *part = node_memory_of(s->shared, s->rank);
  if (part)
    ((node_place *)part)[group * MAX_TREE_NODES + node] = (node_place){s->exchange, (const char *)values - part};
}

void sharding_send_ready(sharding *s, int group, const partial_sums *partial, int n_final) {
  if (s->n_sent[group] >= n_final) return;
  for (; s->n_sent[group] < n_final; s->n_sent[group]++) {
    const void *values = partial->nodes[s->n_sent[group]].values;
    publish_node(s, group, s->n_sent[group], values);
    send_node(s, group, s->n_sent[group], values);
  }
  node_memory_sync(s->shared);
}

void sharding_cancel(sharding *s, const void *spare) {
  for (int g = 0; g < s->layout->n_groups; g++) {
    partial_sums own;
    shape(s, s->layout, g, s->rank, &own);
    for (; s->n_sent[g] < own.n; s->n_sent[g]++) send_node(s, g, s->n_sent[g], spare);
  }
  MPI_Waitall(s->n_requests, s->requests, MPI_STATUSES_IGNORE);
}

/* Find the values of a node of a rank that shares memory with this one. */
static ntkw_status find_node(const sharding *s, int group, int rank, int node, char **values) {
  char *part = node_memory_of(s->shared, rank);
  const node_place *place = &((const node_place *)part)[group * MAX_TREE_NODES + node];
  NTKW_CHECK(place->exchange == s->exchange, NTKW_ERR_MPI,
             "rank %d found partial sum %d of group %d of rank %d in exchange %lld, expected exchange %lld", s->rank,
             node, group, rank, (long long)place->exchange, (long long)s->exchange);
  *values = part + place->offset;
  return NTKW_SUCCESS;
}

/* List the nodes of all ranks in a group in the order of their chunks, at this rank's shard. received: the next slice
 * that was received. */
static ntkw_status list_leaves(sharding *s, int g, const partial_sums *own, char **received) {
  partial_sums partial;
  s->n_leaves = 0;
  for (int r = 0; r < s->size; r++) {
    shape(s, s->layout, g, r, &partial);
    for (int k = 0; k < partial.n; k++) {
      char *values = *received;
      if (r == s->rank)
        values = own->nodes[k].values;
      else if (is_near(s, r))
        NTKW_TRY(find_node(s, g, r, k, &values));
      else
        *received += (size_t)s->count * s->width;
      if (r == s->rank || is_near(s, r)) values += (size_t)s->offset * s->width;
      s->leaves[s->n_leaves++] = (tree_node){partial.nodes[k].level, partial.nodes[k].index, values};
    }
  }
  return NTKW_SUCCESS;
}

/* Add the listed nodes along the tree, in the memory of the first. No other rank accesses this rank's slices. */
static void add_leaves(const sharding *s) {
  void *released[MAX_TREE_NODES];
  partial_sums all;
  for (int64_t first = 0; first < s->count; first += BLOCK) {
    const size_t n = (size_t)(s->count - first < BLOCK ? s->count - first : BLOCK);
    all.n = 0;
    for (int i = 0; i < s->n_leaves; i++) {
      tree_node leaf = s->leaves[i];
      leaf.values = (char *)leaf.values + (size_t)first * s->width;
      partial_sums_append(&all, leaf, n, s->precision, released);
    }
    partial_sums_collapse(&all, n, s->precision);
  }
}

ntkw_status sharding_end(sharding *s, partial_sums partials[], const void *sums[]) {
  char *received = s->received;
  NTKW_CHECK(MPI_Waitall(s->n_requests, s->requests, MPI_STATUSES_IGNORE) == MPI_SUCCESS, NTKW_ERR_MPI,
             "the exchange of gradient shards failed");
  node_memory_sync(s->shared);
  s->nodes_are_read = true;
  for (int g = 0; g < s->layout->n_groups; g++) {
    sums[g] = s->received;
    if (s->count == 0) continue; /* other ranks do not wait for this one: their nodes may be of the next exchange */
    NTKW_TRY(list_leaves(s, g, &partials[g], &received));
    add_leaves(s);
    sums[g] = s->leaves[0].values;
  }
  node_memory_sync(s->shared);
  return NTKW_SUCCESS;
}
