/* Finding the file of a reference. Its path in the problem file is relative to the folder of the problem file. A
 * resumed run may read the problem file from another folder, so several paths are tried. */
#include "pinn/training/reference_solution.h"
#include "base/check.h"
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_CANDIDATES = 5 };

/* start + middle + end. The caller must free it. NULL: out of memory. */
static char *join(const char *start, int length, const char *middle, const char *end) {
  const size_t size = (size_t)length + strlen(middle) + strlen(end) + 1;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%.*s%s%s", length, start, middle, end);
  return path;
}

char *reference_beside(const char *problem_file, const char *reference) {
  const char *slash = reference[0] == '/' ? NULL : strrchr(problem_file, '/');
  return join(problem_file, slash ? (int)(slash - problem_file) + 1 : 0, "", reference);
}

/* The path relative to the folder of a link's target. The caller must free it. NULL: the problem file does not exist,
 * or out of memory. */
static char *beside_target(const char *problem_file, const char *reference) {
  char *target = realpath(problem_file, NULL);
  char *path = target ? reference_beside(target, reference) : NULL;
  free(target);
  return path;
}

/* The paths to try, in order. The caller must free them. */
typedef struct candidates {
  int n;
  char *paths[MAX_CANDIDATES];
} candidates;

static void add(candidates *to, char *path) {
  to->paths[to->n++] = path;
}

static candidates list(const problem *pde, const char *file, const char *run) {
  candidates out = {0};
  const char *slash = strrchr(pde->reference, '/'), *name = slash ? slash + 1 : pde->reference;
  char *beside = reference_beside(file ? file : pde->file, pde->reference);
  char *before = pde->reference_path ? strdup(pde->reference_path) : NULL;
  if (before && !file) add(&out, before);
  add(&out, beside);
  add(&out, beside_target(file ? file : pde->file, pde->reference));
  if (before && file) add(&out, before);
  if (run && pde->reference_way) add(&out, join(run, (int)strlen(run), "/", pde->reference_way));
  /* solution.h5 in the run's folder is this run's result, not its reference */
  if (run && strcmp(name, "solution.h5") != 0) add(&out, join(run, (int)strlen(run), "/", name));
  return out;
}

/* Index of the first path that can be read; -1: none. */
static int choose(const candidates *of) {
  for (int i = 0; i < of->n; i++)
    if (of->paths[i] && access(of->paths[i], R_OK) == 0) return i;
  return -1;
}

/* Replace *text by rank 0's text `mine`. If that is NULL, *text does not change. Collective. */
static ntkw_status share(MPI_Comm comm, int rank, char *mine, char **text) {
  int length = mine ? (int)strlen(mine) : -1;
  MPI_Bcast(&length, 1, MPI_INT, 0, comm);
  if (length < 0) return NTKW_SUCCESS;
  char *copy = calloc((size_t)length + 1, 1);
  NTKW_TRY(ntkw_status_agree(comm, copy ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a path")));
  if (rank == 0) memcpy(copy, mine, (size_t)length);
  MPI_Bcast(copy, length, MPI_CHAR, 0, comm);
  free(*text);
  *text = copy;
  return NTKW_SUCCESS;
}

ntkw_status reference_locate(MPI_Comm comm, problem *pde, const char *file, const char *run, bool *elsewhere) {
  int rank, chosen = 0;
  *elsewhere = false;
  if (pde->reference[0] == '\0') return NTKW_SUCCESS;
  candidates of = list(pde, file, run);
  MPI_Comm_rank(comm, &rank);
  if (rank == 0) chosen = choose(&of);
  MPI_Bcast(&chosen, 1, MPI_INT, 0, comm);
  const char *found = chosen >= 0 ? of.paths[chosen] : pde->reference_path ? NULL : of.paths[0]; /* NULL: keep it */
  char *path = rank == 0 && found ? ntkw_i_path_absolute(found) : NULL;
  for (int i = 0; i < of.n; i++) free(of.paths[i]);
  *elsewhere = chosen > 0;
  const ntkw_status status = share(comm, rank, path, &pde->reference_path);
  free(path);
  return status;
}

ntkw_status reference_remember(MPI_Comm comm, problem *pde, const char *folder) {
  int rank;
  if (pde->reference[0] == '\0' || !pde->reference_path) return NTKW_SUCCESS;
  MPI_Comm_rank(comm, &rank);
  char *way = rank == 0 ? ntkw_i_path_between(folder, pde->reference_path) : NULL;
  const ntkw_status status = share(comm, rank, way, &pde->reference_way);
  free(way);
  return status;
}
