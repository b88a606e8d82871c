#include "cli/spectrum/output.h"
#include "cli/csv.h"
#include "cli/spectrum/line_plot.h"
#include "base/check.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_NAME = 12, MOST_PAIRS = 28 };

static int name_width(const spectra *s) {
  int width = LEAST_NAME;
  for (int b = 0; b <= s->n_conditions; b++) {
    const int length = (int)strlen(spectra_name(s, b));
    if (length > width) width = length;
  }
  return width;
}

static void print_cosines(const spectra *s, const spectrum *one) {
  const int n = s->n_conditions;
  if (n < 2) return;
  printf("  cosines between the gradients of the losses%s", n * (n - 1) / 2 > MOST_PAIRS ? ": in the file\n" : "\n");
  for (int a = 0; n * (n - 1) / 2 <= MOST_PAIRS && a < n; a++)
    for (int b = a + 1; b < n; b++) {
      const double cosine = one->cosines[a * n + b];
      printf("    %s, %s: ", s->names[a], s->names[b]);
      printf(isnan(cosine) ? "none, as one of them is zero\n" : "%+.4f\n", cosine);
    }
}

static void print_step(const spectra *s, int64_t number) {
  const spectrum *one = &s->steps[number];
  const int width = name_width(s);
  printf("\nstep %" PRId64 "\n  %-*s %8s %12s %12s %12s %14s %11s %13s\n", one->step, width, "block", "rows", "trace",
         "largest", "smallest", "effective rank", "above limit", "gradient norm");
  for (int b = 0; b <= s->n_conditions; b++) {
    const double *eigenvalues = spectra_eigenvalues(s, number, b);
    printf("  %-*s %8" PRId64 " %12.5e %12.5e %12.3e %14.2f %11.0f", width, spectra_name(s, b), s->rows[b],
           one->trace[b], eigenvalues[0], eigenvalues[s->rows[b] - 1], one->effective_rank[b], one->above[b]);
    if (b < s->n_conditions) printf(" %13.5e", one->gradient_norm[b]);
    putchar('\n');
  }
  print_cosines(s, one);
}

void output_table(const spectra *s) {
  printf("neural tangent kernel of %s, %" PRId64 " points of each condition (as drawn for ", s->problem_file,
         s->points);
  if (s->points_of_step >= 0)
    printf("step %" PRId64 ")\n", s->points_of_step);
  else
    printf("each step)\n");
  printf("effective rank: exp of the entropy of the eigenvalues' shares; limit: %g of the largest\n", s->threshold);
  for (int64_t i = 0; i < s->n_steps; i++) print_step(s, i);
}

static const char head[] = "step,block,index,eigenvalue\n";

ntkw_status output_may_be(const char *path) {
  char line[sizeof head] = "";
  FILE *file = fopen(path, "r");
  if (!file) return NTKW_SUCCESS;
  const bool empty = !fgets(line, sizeof line, file);
  fclose(file);
  NTKW_CHECK(empty || strcmp(line, head) == 0, NTKW_ERR_ARGUMENT,
             "%s exists and is not replaced (it is not a table of eigenvalues); name another with --out", path);
  return NTKW_SUCCESS;
}

ntkw_status output_csv(const spectra *s, const char *path) {
  FILE *file = fopen(path, "w");
  NTKW_CHECK(file, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  fputs(head, file);
  for (int64_t i = 0; i < s->n_steps; i++)
    for (int b = 0; b <= s->n_conditions; b++) {
      const double *eigenvalues = spectra_eigenvalues(s, i, b);
      for (int64_t k = 0; k < s->rows[b]; k++) {
        fprintf(file, "%" PRId64 ",", s->steps[i].step);
        csv_write_field(file, spectra_name(s, b));
        fprintf(file, ",%" PRId64 ",%.17g\n", k + 1, eigenvalues[k]);
      }
    }
  const int failed = ferror(file), closed = fclose(file);
  NTKW_CHECK(!failed && closed == 0, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  return NTKW_SUCCESS;
}

typedef struct picture {
  line_curve *curves; /* [blocks][steps] */
  line_panel panels[MAX_CONDITIONS + 1];
  char titles[MAX_CONDITIONS + 1][MAX_NAME + 32];
  char (*labels)[32];
  const char **label_list;
} picture;

static void fill_panels(const spectra *s, picture *p) {
  for (int b = 0; b <= s->n_conditions; b++) {
    line_curve *curves = p->curves + b * s->n_steps;
    for (int64_t i = 0; i < s->n_steps; i++) {
      const double *eigenvalues = spectra_eigenvalues(s, i, b);
      curves[i] = (line_curve){eigenvalues, s->rows[b], (double)s->rows[b] * DBL_EPSILON * fmax(eigenvalues[0], 0.0)};
    }
    snprintf(p->titles[b], sizeof p->titles[b], "%s (%" PRId64 " rows)", spectra_name(s, b), s->rows[b]);
    p->panels[b] = (line_panel){p->titles[b], curves};
  }
  for (int64_t i = 0; i < s->n_steps; i++) {
    snprintf(p->labels[i], sizeof p->labels[i], "step %" PRId64, s->steps[i].step);
    p->label_list[i] = p->labels[i];
  }
}

ntkw_status output_picture(const spectra *s, const char *path) {
  const size_t n_steps = (size_t)s->n_steps, n_blocks = (size_t)s->n_conditions + 1;
  char heading[400];
  picture *p = calloc(1, sizeof *p);
  NTKW_CHECK(p, NTKW_ERR_MEMORY, "out of memory for the picture of %zu steps", n_steps);
  p->curves = calloc(n_blocks * n_steps, sizeof *p->curves);
  p->labels = calloc(n_steps, sizeof *p->labels);
  p->label_list = calloc(n_steps, sizeof *p->label_list);
  ntkw_status status = NTKW_SUCCESS;
  if (p->curves && p->labels && p->label_list) {
    fill_panels(s, p);
    const char *slash = strrchr(s->problem_file, '/');
    snprintf(heading, sizeof heading, "NTK eigenvalues of %.300s", slash ? slash + 1 : s->problem_file);
    status = line_plot_write(
        &(line_plot){heading, "index", "eigenvalue", (int)n_blocks, p->panels, (int)n_steps, p->label_list}, path);
  } else {
    status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the picture of %zu steps", n_steps);
  }
  free(p->curves);
  free(p->labels);
  free(p->label_list);
  free(p);
  return status;
}
