#include "chunk_run.h"

#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "jet_oracle.h"

typedef struct chunk {
  const network_options *options;
  stream_set streams;
  int n, panel, total; /* total: outputs times streams, the values of a point */
  double *points, *coefficients, *seeds, *scales;
  double *outputs, *diagonal;
  void *gradient;
} chunk;

static double *numbers(uint64_t *state, int n) {
  double *out = malloc((size_t)(n + 1) * sizeof *out);
  oracle_points(state, n, out);
  return out;
}

/* Copy the columns first .. first + n - 1 of a matrix with this many rows and l->n columns to a panel. */
static void cut(const chunk *l, int rows, int first, int n, const double *from, double *to) {
  for (int r = 0; r < rows; r++)
    for (int p = 0; p < n; p++) to[r * n + p] = from[r * l->n + first + p];
}

static void run_panel(const chunk *l, workspace *work, int first, int n) {
  double *seeds = malloc((size_t)(l->total * n) * sizeof *seeds),
         *outputs = malloc((size_t)(l->total * n) * sizeof *outputs);
  double *coefficients = malloc((size_t)(MAX_PAIRS * n) * sizeof *coefficients);
  cut(l, l->total, first, n, l->seeds, seeds);
  cut(l, l->streams.n_pairs, first, n, l->coefficients, coefficients);
  workspace_forward(work, &l->streams, n, l->points + first * l->options->n_inputs, coefficients, outputs);
  workspace_backward(work, seeds, l->scales + first, l->diagonal + first);
  for (int r = 0; r < l->total; r++)
    for (int p = 0; p < n; p++) l->outputs[(first + p) * l->total + r] = outputs[r * n + p];
  free(seeds);
  free(outputs);
  free(coefficients);
}

static void run(const chunk *l, const network *net) {
  workspace *work;
  CHECK_OK(workspace_create(net, &work));
  const int capacity = workspace_capacity(work, &l->streams), panel = l->panel ? l->panel : capacity;
  CHECK(panel <= capacity);
  workspace_chunk_begin(work);
  for (int first = 0; first < l->n; first += panel)
    run_panel(l, work, first, l->n - first < panel ? l->n - first : panel);
  workspace_chunk_end(work, l->gradient);
  workspace_destroy(&work);
}

size_t chunk_run(const network_options *options, int stream_case, int n, int panel, void *state) {
  chunk l = {.options = options, .streams = oracle_streams(stream_case), .n = n, .panel = panel};
  network *net;
  uint64_t random = 77;
  CHECK_OK(network_create(options, &net));
  l.total = options->n_outputs * stream_count(&l.streams);
  const size_t count = (size_t)network_parameter_count(net), front = (size_t)(n * (l.total + 1)) * sizeof(double);
  if (state) {
    double *parameters = malloc(count * sizeof *parameters);
    oracle_set_parameters(net, options->precision, 12, parameters);
    l.points = numbers(&random, n * options->n_inputs);
    l.coefficients = numbers(&random, n * l.streams.n_pairs);
    l.seeds = numbers(&random, n * l.total);
    l.scales = numbers(&random, n);
    l.outputs = state;
    l.diagonal = l.outputs + n * l.total;
    l.gradient = (char *)state + front;
    run(&l, net);
    free(parameters);
    free(l.points);
    free(l.coefficients);
    free(l.seeds);
    free(l.scales);
  }
  network_destroy(&net);
  return front + count * (options->precision == NTKW_FLOAT64 ? sizeof(double) : sizeof(float));
}
