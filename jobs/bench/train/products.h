/* The matrix products of a training step, and nothing else. */
#ifndef NTKW_BENCH_PRODUCTS_H
#define NTKW_BENCH_PRODUCTS_H

#include "pinn/problem/problem.h"

typedef struct products products;

/* Room for the products of the chunks first .. end - 1: matrices as large as the trainer's own, filled with numbers. */
ntkw_status products_create(const problem *pde, int rank, int size, products **out);
void products_destroy(products **all);

/* Do the products of one step, in the trainer's order and with its shapes: chunk by chunk, panel by panel, forward and
 * backward, by the same kernels. Activations, equations, trees and exchange are left out. */
void products_run(products *all);

/* Multiplications and additions of products_run that belong to the network: without those of padding. */
double products_operations(const products *all);

#endif
