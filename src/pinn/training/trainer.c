#include "pinn/arithmetic/sum_reduction.h"
#include "base/dtype.h"
#include "pinn/training/trainer_impl.h"
#include "base/check.h"
#include "ranks/comm.h"

#include <stdlib.h>
#include <string.h>

int64_t trainer_steps_done(const trainer *t) {
  return t->step;
}
const double *trainer_losses(const trainer *t) {
  return t->loss;
}
const double *trainer_weights(const trainer *t) {
  return t->weighting ? ntkw_weighting_weights(t->weighting) : t->unit_weights;
}
const char *trainer_rule(const trainer *t) {
  return t->weighting ? ntkw_weighting_rule(t->weighting) : "none";
}
int64_t trainer_parameter_count(const trainer *t) {
  return t->n_parameters;
}
int trainer_chunk_count(const trainer *t) {
  return t->plan.n_chunks;
}
const void *trainer_all_parameters(const trainer *t) {
  return t->all;
}
const network *trainer_network(const trainer *t) {
  return model_network(t->model);
}
const model *trainer_model(const trainer *t) {
  return t->model;
}
MPI_Comm trainer_comm(const trainer *t) {
  return t->comm;
}

int trainer_idle_ranks(const trainer *t) {
  int idle = 0;
  for (int r = 0; r < t->size; r++) idle += t->combined.chunk_first[r] == t->combined.chunk_end[r];
  return idle;
}

int trainer_empty_shards(const trainer *t) {
  return t->n_parameters < t->size ? t->size - (int)t->n_parameters : 0;
}

trainer_state trainer_get_state(trainer *t) {
  return (trainer_state){.n_parameters = t->n_parameters,
                         .offset = sharding_offset(t->sharding),
                         .count = t->count,
                         .parameters = t->parameters,
                         .weighting = t->weighting,
                         .step = &t->step,
                         .blow_up = &t->blow_up};
}

static ntkw_status check_optimizer(const trainer *t) {
  const optimizer_ops *ops = t->pde->optimizer.ops;
  if (!ops->least_squares) return NTKW_SUCCESS;
  NTKW_CHECK(t->pde->network.precision == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "the optimizer \"%s\" solves least-squares problems in float64, but the precision is float32; expected "
             "precision = \"float64\"",
             ops->name);
  NTKW_CHECK(network_shows_jacobian(model_network(t->model)), NTKW_ERR_ARGUMENT,
             "the optimizer \"%s\" needs the rows of the Jacobian, which a network of kind \"%s\" does not give",
             ops->name, network_name(&t->pde->network));
  return NTKW_SUCCESS;
}

static ntkw_status create_local_parts(trainer *t) {
  const int n_sums = t->pde->n_conditions;
  NTKW_TRY(model_create(&t->pde->network, &t->model));
  t->n_parameters = model_parameter_count(t->model);
  NTKW_TRY(check_optimizer(t));
  t->message = calloc(sums_message_size(n_sums > 2 ? n_sums : 2), sizeof *t->message); /* two for inner products */
  t->all = malloc((size_t)t->n_parameters * t->width);
  NTKW_CHECK(t->message && t->all, NTKW_ERR_MEMORY, "out of memory for %lld parameters", (long long)t->n_parameters);
  return NTKW_SUCCESS;
}

static ntkw_status create_weighting(trainer *t) {
  if (strcmp(t->pde->rule, "none") == 0) return NTKW_SUCCESS;
  const char *names[MAX_CONDITIONS];
  for (int c = 0; c < t->pde->n_conditions; c++) names[c] = t->pde->conditions[c].name;
  ntkw_weighting_options options;
  ntkw_weighting_options_init(&options);
  options.rule = t->pde->rule;
  options.alpha = t->pde->alpha;
  options.update_every = t->pde->update_every;
  options.dtype = t->pde->network.precision;
  options.parameter_count = t->n_parameters;
  options.norms = false; /* the trainer does not use norms that the rule does not need */
  NTKW_TRY(ntkw_weighting_create(t->comm, t->pde->n_conditions, names, &options, &t->weighting));
  return NTKW_SUCCESS;
}

static ntkw_status create_shards(trainer *t) {
  t->count = sharding_count(t->sharding);
  const size_t n = (size_t)t->count + 1;
  t->parameters = calloc(n, t->width);
  t->total = calloc(n, t->width);
  NTKW_CHECK(t->parameters && t->total, NTKW_ERR_MEMORY, "out of memory for a shard of %lld parameters",
             (long long)t->count);
  model_initial_parameters(t->model, t->pde->seed, sharding_offset(t->sharding), t->count, t->parameters);
  const shard_layout layout = trainer_layout(t);
  t->ops = t->pde->optimizer.ops;
  return t->ops->create(&t->pde->optimizer, &layout, &t->optimizer);
}

static ntkw_status create_parts(trainer *t) {
  NTKW_TRY(ntkw_status_agree(t->comm, create_local_parts(t)));
  NTKW_TRY(trainer_share_work(t, 1, ORDER_FIXED));
  NTKW_TRY(create_weighting(t));
  NTKW_TRY(ntkw_status_agree(t->comm, create_shards(t)));
  return NTKW_SUCCESS;
}

ntkw_status trainer_create(MPI_Comm comm, const problem *pde, trainer **out) {
  trainer *t = *out = calloc(1, sizeof *t);
  const ntkw_status allocated = t ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the trainer");
  ntkw_status status = ntkw_status_agree(comm, allocated);
  if (status != NTKW_SUCCESS) {
    free(t);
    *out = NULL;
    return status;
  }
  MPI_Comm_dup(comm, &t->comm);
  MPI_Comm_set_errhandler(t->comm, MPI_ERRORS_RETURN);
  MPI_Comm_rank(t->comm, &t->rank);
  MPI_Comm_size(t->comm, &t->size);
  t->pde = pde;
  blow_up_reset(&t->blow_up);
  t->width = ntkw_i_value_size(pde->network.precision);
  for (int c = 0; c < MAX_CONDITIONS; c++) t->unit_weights[c] = 1.0;
  status = create_parts(t);
  if (status != NTKW_SUCCESS) trainer_destroy(out);
  return status;
}

void trainer_destroy(trainer **handle) {
  struct trainer *t = *handle;
  if (!t) return;
  ntkw_recording_close(&t->recording);
  ntkw_weighting_destroy(&t->weighting);
  trainer_free_work(t);
  model_destroy(&t->model);
  if (t->ops) t->ops->destroy(t->optimizer);
  void *const all[] = {t->parameters, t->total, t->all, t->message};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  ntkw_i_communicator_free(&t->comm);
  free(t);
  *handle = NULL;
}
