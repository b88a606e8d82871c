/* A problem: domain, conditions, network, training; read from a Lua file or built by hand.
 *
 * problem_from_lua is local and deterministic: rank 0 reads the file, all ranks parse the same text and get the same
 * problem or the same error. An error is one sentence "FILE:LINE: found; expected; did you mean ...?". */
#ifndef NTKW_PINN_PROBLEM_H
#define NTKW_PINN_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/status.h"
#include "pinn/expression/equations.h"
#include "pinn/geometry/place.h"
#include "pinn/network/network.h"
#include "pinn/optimizer/optimizer.h"

enum { MAX_CONDITIONS = 64, MAX_PLACES = 16, MAX_WARNINGS = 32 };
/* Upper limits: points of a condition, lanes, rows of the key lane_rows, bytes of the file. */
enum { MAX_POINTS = 1000000000, MAX_LANES = 65536, MAX_LANE_ROWS = 1 << 30, MAX_PROBLEM_TEXT = 1 << 20 };
/* Values of lane_rows: the default, and the value of runs whose checkpoints do not have one. */
enum { DEFAULT_LANE_ROWS = 128, SHORT_LANE_ROWS = 64 };
/* Seconds after which reading a file ends with an error. */
enum { SECONDS_TO_READ = 45 };
/* The default rule. */
#define DEFAULT_RULE "mean-ntk-trace"
/* The default optimizer. */
#define DEFAULT_OPTIMIZER "adam"
/* Bytes of the longest path that Linux opens, with its NUL. */
enum { MAX_PATH_BYTES = 4096 };

/* The name of all conditions together in lists of results; no condition may have it. */
#define ALL_CONDITIONS "all together"

typedef struct condition {
  char name[MAX_NAME];
  int64_t n_points; /* over all places, at least one each: split evenly, the first places get the remainder */
  int n_places;
  place places[MAX_PLACES];
  equations *equations;
} condition;

/* The steps before which training records the neural tangent kernel (pinn/spectrum/), and the number of points of each
 * condition in it. */
enum { MAX_NTK_STEPS = 1024 };
typedef struct ntk_watch {
  int64_t every; /* 0: at the steps listed */
  int n_steps;   /* both 0: nothing is recorded */
  int64_t steps[MAX_NTK_STEPS];
  int64_t points;
} ntk_watch;

/* Is the kernel recorded after `step` steps? Local. */
bool ntk_watch_due(const ntk_watch *watch, int64_t step);

typedef struct problem {
  char file[MAX_PATH_BYTES]; /* as given by the user */
  char *source;              /* the text of the file */
  int n_inputs, n_outputs, n_conditions;
  char input_names[MAX_INPUTS][MAX_NAME], output_names[MAX_OUTPUTS][MAX_NAME];
  double lower[MAX_INPUTS], upper[MAX_INPUTS];
  domain domain; /* the box of the inputs without the shapes taken out */
  condition conditions[MAX_CONDITIONS];
  tape *tape;                  /* the expressions of all conditions and exact solutions */
  bool has_exact[MAX_OUTPUTS]; /* outputs whose exact solution is given */
  equations *exact[MAX_OUTPUTS];
  char reference[256];     /* path of a reference solution, relative to the problem file's folder; "": none */
  char *reference_path;    /* its absolute path, as reference_locate found it; NULL: not known */
  char *reference_way;     /* its path relative to the run's folder; NULL: not known */
  bool without_reference;  /* the reference cannot be read; the run continues without it */
  int64_t resample;        /* new points every so many steps; 0: the same points throughout */
  network_options network; /* input_shift and input_scale filled in from scale_inputs */
  optimizer_settings optimizer;
  char rule[MAX_NAME];  /* DEFAULT_RULE if the file names none; "none": no weighting */
  double alpha;         /* NTKW_RULE_ALPHA: the rule's default */
  int64_t update_every; /* in steps; 0: the rule's default */
  int64_t steps;
  uint64_t seed;
  ntk_watch ntk;
  int lanes;           /* largest number of lanes (docs/arithmetic.md, rule 2); default 64 */
  int lane_rows;       /* least number of rows of a lane: is_lane_rows */
  bool says_lane_rows; /* the problem file has the key lane_rows */
  int n_warnings;
  char *warnings[MAX_WARNINGS]; /* allowed but perhaps not meant: sentences "FILE:LINE: ...", for the user */
} problem;

/* Read a problem from a Lua text. file: the name for messages; text: NUL-terminated.
 *
 * Keys of problem{} and their defaults; inputs, outputs, conditions and network must be there:
 *   inputs = { {"t", from, to}, ... }   outputs = { "u", ... }   exact = { u = function(p) } (none; per output)
 *   reference = "FILE.h5" (none): a solution on a grid to compare with in place of exact (reference_solution.h): the
 *       solution.h5 of another run, or an HDF5 file with a list of points for each input and, named like an output, its
 *       values, such as
 *       with h5py.File("FILE.h5", "w") as f:
 *           f["t"] = t; f["x"] = x         # as many as you like, ascending within the ranges of the inputs
 *           f["u"] = u                     # u[i, j] at t[i], x[j]: shape (len(t), len(x))
 *   domain = box() (box() - hole - ...; local hole = disk{ x=0.3, y=0.3, radius=0.1 }, in two of the inputs)
 *   conditions = { {"name", points = n, on = interior() | boundary{x=0} | boundary(hole) | list,
 *                   equation = function(p)}, ... }
 *   network = { "perceptron" ("residual": each hidden layer after the first is added to its input; equal widths),
 *               hidden = {widths}, activation = "tanh" ("sin"), init = "xavier" ("ntk"), scale_inputs = false,
 *               periodic = none ({ x = harmonics }), fourier = none ({ features = n, scale = 1 ({ t = 5, x = 1 }) }) }
 *   optimizer = { "adam", rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = none ({0.9, every = n}) }
 *             or { "lbfgs", memory = 10, trials = 20, rate = 1 (of the first trial step), decay as before }
 *   weighting = { "mean-ntk-trace", update_every = the rule's, alpha = the rule's }; "none": no weighting
 *   resample = 1   precision = "float64" ("float32")   steps = 10000   seed = 1   lanes = 64
 *   lane_rows = 128 (or another multiple of 128, or 64)
 *   ntk = none ({ every = n or steps = {0, 100, ...}, points = 300 })
 * The loss of a condition is the mean of the squared residuals over its points and equations: an equation more does not
 * make it larger. A key that stands twice in one table is an error, and so is a file that takes more than
 * SECONDS_TO_READ. An output that is in no equation gives a warning; so does an input whose range is far from [-1, 1]
 * if scale_inputs is not given. optimizer and weighting may be their name alone.
 *
 * Equations and exact solutions are called once, with p: p.x is an input, p.u an output, p.u_x, p.u_xt and p.u_xxyy its
 * derivatives, up to order four. If all places of the condition have a normal, p.nx is the component along x of the
 * unit normal out of the domain. boundary(hole) has normals, and so has boundary{...} with one coordinate at an end of
 * its range. Names of inputs and outputs that give a field two meanings (readings.h) are an error. A field that is a
 * normal and something else is an error only in files with a domain; in other files it is not a normal. Functions may
 * use + - * / ^, sin cos tan tanh sinh cosh exp log sqrt abs min max, where(condition, a, b), less(a, b) and
 * less_equal(a, b), on numbers too (in reproducible arithmetic). Whole numbers stay whole from -2^63 to 2^63 - 1, and
 * become real numbers beyond.
 *
 * @return NTKW_SUCCESS, NTKW_ERR_PROBLEM, NTKW_ERR_MEMORY, NTKW_ERR_INTERRUPTED. */
ntkw_status problem_from_lua(const char *file, const char *text, problem **out);
/* The same with another time limit. */
ntkw_status problem_from_lua_within(const char *file, const char *text, double seconds, problem **out);
void problem_destroy(problem **problem);

/* Its inputs and their ranges, borrowed. Local. */
input_space problem_space(const problem *problem);

/* Add a warning about a line of the problem's file (0: about the file), formatted as by printf. A warning beyond
 * MAX_WARNINGS, or without memory, is dropped. Local; call it in the same way on every rank. */
void problem_warn(problem *problem, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The keys of problem{}. Local. A new key also needs lines in state/problem_settings.c. */
const char *const *problem_keys(int *n);

/* Set a function that is polled while a problem file is read: when it returns true, reading ends with
 * NTKW_ERR_INTERRUPTED. NULL: none. It applies to the whole process. Local. */
void problem_interrupt_if(bool (*wanted)(void));

/* Is it an allowed value of the key lane_rows: SHORT_LANE_ROWS, or whole panels? Local. */
bool is_lane_rows(int64_t rows);

/* Set the seed of points, parameters and random features. Local. */
void problem_set_seed(problem *problem, uint64_t seed);

/* Read the text of a problem file, for one rank to broadcast: to be freed. Local.
 * @return NTKW_SUCCESS, NTKW_ERR_FILE (cannot be opened or read), NTKW_ERR_PROBLEM (too long, compiled, or with a zero
 *         byte: not a text), NTKW_ERR_MEMORY. */
ntkw_status problem_read_text(const char *file, char **text);

#endif
