/* Compile the equations of a condition: the streams that the network must carry, the residuals, and the output adjoints
 * ("seeds") with which the backward pass starts.
 *
 * If second derivatives occur only in one linear combination sum c_ij u_ij, the network carries them as one stream
 * (forward Laplacian; streams.h). The combination must be the same for all outputs up to a factor, its coefficients
 * must not depend on outputs, and no derivative of order three or four may occur. All functions are local. */
#ifndef NTKW_PINN_EQUATIONS_H
#define NTKW_PINN_EQUATIONS_H

#include <stdint.h>
#include "pinn/expression/tape.h"

typedef struct equations equations;
typedef struct equations_workspace equations_workspace; /* one per thread */

enum { MAX_EQUATIONS = 16 };

/* Compile n roots of a tape, to which nodes may be added; the tape is not needed afterwards. n_outputs: outputs of the
 * network; 0 for expressions of the inputs alone (exact solutions).
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY, NTKW_ERR_PROBLEM (over MAX_HIGHER derivatives of order three and four). */
ntkw_status equations_create(tape *tape, int n, const node roots[], int n_outputs, equations **out);
void equations_destroy(equations **equations);

int equations_count(const equations *equations);
/* The streams that the equations use, with those of lower order that these need (u_t for u_tt). */
const stream_set *equations_streams(const equations *equations);

/* Do the equations use the normal at the points? */
bool equations_use_normals(const equations *equations);

/* A 64-bit hash: equal for equal equations on every machine, almost surely different for different ones. */
uint64_t equations_fingerprint(const equations *equations);

ntkw_status equations_workspace_create(const equations *equations, int max_points, equations_workspace **out);
void equations_workspace_destroy(equations_workspace **workspace);

/* Set the normals at the points of the next calls: n x n_inputs like the points, borrowed. Needed if
 * equations_use_normals. */
void equations_set_normals(equations_workspace *workspace, const double *normals);

/* Coefficients of the forward Laplacian at n points (n x n_inputs, row-major): n_pairs x n. Nothing if n_pairs is 0. */
void equations_coefficients(equations_workspace *workspace, int n, int n_inputs, const double *points,
                            double *coefficients);

/* Residuals of all equations: equation e, point p at residuals[e * n + p]. outputs as workspace_forward gives them. */
void equations_residuals(equations_workspace *workspace, int n, int n_inputs, const double *points,
                         const double *outputs, double *residuals);

/* After equations_residuals of the same points: seeds = sum_e factors[e * n + p] * d residual_e / d outputs, laid out
 * as outputs. only >= 0: that equation alone; only < 0: all. factors NULL: every factor is 1. */
void equations_seeds(equations_workspace *workspace, int only, const double *factors, double *seeds);

#endif
