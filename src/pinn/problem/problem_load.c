#include "pinn/problem/problem_load.h"
#include "status/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The whole file, with a NUL behind it; to be freed. */
static ntkw_status read_text(const char *path, char **text, int *length) {
  struct stat about;
  NTKW_CHECK(stat(path, &about) == 0, NTKW_ERR_FILE, "%s: cannot be read: %s", path, strerror(errno));
  NTKW_CHECK(S_ISREG(about.st_mode), NTKW_ERR_FILE, "%s: is not a regular file; expected a problem file", path);
  NTKW_CHECK(about.st_size <= PROBLEM_FILE_LIMIT, NTKW_ERR_PROBLEM, "%s: has %lld bytes; a problem file has at most %d",
             path, (long long)about.st_size, PROBLEM_FILE_LIMIT);
  FILE *file = fopen(path, "rb");
  NTKW_CHECK(file, NTKW_ERR_FILE, "%s: cannot be read: %s", path, strerror(errno));
  *text = calloc((size_t)about.st_size + 1, 1);
  *length = *text ? (int)fread(*text, 1, (size_t)about.st_size, file) : 0;
  const int failed = ferror(file);
  fclose(file);
  NTKW_CHECK(*text, NTKW_ERR_MEMORY, "%s: out of memory", path);
  NTKW_CHECK(!failed, NTKW_ERR_FILE, "%s: cannot be read", path);
  NTKW_CHECK(!memchr(*text, '\0', (size_t)*length), NTKW_ERR_PROBLEM,
             "%s: holds a zero byte, so it is no text; expected a problem file in Lua", path);
  return NTKW_SUCCESS;
}

ntkw_status problem_load(MPI_Comm comm, const char *path, problem **out) {
  int rank, length = 0;
  char *text = NULL;
  *out = NULL;
  MPI_Comm_rank(comm, &rank);
  ntkw_status status = ntkw_status_agree(comm, rank == 0 ? read_text(path, &text, &length) : NTKW_SUCCESS);
  if (status != NTKW_SUCCESS) goto out;
  MPI_Bcast(&length, 1, MPI_INT, 0, comm);
  if (rank != 0) text = calloc((size_t)length + 1, 1);
  status = ntkw_status_agree(comm, text ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "%s: out of memory", path));
  if (status != NTKW_SUCCESS) goto out;
  MPI_Bcast(text, length, MPI_CHAR, 0, comm);
  status = ntkw_status_agree(comm, problem_from_lua(path, text, out));
  if (status != NTKW_SUCCESS) problem_destroy(out);
out:
  free(text);
  return status;
}
