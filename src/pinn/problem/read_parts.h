/* The parts of a problem, each read by a file of its own. */
#ifndef NTKW_PINN_READ_PARTS_H
#define NTKW_PINN_READ_PARTS_H

#include "pinn/problem/read_table.h"

/* Inputs and outputs (read_inputs.c); the domain (read_domain.c); exact solutions and conditions, which need them
 * (read_conditions.c), with places (read_places.c); names of arrays in solution.h5, once exact solutions are known
 * (reserved.c); network, optimizer, weighting and the rest (read_training.c); recording of the kernel (read_ntk.c);
 * warnings about the whole (doubts.c). s: the problem{}. */
void read_inputs(reader *r, const section *s);
void read_domain(reader *r, const section *s);
void read_exact(reader *r, const section *s);
void read_reserved(reader *r, const section *s);
void read_conditions(reader *r, const section *s);
void read_places(reader *r, const section *condition, struct condition *to);
void read_training(reader *r, const section *s);
void read_ntk(reader *r, const section *s);
void read_doubts(reader *r, const section *s);

/* Number of points tried in a place that is charged as one instruction (reader_charge). */
enum { POINTS_OF_INSTRUCTION = 100 };
/* The share of a place that lies in the domain, in words for messages; left on the stack (read_domain.c). */
const char *part_in_words(lua_State *L, place_share share);

#endif
