/* Factors of the Jacobian's rows, and the neural tangent kernel computed from them.
 *
 * For one layer with input h and pre-activation adjoint a, row i of a residual's Jacobian is sum_s a_{s,i} (x) h_{s,i}
 * for the weights and a_{0,i} for the biases, where s runs over the streams. So the kernel of point i of one panel and
 * point j of another is
 *
 *     K_ij = sum over layers [ sum_{s,s'} (A_s A_s'^T)_ij (H_s H_s'^T)_ij + (A_0 A_0^T)_ij ] + (J_x J_x^T)_ij.
 *
 * This takes two matrix products per layer, for any number of parameters. J_x holds the columns of the Jacobian for the
 * parameters that are in no dense layer. The other columns are never formed. A tile is the block of K of two panels.
 *
 * Only for networks of float64, because the eigenvalues of a kernel span more decades than float32 resolves. No
 * function here is collective. Results are defined bit for bit, because all products are chains of fma (matrix.h). */
#ifndef NTKW_PINN_NTK_FACTORS_H
#define NTKW_PINN_NTK_FACTORS_H

#include "pinn/network/network.h"

enum { FACTOR_ROWS = 128 };

/* Number of doubles of a panel's factors. A panel has up to FACTOR_ROWS rows (points x streams). */
size_t ntk_factors_size(const network *network);

/* Compute a panel's factors, after workspace_forward of that panel. output_adjoints: derivatives of the residual by the
 * outputs. Rows beyond the panel are set to 0. Overwrites the chunk's gradient. */
void ntk_factors_take(const network *network, workspace *workspace, const double *output_adjoints, double *factors);

/* Buffers of the products. @return NTKW_SUCCESS, NTKW_ERR_MEMORY, or NTKW_ERR_ARGUMENT: the network is in float32, or
 * its kind does not show its Jacobian. */
typedef struct factor_products factor_products;
ntkw_status factor_products_create(const network *network, factor_products **out);
void factor_products_destroy(factor_products **products);

/* Set the right panel of the following tiles. The factors are copied. */
void factor_products_set_right(factor_products *products, const double *factors, int n_points, int n_streams);
/* tile[i * n_right + j] = K_ij for the points i of these factors and the points j of the right panel. */
void factor_products_tile(factor_products *products, const double *factors, int n_points, int n_streams, double *tile);

#endif
