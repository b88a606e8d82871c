/* Optimizers: an optimizer computes the parameters of the next step.
 *
 * An optimizer is one file here with a table, and one line in OPTIMIZER_LIST. Parameters, gradients and the optimizer's
 * state are sharded alike: each rank has the values offset .. offset + count - 1 of vectors of n_parameters, in the
 * problem's precision. The results must depend on the problem only, never on the number of ranks: an element is
 * computed from elements of the same index and from numbers that are the same on every rank, with + - * / sqrt and fma
 * as written. */
#ifndef NTKW_PINN_OPTIMIZER_H
#define NTKW_PINN_OPTIMIZER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"
#include "pinn/optimizer/learning_rate.h"
#include "pinn/optimizer/objective.h"
#include "pinn/state/state.h"

enum { MAX_OPTIMIZER_OPTIONS = 8 };

/* A key of optimizer = { "name", key = value }, defined only here: problem files are read and checked with this table,
 * resumed runs are compared with it, and optimizer_print_options prints it. Every optimizer also has rate and decay. */
typedef struct optimizer_option {
  const char *key;
  double otherwise;        /* the default; the index of a word */
  bool (*allowed)(double); /* NULL: an integer from least to most */
  const char *expected;    /* such as "a number above 0"; NULL for integers */
  int64_t least, most;
  const char *const *words; /* not NULL: one of n_words words, and the value is its index */
  int n_words;
  const char *help; /* a clause, such as "decay of the mean gradient" */
} optimizer_option;

typedef struct optimizer_ops optimizer_ops;

/* The settings of the optimizer in a problem file. */
typedef struct optimizer_settings {
  const optimizer_ops *ops;
  learning_rate rate;
  double values[MAX_OPTIMIZER_OPTIONS]; /* in the order of ops->options */
} optimizer_settings;

typedef struct shard_layout {
  int64_t n_parameters, offset, count;
  ntkw_dtype precision;
} shard_layout;

/* The step to do. */
typedef struct optimizer_step {
  int64_t number; /* step of the run, from 0 */
  int64_t done;   /* number of steps of this optimizer so far */
  double rate;    /* learning rate */
} optimizer_step;

struct optimizer_ops {
  const char *name;    /* in problem files */
  const char *summary; /* one line of help */
  double rate;         /* the default of its rate */
  const optimizer_option *options;
  int n_options;
  bool least_squares; /* needs the objective's squares: only networks of float64 that show their Jacobian */
  /* Allocate the state and all memory of later steps. Not collective. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
  ntkw_status (*create)(const optimizer_settings *settings, const shard_layout *layout, void **self);
  /* Update this rank's shard of the parameters. Collective if it calls the objective. @return the same on every rank;
   * on error the parameters are those before the step. */
  ntkw_status (*step)(void *self, const optimizer_step *step, const objective *goal, void *parameters);
  /* Show the state to a visitor. Names of arrays begin with the optimizer's name and "_", so that they are unique. */
  ntkw_status (*visit_state)(void *self, state_visitor *v);
  void (*destroy)(void *self); /* takes NULL */
};

#define OPTIMIZER_LIST(X) \
  X(adam)                 \
  X(lbfgs)                \
  X(gauss_newton)

#define OPTIMIZER_DECLARATION(id) extern const optimizer_ops optimizer_##id;
OPTIMIZER_LIST(OPTIMIZER_DECLARATION)
#undef OPTIMIZER_DECLARATION

/* The names of all optimizers, in the order of the list. */
const char *const *optimizer_names(int *n);
/* The optimizer of a name; NULL: there is none. */
const optimizer_ops *optimizer_find(const char *name);
/* The default settings of an optimizer. */
optimizer_settings optimizer_defaults(const optimizer_ops *ops);

/* The state entry of a vector with this layout. */
array_entry shard_entry(const shard_layout *layout, const char *name, void *values);

/* Print all optimizers with their options, defaults and bounds as help text. */
void optimizer_print_options(FILE *to);

/* Checks of options. */
bool option_is_positive(double x);
bool option_is_momentum(double x); /* from 0 to below 1 */

#endif
