/* A model: everything that is trained, as one flat vector of parameters.
 *
 * The vector holds the parameters of the networks, one network after the other, then the unknown numbers of the
 * equations. At present a model has one network and no unknown numbers. Trainer, shards, checkpoints and digests use
 * the vector and its tensors; the equations use the networks. No function here is collective. */
#ifndef NTKW_PINN_MODEL_H
#define NTKW_PINN_MODEL_H

#include "pinn/network/network.h"

typedef struct model model;

/* @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT (as network_create), NTKW_ERR_MEMORY. */
ntkw_status model_create(const network_options *options, model **out);
/* Takes NULL, sets NULL. */
void model_destroy(model **handle);

/* The tensors of the parameters, and the number of parameters. The list lives as long as the model. */
const tensor_list *model_tensors(const model *m);
int64_t model_parameter_count(const model *m);

/* Initial values of the parameters offset .. offset + count - 1 in the model's precision. Each depends on the seed and
 * the parameter's index only. */
void model_initial_parameters(const model *m, uint64_t seed, int64_t offset, int64_t count, void *parameters);

/* Copy all parameters (in the model's precision) into the model. */
void model_set_parameters(model *m, const void *parameters);

/* The network of the model, with the parameters of the last model_set_parameters. It lives as long as the model. */
const network *model_network(const model *m);

#endif
