/* Making a weighting, and freeing it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "status/check.h"
#include "status/communicator.h"
#include "weighting/compared.h"
#include "weighting/fingerprint.h"
#include "weighting/handle.h"

/* The user's names may go away after create: copy those of the conditions, and that of a rule of the user's own. */
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

static ntkw_status allocate_state(ntkw_weighting *w) {
  const size_t n = (size_t)w->n;
  w->n_values = 6 * w->n + w->own.memory_count;
  w->weights = calloc((size_t)w->n_values, sizeof *w->weights);
  w->first = calloc(2 * n, sizeof *w->first);
  NTKW_CHECK(w->weights && w->first, NTKW_ERR_MEMORY, "out of memory for the weights of %d conditions", w->n);
  w->norms = w->weights + n;
  w->squared_norms = w->norms + n;
  w->traces = w->squared_norms + n;
  w->losses = w->traces + n;
  w->magnitudes = w->losses + n;
  w->memory = w->magnitudes + n;
  w->final = w->first + n;
  return NTKW_SUCCESS;
}

static ntkw_status allocate_workspace(ntkw_weighting *w) {
  const size_t n = (size_t)w->n, own = w->settings.own ? 1 : 0;
  ntkw_i_workspace *workspace = &w->workspace;
  workspace->taking_part = calloc(n, sizeof *workspace->taking_part);
  workspace->quantity = calloc(n, sizeof *workspace->quantity);
  workspace->value = calloc(2 * n + own * (6 * n + 1 + n + (size_t)w->own.memory_count), sizeof *workspace->value);
  NTKW_CHECK(workspace->taking_part && workspace->quantity && workspace->value, NTKW_ERR_MEMORY,
             "out of memory for the rule of %d conditions", w->n);
  workspace->target = workspace->value + n;
  workspace->moments = workspace->target + n;
  workspace->broadcast = workspace->moments + own * 6 * n;
  return NTKW_SUCCESS;
}

static ntkw_status allocate(ntkw_weighting *w, int size) {
  const size_t n = (size_t)w->n;
  w->local.addends = calloc(n * (size_t)w->layout.slots, sizeof *w->local.addends);
  w->message = calloc((size_t)w->layout.count, sizeof *w->message);
  w->reduced = calloc(n, sizeof *w->reduced);
  NTKW_CHECK(w->local.addends && w->message && w->reduced, NTKW_ERR_MEMORY,
             "out of memory for a weighting of %d conditions", w->n);
  NTKW_TRY(allocate_state(w));
  NTKW_TRY(allocate_workspace(w));
  if (!w->safe.on) return NTKW_SUCCESS;
  w->safe.shown = calloc((size_t)NTKW_I_SHOWN * (size_t)size, sizeof *w->safe.shown);
  w->safe.theirs = calloc(2 * ((size_t)w->n_values + 5 * n), sizeof *w->safe.theirs);
  NTKW_CHECK(w->safe.shown && w->safe.theirs, NTKW_ERR_MEMORY, "out of memory for the safe mode of %d ranks", size);
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

static void fingerprint_options(ntkw_weighting *weighting) {
#define VALUE_OF(name, value) (int64_t)(value),
  const ntkw_weighting *w = weighting;
  const int64_t numbers[] = {NTKW_I_COMPARED(VALUE_OF)};
#undef VALUE_OF
  const ntkw_i_settings *settings = &weighting->settings;
  uint64_t fingerprint = ntkw_i_fingerprint_text(0, settings->name);
  for (int c = 0; c < weighting->n; c++) fingerprint = ntkw_i_fingerprint_text(fingerprint, weighting->names[c]);
  fingerprint = ntkw_i_fingerprint_doubles(fingerprint, &settings->alpha, 1);
  fingerprint = ntkw_i_fingerprint_doubles(fingerprint, &settings->cap, 1);
  fingerprint = ntkw_i_fingerprint_doubles(fingerprint, weighting->first, 2 * (size_t)weighting->n);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    fingerprint = ntkw_i_fingerprint_word(fingerprint, (uint64_t)numbers[i]);
  weighting->options_fingerprint = fingerprint;
}

/* All that is local of create; on error what was made so far is left in weighting. */
static ntkw_status make(ntkw_weighting *weighting, int n, const char *const names[],
                        const ntkw_weighting_options *options, int size) {
  NTKW_TRY(ntkw_i_settings_make(n, names, options, &weighting->settings));
  const ntkw_i_settings *settings = &weighting->settings;
  weighting->n = n;
  weighting->safe.on = ntkw_i_safe_wanted();
  weighting->layout = ntkw_i_layout_make(n, settings->dtype, settings->needs, settings->norms);
  NTKW_TRY(copy_names(weighting, names));
  copy_own_rule(weighting);
  NTKW_TRY(allocate(weighting, size));
  set_initial_values(weighting);
  fingerprint_options(weighting);
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
                         weighting->safe.shown,
                         weighting->safe.theirs};
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

/* The local part; its sentence is prefixed by the rank, for it may be shown on every other one. */
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

/* Some ranks with replicas and some without: the duplication of replica_comm would hang. */
static ntkw_status agree_on_replicas(MPI_Comm comm, MPI_Comm replica_comm) {
  int has[2] = {replica_comm != MPI_COMM_NULL, replica_comm == MPI_COMM_NULL};
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, has, 2, MPI_INT, MPI_SUM, comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce failed while the ranks compared the options of a weighting");
  NTKW_CHECK(has[0] == 0 || has[1] == 0, NTKW_ERR_DISAGREE,
             "the ranks disagree on replica_comm: %d ranks have one, %d have MPI_COMM_NULL; expected the same on all",
             has[0], has[1]);
  return NTKW_SUCCESS;
}

/* Our own communicators, made before any other argument is looked at: a rank with bad ones must not keep the others
 * waiting. */
typedef struct communicators {
  MPI_Comm comm, replicas;
  int rank, size, replica, replica_size;
} communicators;

static ntkw_status join(MPI_Comm comm, const ntkw_weighting_options *options, communicators *own) {
  ntkw_weighting_options all;
  (void)!ntkw_i_weighting_options_read(options, &all); /* what is wrong with them is said by make */
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
  weighting->safe.replicas = own->replicas;
  weighting->safe.replica = own->replica;
  weighting->safe.replica_size = own->replica_size;
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

void ntkw_weighting_destroy(ntkw_weighting **weighting) {
  if (!weighting || !*weighting) return;
  ntkw_weighting *w = *weighting;
  if (!ntkw_i_mpi_is_over()) {
    ntkw_i_safe_check(w, NTKW_I_DESTROY, 0); /* a rank that is in another call is told so */
    /* MPI forbids to cancel a collective, and the message must outlive it. */
    for (int i = 0; w->begun && i < 2; i++) MPI_Wait(&w->request[i], MPI_STATUS_IGNORE);
  }
  ntkw_i_communicator_free(&w->safe.replicas);
  ntkw_i_communicator_free(&w->comm);
  release(w);
  *weighting = NULL;
}
