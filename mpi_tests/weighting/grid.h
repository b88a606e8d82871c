/* A small model spread over tensor x data ranks, and its gradients: what the tests of layouts have in common. */
#ifndef NTKW_TEST_WEIGHTING_GRID_H
#define NTKW_TEST_WEIGHTING_GRID_H

#include "fixtures.h"

/* The model: a matrix [ROWS, COLUMNS], a bias of its columns, a bias of its rows, an embedding that is used twice. */
enum { ROWS = 7, COLUMNS = 11, TIED = 5, PARAMETERS = ROWS * COLUMNS + COLUMNS + ROWS + TIED, POINTS = 40 };
enum { MATRIX = 0, COLUMN_BIAS = ROWS * COLUMNS, ROW_BIAS = COLUMN_BIAS + COLUMNS, EMBEDDING = ROW_BIAS + ROWS };

/* World rank = data * tensors + tensor. */
typedef struct grid {
  int tensors, datas, tensor, data;
  MPI_Comm tensor_comm, data_comm;
} grid;

/* Collective on the world. Two tensor ranks where the number of ranks is even, else one. */
grid grid_make(void);
void grid_free(grid *g);

/* The gradient of a condition at an update, of all parameters: multiples of 2^-12 below 8, so that a sum over few
 * replicas is exact. part < 0: the mean over the replicas, else the part of one. */
void grid_gradient(const grid *g, int condition, int update, int part, double gradient[PARAMETERS]);

/* The three layouts, by what is added to a weighting and on which communicator it must be. */
typedef enum layout {
  FLAT,         /* runs of all parameters over the world; the last rank's is empty where there are three or more */
  TENSOR,       /* columns of the matrix over the tensor group, the row bias replicated there, the embedding tied */
  TENSOR_SHARDS /* the same, and each slice and each copy cut over the data group; on the world */
} layout;
enum { LAYOUTS = 3 };

/* count values in a type; those of 16 bits are cut, not rounded. Returns narrow, or values if they need no change. */
const void *grid_narrow(const double values[], int count, ntkw_dtype dtype, float narrow[]);

MPI_Comm layout_comm(const grid *g, layout way);

/* Add this rank's part of a gradient; values of dtype are made of it. */
void layout_add(ntkw_weighting *weighting, const grid *g, layout way, int condition, const double gradient[PARAMETERS],
                ntkw_dtype dtype);

#endif
