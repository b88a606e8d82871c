/* The state of a run, listed once: who owns a part of it has a function visit_state that shows each entry to a visitor,
 * always in the same order. Visitors write the entries to a checkpoint, read them back (state_checkpoint.h), look them
 * up and count their bytes (state_query.h), or digest them (training/state_digest.h).
 *
 *     static ntkw_status visit_state(void *self, state_visitor *v) {
 *       NTKW_TRY(v->array(v, &(array_entry){.name = "adam_moment1", ...}));
 *       return v->integer(v, &(integer_entry){.name = "step", .value = &self->step});
 *     }
 *
 * Every rank shows the same entries. Names are those of the file; they never change once a release has written them,
 * and they are literals, as visitors keep the pointer. */
#ifndef NTKW_PINN_STATE_H
#define NTKW_PINN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

typedef enum state_presence {
  STATE_ALWAYS,   /* a file without it is refused */
  STATE_OPTIONAL, /* older files lack it: reading then leaves the value as it is */
  STATE_NONZERO   /* a value of 0 (of a text: "") is not written, and read where there is none */
} state_presence;

/* Values of one or two dimensions, row-major. Sharded: each rank has a part of the last dimension. Replicated: every
 * rank has the whole, with the same bits. */
typedef struct array_entry {
  const char *name, *unit; /* unit "1": numbers without a unit */
  ntkw_dtype dtype;
  bool sharded;
  bool derived;          /* follows from other entries: written for readers of the file, never read back */
  int n_dimensions;      /* 1 or 2 */
  int64_t shape[2];      /* of the whole array */
  int64_t offset, count; /* of this rank's part of the last dimension, if sharded */
  void *values;
  /* NULL: the shape is fixed. Else the first dimension is learned from the file: reading calls this on every rank, with
   * 0 if the file has no such array, and then fills *values in. An array without rows is not written. Local. */
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
  char *value; /* room for size bytes, the end included */
  size_t size;
  state_presence presence;
} text_entry;

/* Bytes that only their owner understands, the same on every rank. get fills in size(owner) bytes; set takes bytes of
 * any number and refuses what is none of its own. All local. */
typedef struct bytes_entry {
  const char *name;
  size_t (*size)(void *owner);
  ntkw_status (*get)(void *owner, void *bytes);
  ntkw_status (*set)(void *owner, const void *bytes, size_t n);
  void *owner;
} bytes_entry;

/* Calls return the same on every rank if they are collective, which is up to the visitor. A visitor is the first member
 * of a structure of its own; state_visitor_of_arrays has calls that pass over everything. */
typedef struct state_visitor state_visitor;
struct state_visitor {
  ntkw_status (*array)(state_visitor *v, const array_entry *array);
  ntkw_status (*integer)(state_visitor *v, const integer_entry *integer);
  ntkw_status (*real)(state_visitor *v, const real_entry *real);
  ntkw_status (*text)(state_visitor *v, const text_entry *text);
  ntkw_status (*bytes)(state_visitor *v, const bytes_entry *bytes);
};

/* A visitor that looks at arrays alone. */
state_visitor state_visitor_of_arrays(ntkw_status (*array)(state_visitor *v, const array_entry *array));

/* Values of this rank's part. */
static inline int64_t state_array_count(const array_entry *array) {
  const int64_t last = array->sharded ? array->count : array->shape[array->n_dimensions - 1];
  return array->n_dimensions == 2 ? array->shape[0] * last : last;
}

/* Bytes of a value in memory. */
static inline size_t state_value_size(ntkw_dtype dtype) {
  return dtype == NTKW_FLOAT64 ? sizeof(double) : sizeof(float);
}

#endif
