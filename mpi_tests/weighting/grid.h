/* A small model distributed over a grid of tensor x data ranks, and its gradients, for the tests of layouts. */
#ifndef NTKW_TEST_WEIGHTING_GRID_H
#define NTKW_TEST_WEIGHTING_GRID_H

#include "fixtures.h"

/* The model: a matrix [ROWS, COLUMNS], a bias per column, a bias per row, and an embedding that two stages share. */
enum { ROWS = 7, COLUMNS = 11, TIED = 5, PARAMETERS = ROWS * COLUMNS + COLUMNS + ROWS + TIED, POINTS = 40 };
enum { MATRIX = 0, COLUMN_BIAS = ROWS * COLUMNS, ROW_BIAS = COLUMN_BIAS + COLUMNS, EMBEDDING = ROW_BIAS + ROWS };

/* World rank = data * tensors + tensor. */
typedef struct grid {
  int tensors, datas, tensor, data;
  MPI_Comm tensor_comm, data_comm;
} grid;

/* Collective on MPI_COMM_WORLD. There are two tensor ranks if the number of ranks is even, otherwise one. */
grid grid_make(void);
void grid_free(grid *g);

/* The gradient of a condition at an update, for all parameters. part: a replica; < 0: the sum over all replicas. The
 * parts are multiples of 2^-(12 + condition) and at most 4 in magnitude, so that sums over a few replicas are exact. */
void grid_gradient(const grid *g, int condition, int update, int part, double gradient[PARAMETERS]);

/* The three layouts. Each determines the pieces that are added to a weighting and the weighting's communicator. */
typedef enum layout {
  FLAT,         /* contiguous runs over all ranks; the last rank's run is empty if there are three ranks or more */
  TENSOR,       /* columns of the matrix over the tensor group, the row bias replicated there, the embedding tied */
  TENSOR_SHARDS /* the same, with each slice and each copy divided over the data group; over all ranks */
} layout;
enum { LAYOUTS = 3 };

/* Convert count values to a type. Values of 16 bits are truncated, not rounded. Returns narrow, or values for float64.
 */
const void *grid_narrow(const double values[], int count, ntkw_dtype dtype, float narrow[]);

MPI_Comm layout_comm(const grid *g, layout way);

/* Convert this rank's part of a gradient to dtype and add it. */
void layout_add(ntkw_weighting *weighting, const grid *g, layout way, int condition, const double gradient[PARAMETERS],
                ntkw_dtype dtype);

#endif
