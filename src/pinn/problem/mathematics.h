/* Functions that mathematics knows, whether problem files have them or not. */
#ifndef NTKW_PINN_MATHEMATICS_H
#define NTKW_PINN_MATHEMATICS_H

#include <stdbool.h>

/* Is it the name of a function that is well known, such as atan? No other function can be meant by it, however near the
 * names are. */
bool mathematics_knows(const char *name);

/* The functions of problem files, for messages. */
extern const char MATHEMATICS_OF_PROBLEMS[];

#endif
