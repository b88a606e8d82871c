/* Making a weighting, and freeing it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "status/check.h"
#include "weighting/fingerprint.h"
#include "weighting/handle.h"

static ntkw_status copy_names(ntkw_weighting *weighting, const char *const names[]) {
  const size_t pointers = (size_t)weighting->n * sizeof *weighting->names;
  size_t characters = 0;
  for (int c = 0; c < weighting->n; c++) characters += strlen(names[c]) + 1;
  weighting->names = malloc(pointers + characters);
  NTKW_CHECK(weighting->names, NTKW_ERR_MEMORY, "out of memory: %zu bytes for names", pointers + characters);
  char *to = (char *)weighting->names + pointers;
  for (int c = 0; c < weighting->n; c++) {
    const size_t length = strlen(names[c]) + 1;
    weighting->names[c] = memcpy(to, names[c], length);
    to += length;
  }
  return NTKW_SUCCESS;
}

static ntkw_status allocate(ntkw_weighting *w) {
  const size_t n = (size_t)w->n;
  w->local.condition = calloc(n, sizeof *w->local.condition);
  w->message = calloc((size_t)w->layout.count, sizeof *w->message);
  w->reduced = calloc(n, sizeof *w->reduced);
  w->workspace.taking_part = calloc(n, sizeof *w->workspace.taking_part);
  w->workspace.norm = calloc(3 * n, sizeof *w->workspace.norm);
  w->weights = calloc(4 * n, sizeof *w->weights);
  NTKW_CHECK(w->local.condition && w->message && w->reduced && w->workspace.taking_part && w->workspace.norm &&
                 w->weights,
             NTKW_ERR_MEMORY, "out of memory for a weighting of %d conditions", w->n);
  w->workspace.trace = w->workspace.norm + n;
  w->workspace.target = w->workspace.trace + n;
  w->norms = w->weights + n;
  w->squared_norms = w->norms + n;
  w->traces = w->squared_norms + n;
  return NTKW_SUCCESS;
}

static void set_initial_values(ntkw_weighting *weighting, const double *initial_weights) {
  for (int c = 0; c < weighting->n; c++) {
    weighting->weights[c] = initial_weights ? initial_weights[c] : 1.0;
    weighting->norms[c] = weighting->squared_norms[c] = weighting->traces[c] = NAN;
  }
  ntkw_i_local_clear(weighting);
}

static void fingerprint_options(ntkw_weighting *weighting) {
  uint64_t fingerprint = ntkw_i_fingerprint_text(0, weighting->rule->name);
  for (int c = 0; c < weighting->n; c++) fingerprint = ntkw_i_fingerprint_text(fingerprint, weighting->names[c]);
  fingerprint = ntkw_i_fingerprint_doubles(fingerprint, &weighting->alpha, 1);
  fingerprint = ntkw_i_fingerprint_word(fingerprint, (uint64_t)weighting->update_every);
  fingerprint = ntkw_i_fingerprint_word(fingerprint, (uint64_t)weighting->dtype);
  weighting->options_fingerprint = ntkw_i_fingerprint_word(fingerprint, (uint64_t)weighting->parameter_count);
}

/* All that is local of create; on error what was made so far is left in weighting. */
static ntkw_status make(ntkw_weighting *weighting, int n, const char *const names[],
                        const ntkw_weighting_options *options) {
  ntkw_i_settings settings;
  NTKW_TRY(ntkw_i_settings_make(n, names, options, &settings));
  weighting->n = n;
  weighting->rule = settings.rule;
  weighting->alpha = settings.alpha;
  weighting->update_every = settings.update_every;
  weighting->dtype = settings.dtype;
  weighting->parameter_count = settings.parameter_count;
  weighting->layout = ntkw_i_layout_make(n, settings.dtype, (settings.rule->needs & NTKW_I_TRACES) != 0);
  NTKW_TRY(copy_names(weighting, names));
  NTKW_TRY(allocate(weighting));
  set_initial_values(weighting, settings.initial_weights);
  fingerprint_options(weighting);
  return NTKW_SUCCESS;
}

static void release(ntkw_weighting *weighting) {
  if (!weighting) return;
  free(weighting->names);
  free(weighting->local.condition);
  free(weighting->message);
  free(weighting->reduced);
  free(weighting->workspace.taking_part);
  free(weighting->workspace.norm);
  free(weighting->weights);
  free(weighting);
}

static ntkw_status duplicate(MPI_Comm comm, MPI_Comm *copy, int *rank, int *size) {
  NTKW_CHECK(comm != MPI_COMM_NULL, NTKW_ERR_ARGUMENT, "the communicator of a weighting is MPI_COMM_NULL");
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
                                const ntkw_weighting_options *options, ntkw_weighting **out, int rank) {
  ntkw_status status = NTKW_SUCCESS;
  if (!weighting)
    status = ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for a weighting");
  else if (!out)
    status = ntkw_i_fail(NTKW_ERR_ARGUMENT, "the pointer for the new weighting is NULL");
  else
    status = make(weighting, n, names, options);
  return status == NTKW_SUCCESS ? status : ntkw_i_fail(status, "rank %d: %s", rank, ntkw_last_error());
}

ntkw_status ntkw_weighting_create(MPI_Comm comm, int n, const char *const names[],
                                  const ntkw_weighting_options *options, ntkw_weighting **out) {
  MPI_Comm copy = MPI_COMM_NULL;
  int rank = 0, size = 0;
  if (out) *out = NULL;
  NTKW_TRY(duplicate(comm, &copy, &rank, &size));
  ntkw_weighting *weighting = calloc(1, sizeof *weighting);
  ntkw_status status = ntkw_status_agree(copy, make_on_rank(weighting, n, names, options, out, rank));
  if (status == NTKW_SUCCESS) {
    weighting->comm = copy;
    weighting->rank = rank;
    weighting->size = size;
    weighting->request = MPI_REQUEST_NULL;
    status = ntkw_i_agree_on_options(weighting);
  }
  if (status == NTKW_SUCCESS) {
    *out = weighting;
    return status;
  }
  release(weighting);
  MPI_Comm_free(&copy);
  return status;
}

void ntkw_weighting_destroy(ntkw_weighting **weighting) {
  if (!weighting || !*weighting) return;
  /* MPI forbids to cancel a collective, and the message must outlive it. */
  if ((*weighting)->begun) MPI_Wait(&(*weighting)->request, MPI_STATUS_IGNORE);
  MPI_Comm_free(&(*weighting)->comm);
  release(*weighting);
  *weighting = NULL;
}
