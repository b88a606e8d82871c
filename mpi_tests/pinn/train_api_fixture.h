/* A small problem for the tests of ntkw/train.h, and a callback that collects warnings. */
#ifndef NTKW_TEST_TRAIN_API_FIXTURE_H
#define NTKW_TEST_TRAIN_API_FIXTURE_H

#include <stdio.h>
#include "harness.h"
#include "ntkw/train.h"

/* Two inputs, two outputs, one of them with an exact solution, and 65 parameters. */
static const char api_text[] =
    "return problem {\n"
    "  inputs = { {'t', 0, 2}, {'x', -1, 1} }, outputs = { 'u', 'v' },\n"
    "  exact = { u = function(p) return cos(p.x)*exp(-p.t) end },\n"
    "  conditions = {\n"
    "    { 'heat', points = 40, on = interior(), equation = function(p) return p.u_t - p.u_xx + p.v end },\n"
    "    { 'start', points = 30, on = boundary{t=0}, equation = function(p) return p.u - cos(p.x), p.v end },\n"
    "  },\n"
    "  network = { hidden = {6, 5} }, weighting = { 'ntk-trace', update_every = 3 }, steps = 12, seed = 7,\n"
    "}\n";

/* The number of warnings and the last one. */
typedef struct api_warnings {
  int n;
  char last[512];
} api_warnings;

static inline void api_note_warning(const char *sentence, void *data) {
  api_warnings *to = data;
  to->n++;
  snprintf(to->last, sizeof to->last, "%s", sentence);
}

static inline ntkw_problem *api_problem(const ntkw_problem_options *options) {
  ntkw_problem *made = NULL;
  CHECK_OK(ntkw_problem_read_text("small.lua", api_text, options, &made));
  return made;
}

/* Create a trainer that adds a row to the history every two steps. warnings NULL: without a callback. */
static inline ntkw_trainer *api_trainer(const ntkw_problem *from, api_warnings *warnings) {
  ntkw_trainer *made = NULL;
  ntkw_trainer_options options;
  ntkw_trainer_options_init(&options);
  options.log_every = 2;
  options.on_warning = warnings ? api_note_warning : NULL;
  options.data = warnings;
  CHECK_OK(ntkw_trainer_create(MPI_COMM_WORLD, from, &options, &made));
  return made;
}

#endif
