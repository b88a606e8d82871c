#include "cli/spectrum/source.h"
#include "base/dtype.h"
#include "cli/checkpoint_files.h"
#include "cli/command.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Read the problem in the checkpoint, with the seed of its training. */
static ntkw_status read_problem_of(ntkw_checkpoint_reader *reader, problem **pde, int64_t *step) {
  const char *content, *path = ntkw_checkpoint_reader_path(reader);
  int64_t seed;
  NTKW_CHECK(ntkw_checkpoint_reader_get_text(reader, "content", &content) == NTKW_SUCCESS &&
                 strcmp(content, "training state") == 0,
             NTKW_ERR_PROBLEM, "%s holds neither the state of a training run nor spectra", path);
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "seed", &seed));
  NTKW_TRY(ntkw_checkpoint_reader_get_integer(reader, "step", step));
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, training_checkpoint_problem(reader, pde)));
  (*pde)->seed = (uint64_t)seed;
  return NTKW_SUCCESS;
}

/* Read all parameters on every rank. *parameters: to be freed; NULL after an error. */
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

/* Check that all checkpoints have the problem of the first; the first one sets *s. */
static ntkw_status fit(const problem *pde, const char *path, const kernel_request *request, spectra *s) {
  spectra own;
  spectra_begin(pde, request->points, request->points_of_step, request->threshold, &own);
  if (s->n_steps == 0) {
    spectra_free(s);
    *s = own;
    return NTKW_SUCCESS;
  }
  if (spectra_match(s, &own)) return NTKW_SUCCESS;
  return ntkw_i_fail(NTKW_ERR_PROBLEM, "%s is of another problem than the checkpoints before it: %s", path,
                     ntkw_last_error());
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
  file_names found = {0};
  ntkw_status status = file_names_share(folder, FILES_OF_RUN, &found);
  const int n = found.n;
  for (int i = 0; status == NTKW_SUCCESS && i < n; i++) {
    char path[MAX_PATH_BYTES + FILE_NAME_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, found.list[i]);
    ntk_matrix_free(k);
    status = add_file(path, request, s, k);
  }
  file_names_free(&found);
  NTKW_TRY(status);
  NTKW_CHECK(n > 0, NTKW_ERR_FILE,
             "%s holds neither recorded spectra (spectrum.h5) nor checkpoints " CHECKPOINT_PREFIX "<digits>.h5",
             folder);
  NTKW_CHECK(s->n_steps > 0, NTKW_ERR_FORMAT, "%s holds %d checkpoints, none of which is good", folder, n);
  return NTKW_SUCCESS;
}
