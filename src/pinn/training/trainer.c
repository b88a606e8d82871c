#include "pinn/training/record.h"
#include "pinn/training/reduction.h"
#include "pinn/training/trainer_impl.h"
#include "status/check.h"
#include "status/communicator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t trainer_steps_done(const trainer *t) {
  return t->step;
}
const double *trainer_losses(const trainer *t) {
  return t->loss;
}
static double plain_sum(const trainer *t) {
  double sum = 0.0;
  for (int c = 0; c < t->pde->n_conditions; c++) sum += t->loss[c];
  return sum;
}
bool trainer_loss_is_high(const trainer *t) {
  return blow_up_is_above(&t->blow_up, plain_sum(t));
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
int trainer_lane_count(const trainer *t) {
  return t->plan.n_lanes;
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
  for (int r = 0; r < t->size; r++) idle += t->combined.run_first[r] == t->combined.run_end[r];
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

/* Where every rank's lanes lie in each group: one group of all lanes, or one of each condition's. */
static ntkw_status lay_groups(trainer *t) {
  const int n = t->pde->n_conditions, size = t->size;
  t->combined = (group_layout){1, calloc((size_t)size, sizeof(int)), calloc((size_t)size, sizeof(int))};
  t->separate = (group_layout){n, calloc((size_t)(n * size), sizeof(int)), calloc((size_t)(n * size), sizeof(int))};
  NTKW_CHECK(t->combined.run_first && t->combined.run_end && t->separate.run_first && t->separate.run_end,
             NTKW_ERR_MEMORY, "out of memory for the layout of %d lanes", t->plan.n_lanes);
  for (int r = 0; r < size; r++) {
    int first, end;
    lane_plan_share(&t->plan, r, size, &first, &end);
    t->combined.run_first[r] = first;
    t->combined.run_end[r] = end;
    for (int c = 0; c < n; c++) {
      const int begin = t->plan.condition_first[c], stop = t->plan.condition_first[c + 1];
      const int from = first > begin ? first : begin, to = end < stop ? end : stop;
      t->separate.run_first[c * size + r] = from < to ? from - begin : 0;
      t->separate.run_end[c * size + r] = from < to ? to - begin : 0;
    }
  }
  return NTKW_SUCCESS;
}

static void free_work(trainer *t) {
  int **const bounds[] = {&t->combined.run_first, &t->combined.run_end, &t->separate.run_first, &t->separate.run_end};
  gradient_maker_destroy(&t->maker);
  sharding_destroy(&t->sharding);
  lane_plan_free(&t->plan);
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
    free(*bounds[i]);
    *bounds[i] = NULL;
  }
}

/* The lanes, and this rank's gradients. n_workers: of all ranks. */
static ntkw_status create_work(trainer *t, int n_threads, int n_workers) {
  NTKW_TRY(t->order == ORDER_FREE ? lane_plan_create_free(t->pde, n_workers, &t->plan)
                                  : lane_plan_create(t->pde, &t->plan));
  NTKW_TRY(lay_groups(t));
  const int first = t->combined.run_first[t->rank], end = t->combined.run_end[t->rank];
  return gradient_maker_create(t->pde, t->model, &t->plan, first, end, n_threads, &t->maker);
}

/* Who makes which gradients, and how they come to the owners of the shards. Collective. */
static ntkw_status share_work(trainer *t, int n_threads, sum_order order) {
  const group_layout *layouts[] = {&t->combined, &t->separate};
  int most_threads = n_threads;
  free_work(t); /* first, for its memory */
  t->order = order;
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, &most_threads, 1, MPI_INT, MPI_MAX, t->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce of the numbers of threads failed");
  NTKW_TRY(ntkw_status_agree(t->comm, create_work(t, n_threads, t->size * most_threads)));
  return sharding_create(t->comm, t->n_parameters, t->pde->network.precision, layouts, 2, &t->sharding);
}

static ntkw_status create_local_parts(trainer *t) {
  const int n_sums = t->pde->n_conditions;
  NTKW_TRY(model_create(&t->pde->network, &t->model));
  t->n_parameters = model_parameter_count(t->model);
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
  options.norms = false; /* nobody here looks at norms that the rule does not need */
  NTKW_TRY(ntkw_weighting_create(t->comm, t->pde->n_conditions, names, &options, &t->weighting));
  return NTKW_SUCCESS;
}

static ntkw_status create_shards(trainer *t) {
  t->count = sharding_count(t->sharding);
  const size_t n = (size_t)t->count + 1;
  t->parameters = calloc(n, t->width);
  t->total = calloc(n, t->width);
  bool complete = t->parameters && t->total;
  for (int c = 0; t->weighting && c < t->pde->n_conditions; c++)
    complete = (t->shards[c] = calloc(n, t->width)) != NULL && complete;
  NTKW_CHECK(complete, NTKW_ERR_MEMORY, "out of memory for a shard of %lld parameters", (long long)t->count);
  model_initial_parameters(t->model, t->pde->seed, sharding_offset(t->sharding), t->count, t->parameters);
  const shard_layout layout = trainer_layout(t);
  t->ops = t->pde->optimizer.ops;
  return t->ops->create(&t->pde->optimizer, &layout, &t->optimizer);
}

static ntkw_status create_parts(trainer *t) {
  NTKW_TRY(ntkw_status_agree(t->comm, create_local_parts(t)));
  NTKW_TRY(share_work(t, 1, ORDER_FIXED));
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
  t->width = pde->network.precision == NTKW_FLOAT32 ? sizeof(float) : sizeof(double);
  for (int c = 0; c < MAX_CONDITIONS; c++) t->unit_weights[c] = 1.0;
  status = create_parts(t);
  if (status != NTKW_SUCCESS) trainer_destroy(out);
  return status;
}

ntkw_status trainer_set_threads(trainer *t, int n) {
  return share_work(t, n, t->order);
}

ntkw_status trainer_set_order(trainer *t, sum_order order) {
  return share_work(t, trainer_threads(t), order);
}

sum_order trainer_order(const trainer *t) {
  return t->order;
}

int trainer_threads(const trainer *t) {
  return gradient_maker_threads(t->maker);
}

void trainer_destroy(trainer **handle) {
  struct trainer *t = *handle;
  if (!t) return;
  ntkw_recording_close(&t->trace);
  ntkw_weighting_destroy(&t->weighting);
  free_work(t);
  model_destroy(&t->model);
  if (t->ops) t->ops->destroy(t->optimizer);
  void *const all[] = {t->parameters, t->total, t->all, t->message};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  for (int c = 0; c < MAX_CONDITIONS; c++) free(t->shards[c]);
  ntkw_i_communicator_free(&t->comm);
  free(t);
  *handle = NULL;
}

ntkw_status trainer_refresh(trainer *t) {
  NTKW_TRY(sharding_gather(t->sharding, t->parameters, t->all));
  model_set_parameters(t->model, t->all);
  return NTKW_SUCCESS;
}

static gradient_kind kind_of_step(const trainer *t, bool due) {
  if (!due) return GRADIENT_COMBINED;
  return ntkw_weighting_needs_traces(t->weighting) ? GRADIENT_TRACED : GRADIENT_SEPARATE;
}

ntkw_status trainer_reduce(trainer *t, ntkw_status made, bool *stop) {
  int64_t flags[] = {stop && *stop, made != NTKW_SUCCESS};
  NTKW_TRY(sums_reduce(t->comm, t->losses, t->pde->n_conditions, flags, 2, t->message));
  if (flags[1] > 0) return ntkw_status_agree(t->comm, made);
  if (stop) *stop = flags[0] > 0;
  return NTKW_SUCCESS;
}

double trainer_mean_loss(const trainer *t, int c) {
  const condition *cond = &t->pde->conditions[c];
  return ntkw_sum_value(&t->losses[c]) / ((double)cond->n_points * equations_count(cond->equations));
}

/* The losses of the step. Names the first condition whose loss is not finite. */
static ntkw_status reduce_losses(trainer *t, ntkw_status made, bool *stop) {
  const problem *pde = t->pde;
  NTKW_TRY(trainer_reduce(t, made, stop));
  for (int c = 0; c < pde->n_conditions; c++) t->loss[c] = trainer_mean_loss(t, c);
  for (int c = 0; c < pde->n_conditions; c++)
    NTKW_CHECK(t->losses[c].not_finite == 0 && isfinite(t->loss[c]), NTKW_ERR_NOT_FINITE,
               "step %lld: the loss of condition '%s' is not finite (%lld of %lld residuals are NaN or Inf)",
               (long long)t->step, pde->conditions[c].name, (long long)t->losses[c].not_finite,
               (long long)pde->conditions[c].n_points * equations_count(pde->conditions[c].equations));
  return NTKW_SUCCESS;
}

static ntkw_status refuse_blow_up(trainer *t) {
  const double loss = plain_sum(t);
  NTKW_CHECK(!blow_up_count(&t->blow_up, t->step, loss), NTKW_ERR_NOT_FINITE,
             "step %lld: the loss has blown up: without weights it is %.3g, and for %d steps in a row it was above 1e6 "
             "times %.3g, the largest of its first %d steps",
             (long long)t->step, loss, BLOW_UP_STEPS, t->blow_up.largest, BLOW_UP_STEPS);
  return NTKW_SUCCESS;
}

/* Hand over what the rule needs: this rank's shards; the diagonals are there already; the losses are those of all
 * ranks, and are counted once. */
static void add_moments(trainer *t, int c) {
  const unsigned needs = ntkw_weighting_needs(t->weighting);
  if (needs & (NTKW_NEEDS_NORMS | NTKW_NEEDS_MAGNITUDES))
    ntkw_weighting_add_gradient(t->weighting, c, t->shards[c], (size_t)t->count, t->pde->network.precision);
  if (needs & NTKW_NEEDS_TRACES)
    ntkw_weighting_add_ntk_diagonal(t->weighting, c, NULL, 0); /* present, even on a rank without lanes */
  if ((needs & NTKW_NEEDS_LOSSES) && t->rank == 0) {
    ntkw_sum loss = t->losses[c];
    loss.count = t->pde->conditions[c].n_points * equations_count(t->pde->conditions[c].equations);
    ntkw_weighting_merge_residuals(t->weighting, c, &loss);
  }
}

static ntkw_status record_step(trainer *t) {
  ntkw_recording_step step = {.epoch = t->step,
                              .updated = true,
                              .losses = t->loss,
                              .weights = ntkw_weighting_weights(t->weighting),
                              .traces = ntkw_weighting_ntk_traces(t->weighting)};
  NTKW_TRY(ntkw_weighting_aggregate(t->weighting, t->loss, &step.total));
  return ntkw_recording_record(t->trace, &step, (const void *const *)t->shards);
}

/* Renew the weights from the shards of the conditions' gradients and weigh these. */
static ntkw_status weigh(trainer *t) {
  for (int c = 0; c < t->pde->n_conditions; c++) add_moments(t, c);
  const ntkw_status status = ntkw_weighting_update(t->weighting, t->step);
  if (status != NTKW_SUCCESS && status != NTKW_ZERO_NORM) return status;
  if (t->trace) NTKW_TRY(record_step(t));
  NTKW_TRY(ntkw_weighting_combine(t->weighting, (const void *const *)t->shards, (size_t)t->count,
                                  t->pde->network.precision, t->total));
  return status;
}

void trainer_offer(void *shards, int group, const tree_run *run, int n_final) {
  sharding_offer(shards, group, run, n_final);
}

/* Gradients at the present parameters and, meanwhile, their exchange: each condition's shard, or of all the weighted
 * ones the total. */
static ntkw_status make_shards(trainer *t, bool due, bool *stop) {
  const gradient_watch watch = {trainer_offer, t->sharding};
  void *total[] = {t->total};
  sharding_begin(t->sharding, due ? &t->separate : &t->combined);
  ntkw_status status = gradient_make(t->maker, t->step, kind_of_step(t, due), trainer_weights(t), t->weighting, &watch,
                                     t->losses, t->runs);
  status = reduce_losses(t, status, stop);
  if (status == NTKW_SUCCESS) status = refuse_blow_up(t);
  if (status == NTKW_SUCCESS) return sharding_end(t->sharding, t->runs, due ? t->shards : total);
  sharding_abandon(t->sharding, t->all);
  if (t->weighting) ntkw_weighting_discard(t->weighting);
  return status;
}

static ntkw_status renew_parameters(trainer *t) {
  const optimizer_step step = {t->step, t->step - t->optimizer_since,
                               learning_rate_at(&t->pde->optimizer.rate, t->step)};
  const objective goal = trainer_objective(t);
  return t->ops->step(t->optimizer, &step, &goal, t->parameters);
}

ntkw_status trainer_step(trainer *t, bool *stop) {
  const bool due = t->weighting && ntkw_weighting_due(t->weighting, t->step);
  NTKW_TRY(trainer_refresh(t));
  ntkw_status status = make_shards(t, due, stop);
  if (status != NTKW_SUCCESS) return status;
  if (due) status = weigh(t);
  if (status != NTKW_SUCCESS && status != NTKW_ZERO_NORM) return status;
  NTKW_TRY(renew_parameters(t));
  t->step++;
  return status;
}

ntkw_status trainer_measure(trainer *t) {
  NTKW_TRY(trainer_refresh(t));
  const ntkw_status made = gradient_make(t->maker, t->step, GRADIENT_NONE, NULL, NULL, NULL, t->losses, t->runs);
  return reduce_losses(t, made, NULL);
}

ntkw_status trainer_record(trainer *t, const char *path, const char *source) {
  const trainer_state state = trainer_get_state(t);
  NTKW_TRY(trainer_record_end(t));
  return trainer_trace_create(t->comm, path, source, t->pde, model_tensors(t->model), &state, &t->trace);
}

ntkw_status trainer_record_on(trainer *t, const char *path, const char *source) {
  const trainer_state state = trainer_get_state(t);
  NTKW_TRY(trainer_record_end(t));
  return trainer_trace_continue(t->comm, path, source, t->pde, model_tensors(t->model), &state, &t->trace);
}

ntkw_status trainer_record_end(trainer *t) {
  return ntkw_recording_close(&t->trace);
}
