/* The parts of a problem, each read by a file of its own. */
#ifndef NTKW_PINN_READ_PARTS_H
#define NTKW_PINN_READ_PARTS_H

#include "pinn/problem/read_table.h"

/* Inputs and outputs (read_domain.c); exact solutions and conditions, which need them (read_conditions.c), with places (read_places.c); names that
 * the program makes itself, with exact solutions known (reserved.c); network, optimizer, weighting and the rest
 * (read_training.c); what is recorded of the kernel (read_ntk.c); warnings about the whole (doubts.c). s: the problem{}. */
void read_domain(reader *r, const section *s);
void read_exact(reader *r, const section *s);
void read_reserved(reader *r, const section *s);
void read_conditions(reader *r, const section *s);
void read_places(reader *r, const section *condition, struct condition *to);
void read_training(reader *r, const section *s);
void read_ntk(reader *r, const section *s);
void read_doubts(reader *r, const section *s);

#endif
