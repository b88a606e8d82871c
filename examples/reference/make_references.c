/* Computes the reference solutions of kdv.lua and kuramoto_sivashinsky.lua, in the format of ntkw/checkpoint.h:
 *
 *     make_references FOLDER       writes FOLDER/kdv.h5 and FOLDER/kuramoto_sivashinsky.h5, in a few seconds
 *
 * The arrays are t, x and u; u is float32. A run of a problem file with reference = "kdv.h5" is compared with it. */
#include <mpi.h>
#include <ntkw/checkpoint.h>
#include <stdio.h>
#include <stdlib.h>

#include "spectral.h"

static ntkw_status write_file(const char *path, const evolution *problem, int levels, int points, const float *u) {
  const int64_t n_times = levels, n_places = points, shape[2] = {levels, points};
  double *axes = malloc((size_t)(levels + points) * sizeof *axes);
  ntkw_checkpoint *file = NULL;
  if (!axes) return NTKW_ERR_MEMORY;
  for (int i = 0; i < levels; i++) axes[i] = problem->end * i / (levels - 1);
  for (int i = 0; i < points; i++) axes[levels + i] = problem->from + (problem->to - problem->from) * i / points;
  ntkw_status status = ntkw_checkpoint_create(MPI_COMM_SELF, path, &file);
  if (status == NTKW_SUCCESS) { /* errors from here on are remembered until publication */
    ntkw_checkpoint_set_text(file, "content", "reference solution");
    ntkw_checkpoint_set_integer(file, "modes", problem->modes);
    ntkw_checkpoint_set_integer(file, "steps", problem->steps);
    ntkw_checkpoint_add_array(file, "t", "1", NTKW_FLOAT64, 1, &n_times, 0, n_times, axes);
    ntkw_checkpoint_add_array(file, "x", "1", NTKW_FLOAT64, 1, &n_places, 0, n_places, axes + levels);
    ntkw_checkpoint_add_array(file, "u", "1", NTKW_FLOAT32, 2, shape, 0, n_times, u);
    status = ntkw_checkpoint_publish(file);
  }
  ntkw_checkpoint_destroy(&file);
  free(axes);
  return status;
}

static int make(const char *folder, const char *name, const evolution *problem, int levels, int points) {
  const size_t n = (size_t)levels * (size_t)points;
  char path[1024];
  double *wide = malloc(n * sizeof *wide);
  float *u = malloc(n * sizeof *u);
  ntkw_status status = NTKW_ERR_MEMORY;
  if (wide && u && evolve(problem, levels, points, wide) == 0) {
    for (size_t i = 0; i < n; i++) u[i] = (float)wide[i];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    status = write_file(path, problem, levels, points, u);
  }
  free(wide);
  free(u);
  if (status != NTKW_SUCCESS) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  return status != NTKW_SUCCESS;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int failed = argc != 2;
  if (failed)
    fprintf(stderr, "usage: make_references FOLDER\n");
  else
    failed = make(argv[1], "kdv.h5", &korteweg_de_vries, KDV_LEVELS, KDV_POINTS) |
             make(argv[1], "kuramoto_sivashinsky.h5", &kuramoto_sivashinsky, KS_LEVELS, KS_POINTS);
  MPI_Finalize();
  return failed;
}
