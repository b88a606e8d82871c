/* Find keys that occur twice in one table constructor, such as boundary{x=0, x=1}: Lua would silently keep one
 * value. */
#ifndef NTKW_PINN_TABLE_KEYS_H
#define NTKW_PINN_TABLE_KEYS_H

#include "pinn/problem/reader.h"

/* Refuse a constant key (NAME =, [constant] =, or the number of an item without key) that occurs twice in one table
 * constructor of the reader's tokens. Computed keys are not checked, as they are not known yet. */
void table_keys_check(reader *r);

#endif
