/* Questions about a state. Local. */
#ifndef NTKW_PINN_STATE_QUERY_H
#define NTKW_PINN_STATE_QUERY_H

#include "pinn/state/state.h"

/* Keeps the array of a name: state_finder_of("parameters"), one visit, then found says whether there is one. */
typedef struct state_finder {
  state_visitor visitor;
  const char *name;
  bool found;
  array_entry array;
} state_finder;
state_finder state_finder_of(const char *name);

/* Adds up the bytes of all arrays, of all ranks together (a replicated array counts once). */
typedef struct state_counter {
  state_visitor visitor;
  int64_t bytes;
} state_counter;
state_counter state_counter_start(void);

#endif
