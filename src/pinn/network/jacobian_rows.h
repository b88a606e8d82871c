/* Rows of the Jacobian: the derivatives of a residual at each point of a panel by all parameters.
 *
 * For one layer with input h and pre-activation adjoint a, the row of a point is sum_s h_s a_s^T for the weights and
 * a_0 for the biases, where s runs over the streams: one chain of fma over the ascending streams (matrix.h). So a row
 * has the same bits in any panel. Only for networks of float64. No function here is collective. */
#ifndef NTKW_PINN_JACOBIAN_ROWS_H
#define NTKW_PINN_JACOBIAN_ROWS_H

#include "pinn/network/network.h"

typedef struct jacobian_rows jacobian_rows; /* one per thread */

/* Create the buffers. The network is borrowed. @return NTKW_SUCCESS, NTKW_ERR_MEMORY, or NTKW_ERR_ARGUMENT: the network
 * is in float32, or its kind does not show its Jacobian. */
ntkw_status jacobian_rows_create(const network *network, jacobian_rows **out);
/* Takes NULL, sets NULL. */
void jacobian_rows_destroy(jacobian_rows **maker);

/* Compute the rows of a panel, after workspace_forward of that panel. Overwrites the chunk's gradient.
 *
 * @param[in]  output_adjoints  as in workspace_backward: derivatives of the residual by the outputs.
 * @param[out] rows             the row of point p begins at rows[p * stride] and has one value for each parameter. */
void jacobian_rows_take(jacobian_rows *maker, workspace *workspace, const double *output_adjoints, double *rows,
                        int64_t stride);

/* Compute products of the rows of a panel with a vector, after workspace_forward of that panel, without the rows: one
 * sum of products for each point, over the layers from the last one on, their streams and features, then their biases.
 * Overwrites the chunk's gradient.
 *
 * @param[in]  direction         a network with the same options, whose parameters are the vector.
 * @param[in]  parameters        the same vector.
 * @param[in]  output_adjoints   as in jacobian_rows_take.
 * @param[out] products          of point p at products[p * stride]. */
void jacobian_rows_apply(jacobian_rows *maker, workspace *workspace, const network *direction, const double *parameters,
                         const double *output_adjoints, double *products, int64_t stride);

#endif
