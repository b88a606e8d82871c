/* p, the argument of equations: inputs, outputs and their derivatives by name. */
#ifndef NTKW_PINN_POINT_H
#define NTKW_PINN_POINT_H

#include "pinn/problem/reader.h"

void point_open(lua_State *L);

/* What names of normals begin with. */
enum { NORMAL = 'n' };

/* What a name such as u_xt means: an input (output < 0), or an output and the inputs it is derived by. The order may
 * exceed MAX_ORDER; the inputs are then not given. */
typedef struct symbol_name {
  int output, order, inputs[MAX_ORDER];
  bool normal; /* the component of the normal along inputs[0]; never by symbol_name_parse */
} symbol_name;

/* Orders up to MAX_ORDER go before higher ones; read_inputs.c refuses names that have two readings of such orders. False
 * if the name means nothing. */
bool symbol_name_parse(const problem *p, const char *name, symbol_name *out);

/* The input along which the name means a component of the normal, such as x for nx; -1: it means none. */
int symbol_normal(const problem *p, const char *name);

/* Does the name read like a derivative of this output? */
bool symbol_is_derivative(const problem *p, int output, const char *name);

#endif
