/* The state of a run, listed once. Each owner of a part of the state has a function visit_state that shows each entry
 * to a visitor, always in the same order. Visitors write the entries to a checkpoint and read them back
 * (state_checkpoint.h), look them up and count their bytes (state_query.h), or digest them (state_digest.h).
 *
 *     static ntkw_status visit_state(void *self, state_visitor *v) {
 *       NTKW_TRY(v->array(v, &(array_entry){.name = "adam_moment1", ...}));
 *       return v->integer(v, &(integer_entry){.name = "step", .value = &self->step});
 *     }
 *
 * Every rank shows the same entries. Names are those of the file and must never change once a release has written them.
 * They must be literals, because visitors keep the pointer. */
#ifndef NTKW_PINN_STATE_H
#define NTKW_PINN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

typedef enum state_presence {
  STATE_ALWAYS,   /* a file without the entry is refused */
  STATE_OPTIONAL, /* older files lack the entry: reading then keeps the value */
  STATE_NONZERO   /* 0 (or the text "") is not written; reading a file without the entry gives 0 */
} state_presence;

/* An array of one or two dimensions, row-major. Sharded: each rank has a part of the last dimension. Replicated: every
 * rank has all values, with the same bits. */
typedef struct array_entry {
  const char *name, *unit; /* unit "1": numbers without a unit */
  ntkw_dtype dtype;
  bool sharded;
  bool derived;          /* computed from other entries: written for readers of the file, never read back */
  int n_dimensions;      /* 1 or 2 */
  int64_t shape[2];      /* of the whole array */
  int64_t offset, count; /* of this rank's part of the last dimension, if sharded */
  void *values;
  /* NULL: the shape is fixed. Otherwise the file determines the first dimension: reading calls resize on every rank
   * (with 0 rows if the file has no such array) and then fills *values. An array without rows is not written. Not
   * collective. */
  ntkw_status (*resize)(void *owner, int64_t rows, void **values);
  void *owner;
} array_entry;

typedef struct integer_entry {
  const char *name;
  int64_t *value;
  state_presence presence;
} integer_entry;

typedef struct real_entry {
  const char *name;
  double *value;
  state_presence presence;
} real_entry;

typedef struct text_entry {
  const char *name;
  char *value; /* size bytes, including the final 0 */
  size_t size;
  state_presence presence;
} text_entry;

/* Bytes that only their owner can interpret, the same on every rank. get writes size(owner) bytes. set accepts any
 * number of bytes and returns an error if they are not a valid state. None of the functions is collective. */
typedef struct bytes_entry {
  const char *name;
  size_t (*size)(void *owner);
  ntkw_status (*get)(void *owner, void *bytes);
  ntkw_status (*set)(void *owner, const void *bytes, size_t n);
  void *owner;
} bytes_entry;

/* The visitor decides whether its calls are collective. Collective calls return the same on every rank. A visitor is
 * the first member of a larger structure. */
typedef struct state_visitor state_visitor;
struct state_visitor {
  ntkw_status (*array)(state_visitor *v, const array_entry *array);
  ntkw_status (*integer)(state_visitor *v, const integer_entry *integer);
  ntkw_status (*real)(state_visitor *v, const real_entry *real);
  ntkw_status (*text)(state_visitor *v, const text_entry *text);
  ntkw_status (*bytes)(state_visitor *v, const bytes_entry *bytes);
};

/* A visitor of arrays that ignores all other entries. */
state_visitor state_visitor_of_arrays(ntkw_status (*array)(state_visitor *v, const array_entry *array));

/* Number of values of this rank's part. */
static inline int64_t state_array_count(const array_entry *array) {
  const int64_t last = array->sharded ? array->count : array->shape[array->n_dimensions - 1];
  return array->n_dimensions == 2 ? array->shape[0] * last : last;
}

#endif
