/* Shapes, places and domains as problem files write them: userdata whose names of inputs are not checked yet.
 * shapes_open makes their functions: interior, boundary, and one for each kind of region. */
#ifndef NTKW_PINN_SHAPES_H
#define NTKW_PINN_SHAPES_H

#include "pinn/problem/reader.h"

/* A shape, or a place: the surface of a shape, or (ops is NULL) the box of all inputs with some coordinates fixed. */
typedef struct unread_shape {
  const region_ops *ops;
  unread_region given;
} unread_shape;

void shapes_open(lua_State *L);

/* The place or shape at a stack index; NULL: another value. */
const unread_shape *unread_place_test(lua_State *L, int index);
const unread_shape *unread_shape_test(lua_State *L, int index);
/* Is the value a domain from which shapes are taken out? */
bool unread_domain_test(lua_State *L, int index);
/* Push the list of the shapes that are taken out of the domain. @return their number. */
int unread_domain_push(lua_State *L, int index);

#endif
