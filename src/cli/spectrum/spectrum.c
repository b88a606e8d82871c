/* ntkw spectrum: the neural tangent kernel of a training run. */
#include "cli/checkpoint_files.h"
#include "cli/command.h"
#include "cli/spectrum/output.h"
#include "cli/spectrum/source.h"
#include "base/check.h"
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_POINTS = 300, UNSET = -2, PATH_SIZE = MAX_PATH_BYTES + 64 };
static const double DEFAULT_THRESHOLD = 1e-6;

typedef struct settings {
  int64_t points, points_of_step; /* UNSET: not given */
  double threshold;               /* below 0: not given */
  bool matrix;
  const char *out;
} settings;

static const option options[] = {
    {.name = "points",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = offsetof(settings, points),
     .least = 1,
     .most = MAX_NTK_ROWS,
     .help = "of each condition, spread over its places as in training (default 300)"},
    {.name = "points-of-step",
     .argument = "N",
     .kind = OPTION_INTEGER,
     .at = offsetof(settings, points_of_step),
     .least = -1,
     .most = INT64_C(1) << 53,
     .help = "take the points that the sampler draws for step N; -1: for the checkpoint's own step\n"
             "(default 0, so that spectra of several steps differ by the parameters alone)"},
    {.name = "threshold",
     .argument = "X",
     .kind = OPTION_REAL,
     .at = offsetof(settings, threshold),
     .lowest = 0.0,
     .highest = 1.0,
     .help = "count the eigenvalues above X times the largest (default 1e-6)"},
    {.name = "matrix",
     .kind = OPTION_FLAG,
     .at = offsetof(settings, matrix),
     .help = "put the kernel itself, of the last step, its points and their residuals into the .h5 file, too"},
    {.name = "out",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = offsetof(settings, out),
     .help = "write NAME.h5, NAME.csv, NAME.svg, and make the folder (default: beside what was read, with spectrum\n"
             "in the name)"},
};
enum { N_OPTIONS = sizeof options / sizeof *options };

/* Settings, input and output of the subcommand. */
typedef struct job {
  const settings *settings;
  spectra spectra;
  ntk_matrix matrix;
  bool computed;        /* else read from a file of spectra */
  char name[PATH_SIZE]; /* of the output, without its end */
} job;

static bool asks_to_compute(const settings *s) {
  return s->points != UNSET || s->points_of_step != UNSET || s->threshold >= 0.0 || s->matrix;
}

static kernel_request request_of(const settings *s) {
  return (kernel_request){.points = s->points == UNSET ? DEFAULT_POINTS : s->points,
                          .points_of_step = s->points_of_step == UNSET ? 0 : s->points_of_step,
                          .threshold = s->threshold < 0.0 ? DEFAULT_THRESHOLD : s->threshold,
                          .keep_matrix = s->matrix};
}

/* Name the output: --out, or else FOLDER/<start>NAME for the path FOLDER/NAME.h5. */
static ntkw_status name_output(job *j, const char *path, const char *start) {
  const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
  const int folder = (int)(file - path);
  size_t stem = strlen(file);
  if (stem > 3 && strcmp(file + stem - 3, ".h5") == 0) stem -= 3;
  const int n = j->settings->out
                    ? snprintf(j->name, sizeof j->name, "%s", j->settings->out)
                    : snprintf(j->name, sizeof j->name, "%.*s%s%.*s", folder, path, start, (int)stem, file);
  NTKW_CHECK(n >= 0 && n + 8 < PATH_SIZE, NTKW_ERR_ARGUMENT, "the name of the output has %d characters; at most %d", n,
             PATH_SIZE - 9);
  return NTKW_SUCCESS;
}

/* Make the folder of --out before the computation. Call it on rank 0. */
static ntkw_status make_folder(const char *name) {
  const size_t length = strlen(name);
  NTKW_CHECK(length > 0 && name[length - 1] != '/', NTKW_ERR_ARGUMENT,
             "--out is \"%s\"; expected a name, to which .h5, .csv and .svg are added", name);
  char *folder = ntkw_i_path_folder(name);
  const ntkw_status status =
      folder ? ntkw_i_path_make(folder) : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the folder of %s", name);
  free(folder);
  return status;
}

/* Check the output files: an existing one may be replaced only if it holds spectra. Collective. */
static ntkw_status check_output(const job *j) {
  char path[PATH_SIZE + 8];
  ntkw_checkpoint_reader *reader = NULL;
  if (j->settings->out)
    NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? make_folder(j->name) : NTKW_SUCCESS));
  snprintf(path, sizeof path, "%s.csv", j->name);
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? output_may_be(path) : NTKW_SUCCESS));
  snprintf(path, sizeof path, "%s.h5", j->name);
  if (!j->computed || path_kind_of(path) == PATH_MISSING) return NTKW_SUCCESS;
  ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader);
  if (status == NTKW_SUCCESS && !spectra_are_in(reader)) status = ntkw_i_fail(NTKW_ERR_FORMAT, "it holds no spectra");
  ntkw_checkpoint_reader_close(&reader);
  if (status == NTKW_SUCCESS) return status;
  return ntkw_i_fail(NTKW_ERR_ARGUMENT, "%s exists and is not replaced (%s); name another with --out", path,
                     ntkw_last_error());
}

static ntkw_status read_recorded(job *j, ntkw_checkpoint_reader *reader, const char *path) {
  NTKW_CHECK(!asks_to_compute(j->settings), NTKW_ERR_ARGUMENT,
             "%s holds spectra already computed; --points, --points-of-step, --threshold and --matrix need a "
             "checkpoint, or the folder of a run",
             path);
  NTKW_TRY(spectra_read(MPI_COMM_WORLD, reader, &j->spectra));
  NTKW_CHECK(j->spectra.n_steps > 0, NTKW_ERR_FORMAT, "%s holds the spectra of no step", path);
  NTKW_TRY(name_output(j, path, ""));
  return check_output(j);
}

static ntkw_status read_file(job *j, const char *path) {
  ntkw_checkpoint_reader *reader = NULL;
  NTKW_TRY(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  ntkw_status status;
  if (spectra_are_in(reader)) {
    status = read_recorded(j, reader, path);
  } else {
    const kernel_request request = request_of(j->settings);
    j->computed = true;
    status = name_output(j, path, "spectrum-");
    if (status == NTKW_SUCCESS) status = check_output(j);
    if (status == NTKW_SUCCESS) status = source_add_checkpoint(reader, &request, &j->spectra, &j->matrix);
  }
  ntkw_checkpoint_reader_close(&reader);
  return status;
}

/* Read the spectra that training recorded. If there are none, or options ask for others, compute those of all
 * checkpoints. */
static ntkw_status read_folder(job *j, const char *folder) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/spectrum.h5", folder);
  if (!asks_to_compute(j->settings) && path_kind_of(path) == PATH_OTHER) return read_file(j, path);
  const kernel_request request = request_of(j->settings);
  j->computed = true;
  snprintf(path, sizeof path, "%s/checkpoints", folder);
  NTKW_TRY(name_output(j, path, "spectrum-"));
  NTKW_TRY(check_output(j));
  return source_add_folder(folder, &request, &j->spectra, &j->matrix);
}

/* On rank 0. */
static ntkw_status write_here(const job *j) {
  char path[PATH_SIZE + 8];
  output_table(&j->spectra);
  snprintf(path, sizeof path, "%s.csv", j->name);
  NTKW_TRY(output_csv(&j->spectra, path));
  snprintf(path, sizeof path, "%s.svg", j->name);
  return output_picture(&j->spectra, path);
}

static ntkw_status write_output(const job *j) {
  char path[PATH_SIZE + 8];
  NTKW_TRY(ntkw_status_agree(MPI_COMM_WORLD, command_rank() == 0 ? write_here(j) : NTKW_SUCCESS));
  if (j->computed) {
    snprintf(path, sizeof path, "%s.h5", j->name);
    NTKW_TRY(spectra_write(MPI_COMM_WORLD, &j->spectra, j->settings->matrix ? &j->matrix : NULL, path, NULL));
    say("\nspectra:  %s\n", path);
  }
  say("%snumbers:  %s.csv\npicture:  %s.svg\n", j->computed ? "" : "\n", j->name, j->name);
  return NTKW_SUCCESS;
}

static exit_code run(int argc, char **argv) {
  settings s = {.points = UNSET, .points_of_step = UNSET, .threshold = -1.0};
  const char *path = NULL;
  if (options_parse(options, N_OPTIONS, &s, "CHECKPOINT|RUN-FOLDER", &path, argc, argv) != NTKW_SUCCESS)
    return usage_error("spectrum", "%s", ntkw_last_error());
  job j = {.settings = &s};
  ntkw_status status = path_kind_of(path) == PATH_FOLDER ? read_folder(&j, path) : read_file(&j, path);
  if (status == NTKW_SUCCESS) status = write_output(&j);
  const exit_code code = status == NTKW_SUCCESS ? EXIT_DONE : command_failed(status);
  ntk_matrix_free(&j.matrix);
  spectra_free(&j.spectra);
  return code;
}

static const char help[] =
    "Usage: ntkw spectrum [OPTIONS] CHECKPOINT|RUN-FOLDER\n"
    "       mpirun -n RANKS ntkw spectrum [OPTIONS] CHECKPOINT|RUN-FOLDER\n"
    "\n"
    "The neural tangent kernel of a network in training, K_ij = dr_i/dtheta . dr_j/dtheta for the residuals r: of "
    "each\n"
    "condition's block and of all together the trace, the eigenvalues and their effective rank, and the cosines "
    "between\n"
    "the gradients of the conditions' losses. Of a folder: the steps that training recorded because the problem file\n"
    "says ntk = { every = ..., points = ... }, or else every checkpoint in it. Computed in float64; the kernel does "
    "not\n"
    "depend on the number of ranks.\n";

static const char notes[] =
    "Effective rank: exp(- sum p log p), p = eigenvalue / sum of all (Roy & Vetterli 2007).\n"
    "\n"
    "Exit codes:\n"
    "  0  done      2  wrong arguments      3  the file holds neither a training state nor spectra\n"
    "  4  a file cannot be read or written, or is damaged      5  the kernel is not finite\n"
    "  6  out of memory, or MPI failed\n"
    "\n"
    "Examples:\n"
    "  mpirun -n 2 ntkw spectrum wave.run/step-0000040000.h5 --points 500\n"
    "  ntkw spectrum wave.run\n";

const command spectrum_command = {.name = "spectrum",
                                  .summary = "the neural tangent kernel's eigenvalues in a training run",
                                  .help = help,
                                  .run = run,
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .notes = notes};
