/* The factors of the Jacobian's rows, and the neural tangent kernel made of them.
 *
 * Row i of the Jacobian of some residual is, layer by layer, sum_s bar_{s,i} (x) h_{s,i} for the weights and bar_{0,i}
 * for the biases, over the streams s. So the kernel of the points i of one panel and j of another is
 *
 *     K_ij = sum over layers [ sum_{s,s'} (Bar_s Bar_s'^T)_ij (H_s H_s'^T)_ij + (Bar_0 Bar_0^T)_ij ] + (J_x J_x^T)_ij:
 *
 * two products of matrices per layer, whatever the number of parameters. J_x are the columns of the Jacobian of all
 * parameters that are in no dense layer; the other columns are never formed. A tile is the part
 * of K that belongs to two panels.
 *
 * For networks of float64 alone: eigenvalues of a kernel fall over more decades than float32 has. All functions are
 * local. Results are defined bit for bit, as all products are chains of fma (matrix.h). */
#ifndef NTKW_PINN_FACTORS_H
#define NTKW_PINN_FACTORS_H

#include "pinn/network/network.h"

enum { FACTOR_ROWS = 128 };

/* Number of doubles that hold a panel's factors, of up to FACTOR_ROWS rows (points x streams). */
size_t factors_size(const network *network);

/* After workspace_forward of a panel: its factors, for the residual whose derivatives by the outputs are the seeds. The
 * rows beyond the panel's are 0. The lane's gradient is spoilt. */
void factors_take(const network *network, workspace *workspace, const double *seeds, double *factors);

/* What the products work with. */
typedef struct factor_products factor_products;
ntkw_status factor_products_create(const network *network, factor_products **out);
void factor_products_destroy(factor_products **products);

/* A panel's factors as the right side of the following tiles; they are copied. */
void factor_products_set_right(factor_products *products, const double *factors, int n_points, int n_streams);
/* tile[i * n_right + j] = K_ij for the points i of these factors and the points j of the right side. */
void factor_products_tile(factor_products *products, const double *factors, int n_points, int n_streams, double *tile);

#endif
