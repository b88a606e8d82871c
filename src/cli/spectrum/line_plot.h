/* Write line plots on logarithmic axes as SVG: panels side by side, each with curves of values over their index.
 * Local. */
#ifndef NTKW_CLI_SPECTRUM_LINE_PLOT_H
#define NTKW_CLI_SPECTRUM_LINE_PLOT_H

#include <stdint.h>
#include "ntkw/status.h"

typedef struct line_curve {
  const double *values; /* over 1, 2, ..., n; the curve ends before the first that is not above `least` */
  int64_t n;
  double least; /* >= 0 */
} line_curve;

typedef struct line_panel {
  const char *title;
  const line_curve *curves; /* one for each label of the plot */
} line_panel;

typedef struct line_plot {
  const char *heading, *x_name, *y_name;
  int n_panels;
  const line_panel *panels;
  int n_labels; /* of the curves, which are coloured from the first to the last */
  const char *const *labels;
} line_plot;

/* @return NTKW_SUCCESS; NTKW_ERR_FILE: path cannot be written (names the reason). */
ntkw_status line_plot_write(const line_plot *plot, const char *path);

#endif
