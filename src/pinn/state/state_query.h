/* Visitors that answer questions about a state. Not collective. */
#ifndef NTKW_PINN_STATE_QUERY_H
#define NTKW_PINN_STATE_QUERY_H

#include "pinn/state/state.h"

/* Finds the array of a name: after one visit with state_finder_of("parameters"), found says whether it exists. */
typedef struct state_finder {
  state_visitor visitor;
  const char *name;
  bool found;
  array_entry array;
} state_finder;
state_finder state_finder_of(const char *name);

/* Counts the bytes of all arrays of all ranks. A replicated array counts once. */
typedef struct state_counter {
  state_visitor visitor;
  int64_t bytes;
} state_counter;
state_counter state_counter_start(void);

#endif
