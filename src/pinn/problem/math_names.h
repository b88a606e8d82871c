/* Names of well-known mathematical functions, whether problem files have them or not. */
#ifndef NTKW_PINN_MATH_NAMES_H
#define NTKW_PINN_MATH_NAMES_H

#include <stdbool.h>

/* Is this the name of a well-known function, such as atan? Messages then suggest no other function, even of a similar
 * name. */
bool math_name_is_known(const char *name);

/* The list of the functions that problem files have, for messages. */
extern const char MATH_OF_PROBLEMS[];

#endif
