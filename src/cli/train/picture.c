#include "cli/train/picture.h"
#include "cli/program.h"
#include "base/check.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const double MOST_SECONDS = 120.0; /* for drawing */

/* The part of the grid in the picture: it varies the first input, or the first two, with the others at their middle. */
typedef struct view {
  int n, n_second; /* points along the two inputs; n_second is 1 on a line */
  const double *first, *second;
  int64_t first_stride, second_stride, offset;
  bool plane;
} view;

static view choose_view(const run *r) {
  const int d = r->pde->n_inputs;
  view v = {.n_second = 1, .first_stride = 1, .plane = d > 1};
  int64_t stride = 1;
  for (int i = d - 1, n; i >= 0; i--, stride *= n) {
    const double *axis = evaluation_axis(r->evaluation, i, &n);
    if (i == 0)
      v.first = axis, v.n = n, v.first_stride = stride;
    else if (i == 1)
      v.second = axis, v.n_second = n, v.second_stride = stride;
    else
      v.offset += stride * (n / 2);
  }
  return v;
}

/* Write lines of "x solution exact error" or, for two inputs, blocks of lines "x y solution exact error". */
static ntkw_status write_grid(const view *v, const char *path, const double *values, const double *exact) {
  FILE *file = fopen(path, "w");
  NTKW_CHECK(file, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  for (int i = 0; i < v->n; i++) {
    for (int j = 0; j < v->n_second; j++) {
      const int64_t at = v->offset + i * v->first_stride + j * v->second_stride;
      const double reference = exact && isfinite(exact[at]) ? exact[at] : NAN;
      fprintf(file, "%g", v->first[i]);
      if (v->plane) fprintf(file, " %g", v->second[j]);
      fprintf(file, " %.9g %.9g %.9g\n", values[at], reference, values[at] - reference);
    }
    if (v->plane) fputc('\n', file);
  }
  NTKW_CHECK(fclose(file) == 0, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  return NTKW_SUCCESS;
}

static void script_fields(FILE *f, const run *r, const view *v, bool exact) {
  const char *u = r->pde->output_names[0], *x = r->pde->input_names[0];
  if (v->plane) {
    fprintf(f, "set xlabel '%s'\nset ylabel '%s'\nset xrange [%g:%g]\nset yrange [%g:%g]\n", x, r->pde->input_names[1],
            r->pde->lower[0], r->pde->upper[0], r->pde->lower[1], r->pde->upper[1]);
    fprintf(f, "set title '%s'\nplot 'picture.data' using 1:2:3 with image notitle\n", u);
    if (exact) fprintf(f, "set title '%s - exact'\nplot 'picture.data' using 1:2:5 with image notitle\n", u);
  } else {
    fprintf(f, "set xlabel '%s'\nset title '%s'\nplot 'picture.data' using 1:2 with lines title '%s'", x, u, u);
    fprintf(f, exact ? ", '' using 1:3 with lines dashtype 2 title 'exact'\n" : "\n");
    if (exact) fprintf(f, "set title '%s - exact'\nplot 'picture.data' using 1:4 with lines notitle\n", u);
  }
  if (!exact) fprintf(f, "set multiplot next\n");
}

static void script_curves(FILE *f, const run *r, const char *title, int first_column, bool with_error) {
  fprintf(
      f, "set title '%s'\nset logscale y\nset format y '%%.0e'\nset autoscale\nset xlabel 'step'\nset ylabel ''\nplot ",
      title);
  for (int c = 0; c < r->pde->n_conditions; c++)
    fprintf(f, "%s'history.csv' using 1:%d with lines title '%s'", c ? ", " : "", first_column + c + 1,
            r->pde->conditions[c].name);
  if (with_error)
    fprintf(f, ", 'history.csv' using 1:%d with lines lw 2 lc 'black' title 'error'", history_error_column(r->pde) + 1);
  fputc('\n', f);
}

static ntkw_status write_script(const run *r, const view *v, const char *path, bool exact) {
  FILE *f = fopen(path, "w");
  NTKW_CHECK(f, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  fprintf(f, "set terminal pngcairo size 1300,1000 noenhanced\nset output 'picture.new'\nset multiplot layout 2,2\n");
  script_fields(f, r, v, exact);
  fprintf(f, "set datafile separator ','\nset key noenhanced autotitle columnhead\n");
  script_curves(f, r, exact ? "loss of each condition, relative error" : "loss of each condition",
                history_loss_column(0), exact);
  script_curves(f, r, "weights", history_weight_column(r->pde, 0), false);
  fprintf(f, "unset multiplot\n");
  NTKW_CHECK(fclose(f) == 0, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  return NTKW_SUCCESS;
}

/* Run gnuplot in the run's folder, so that the folder's name occurs in no script, and without the user's gnuplot
 * settings, which could change the picture. The picture is renamed to picture.png when it is complete. */
static ntkw_status run_gnuplot(const run *r, const char *gnuplot) {
  char made[600], picture[600];
  struct stat about;
  char *arguments[] = {"gnuplot", "--default-settings", "picture.gnuplot", NULL};
  NTKW_TRY(program_run(&(program_call){.path = gnuplot,
                                       .arguments = arguments,
                                       .folder = r->folder,
                                       .log = "picture.log",
                                       .unset = "GNU", /* GNUTERM, GNUPLOT_... */
                                       .most_seconds = MOST_SECONDS}));
  run_path(r, "picture.new", made, sizeof made);
  run_path(r, "picture.png", picture, sizeof picture);
  NTKW_CHECK(stat(made, &about) == 0 && about.st_size > 0, NTKW_ERR_FILE, "%s made no picture; see %s/picture.log",
             gnuplot, r->folder);
  NTKW_CHECK(rename(made, picture) == 0, NTKW_ERR_FILE, "%s cannot be renamed to picture.png: %s", made,
             strerror(errno));
  return NTKW_SUCCESS;
}

/* On rank 0. */
static ntkw_status draw(const run *r, const char *gnuplot, const double *values, const double *exact) {
  char data[600], script[600];
  const view v = choose_view(r);
  run_path(r, "picture.data", data, sizeof data);
  run_path(r, "picture.gnuplot", script, sizeof script);
  NTKW_TRY(write_grid(&v, data, values, exact));
  NTKW_TRY(write_script(r, &v, script, exact != NULL));
  NTKW_TRY(run_gnuplot(r, gnuplot));
  unlink(data);
  unlink(script);
  run_path(r, "picture.log", data, sizeof data);
  unlink(data);
  return NTKW_SUCCESS;
}

ntkw_status picture_draw(run *r, bool *drawn) {
  const MPI_Comm comm = trainer_comm(r->trainer);
  double *values = NULL, *exact = NULL;
  char gnuplot[PATH_MAX];
  int have = command_rank() == 0 && program_find("gnuplot", gnuplot, sizeof gnuplot);
  MPI_Bcast(&have, 1, MPI_INT, 0, comm);
  *drawn = false;
  if (!have) return NTKW_SUCCESS;
  ntkw_status status = evaluation_collect(r->evaluation, 0, false, &values);
  if (status == NTKW_SUCCESS && evaluation_knows(r->evaluation, 0))
    status = evaluation_collect(r->evaluation, 0, true, &exact);
  if (status == NTKW_SUCCESS)
    status = ntkw_status_agree(comm, command_rank() == 0 ? draw(r, gnuplot, values, exact) : NTKW_SUCCESS);
  free(values);
  free(exact);
  *drawn = status == NTKW_SUCCESS;
  return status;
}
