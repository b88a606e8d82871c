#include "cli/selftest/cases.h"

#include <stdio.h>

/* Second derivatives by two inputs, several conditions and places, a width whose products matrix.c splits into columns
 * 32 + 48 (80), a width that is padded (33), new points at every step. */
static const char wave[] =
    "local pi = math.pi\n"
    "local function exact(p) return sin(pi*p.x)*cos(2*pi*p.t) + 0.5*sin(4*pi*p.x)*cos(8*pi*p.t) end\n"
    "return problem {\n"
    "  inputs = { {'t', 0, 1}, {'x', 0, 1} }, outputs = { 'u' },\n"
    "  conditions = {\n"
    "    { 'residual', points = 130, on = interior(), equation = function(p) return p.u_tt - 4*p.u_xx end },\n"
    "    { 'u', points = 110, on = { boundary{t=0}, boundary{x=0}, boundary{x=1} },\n"
    "      equation = function(p) return p.u - exact(p) end },\n"
    "    { 'u_t', points = 75, on = boundary{t=0}, equation = function(p) return p.u_t end },\n"
    "  },\n"
    "  network = { hidden = {80, 33}, activation = 'tanh', scale_inputs = true },\n"
    "  optimizer = { 'adam', rate = 1e-3, decay = {0.9, every = 3} },\n"
    "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 5, seed = 11%s\n"
    "}\n";

/* The forward Laplacian; new points at every other step; few, long lanes, of two panels by default. */
static const char helmholtz[] =
    "local pi = math.pi\n"
    "local function exact(p) return sin(pi*p.x)*sin(4*pi*p.y) end\n"
    "return problem {\n"
    "  inputs = { {'x', -1, 1}, {'y', -1, 1} }, outputs = { 'u' }, resample = 2, lanes = 7,\n"
    "  conditions = {\n"
    "    { 'residual', points = 220, on = interior(),\n"
    "      equation = function(p) return p.u_xx + p.u_yy + p.u - (1 - 17*pi^2)*exact(p) end },\n"
    "    { 'boundary', points = 140, on = { boundary{x=-1}, boundary{x=1}, boundary{y=-1}, boundary{y=1} },\n"
    "      equation = function(p) return p.u end },\n"
    "  },\n"
    "  network = { hidden = {20, 48, 20} },\n"
    "  optimizer = { 'adam', rate = 2e-3 },\n"
    "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 5, seed = 12%s\n"
    "}\n";

/* Two outputs and equations, functions of the solution, sines as activation, NTK initialisation, an exact solution from
 * which the error is measured; the same points at all steps. */
static const char pair[] =
    "return problem {\n"
    "  inputs = { {'x', 0, 2} }, outputs = { 'u', 'v' }, resample = 0,\n"
    "  exact = { u = function(p) return exp(-p.x)*sin(3*p.x) end },\n"
    "  conditions = {\n"
    "    { 'first', points = 90, on = interior(), equation = function(p) return p.u_xx + exp(-p.u^2)*p.v_x end },\n"
    "    { 'second', points = 70, on = interior(), equation = function(p)\n"
    "        return p.v_x - tanh(p.u)*cos(p.x) + log(1 + p.v^2)/(2 + p.x) end },\n"
    "    { 'u', points = 80, on = { boundary{x=0}, boundary{x=2} },\n"
    "      equation = function(p) return p.u - where(less(p.x, 1), 0, 0.25) end },\n"
    "    { 'v', points = 66, on = boundary{x=0}, equation = function(p) return sqrt(1 + p.v^2) - 1 end },\n"
    "  },\n"
    "  network = { hidden = {24, 17}, activation = 'sin', init = 'ntk' },\n"
    "  optimizer = { 'adam', rate = 5e-3, beta1 = 0.85, decay = {0.5, every = 10} },\n"
    "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 5, seed = 13%s\n"
    "}\n";

/* Fourth order, mixed derivatives, random Fourier features. */
static const char plate[] =
    "return problem {\n"
    "  inputs = { {'x', 0, 1}, {'y', 0, 1} }, outputs = { 'u' },\n"
    "  conditions = {\n"
    "    { 'residual', points = 40, on = interior(),\n"
    "      equation = function(p) return 1e-3*(p.u_xxxx + 2*p.u_xxyy + p.u_yyyy) - sin(3*p.x)*cos(2*p.y) end },\n"
    "    { 'bend', points = 70, on = { boundary{x=0}, boundary{y=1} }, equation = function(p) return p.u_xx + p.u_yy "
    "end },\n"
    "    { 'u', points = 66, on = { boundary{x=0}, boundary{x=1}, boundary{y=0}, boundary{y=1} },\n"
    "      equation = function(p) return p.u end },\n"
    "  },\n"
    "  network = { hidden = {20, 18}, fourier = { features = 12, scale = 1 } },\n"
    "  optimizer = { 'adam', rate = 1e-3 },\n"
    "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 5, seed = 14%s\n"
    "}\n";

/* Third order, a product of the solution and its derivative, periodic features. */
static const char soliton[] =
    "return problem {\n"
    "  inputs = { {'t', 0, 0.2}, {'x', -1, 1} }, outputs = { 'u' },\n"
    "  conditions = {\n"
    "    { 'residual', points = 50, on = interior(),\n"
    "      equation = function(p) return p.u_t + p.u*p.u_x + 0.0025*p.u_xxx end },\n"
    "    { 'initial', points = 64, on = boundary{t=0}, equation = function(p) return p.u - cos(math.pi*p.x) end },\n"
    "  },\n"
    "  network = { hidden = {24, 24}, periodic = { x = 2 }, scale_inputs = true },\n"
    "  optimizer = { 'adam', rate = 1e-3 },\n"
    "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 5, seed = 15%s\n"
    "}\n";

/* Least squares with several equations in a condition: 193 rows. */
#define LEAST_SQUARES(network, options)                                                    \
  "return problem {\n"                                                                     \
  "  inputs = { {'x', 0, 1}, {'y', -1, 1} }, outputs = { 'u', 'v' }, resample = 2,\n"      \
  "  conditions = {\n"                                                                     \
  "    { 'inside', points = 50, on = interior(),\n"                                        \
  "      equation = function(p) return p.u_xx + p.v*p.u_y - 1, p.v_yy - p.u*p.x end },\n"  \
  "    { 'edge', points = 31, on = { boundary{x=0}, boundary{x=1} },\n"                    \
  "      equation = function(p) return p.u - sin(2*p.y), p.v_x*p.nx, p.u_x + p.y end },\n" \
  "  },\n"                                                                                 \
  "  network = { hidden = {" network "} },\n"                                              \
  "  optimizer = { 'gauss-newton'" options " },\n"                                         \
  "  weighting = { '%s', update_every = %d }, precision = '%s', steps = 5, seed = 16%s\n"  \
  "}\n"

/* The primal form; the dual form with the Jacobian, and with factors. */
static const char primal[] = LEAST_SQUARES("11, 9", "");
static const char dual[] = LEAST_SQUARES("18, 13", ", rule = 'curve', momentum = 0.5");
static const char factors[] = LEAST_SQUARES("64, 48", "");

const selftest_case selftest_cases[SELFTEST_CASES] = {
    {"wave", "float32", "ntk-trace", 1, wave, 0},
    {"wave", "float64", "ntk-trace", 2, wave, 0},
    {"wave", "float32", "gradient-share", 1, wave, 0},
    {"wave", "float64", "learning-rate-annealing", 3, wave, 0},
    {"helmholtz", "float64", "inverse-gradient-norm", 1, helmholtz, 0},
    {"helmholtz", "float32", "root-loss-norm", 2, helmholtz, 0},
    {"helmholtz", "float32", "none", 1, helmholtz, 0},
    {"pair", "float64", "ntk-trace", 1, pair, 0},
    {"pair", "float32", "gradient-share", 2, pair, 0},
    {"plate", "float64", "ntk-trace", 1, plate, 0},
    {"soliton", "float32", "ntk-trace", 2, soliton, 0},
    /* lanes as in runs that began before lane_rows */
    {"wave", "float32", "ntk-trace", 1, wave, 64},
    {"helmholtz", "float64", "inverse-gradient-norm", 1, helmholtz, 64},
    {"pair", "float32", "gradient-share", 2, pair, 64},
    {"plate", "float64", "ntk-trace", 1, plate, 64},
    {"primal", "float64", "mean-ntk-trace", 2, primal, 0},
    {"dual", "float64", "none", 1, dual, 0},
    {"factors", "float64", "ntk-trace", 3, factors, 0},
};

ntkw_status selftest_problem(const selftest_case *which, problem **out) {
  char text[2048], lane_rows[40] = "";
  if (which->lane_rows > 0) snprintf(lane_rows, sizeof lane_rows, ", lane_rows = %d", which->lane_rows);
  snprintf(text, sizeof text, which->text, which->rule, which->update_every, which->precision, lane_rows);
  return problem_from_lua(which->problem, text, out);
}
