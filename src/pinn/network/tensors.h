/* The parameters of a network as a list of tensors in one flat vector, with names and initial laws.
 *
 * Only this list defines the layout. The network fills it when it is created. Code that needs the position of a
 * parameter (initial values, recordings, digests) walks it. No function here is collective. */
#ifndef NTKW_PINN_TENSORS_H
#define NTKW_PINN_TENSORS_H

#include <stdint.h>
#include "ntkw/dtype.h"
#include "ntkw/status.h"

enum { MAX_NETWORK_TENSORS = 128, TENSOR_NAME = 32, TENSOR_NAME_MOST = 20, TENSOR_DIMENSIONS = 2 };

/* Initial value of a parameter: the constant if the deviation is 0, otherwise a normal number with mean 0 and this
 * standard deviation. */
typedef struct initial_law {
  double constant, deviation;
} initial_law;

typedef struct tensor {
  char name[TENSOR_NAME]; /* such as "layer0.weights", at most TENSOR_NAME_MOST characters */
  int n_dimensions;
  int64_t shape[TENSOR_DIMENSIONS]; /* the last index is the fastest */
  int64_t offset, count;            /* position in the flat vector, number of values */
  initial_law initial;
} tensor;

typedef struct tensor_list {
  int n;
  int64_t count; /* of all parameters */
  tensor tensors[MAX_NETWORK_TENSORS];
} tensor_list;

/* Append a vector of n values or a matrix. @return its offset. */
int64_t tensors_add_vector(tensor_list *list, const char *name, int64_t n, initial_law initial);
int64_t tensors_add_matrix(tensor_list *list, const char *name, int64_t rows, int64_t columns, initial_law initial);

/* Initial values of the parameters offset .. offset + count - 1. Each depends only on the seed and the parameter's
 * index. */
void tensors_draw(const tensor_list *list, uint64_t seed, int64_t offset, int64_t count, ntkw_dtype precision,
                  void *parameters);

#endif
