#include "pinn/model/model.h"
#include "base/check.h"

#include <stdlib.h>

struct model {
  network *network;
};

ntkw_status model_create(const network_options *options, model **out) {
  model *m = *out = calloc(1, sizeof *m);
  NTKW_CHECK(m, NTKW_ERR_MEMORY, "out of memory for a model");
  const ntkw_status status = network_create(options, &m->network);
  if (status != NTKW_SUCCESS) model_destroy(out);
  return status;
}

void model_destroy(model **handle) {
  if (!*handle) return;
  network_destroy(&(*handle)->network);
  free(*handle);
  *handle = NULL;
}

const tensor_list *model_tensors(const model *m) {
  return network_tensors(m->network);
}

int64_t model_parameter_count(const model *m) {
  return model_tensors(m)->count;
}

void model_initial_parameters(const model *m, uint64_t seed, int64_t offset, int64_t count, void *parameters) {
  network_initial_parameters(m->network, seed, offset, count, parameters);
}

void model_set_parameters(model *m, const void *parameters) {
  network_set_parameters(m->network, parameters);
}

const network *model_network(const model *m) {
  return m->network;
}
