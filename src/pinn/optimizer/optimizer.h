/* Optimizers: how the parameters of a step are made of those before it.
 *
 * An optimizer is one file here with a table, and one line in OPTIMIZER_LIST. Parameters, gradients and what it keeps
 * are sharded alike: each rank has the values offset .. offset + count - 1 of vectors of n_parameters, all of the
 * problem's precision. Its bits must be a function of the problem alone, never of the number of ranks: an element is
 * computed from the elements of the same index and from numbers that are the same on every rank, in + - * / sqrt and
 * fma as written. */
#ifndef NTKW_PINN_OPTIMIZER_H
#define NTKW_PINN_OPTIMIZER_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"
#include "pinn/optimizer/learning_rate.h"
#include "pinn/optimizer/objective.h"
#include "pinn/state/state.h"

enum { MAX_OPTIMIZER_OPTIONS = 8 };

/* A key of optimizer = { "name", key = value }. The one statement of it: problem files are read and refused by it, runs
 * that are resumed are compared by it, help is made of it. rate and decay are keys of every optimizer. */
typedef struct optimizer_option {
  const char *key;
  double otherwise;        /* the default */
  bool (*allowed)(double); /* NULL: a whole number from least to most */
  const char *expected;    /* such as "a number above 0"; of whole numbers NULL */
  int64_t least, most;
  const char *help; /* a clause, such as "decay of the mean gradient" */
} optimizer_option;

typedef struct optimizer_ops optimizer_ops;

/* What a problem file says of the optimizer. */
typedef struct optimizer_settings {
  const optimizer_ops *ops;
  learning_rate rate;
  double values[MAX_OPTIMIZER_OPTIONS]; /* of ops->options, in their order */
} optimizer_settings;

typedef struct shard_layout {
  int64_t n_parameters, offset, count;
  ntkw_dtype precision;
} shard_layout;

/* The step to be done. */
typedef struct optimizer_step {
  int64_t number; /* of the run, from 0 */
  int64_t done;   /* steps that this optimizer has done */
  double rate;    /* of learning */
} optimizer_step;

struct optimizer_ops {
  const char *name;    /* in problem files */
  const char *summary; /* one line of help */
  double rate;         /* the default of its rate */
  const optimizer_option *options;
  int n_options;
  /* Local. NTKW_SUCCESS, NTKW_ERR_MEMORY. All memory of later steps is made here. */
  ntkw_status (*create)(const optimizer_settings *settings, const shard_layout *layout, void **self);
  /* Renew this rank's shard of the parameters. Collective if it asks the goal. The same on every rank; on an error
   * the parameters are as before. */
  ntkw_status (*step)(void *self, const optimizer_step *step, const objective *goal, void *parameters);
  /* Names of arrays begin with the optimizer's and "_": no two optimizers have the same ones. */
  ntkw_status (*visit_state)(void *self, state_visitor *v);
  void (*destroy)(void *self); /* NULL is nothing to destroy */
};

#define OPTIMIZER_LIST(X) \
  X(adam)                 \
  X(lbfgs)

#define OPTIMIZER_DECLARATION(id) extern const optimizer_ops optimizer_##id;
OPTIMIZER_LIST(OPTIMIZER_DECLARATION)
#undef OPTIMIZER_DECLARATION

/* All names, in the order of the list. */
const char *const *optimizer_names(int *n);
/* The optimizer of a name, or NULL. */
const optimizer_ops *optimizer_find(const char *name);
/* The defaults of an optimizer. */
optimizer_settings optimizer_defaults(const optimizer_ops *ops);

/* A vector of the layout, as an entry of a state. */
array_entry shard_entry(const shard_layout *layout, const char *name, void *values);

/* Bounds of options. */
bool option_is_positive(double x);
bool option_is_momentum(double x); /* from 0 to below 1 */

#endif
