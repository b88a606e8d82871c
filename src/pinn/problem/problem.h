/* A problem: domain, conditions, network, training; read from a Lua file (DESIGN 5.1) or built by hand.
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
  int lanes; /* at most so many lanes (DESIGN 5.4, rule 2); default 64 */
} problem;

/* file: the name for messages; text: NUL-terminated. @return NTKW_SUCCESS, NTKW_ERR_PROBLEM, NTKW_ERR_MEMORY. */
ntkw_status problem_from_lua(const char *file, const char *text, problem **out);
void problem_destroy(problem **problem);

/* The nearest of n words to a misspelt one, or NULL if none is near. */
const char *nearest_word(const char *word, const char *const words[], int n);

#endif
