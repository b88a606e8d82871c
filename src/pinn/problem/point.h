/* p, the argument of equations: its fields are inputs, outputs and their derivatives. */
#ifndef NTKW_PINN_POINT_H
#define NTKW_PINN_POINT_H

#include "pinn/problem/reader.h"

void point_open(lua_State *L);

/* The first letter of the names of normal components. */
enum { NORMAL = 'n' };

/* The meaning of a name such as u_xt: an input (output < 0), or an output and the inputs of its derivative. The order
 * may exceed MAX_ORDER; inputs is then not set. */
typedef struct symbol_name {
  int output, order, inputs[MAX_ORDER];
  bool normal; /* the component of the normal along inputs[0]; symbol_name_parse never sets it */
} symbol_name;

/* Find the meaning of a name. Derivatives of orders up to MAX_ORDER have priority over higher ones; read_inputs.c
 * refuses problems in which a name has two meanings of such orders. @return false: the name has no meaning. */
bool symbol_name_parse(const problem *p, const char *name, symbol_name *out);

/* The input of a normal component, such as x for nx; -1: the name is not a normal component. */
int symbol_normal(const problem *p, const char *name);

/* Does the name read like a derivative of this output? */
bool symbol_is_derivative(const problem *p, int output, const char *name);

#endif
