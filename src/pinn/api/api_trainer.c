/* Trainers of ntkw/train.h: create, step, run, query, destroy. */
#include "pinn/api/handles.h"
#include "pinn/training/reference_solution.h"
#include "pinn/state/training_checkpoint.h"
#include "pinn/arithmetic/thread_pool.h"
#include "base/check.h"
#include "base/dtype.h"
#include "base/versioned_options.h"
#include "ranks/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ntkw_status take_options(const ntkw_trainer_options *given, ntkw_trainer_options *out) {
  ntkw_trainer_options_init(out);
  if (!given) return NTKW_SUCCESS;
  NTKW_TRY(ntkw_i_options_read(out, sizeof *out, given, "ntkw_trainer_options"));
  NTKW_CHECK(out->threads >= 0 && out->threads <= MAX_THREADS, NTKW_ERR_ARGUMENT,
             "the threads of a trainer are %d; expected 1 to %d, or 0 for OMP_NUM_THREADS", out->threads, MAX_THREADS);
  NTKW_CHECK(out->order == NTKW_ORDER_FIXED || out->order == NTKW_ORDER_FREE, NTKW_ERR_ARGUMENT,
             "the order of a trainer is number %d; expected NTKW_ORDER_FIXED or NTKW_ORDER_FREE", (int)out->order);
  NTKW_CHECK(out->log_every >= 0, NTKW_ERR_ARGUMENT,
             "the steps between rows of the history are %lld; expected a number >= 0", (long long)out->log_every);
  return NTKW_SUCCESS;
}

static ntkw_status check_threads(int n) {
  int level = MPI_THREAD_SINGLE;
  MPI_Query_thread(&level);
  NTKW_CHECK(n == 1 || level >= MPI_THREAD_FUNNELED, NTKW_ERR_MPI,
             "%d threads a rank were asked for, but MPI was initialised without MPI_THREAD_FUNNELED", n);
  return NTKW_SUCCESS;
}

/* Set this rank's number of threads; wanted 0: that of OMP_NUM_THREADS. Collective. */
static ntkw_status set_threads(trainer *inner, MPI_Comm comm, int wanted) {
  const int n = wanted > 0 ? wanted : thread_pool_size_wanted();
  int most = n;
  NTKW_TRY(ntkw_status_agree(comm, check_threads(n)));
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT, MPI_MAX, comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce of the numbers of threads failed");
  return most == 1 ? NTKW_SUCCESS : trainer_set_threads(inner, n);
}

static ntkw_status make_parts(ntkw_trainer *t, ntkw_checkpoint_reader *reader, api_run *out) {
  NTKW_TRY(trainer_create(t->comm, t->problem->pde, &out->inner));
  NTKW_TRY(set_threads(out->inner, t->comm, t->options.threads));
  if (t->options.order == NTKW_ORDER_FREE) NTKW_TRY(trainer_set_order(out->inner, ORDER_FREE));
  out->resumed = reader != NULL;
  return reader ? training_checkpoint_read(reader, out->inner, &out->past) : NTKW_SUCCESS;
}

ntkw_status api_run_make(ntkw_trainer *t, ntkw_checkpoint_reader *reader, api_run *out) {
  *out = (api_run){.inner = NULL};
  const ntkw_status status = make_parts(t, reader, out);
  if (status != NTKW_SUCCESS) api_run_free(out);
  return status;
}

void api_run_free(api_run *run) {
  evaluation_destroy(&run->evaluation);
  trainer_destroy(&run->inner);
  history_free(&run->past);
}

void api_run_take(ntkw_trainer *t, api_run *run) {
  api_run_free(&t->run);
  t->run = *run;
  *run = (api_run){.inner = NULL};
  t->error = NAN;
  for (int c = 0; c < MAX_CONDITIONS; c++) t->losses[c] = NAN;
}

ntkw_status api_reference_locate(ntkw_trainer *t, const char *run_folder) {
  problem *pde = t->problem->pde;
  bool elsewhere;
  const char *file = t->problem->run_folder ? NULL : pde->file;
  NTKW_TRY(reference_locate(t->comm, pde, file, run_folder, &elsewhere));
  if (elsewhere)
    api_warn(t->options.on_warning, t->options.data, "the reference %s is taken from %s", pde->reference,
             pde->reference_path);
  return NTKW_SUCCESS;
}

/* Settings that must be the same on every rank. The fixed size allows one broadcast. */
typedef struct common {
  int64_t steps, seed, log_every, order, length; /* length: bytes of the problem's text */
  char rule[MAX_NAME];
} common;

static ntkw_status compare(const common *own, const common *first, const char *source, const char *text, int rank) {
  NTKW_CHECK(text, NTKW_ERR_MEMORY, "out of memory to compare the problems of the ranks");
  NTKW_CHECK(own->length == first->length && strcmp(source, text) == 0 && own->steps == first->steps &&
                 own->seed == first->seed && strcmp(own->rule, first->rule) == 0,
             NTKW_ERR_DISAGREE, "the problem of a trainer differs on ranks 0 and %d: text, steps, seed or weighting",
             rank);
  NTKW_CHECK(own->log_every == first->log_every && own->order == first->order, NTKW_ERR_DISAGREE,
             "the options of a trainer differ: log_every is %lld, order %d on rank %d, %lld and %d on rank 0",
             (long long)own->log_every, (int)own->order, rank, (long long)first->log_every, (int)first->order);
  return NTKW_SUCCESS;
}

/* Check that this rank's problem and options equal those of rank 0. Collective. */
static ntkw_status check_same(const ntkw_trainer *t) {
  const problem *pde = t->problem->pde;
  common own = {.steps = pde->steps,
                .seed = (int64_t)pde->seed,
                .log_every = t->options.log_every,
                .order = t->options.order,
                .length = (int64_t)strlen(pde->source)};
  memcpy(own.rule, pde->rule, sizeof own.rule);
  common first = own;
  MPI_Bcast(&first, (int)sizeof first, MPI_BYTE, 0, t->comm);
  char *text = calloc((size_t)first.length + 1, 1);
  ntkw_status status =
      ntkw_status_agree(t->comm, text ? NTKW_SUCCESS : compare(&own, &first, pde->source, text, t->rank));
  if (status == NTKW_SUCCESS) {
    if (t->rank == 0) memcpy(text, pde->source, (size_t)first.length);
    MPI_Bcast(text, (int)first.length, MPI_CHAR, 0, t->comm);
    status = ntkw_status_agree(t->comm, compare(&own, &first, pde->source, text, t->rank));
  }
  free(text);
  return status;
}

static ntkw_status check_arguments(const ntkw_trainer *t, const ntkw_problem *p, ntkw_trainer **out) {
  NTKW_CHECK(p, NTKW_ERR_ARGUMENT, "ntkw_trainer_create: problem is NULL");
  NTKW_CHECK(out, NTKW_ERR_ARGUMENT, "ntkw_trainer_create: out is NULL");
  NTKW_CHECK(t, NTKW_ERR_MEMORY, "out of memory for the trainer");
  return NTKW_SUCCESS;
}

/* Create the parts of a trainer. Collective. After an error the caller must destroy the trainer. */
static ntkw_status make_trainer(ntkw_trainer *t, const ntkw_problem *p, const ntkw_trainer_options *options) {
  api_run run;
  ntkw_status status = take_options(options, &t->options);
  if (status == NTKW_SUCCESS) status = api_problem_copy(p, &t->problem);
  NTKW_TRY(ntkw_status_agree(t->comm, status));
  NTKW_TRY(check_same(t));
  NTKW_TRY(api_reference_locate(t, p->run_folder));
  NTKW_TRY(api_run_make(t, NULL, &run));
  api_run_take(t, &run);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_trainer_create(MPI_Comm comm, const ntkw_problem *p, const ntkw_trainer_options *options,
                                ntkw_trainer **out) {
  MPI_Comm own;
  if (out) *out = NULL;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a trainer", &own));
  ntkw_trainer *t = calloc(1, sizeof *t);
  ntkw_status status = ntkw_status_agree(own, check_arguments(t, p, out));
  if (status != NTKW_SUCCESS) {
    free(t);
    ntkw_i_communicator_free(&own);
    return status;
  }
  t->comm = own;
  MPI_Comm_rank(own, &t->rank);
  status = make_trainer(t, p, options);
  *out = t;
  if (status != NTKW_SUCCESS) ntkw_trainer_destroy(out);
  return status;
}

void ntkw_trainer_destroy(ntkw_trainer **handle) {
  if (!handle || !*handle) return;
  ntkw_trainer *t = *handle;
  api_run_free(&t->run);
  ntkw_problem_destroy(&t->problem);
  ntkw_i_communicator_free(&t->comm);
  free(t);
  *handle = NULL;
}

static void warn_once(const ntkw_trainer *t, bool *warned, const char *sentence) {
  if (!*warned) api_warn(t->options.on_warning, t->options.data, "%s", sentence);
  *warned = true;
}

static void take_losses(ntkw_trainer *t) {
  const double *losses = trainer_losses(t->run.inner);
  memcpy(t->losses, losses, (size_t)t->problem->pde->n_conditions * sizeof *losses);
}

/* Create the evaluation. If the reference of a resumed run is missing or does not fit the problem, warn and continue
 * without it. Collective. */
static ntkw_status make_evaluation(ntkw_trainer *t) {
  problem *pde = t->problem->pde;
  const MPI_Comm comm = trainer_comm(t->run.inner);
  const network *net = trainer_network(t->run.inner);
  const ntkw_status status = evaluation_create(comm, pde, net, &t->run.evaluation);
  const bool of_file = status == NTKW_ERR_FILE || status == NTKW_ERR_FORMAT || status == NTKW_ERR_PROBLEM;
  if (!of_file || !t->run.resumed || pde->reference[0] == '\0') return status;
  api_warn(t->options.on_warning, t->options.data, "%s; the run goes on without the error against this reference",
           ntkw_last_error());
  pde->without_reference = true;
  return evaluation_create(comm, pde, net, &t->run.evaluation);
}

ntkw_status api_measure_error(ntkw_trainer *t, double *error) {
  if (!t->run.evaluation) NTKW_TRY(make_evaluation(t));
  NTKW_TRY(trainer_refresh(t->run.inner));
  return evaluation_error(t->run.evaluation, error);
}

/* Do one step, with a row of the history if it is due. stop: as in trainer_step. Collective. */
static ntkw_status do_step(ntkw_trainer *t, bool *stop) {
  trainer *inner = t->run.inner;
  const int64_t step = trainer_steps_done(inner), every = t->options.log_every;
  const bool logged = every > 0 && step % every == 0;
  t->error = NAN;
  if (logged) NTKW_TRY(api_measure_error(t, &t->error));
  const ntkw_status status = trainer_step(inner, stop);
  if (status == NTKW_ZERO_NORM)
    warn_once(t, &t->warned_of_zero_norm, ntkw_last_error());
  else if (status != NTKW_SUCCESS)
    return status;
  take_losses(t);
  if (trainer_loss_is_high(inner))
    warn_once(t, &t->warned_of_high_loss,
              "the loss is above 1e6 times the largest of its first 100 steps: if it stays there for 100 steps, the "
              "next step fails");
  if (!logged) return NTKW_SUCCESS;
  return ntkw_status_agree(
      t->comm, history_record(&t->run.past, t->problem->pde, step, t->losses, trainer_weights(inner), t->error));
}

ntkw_status ntkw_trainer_step(ntkw_trainer *t) {
  bool stop = false;
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_step: trainer is NULL");
  return do_step(t, &stop);
}

/* Check that the number of steps is valid and the same on every rank. Collective. */
static ntkw_status check_steps(const ntkw_trainer *t, int64_t n_steps) {
  int64_t bounds[] = {n_steps, -n_steps};
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, bounds, 2, MPI_INT64_T, MPI_MAX, t->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce of the number of steps failed");
  NTKW_CHECK(bounds[0] == -bounds[1], NTKW_ERR_DISAGREE,
             "ntkw_trainer_run: n_steps differs over the ranks, from %lld to %lld", (long long)-bounds[1],
             (long long)bounds[0]);
  NTKW_CHECK(n_steps >= 0 || n_steps == NTKW_ALL_STEPS, NTKW_ERR_ARGUMENT,
             "ntkw_trainer_run: n_steps is %lld; expected a number >= 0, or NTKW_ALL_STEPS", (long long)n_steps);
  return NTKW_SUCCESS;
}

static int tell_progress(const ntkw_trainer *t, ntkw_trainer_on_progress on_progress, void *data) {
  const double *weights = trainer_weights(t->run.inner);
  ntkw_trainer_progress now = {.step = trainer_steps_done(t->run.inner) - 1,
                               .n_conditions = t->problem->pde->n_conditions,
                               .losses = t->losses,
                               .weights = weights,
                               .error = t->error};
  for (int c = 0; c < now.n_conditions; c++) now.total += weights[c] * t->losses[c];
  return on_progress(&now, data);
}

ntkw_status ntkw_trainer_run(ntkw_trainer *t, int64_t n_steps, ntkw_trainer_on_progress on_progress, void *data) {
  bool asked = false, stop = false;
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_run: trainer is NULL");
  NTKW_TRY(check_steps(t, n_steps));
  if (n_steps == NTKW_ALL_STEPS) n_steps = t->problem->pde->steps - trainer_steps_done(t->run.inner);
  for (int64_t done = 0; done < n_steps && !stop; done++) {
    stop = asked;
    NTKW_TRY(do_step(t, &stop));
    if (on_progress && tell_progress(t, on_progress, data) != 0) asked = true;
  }
  return NTKW_SUCCESS;
}

ntkw_status ntkw_trainer_measure(ntkw_trainer *t) {
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_measure: trainer is NULL");
  NTKW_TRY(trainer_measure(t->run.inner));
  take_losses(t);
  return NTKW_SUCCESS;
}

const ntkw_problem *ntkw_trainer_problem(const ntkw_trainer *t) {
  return t ? t->problem : NULL;
}
int64_t ntkw_trainer_steps_done(const ntkw_trainer *t) {
  return t ? trainer_steps_done(t->run.inner) : 0;
}
const double *ntkw_trainer_losses(const ntkw_trainer *t) {
  return t ? t->losses : NULL;
}
const double *ntkw_trainer_weights(const ntkw_trainer *t) {
  return t ? trainer_weights(t->run.inner) : NULL;
}
int64_t ntkw_trainer_parameter_count(const ntkw_trainer *t) {
  return t ? trainer_parameter_count(t->run.inner) : 0;
}

ntkw_status ntkw_trainer_shard(const ntkw_trainer *t, int64_t *offset, int64_t *count) {
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_shard: trainer is NULL");
  const trainer_state state = trainer_get_state(t->run.inner);
  if (offset) *offset = state.offset;
  if (count) *count = state.count;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_trainer_get_parameters(const ntkw_trainer *t, void *values) {
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_get_parameters: trainer is NULL");
  const trainer_state state = trainer_get_state(t->run.inner);
  const size_t width = ntkw_i_value_size(ntkw_problem_dtype(t->problem));
  NTKW_CHECK(values || state.count == 0, NTKW_ERR_ARGUMENT, "ntkw_trainer_get_parameters: values is NULL");
  if (state.count > 0) memcpy(values, state.parameters, (size_t)state.count * width);
  return NTKW_SUCCESS;
}
