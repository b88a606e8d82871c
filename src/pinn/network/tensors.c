#include "pinn/network/tensors.h"
#include "pinn/arithmetic/random.h"

#include <assert.h>
#include <stdio.h>

static int64_t append(tensor_list *list, const char *name, const tensor *shape, initial_law initial) {
  assert(list->n < MAX_NETWORK_TENSORS);
  tensor *to = &list->tensors[list->n++];
  *to = *shape;
  snprintf(to->name, sizeof to->name, "%.*s", TENSOR_NAME_MOST, name);
  to->offset = list->count;
  to->count = 1;
  for (int d = 0; d < to->n_dimensions; d++) to->count *= to->shape[d];
  to->initial = initial;
  list->count += to->count;
  return to->offset;
}

int64_t tensors_add_vector(tensor_list *list, const char *name, int64_t n, initial_law initial) {
  return append(list, name, &(tensor){.n_dimensions = 1, .shape = {n}}, initial);
}

int64_t tensors_add_matrix(tensor_list *list, const char *name, int64_t rows, int64_t columns, initial_law initial) {
  return append(list, name, &(tensor){.n_dimensions = 2, .shape = {rows, columns}}, initial);
}

static double draw(initial_law law, uint64_t seed, int64_t index) {
  if (law.deviation == 0) return law.constant;
  return law.deviation * random_normal(seed, RANDOM_PARAMETERS, 0, 0, (uint64_t)index);
}

void tensors_draw(const tensor_list *list, uint64_t seed, int64_t offset, int64_t count, ntkw_dtype precision,
                  void *parameters) {
  for (int t = 0; t < list->n; t++) {
    const tensor *from = &list->tensors[t];
    const int64_t end = from->offset + from->count;
    for (int64_t i = from->offset > offset ? from->offset : offset; i < end && i < offset + count; i++) {
      const double value = draw(from->initial, seed, i);
      if (precision == NTKW_FLOAT64)
        ((double *)parameters)[i - offset] = value;
      else
        ((float *)parameters)[i - offset] = (float)value;
    }
  }
}
