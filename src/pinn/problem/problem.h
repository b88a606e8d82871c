/* A problem: domain, conditions, network, training; read from a Lua file or built by hand.
 *
 * problem_from_lua is local and deterministic: rank 0 reads the file, all ranks parse the same text and get the same
 * problem or the same error. A mistake is one sentence "FILE:LINE: what; what was expected; did you mean ...". */
#ifndef NTKW_PINN_PROBLEM_H
#define NTKW_PINN_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/status.h"
#include "pinn/expression/equations.h"
#include "pinn/network/network.h"

enum { MAX_CONDITIONS = 64, MAX_PLACES = 16, MAX_NAME = 64 };
/* Limits of what a file may ask for: points of a condition, width of a layer, lanes, bytes of the file. */
enum { MAX_POINTS = 1000000000, MAX_WIDTH = 65536, MAX_LANES = 65536, MAX_PROBLEM_TEXT = 1 << 20 };

/* A box with some coordinates held fixed: interior() fixes none, boundary{x=0} fixes x. */
typedef struct place {
  bool fixed[MAX_INPUTS];
  double value[MAX_INPUTS];
} place;

typedef struct condition {
  char name[MAX_NAME];
  int64_t n_points; /* over all places: split equally, the remainder to the first */
  int n_places;
  place places[MAX_PLACES];
  equations *equations;
} condition;

/* The steps before which training records the neural tangent kernel (pinn/spectrum/), and the points of each condition.
 */
enum { MAX_NTK_STEPS = 1024 };
typedef struct ntk_watch {
  int64_t every; /* 0: at the steps listed */
  int n_steps;   /* both 0: nothing is recorded */
  int64_t steps[MAX_NTK_STEPS];
  int64_t points;
} ntk_watch;

/* Is it to be recorded with so many steps done? Local. */
bool ntk_watch_due(const ntk_watch *watch, int64_t step);

typedef struct problem {
  char file[256]; /* as given by the user, for messages */
  char *source;   /* the text of the file */
  int n_inputs, n_outputs, n_conditions;
  char input_names[MAX_INPUTS][MAX_NAME], output_names[MAX_OUTPUTS][MAX_NAME];
  double lower[MAX_INPUTS], upper[MAX_INPUTS];
  condition conditions[MAX_CONDITIONS];
  tape *tape;                  /* the expressions of all conditions and exact solutions */
  bool has_exact[MAX_OUTPUTS]; /* outputs whose exact solution is given */
  equations *exact[MAX_OUTPUTS];
  char reference[256];     /* a file with a reference solution, seen from the folder of the problem file; "": none */
  int64_t resample;        /* new points every so many steps; 0: the same points throughout */
  network_options network; /* input_shift and input_scale filled in from scale_inputs */
  double learning_rate;    /* of Adam (Kingma & Ba 2015) */
  double beta1, beta2, epsilon;
  double decay; /* rate * decay^(step / decay_every); 1: constant */
  int64_t decay_every;
  char rule[MAX_NAME];  /* "ntk-trace" if the file does not say; "none": no weighting */
  double alpha;         /* NTKW_RULE_ALPHA: the rule's default */
  int64_t update_every; /* in steps; 0: the rule's default */
  int64_t steps;
  uint64_t seed;
  ntk_watch ntk;
  int lanes; /* at most so many lanes (src/README.md, rule 2); default 64 */
} problem;

/* Read a problem from a Lua text. file: the name for messages; text: NUL-terminated.
 *
 * Keys of problem{} and their defaults; inputs, outputs, conditions and network must be there:
 *   inputs = { {"t", from, to}, ... }   outputs = { "u", ... }   exact = { u = function(p) } (none; per output)
 *   reference = "FILE.h5" (none): a solution on a grid to compare with instead (training/reference.h)
 *   conditions = { {"name", points = n, on = interior() | boundary{x=0} | list, equation = function(p)}, ... }
 *   network = { hidden = {widths}, activation = "tanh" ("sin"), init = "xavier" ("ntk"), scale_inputs = false,
 *               periodic = none ({ x = harmonics }), fourier = none ({ features = n, scale = 1 ({ t = 5, x = 1 }) }) }
 *   optimizer = { "adam", rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = none ({0.9, every = n}) }
 *   weighting = { "ntk-trace", update_every = the rule's, alpha = the rule's }; "none": no weighting
 *   resample = 1   precision = "float64" ("float32")   steps = 10000   seed = 1   lanes = 64
 *   ntk = none ({ every = n or steps = {0, 100, ...}, points = 300 })
 * optimizer and weighting may be their name alone. Equations and exact solutions are called once, with p: p.x is an
 * input, p.u an output, p.u_x, p.u_xt and p.u_xxyy its derivatives, up to order four. They may use + - * / ^, sin cos
 * tan tanh sinh cosh exp log sqrt abs min max, where(condition, a, b), less(a, b), less_equal(a, b), on numbers too (in
 * reproducible arithmetic).
 *
 * @return NTKW_SUCCESS, NTKW_ERR_PROBLEM, NTKW_ERR_MEMORY, NTKW_ERR_INTERRUPTED. */
ntkw_status problem_from_lua(const char *file, const char *text, problem **out);
void problem_destroy(problem **problem);

/* Let the reading of problem files end with NTKW_ERR_INTERRUPTED as soon as wanted returns true, which is asked now and
 * then; NULL: never. For the whole process; local. */
void problem_interrupt_if(bool (*wanted)(void));

/* Give it another seed, for points, parameters and random features. Local. */
void problem_set_seed(problem *problem, uint64_t seed);

/* Read the text of a problem file, for one rank to broadcast: to be freed. Local.
 * @return NTKW_SUCCESS, NTKW_ERR_FILE (cannot be opened or read), NTKW_ERR_PROBLEM (too long, compiled, or with a zero
 *         byte: not a text), NTKW_ERR_MEMORY. */
ntkw_status problem_read_text(const char *file, char **text);

#endif
