/* Create and destroy a weighting. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/check.h"
#include "ranks/comm.h"
#include "weighting/weighting_impl.h"

/* Copy the names of the conditions and of the rule: the caller may free them after create. */
static ntkw_status copy_names(ntkw_weighting *weighting, const char *const names[]) {
  const size_t pointers = (size_t)weighting->n * sizeof *weighting->names;
  size_t characters = strlen(weighting->settings.name) + 1;
  for (int c = 0; c < weighting->n; c++) characters += strlen(names[c]) + 1;
  weighting->names = malloc(pointers + characters);
  NTKW_CHECK(weighting->names, NTKW_ERR_MEMORY, "out of memory: %zu bytes for names", pointers + characters);
  char *to = (char *)weighting->names + pointers;
  for (int c = 0; c < weighting->n; c++) {
    const size_t length = strlen(names[c]) + 1;
    weighting->names[c] = memcpy(to, names[c], length);
    to += length;
  }
  weighting->settings.name = strcpy(to, weighting->settings.name);
  return NTKW_SUCCESS;
}

static void copy_own_rule(ntkw_weighting *weighting) {
  if (!weighting->settings.own) return;
  weighting->own = *weighting->settings.own;
  weighting->own.name = weighting->settings.name;
  weighting->settings.own = &weighting->own;
}

static ntkw_status allocate_state(ntkw_weighting *weighting) {
  const size_t n = (size_t)weighting->n;
  weighting->n_values = 6 * weighting->n + weighting->own.memory_count;
  weighting->weights = calloc((size_t)weighting->n_values, sizeof *weighting->weights);
  weighting->first = calloc(2 * n, sizeof *weighting->first);
  NTKW_CHECK(weighting->weights && weighting->first, NTKW_ERR_MEMORY, "out of memory for the weights of %d conditions",
             weighting->n);
  weighting->norms = weighting->weights + n;
  weighting->squared_norms = weighting->norms + n;
  weighting->traces = weighting->squared_norms + n;
  weighting->losses = weighting->traces + n;
  weighting->magnitudes = weighting->losses + n;
  weighting->memory = weighting->magnitudes + n;
  weighting->final = weighting->first + n;
  return NTKW_SUCCESS;
}

static ntkw_status allocate_workspace(ntkw_weighting *weighting) {
  const size_t n = (size_t)weighting->n, own = weighting->settings.own ? 1 : 0;
  ntkw_i_workspace *workspace = &weighting->workspace;
  workspace->taking_part = calloc(n, sizeof *workspace->taking_part);
  workspace->quantity = calloc(n, sizeof *workspace->quantity);
  workspace->value =
      calloc(2 * n + own * (6 * n + 1 + n + (size_t)weighting->own.memory_count), sizeof *workspace->value);
  NTKW_CHECK(workspace->taking_part && workspace->quantity && workspace->value, NTKW_ERR_MEMORY,
             "out of memory for the rule of %d conditions", weighting->n);
  workspace->target = workspace->value + n;
  workspace->moments = workspace->target + n;
  workspace->broadcast = workspace->moments + own * 6 * n;
  return NTKW_SUCCESS;
}

static ntkw_status allocate(ntkw_weighting *weighting, int size) {
  const size_t n = (size_t)weighting->n;
  weighting->local.addends = calloc(n * (size_t)weighting->layout.slots, sizeof *weighting->local.addends);
  weighting->message = calloc((size_t)weighting->layout.count, sizeof *weighting->message);
  weighting->reduced = calloc(n, sizeof *weighting->reduced);
  NTKW_CHECK(weighting->local.addends && weighting->message && weighting->reduced, NTKW_ERR_MEMORY,
             "out of memory for a weighting of %d conditions", weighting->n);
  NTKW_TRY(allocate_state(weighting));
  NTKW_TRY(allocate_workspace(weighting));
  if (!weighting->safe_mode.on) return NTKW_SUCCESS;
  weighting->safe_mode.shown = calloc((size_t)NTKW_I_SHOWN * (size_t)size, sizeof *weighting->safe_mode.shown);
  weighting->safe_mode.theirs = calloc(2 * ((size_t)weighting->n_values + 5 * n), sizeof *weighting->safe_mode.theirs);
  NTKW_CHECK(weighting->safe_mode.shown && weighting->safe_mode.theirs, NTKW_ERR_MEMORY,
             "out of memory for the safe mode of %d ranks", size);
  return NTKW_SUCCESS;
}

static void set_initial_values(ntkw_weighting *weighting) {
  const ntkw_i_settings *settings = &weighting->settings;
  for (int i = 0; i < 6 * weighting->n; i++) weighting->weights[i] = NAN;
  for (int c = 0; c < weighting->n; c++) {
    weighting->first[c] = settings->initial_weights ? settings->initial_weights[c] : 1.0;
    weighting->final[c] = settings->final_weights ? settings->final_weights[c] : weighting->first[c];
    weighting->weights[c] = weighting->first[c];
  }
  ntkw_i_local_clear(weighting);
}

/* The local part of create. After an error the caller frees weighting, which keeps the memory allocated so far. */
static ntkw_status make(ntkw_weighting *weighting, int n, const char *const names[],
                        const ntkw_weighting_options *options, int size) {
  NTKW_TRY(ntkw_i_settings_make(n, names, options, &weighting->settings));
  const ntkw_i_settings *settings = &weighting->settings;
  weighting->n = n;
  weighting->safe_mode.on = ntkw_i_safe_mode_wanted();
  weighting->layout = ntkw_i_layout_make(n, settings->dtype, settings->needs, settings->norms);
  NTKW_TRY(copy_names(weighting, names));
  copy_own_rule(weighting);
  NTKW_TRY(allocate(weighting, size));
  set_initial_values(weighting);
  weighting->options_fingerprint = ntkw_i_options_fingerprint(weighting);
  return NTKW_SUCCESS;
}

static void release(ntkw_weighting *weighting) {
  if (!weighting) return;
  void *const owned[] = {weighting->names,
                         weighting->local.addends,
                         weighting->message,
                         weighting->reduced,
                         weighting->workspace.taking_part,
                         weighting->workspace.quantity,
                         weighting->workspace.value,
                         weighting->weights,
                         weighting->first,
                         weighting->safe_mode.shown,
                         weighting->safe_mode.theirs};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(weighting);
}

static ntkw_status duplicate(MPI_Comm comm, MPI_Comm *copy, int *rank, int *size) {
  NTKW_TRY(ntkw_i_communicator_check(comm, "the communicator of a weighting"));
  NTKW_CHECK(MPI_Comm_dup(comm, copy) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Comm_dup failed on a weighting's communicator");
  if (MPI_Comm_set_errhandler(*copy, MPI_ERRORS_RETURN) == MPI_SUCCESS && MPI_Comm_rank(*copy, rank) == MPI_SUCCESS &&
      MPI_Comm_size(*copy, size) == MPI_SUCCESS)
    return NTKW_SUCCESS;
  MPI_Comm_free(copy);
  return ntkw_i_fail(NTKW_ERR_MPI, "MPI failed to describe the duplicate of a weighting's communicator");
}

/* The local part of create, with arguments checked. Its error message begins with the rank, because other ranks may
 * report it. */
static ntkw_status make_on_rank(ntkw_weighting *weighting, int n, const char *const names[],
                                const ntkw_weighting_options *options, ntkw_weighting **out, int rank, int size) {
  ntkw_status status = NTKW_SUCCESS;
  if (!weighting)
    status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a weighting");
  else if (!out)
    status = ntkw_i_fail(NTKW_ERR_ARGUMENT, "the pointer for the new weighting is NULL");
  else
    status = make(weighting, n, names, options, size);
  return status == NTKW_SUCCESS ? status : ntkw_i_fail(status, "rank %d: %s", rank, ntkw_last_error());
}

/* Without this check the duplication of replica_comm would hang if only some ranks have one. */
static ntkw_status agree_on_replicas(MPI_Comm comm, MPI_Comm replica_comm) {
  int has[2] = {replica_comm != MPI_COMM_NULL, replica_comm == MPI_COMM_NULL};
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, has, 2, MPI_INT, MPI_SUM, comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce failed while the ranks compared the options of a weighting");
  NTKW_CHECK(has[0] == 0 || has[1] == 0, NTKW_ERR_DISAGREE,
             "the ranks disagree on replica_comm: %d ranks have one, %d have MPI_COMM_NULL; expected the same on all",
             has[0], has[1]);
  return NTKW_SUCCESS;
}

/* The duplicates of the user's communicators. They are made before any other argument is checked: a rank with a bad
 * argument must not keep the others waiting. */
typedef struct communicators {
  MPI_Comm comm, replicas;
  int rank, size, replica, replica_size;
} communicators;

static ntkw_status join(MPI_Comm comm, const ntkw_weighting_options *options, communicators *own) {
  ntkw_weighting_options all;
  (void)!ntkw_i_weighting_options_read(options, &all); /* make reports an error in the options */
  const MPI_Comm replica_comm = all.replica_comm;
  own->replicas = MPI_COMM_NULL;
  NTKW_TRY(duplicate(comm, &own->comm, &own->rank, &own->size));
  ntkw_status status = agree_on_replicas(own->comm, replica_comm);
  if (status == NTKW_SUCCESS && replica_comm != MPI_COMM_NULL) {
    status = duplicate(replica_comm, &own->replicas, &own->replica, &own->replica_size);
    status = ntkw_status_agree(own->comm, status);
  }
  if (status != NTKW_SUCCESS) MPI_Comm_free(&own->comm);
  return status;
}

static void leave(communicators *own) {
  if (own->replicas != MPI_COMM_NULL) MPI_Comm_free(&own->replicas);
  MPI_Comm_free(&own->comm);
}

static void take(ntkw_weighting *weighting, const communicators *own) {
  weighting->comm = own->comm;
  weighting->rank = own->rank;
  weighting->size = own->size;
  weighting->request[0] = weighting->request[1] = MPI_REQUEST_NULL;
  weighting->safe_mode.replicas = own->replicas;
  weighting->safe_mode.replica = own->replica;
  weighting->safe_mode.replica_size = own->replica_size;
}

ntkw_status ntkw_weighting_create(MPI_Comm comm, int n, const char *const names[],
                                  const ntkw_weighting_options *options, ntkw_weighting **out) {
  communicators own;
  if (out) *out = NULL;
  NTKW_TRY(join(comm, options, &own));
  ntkw_weighting *weighting = calloc(1, sizeof *weighting);
  ntkw_status status = make_on_rank(weighting, n, names, options, out, own.rank, own.size);
  status = ntkw_i_agree_everywhere(own.comm, own.replicas, status);
  if (status == NTKW_SUCCESS) {
    take(weighting, &own);
    status = ntkw_i_agree_on_options(weighting);
  }
  if (status == NTKW_SUCCESS) {
    *out = weighting;
    return status;
  }
  release(weighting);
  leave(&own);
  return status;
}

void ntkw_weighting_destroy(ntkw_weighting **handle) {
  if (!handle || !*handle) return;
  ntkw_weighting *weighting = *handle;
  if (!ntkw_i_mpi_is_over()) {
    ntkw_i_safe_mode_check(weighting, NTKW_I_DESTROY, 0); /* a rank in another call gets an error */
    /* MPI forbids cancelling a collective, and its buffer, the message, must live until it is complete. */
    for (int i = 0; weighting->begun && i < 2; i++) MPI_Wait(&weighting->request[i], MPI_STATUS_IGNORE);
  }
  ntkw_i_communicator_free(&weighting->safe_mode.replicas);
  ntkw_i_communicator_free(&weighting->comm);
  release(weighting);
  *handle = NULL;
}
