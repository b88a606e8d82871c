/* A small problem with several streams and three conditions of different sizes, one of them on three places. */
#ifndef NTKW_TEST_TRAINING_FIXTURE_H
#define NTKW_TEST_TRAINING_FIXTURE_H

#include "harness.h"
#include "pinn/problem/problem.h"
#include "pinn/training/trainer.h"

#include <stdio.h>

/* This rank's values of an array of the state. */
static inline void *state_values(trainer *t, const char *name) {
  array_entry array = {.values = NULL};
  CHECK(trainer_find_array(t, name, &array));
  return array.values;
}

/* Create the problem. layers: text inside network = {}; every: steps between updates. The caller must destroy it. */
static inline problem *wave_problem_of(const char *layers, const char *precision, const char *rule, int every) {
  static const char format[] =
      "local pi = math.pi\n"
      "local function exact(p) return math.sin(pi*p.x)*math.cos(2*pi*p.t) end\n"
      "return problem {\n"
      "  inputs = { {'t', 0, 1}, {'x', 0, 1} }, outputs = { 'u' }, exact = { u = exact },\n"
      "  conditions = {\n"
      "    { 'residual', points = 150, on = interior(), equation = function(p) return p.u_tt - 4*p.u_xx end },\n"
      "    { 'u', points = 131, on = { boundary{t=0}, boundary{x=0}, boundary{x=1} },\n"
      "      equation = function(p) return p.u - exact(p) end },\n"
      "    { 'u_t', points = 90, on = boundary{t=0}, equation = function(p) return p.u_t end },\n"
      "  },\n"
      "  network = { %s, activation = 'tanh' },\n"
      "  optimizer = { 'adam', rate = 1e-3, decay = {0.9, every = 100} },\n"
      "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 20, seed = 5, lanes = 12,\n"
      "}\n";
  char text[2048];
  problem *pde = NULL;
  snprintf(text, sizeof text, format, layers, rule, every, precision);
  CHECK_OK(problem_from_lua("wave.lua", text, &pde));
  return pde;
}

static inline problem *wave_problem(const char *precision, const char *rule, int every) {
  return wave_problem_of("hidden = {13, 10}", precision, rule, every);
}

/* layers of a residual network, for wave_problem_of. */
#define RESIDUAL_NETWORK "'residual', hidden = {12, 12, 12}"

#endif
