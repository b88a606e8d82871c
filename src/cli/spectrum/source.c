#include "cli/spectrum/source.h"
#include "cli/command.h"
#include "base/check.h"
#include "base/dtype.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIX "step-"
enum { NAME_SIZE = 64 };

int source_kind(const char *path) {
  struct stat about;
  int kind = 0;
  if (command_rank() == 0) kind = stat(path, &about) != 0 ? -1 : S_ISDIR(about.st_mode) ? 1 : 0;
  MPI_Bcast(&kind, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return kind;
}

/* The problem as the checkpoint has it, with the seed it was trained with. */
static ntkw_status read_problem_of(ntkw_checkpoint_reader *reader, problem **pde, int64_t *step) {
  const char *content, *file, *source, *path = ntkw_checkpoint_reader_path(reader);
  int64_t seed;
  NTKW_CHECK(ntkw_checkpoint_reader_get_text(reader, "content", &content) == NTKW_SUCCESS &&
                 strcmp(content, "training state") == 0,
             NTKW_ERR_PROBLEM, "%s: holds neither the state of a training run nor spectra", path);
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_file", &file));
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, "problem_source", &source));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "seed", &seed));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "step", step));
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, problem_from_lua(file, source, pde)));
  (*pde)->seed = (uint64_t)seed;
  return NTKW_SUCCESS;
}

/* All parameters on every rank; to be freed, and NULL after an error. */
static ntkw_status read_parameters(ntkw_checkpoint_reader *reader, const problem *pde, void **parameters) {
  const ntkw_dtype precision = pde->network.precision;
  const MPI_Datatype type = precision == NTKW_FLOAT32 ? MPI_FLOAT : MPI_DOUBLE;
  const bool first = command_rank() == 0;
  int64_t n;
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "parameter_count", &n));
  *parameters = malloc((size_t)n * ntkw_i_value_size(precision));
  ntkw_status status =
      *parameters ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for %lld parameters", (long long)n);
  status = ntkw_status_agree(MPI_COMM_WORLD, status);
  if (status == NTKW_SUCCESS)
    status =
        ntkw_checkpoint_reader_read_array(reader, "parameters", precision, first ? 0 : n, first ? n : 0, *parameters);
  if (status == NTKW_SUCCESS && MPI_Bcast(*parameters, (int)n, type, 0, MPI_COMM_WORLD) != MPI_SUCCESS)
    status = ntkw_i_fail(NTKW_ERR_MPI, "MPI_Bcast of the parameters failed");
  if (status != NTKW_SUCCESS) {
    free(*parameters);
    *parameters = NULL;
  }
  return status;
}

/* The first one says what all are of. */
static ntkw_status fit(const problem *pde, const char *path, const kernel_request *request, spectra *s) {
  spectra own;
  spectra_begin(pde, request->points, request->points_of_step, request->threshold, &own);
  if (s->n_steps == 0) {
    spectra_free(s);
    *s = own;
    return NTKW_SUCCESS;
  }
  if (spectra_match(s, &own)) return NTKW_SUCCESS;
  char difference[512];
  snprintf(difference, sizeof difference, "%s", ntkw_last_error());
  return ntkw_i_fail(NTKW_ERR_PROBLEM, "%s: is of another problem than the checkpoints before it: %s", path,
                     difference);
}

ntkw_status source_add_checkpoint(ntkw_checkpoint_reader *reader, const kernel_request *request, spectra *s,
                                  ntk_matrix *k) {
  problem *pde = NULL;
  void *parameters = NULL;
  int64_t step = 0;
  ntkw_status status = read_problem_of(reader, &pde, &step);
  if (status == NTKW_SUCCESS) status = fit(pde, ntkw_checkpoint_reader_path(reader), request, s);
  if (status == NTKW_SUCCESS) status = read_parameters(reader, pde, &parameters);
  if (status == NTKW_SUCCESS)
    status = spectra_add(MPI_COMM_WORLD, pde, parameters, step, s, request->keep_matrix ? k : NULL);
  free(parameters);
  problem_destroy(&pde);
  return status;
}

static bool is_checkpoint(const char *name) {
  const size_t prefix = strlen(PREFIX),
               digits = strspn(name + (strncmp(name, PREFIX, prefix) == 0 ? prefix : 0), "0123456789");
  return strncmp(name, PREFIX, prefix) == 0 && digits > 0 && strcmp(name + prefix + digits, ".h5") == 0 &&
         strlen(name) < NAME_SIZE;
}

static int by_step(const void *a, const void *b) {
  const char *left = (const char *)a + strlen(PREFIX), *right = (const char *)b + strlen(PREFIX);
  const long long x = strtoll(left, NULL, 10), y = strtoll(right, NULL, 10);
  return (x > y) - (x < y);
}

/* On rank 0: names of the checkpoints, by ascending steps; to be freed. */
static ntkw_status list_here(const char *folder, char (**names)[NAME_SIZE], int *n) {
  DIR *entries = opendir(folder);
  int room = 0;
  NTKW_CHECK(entries, NTKW_ERR_FILE, "%s: cannot be read: %s", folder, strerror(errno));
  for (const struct dirent *entry; (entry = readdir(entries));) {
    if (!is_checkpoint(entry->d_name)) continue;
    if (*n == room) {
      room = 2 * room + 16;
      char(*longer)[NAME_SIZE] = realloc(*names, (size_t)room * sizeof *longer);
      if (!longer) break;
      *names = longer;
    }
    snprintf((*names)[(*n)++], NAME_SIZE, "%s", entry->d_name);
  }
  closedir(entries);
  NTKW_CHECK(*n > 0, NTKW_ERR_FILE, "%s: holds neither recorded spectra (spectrum.h5) nor checkpoints %s<digits>.h5",
             folder, PREFIX);
  qsort(*names, (size_t)*n, sizeof **names, by_step);
  return NTKW_SUCCESS;
}

static ntkw_status add_file(const char *path, const kernel_request *request, spectra *s, ntk_matrix *k) {
  ntkw_checkpoint_reader *reader = NULL;
  ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader);
  if (status == NTKW_ERR_FORMAT) {
    warn("skipped %s", ntkw_last_error());
    return NTKW_SUCCESS;
  }
  if (status == NTKW_SUCCESS) status = source_add_checkpoint(reader, request, s, k);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}

ntkw_status source_add_folder(const char *folder, const kernel_request *request, spectra *s, ntk_matrix *k) {
  char(*names)[NAME_SIZE] = NULL;
  int n = 0;
  ntkw_status status =
      ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? list_here(folder, &names, &n) : NTKW_SUCCESS);
  MPI_Bcast(&n, 1, MPI_INT, 0, MPI_COMM_WORLD);
  for (int i = 0; status == NTKW_SUCCESS && i < n; i++) {
    char name[NAME_SIZE] = "", path[MAX_PATH_BYTES + NAME_SIZE];
    if (names) snprintf(name, sizeof name, "%s", names[i]);
    MPI_Bcast(name, NAME_SIZE, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ntk_matrix_free(k);
    status = add_file(path, request, s, k);
  }
  free(names);
  if (status == NTKW_SUCCESS && s->n_steps == 0)
    status = ntkw_i_fail(NTKW_ERR_FORMAT, "%s: none of its %d checkpoints is good", folder, n);
  return status;
}
