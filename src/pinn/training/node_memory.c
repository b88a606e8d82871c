#include "pinn/training/node_memory.h"
#include "base/check.h"
#include "ranks/comm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct node_memory {
  MPI_Comm group; /* the ranks that share memory */
  int rank, size; /* in the group */
  MPI_Win window; /* MPI_WIN_NULL: this rank shares memory with nobody */
  char **parts;   /* of all ranks of the communicator; NULL: not in the group */
};

/* The largest number of ranks that may share memory. */
static ntkw_status most_ranks(int *most) {
  const char *text = getenv("NTKW_SHARED_RANKS");
  *most = INT_MAX;
  if (!text || !*text) return NTKW_SUCCESS;
  char *rest;
  errno = 0;
  const long n = strtol(text, &rest, 10);
  NTKW_CHECK(*rest == '\0' && errno == 0 && n >= 1 && n <= INT_MAX, NTKW_ERR_ARGUMENT,
             "NTKW_SHARED_RANKS is \"%.40s\", expected a number of ranks from 1", text);
  *most = (int)n;
  return NTKW_SUCCESS;
}

/* Can a file of that size lie in /dev/shm, where Open MPI and MPICH keep shared memory? A quarter of the space is left
 * to others. This must be asked first: if there is no space, Open MPI 4 returns an error on one rank and blocks the
 * others. */
static bool has_space(uint64_t bytes) {
  struct statvfs system;
  struct rlimit limit;
  if (access("/dev/shm", W_OK) != 0 || statvfs("/dev/shm", &system) != 0) return false;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur) return false;
  return bytes / 3 < (uint64_t)system.f_bavail * system.f_frsize / 4;
}

/* Fill memory with zeros, so that its pages exist. A store to a page for which /dev/shm has no space would raise
 * SIGBUS; read() fails instead. @return are all pages there? */
static bool fill(char *memory, size_t bytes) {
  size_t done = 0;
  const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (zeros < 0) return false;
  while (done < bytes) {
    const ssize_t n = read(zeros, memory + done, bytes - done);
    if (n == 0 || (n < 0 && errno != EINTR)) break;
    if (n > 0) done += (size_t)n;
  }
  close(zeros);
  return done == bytes;
}

/* Split the ranks of each node into groups of at most `most` ranks. space: does the node have space for all parts? */
static ntkw_status form_groups(node_memory *m, MPI_Comm comm, int most, size_t bytes, bool *space) {
  enum { OVERHEAD = 1 << 17 }; /* bytes for MPI's own data and for whole pages, per rank */
  uint64_t all = bytes + OVERHEAD;
  MPI_Comm node;
  int rank;
  MPI_TRY(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_UINT64_T, MPI_SUM, node));
  MPI_TRY(MPI_Comm_rank(node, &rank));
  MPI_TRY(MPI_Comm_split(node, rank / most, 0, &m->group));
  MPI_TRY(MPI_Comm_free(&node));
  MPI_TRY(MPI_Comm_set_errhandler(m->group, MPI_ERRORS_RETURN));
  MPI_TRY(MPI_Comm_rank(m->group, &m->rank));
  MPI_TRY(MPI_Comm_size(m->group, &m->size));
  *space = has_space(all);
  return NTKW_SUCCESS;
}

/* Allocate the window and begin the epoch of all its accesses. */
static bool allocate(node_memory *m, size_t bytes, char **memory) {
  MPI_Info info;
  MPI_Info_create(&info);
  MPI_Info_set(info, "alloc_shared_noncontig", "true"); /* each part on its owner's NUMA domain */
  const int error = MPI_Win_allocate_shared((MPI_Aint)bytes, 1, info, m->group, memory, &m->window);
  MPI_Info_free(&info);
  if (error != MPI_SUCCESS) m->window = MPI_WIN_NULL;
  if (error != MPI_SUCCESS) return false;
  MPI_Win_set_errhandler(m->window, MPI_ERRORS_RETURN);
  return MPI_Win_lock_all(MPI_MODE_NOCHECK, m->window) == MPI_SUCCESS;
}

/* Find the parts of the group's ranks. */
static ntkw_status find_parts(node_memory *m, MPI_Comm comm) {
  int size, own;
  MPI_TRY(MPI_Comm_rank(comm, &own));
  MPI_TRY(MPI_Comm_size(comm, &size));
  int *ranks = malloc((size_t)m->size * sizeof *ranks);
  m->parts = calloc((size_t)size, sizeof *m->parts);
  ntkw_status status = ranks && m->parts ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the ranks");
  status = ntkw_status_agree(m->group, status);
  if (status == NTKW_SUCCESS && MPI_Allgather(&own, 1, MPI_INT, ranks, 1, MPI_INT, m->group) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Allgather of the ranks of a node failed");
  for (int k = 0; status == NTKW_SUCCESS && m->window != MPI_WIN_NULL && k < m->size; k++) {
    MPI_Aint bytes;
    int unit;
    if (MPI_Win_shared_query(m->window, k, &bytes, &unit, &m->parts[ranks[k]]) != MPI_SUCCESS)
      status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Win_shared_query failed");
  }
  free(ranks);
  return status;
}

/* Is it true on all ranks? */
static ntkw_status everywhere(MPI_Comm comm, bool here, bool *all) {
  int n = here;
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, &n, 1, MPI_INT, MPI_MIN, comm));
  *all = n;
  return NTKW_SUCCESS;
}

/* shared: do all ranks that are not alone on their node share memory, and is there such a rank? */
static ntkw_status share(node_memory *m, MPI_Comm comm, int most, size_t bytes, bool *shared) {
  bool possible = false, alone = true, allocated = true;
  char *memory = NULL;
  NTKW_TRY(ntkw_status_agree(comm, form_groups(m, comm, most, bytes, &possible)));
  NTKW_TRY(everywhere(comm, m->size == 1, &alone));
  NTKW_TRY(everywhere(comm, possible, &possible));
  *shared = false;
  if (alone || !possible) return NTKW_SUCCESS;
  if (m->size > 1) NTKW_TRY(everywhere(m->group, allocate(m, bytes, &memory), &allocated));
  if (!allocated) m->window = MPI_WIN_NULL; /* without all ranks of the group it cannot be freed */
  return everywhere(comm, allocated && (m->size == 1 || fill(memory, bytes)), shared);
}

ntkw_status node_memory_create(MPI_Comm comm, size_t bytes, node_memory **out) {
  int size, most;
  bool shared = false;
  *out = NULL;
  NTKW_TRY(ntkw_status_agree(comm, most_ranks(&most)));
  MPI_TRY(MPI_Comm_size(comm, &size));
  if (size == 1) return NTKW_SUCCESS;
  node_memory *m = calloc(1, sizeof *m);
  NTKW_TRY(ntkw_status_agree(comm, m ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a window")));
  m->group = MPI_COMM_NULL;
  m->window = MPI_WIN_NULL;
  ntkw_status status = share(m, comm, most, bytes, &shared);
  if (status == NTKW_SUCCESS && shared) status = ntkw_status_agree(comm, find_parts(m, comm));
  if (status != NTKW_SUCCESS || !shared) node_memory_destroy(&m);
  *out = m;
  return status;
}

void node_memory_destroy(node_memory **handle) {
  node_memory *m = *handle;
  if (!m) return;
  if (m->window != MPI_WIN_NULL && !ntkw_i_mpi_is_over()) {
    MPI_Win_unlock_all(m->window);
    MPI_Win_free(&m->window);
  }
  ntkw_i_communicator_free(&m->group);
  free(m->parts);
  free(m);
  *handle = NULL;
}

char *node_memory_of(const node_memory *m, int rank) {
  return m ? m->parts[rank] : NULL;
}

void node_memory_sync(const node_memory *m) {
  if (m && m->window != MPI_WIN_NULL) MPI_Win_sync(m->window);
}

ntkw_status node_memory_barrier(const node_memory *m) {
  if (!m || m->size == 1) return NTKW_SUCCESS;
  node_memory_sync(m);
  MPI_TRY(MPI_Barrier(m->group));
  node_memory_sync(m);
  return NTKW_SUCCESS;
}
