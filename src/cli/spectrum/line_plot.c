#include "cli/spectrum/line_plot.h"
#include "base/check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Sizes in pixels: a panel's axes and the margins around them, the heading, the legend and its entries. */
enum { WIDE = 300, HIGH = 240, LEFT = 70, RIGHT = 20, ABOVE = 34, BELOW = 46, HEADING = 34, LEGEND = 20, ENTRY = 110 };
enum { MOST_ENTRIES = 12, MOST_COLUMNS = 4 };
static const double LEAST_STEP = 1.5; /* between the points of a curve */

/* The axes of a panel, in decades. */
typedef struct axes {
  double x_decades, y_low, y_high;
  double left, top; /* of the panel's axes in the picture */
} axes;

static void write_text(FILE *f, double x, double y, const char *anchor, const char *more, const char *text) {
  fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y, anchor, more);
  for (const char *c = text; *c; c++) {
    const char *entity = *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : *c == '&' ? "&amp;" : *c == '"' ? "&quot;" : NULL;
    if (entity)
      fputs(entity, f);
    else
      fputc((unsigned char)*c < ' ' ? ' ' : *c, f);
  }
  fputs("</text>\n", f);
}

/* From dark blue over red to orange. */
static void colour_of(int curve, int n, char out[8]) {
  static const int stops[4][3] = {{13, 8, 135}, {126, 3, 168}, {204, 71, 120}, {240, 150, 60}};
  const double at = n > 1 ? 3.0 * curve / (n - 1) : 0.0;
  const int stop = at < 2.0 ? (int)at : 2;
  int mixed[3];
  for (int i = 0; i < 3; i++) mixed[i] = (int)(stops[stop][i] + (at - stop) * (stops[stop + 1][i] - stops[stop][i]));
  snprintf(out, 8, "#%02x%02x%02x", mixed[0] & 255, mixed[1] & 255, mixed[2] & 255);
}

static int64_t drawn(const line_curve *curve) {
  int64_t n = 0;
  while (n < curve->n && curve->values[n] > curve->least && isfinite(curve->values[n])) n++;
  return n;
}

static axes measure(const line_panel *panel, int n_curves) {
  axes a = {.x_decades = 0.1, .y_low = INFINITY, .y_high = -INFINITY};
  for (int c = 0; c < n_curves; c++) {
    const line_curve *curve = &panel->curves[c];
    const int64_t n = drawn(curve);
    a.x_decades = fmax(a.x_decades, curve->n > 1 ? log10((double)curve->n) : 0.0);
    for (int64_t i = 0; i < n; i++) {
      a.y_low = fmin(a.y_low, log10(curve->values[i]));
      a.y_high = fmax(a.y_high, log10(curve->values[i]));
    }
  }
  a.y_low = a.y_high < a.y_low ? 0.0 : floor(a.y_low);
  a.y_high = a.y_high < a.y_low ? 1.0 : ceil(a.y_high);
  if (a.y_high - a.y_low < 1.0) a.y_high = a.y_low + 1.0;
  return a;
}

static double x_at(const axes *a, double index) {
  return a->left + WIDE * log10(index) / a->x_decades;
}
static double y_at(const axes *a, double value) {
  return a->top + HIGH * (a->y_high - log10(value)) / (a->y_high - a->y_low);
}

static void power_of_ten(FILE *f, double x, double y, const char *anchor, int exponent) {
  fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">10<tspan dy=\"-5\" font-size=\"9\">%d</tspan></text>\n", x,
          y, anchor, exponent);
}

static void draw_axes(FILE *f, const axes *a, const char *x_name, const char *y_name) {
  const int every = 1 + (int)((a->y_high - a->y_low) / 7.0);
  for (int d = (int)a->y_low; d <= (int)a->y_high; d++) {
    const double y = a->top + HIGH * (a->y_high - d) / (a->y_high - a->y_low);
    if ((d - (int)a->y_low) % every != 0) continue;
    fprintf(f, "<path class=\"grid\" d=\"M%.1f %.1fh%d\"/>\n", a->left, y, WIDE);
    power_of_ten(f, a->left - 6, y + 4, "end", d);
  }
  for (int d = 0; d <= (int)a->x_decades; d++) {
    const double x = a->left + WIDE * d / a->x_decades;
    fprintf(f, "<path class=\"grid\" d=\"M%.1f %.1fv%d\"/>\n", x, a->top, HIGH);
    power_of_ten(f, x, a->top + HIGH + 18, "middle", d);
  }
  fprintf(f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#444\"/>\n", a->left,
          a->top, WIDE, HIGH);
  write_text(f, a->left + WIDE / 2.0, a->top + HIGH + 36, "middle", "", x_name);
  char turned[80];
  snprintf(turned, sizeof turned, " transform=\"rotate(-90 %.1f %.1f)\"", a->left - 48, a->top + HIGH / 2.0);
  write_text(f, a->left - 48, a->top + HIGH / 2.0, "middle", turned, y_name);
}

static void draw_curve(FILE *f, const axes *a, const line_curve *curve, const char *colour) {
  const int64_t n = drawn(curve);
  double last = -LEAST_STEP;
  if (n == 1)
    fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", a->left, y_at(a, curve->values[0]), colour);
  if (n < 2) return;
  fprintf(f, "<polyline stroke=\"%s\" points=\"", colour);
  for (int64_t i = 0; i < n; i++) {
    const double x = x_at(a, (double)(i + 1));
    if (x - last < LEAST_STEP && i + 1 < n) continue;
    fprintf(f, "%.1f,%.1f ", x, y_at(a, curve->values[i]));
    last = x;
  }
  fputs("\"/>\n", f);
}

static void draw_panel(FILE *f, const line_plot *plot, int index, int columns) {
  const line_panel *panel = &plot->panels[index];
  axes a = measure(panel, plot->n_labels);
  a.left = LEFT + index % columns * (LEFT + WIDE + RIGHT);
  a.top = HEADING + ABOVE + index / columns * (ABOVE + HIGH + BELOW);
  write_text(f, a.left + WIDE / 2.0, a.top - 10, "middle", " font-weight=\"bold\"", panel->title);
  draw_axes(f, &a, plot->x_name, plot->y_name);
  for (int c = 0; c < plot->n_labels; c++) {
    char colour[8];
    colour_of(c, plot->n_labels, colour);
    draw_curve(f, &a, &panel->curves[c], colour);
  }
}

/* Draw up to MOST_ENTRIES labels, evenly chosen, with the first and the last. */
static void draw_legend(FILE *f, const line_plot *plot, int width, int top) {
  const int most = width / ENTRY < MOST_ENTRIES ? width / ENTRY : MOST_ENTRIES;
  const int n = plot->n_labels < most ? plot->n_labels : most;
  for (int k = 0; k < n; k++) {
    const int c = n > 1 ? (int)((int64_t)k * (plot->n_labels - 1) / (n - 1)) : 0;
    char colour[8];
    colour_of(c, plot->n_labels, colour);
    const double x = 10 + k * ENTRY;
    fprintf(f, "<path stroke=\"%s\" stroke-width=\"3\" d=\"M%.1f %dh18\"/>\n", colour, x, top);
    write_text(f, x + 24, top + 4, "start", "", plot->labels[c]);
  }
}

static void draw(FILE *f, const line_plot *plot) {
  int columns = plot->n_panels < MOST_COLUMNS ? plot->n_panels : MOST_COLUMNS;
  if (plot->n_panels == MOST_COLUMNS) columns = 2;
  const int rows = (plot->n_panels + columns - 1) / columns, width = columns * (LEFT + WIDE + RIGHT);
  const int legend = HEADING + rows * (ABOVE + HIGH + BELOW) + LEGEND / 2, height = legend + LEGEND;
  fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\"", width,
          height, width, height);
  fputs(" font-family=\"sans-serif\" font-size=\"12\">\n<style>.grid{stroke:#ddd} "
        "polyline{fill:none;stroke-width:1.5}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        f);
  write_text(f, width / 2.0, 24, "middle", " font-size=\"15\"", plot->heading);
  for (int p = 0; p < plot->n_panels; p++) draw_panel(f, plot, p, columns);
  draw_legend(f, plot, width, legend);
  fputs("</svg>\n", f);
}

ntkw_status line_plot_write(const line_plot *plot, const char *path) {
  FILE *f = fopen(path, "w");
  NTKW_CHECK(f, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  draw(f, plot);
  const int failed = ferror(f), closed = fclose(f);
  NTKW_CHECK(!failed && closed == 0, NTKW_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  return NTKW_SUCCESS;
}
