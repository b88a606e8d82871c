/* A model: all that is trained, as one flat vector of parameters.
 *
 * The vector holds the parameters of the networks, one network after the other, and then the unknown numbers of the
 * equations. Today a model is one network, and there are no unknown numbers. The trainer, the shards, the checkpoints
 * and the digests know the vector and its tensors; the equations know the networks.
 *
 * All functions are local. */
#ifndef NTKW_PINN_MODEL_H
#define NTKW_PINN_MODEL_H

#include "pinn/network/network.h"

typedef struct model model;

/* @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT (network_create), NTKW_ERR_MEMORY. */
ntkw_status model_create(const network_options *options, model **out);
/* NULL is allowed. */
void model_destroy(model **handle);

/* The parameters, tensor by tensor, and their number. The list lives as long as the model. */
const tensor_list *model_tensors(const model *m);
int64_t model_parameter_count(const model *m);

/* Initial values of the parameters offset .. offset + count - 1, in the model's precision: a function of seed and
 * parameter index only. */
void model_initial_parameters(const model *m, uint64_t seed, int64_t offset, int64_t count, void *parameters);

/* Take a copy of all parameters (of the model's precision). */
void model_set_parameters(model *m, const void *parameters);

/* Its network, whose parameters are those of the last model_set_parameters. It lives as long as the model. */
const network *model_network(const model *m);

#endif
