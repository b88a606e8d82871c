#include "base/check.h"
#include "base/versioned_options.h"
#include "recording/recording_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CONDITIONS = 4096 };

static const ntkw_recording_options defaults = {
    .size = sizeof(ntkw_recording_options), .alpha = 0.5, .update_every = 1, .dtype = NTKW_FLOAT64};

void ntkw_recording_options_init_sized(ntkw_recording_options *options, size_t size) {
  ntkw_i_options_init(options, size, &defaults, sizeof defaults);
}

void ntkw_i_recording_setup_free(recording_setup *setup) {
  for (int c = 0; setup->conditions && c < setup->n_conditions; c++) free(setup->conditions[c]);
  for (int s = 0; setup->segments && s < setup->n_segments; s++) free((char *)setup->segments[s].name);
  free(setup->conditions);
  free(setup->segments);
  free(setup->initial_weights);
  free(setup->entries);
  free(setup->pieces);
  *setup = (recording_setup){0};
}

static ntkw_status check_names(int n, const char *const names[]) {
  NTKW_CHECK(n >= 1 && n <= MOST_CONDITIONS, NTKW_ERR_ARGUMENT, "a recording of %d conditions; expected 1 to %d", n,
             MOST_CONDITIONS);
  NTKW_CHECK(names, NTKW_ERR_ARGUMENT, "the names of a recording's conditions are NULL");
  for (int c = 0; c < n; c++) {
    NTKW_CHECK(names[c] && *names[c], NTKW_ERR_ARGUMENT, "condition %d of a recording has no name", c);
    for (int other = 0; other < c; other++)
      NTKW_CHECK(strcmp(names[c], names[other]) != 0, NTKW_ERR_ARGUMENT,
                 "conditions %d and %d of a recording have the same name, \"%s\"", other, c, names[c]);
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_numbers(const ntkw_recording_options *o) {
  NTKW_CHECK(o->alpha >= 0 && o->alpha <= 1, NTKW_ERR_ARGUMENT, "alpha of a recording is %g; expected 0 to 1",
             o->alpha);
  NTKW_CHECK(o->update_every >= 1, NTKW_ERR_ARGUMENT, "update_every of a recording is %lld; expected at least 1",
             (long long)o->update_every);
  NTKW_CHECK(o->dtype == NTKW_FLOAT32 || o->dtype == NTKW_FLOAT64, NTKW_ERR_ARGUMENT,
             "dtype of a recording is %d; expected NTKW_FLOAT32 or NTKW_FLOAT64", (int)o->dtype);
  NTKW_CHECK(o->parameter_count >= 1 && o->parameter_count <= INT32_MAX, NTKW_ERR_ARGUMENT,
             "parameter_count of a recording is %lld; expected 1 to 2^31 - 1", (long long)o->parameter_count);
  NTKW_CHECK(o->n_segments >= 0 && (o->segments || o->n_segments == 0), NTKW_ERR_ARGUMENT,
             "a recording of %d segments%s", o->n_segments, o->segments ? "" : " that are NULL");
  NTKW_CHECK(o->n_pieces >= 0 && (o->pieces || o->n_pieces == 0), NTKW_ERR_ARGUMENT,
             "a shard of %d pieces%s in a recording", o->n_pieces, o->pieces ? "" : " that are NULL");
  return NTKW_SUCCESS;
}

static int64_t size_of(const ntkw_recording_segment *segment, int64_t most) {
  int64_t size = 1;
  for (int d = 0; d < segment->ndim; d++) {
    if (segment->shape[d] < 0 || (segment->shape[d] > 0 && size > most / segment->shape[d])) return -1;
    size *= segment->shape[d];
  }
  return size;
}

static ntkw_status check_segments(const ntkw_recording_options *o) {
  int64_t end = 0;
  for (int s = 0; s < o->n_segments; s++) {
    const ntkw_recording_segment *segment = &o->segments[s];
    NTKW_CHECK(segment->name && *segment->name, NTKW_ERR_ARGUMENT, "segment %d of a recording has no name", s);
    NTKW_CHECK(segment->ndim >= 0 && segment->ndim <= 4, NTKW_ERR_ARGUMENT,
               "segment \"%s\" of a recording has %d dimensions; expected 0 to 4", segment->name, segment->ndim);
    const int64_t size = size_of(segment, o->parameter_count);
    NTKW_CHECK(size >= 0 && size <= o->parameter_count - end, NTKW_ERR_ARGUMENT,
               "segment \"%s\" of a recording goes beyond its %lld parameters", segment->name,
               (long long)o->parameter_count);
    end += size;
  }
  NTKW_CHECK(o->n_segments == 0 || end == o->parameter_count, NTKW_ERR_ARGUMENT,
             "the segments of a recording have %lld parameters together; expected %lld", (long long)end,
             (long long)o->parameter_count);
  return NTKW_SUCCESS;
}

static ntkw_status check_pieces(const ntkw_recording_options *o) {
  for (int p = 0; p < o->n_pieces; p++) {
    const ntkw_recording_piece piece = o->pieces[p];
    NTKW_CHECK(piece.offset >= 0 && piece.count >= 0 && piece.offset <= o->parameter_count - piece.count,
               NTKW_ERR_ARGUMENT,
               "piece %d of a recording's shard has offset %lld and count %lld; there are %lld parameters", p,
               (long long)piece.offset, (long long)piece.count, (long long)o->parameter_count);
  }
  return NTKW_SUCCESS;
}

static ntkw_status copy_text(char *to, size_t size, const char *what, const char *text) {
  NTKW_CHECK(*text && strlen(text) < size, NTKW_ERR_ARGUMENT,
             "the %s of a recording has %zu characters; expected 1 to %zu", what, strlen(text), size - 1);
  strcpy(to, text);
  return NTKW_SUCCESS;
}

static ntkw_status copy_conditions(recording_setup *to, const char *const names[], const double *weights) {
  to->conditions = calloc((size_t)to->n_conditions, sizeof *to->conditions);
  to->initial_weights = calloc((size_t)to->n_conditions, sizeof *to->initial_weights);
  NTKW_CHECK(to->conditions && to->initial_weights, NTKW_ERR_MEMORY, "out of memory for a recording");
  for (int c = 0; c < to->n_conditions; c++) {
    to->conditions[c] = strdup(names[c]);
    NTKW_CHECK(to->conditions[c], NTKW_ERR_MEMORY, "out of memory for a recording");
    to->initial_weights[c] = weights ? weights[c] : 1;
    NTKW_CHECK(isfinite(to->initial_weights[c]), NTKW_ERR_NOT_FINITE,
               "the initial weight of condition '%s' in a recording is not finite", names[c]);
  }
  return NTKW_SUCCESS;
}

static ntkw_status copy_entries(recording_setup *to, const int64_t *entries) {
  if (!entries) return NTKW_SUCCESS;
  to->entries = calloc((size_t)to->n_conditions, sizeof *to->entries);
  NTKW_CHECK(to->entries, NTKW_ERR_MEMORY, "out of memory for a recording");
  for (int c = 0; c < to->n_conditions; c++) {
    to->entries[c] = entries[c];
    NTKW_CHECK(entries[c] >= 1, NTKW_ERR_ARGUMENT,
               "condition '%s' of a recording has %lld entries; expected at least 1", to->conditions[c],
               (long long)entries[c]);
  }
  return NTKW_SUCCESS;
}

static ntkw_status copy_segments(recording_setup *to, const ntkw_recording_options *o) {
  const ntkw_recording_segment whole = {"parameters", 1, {o->parameter_count}};
  const ntkw_recording_segment *from = o->n_segments > 0 ? o->segments : &whole;
  const int n = o->n_segments > 0 ? o->n_segments : 1;
  to->segments = calloc((size_t)n, sizeof *to->segments);
  NTKW_CHECK(to->segments, NTKW_ERR_MEMORY, "out of memory for a recording");
  to->n_segments = n;
  for (int s = 0; s < n; s++) {
    to->segments[s].ndim = from[s].ndim;
    for (int d = 0; d < from[s].ndim; d++) to->segments[s].shape[d] = from[s].shape[d];
    to->segments[s].name = strdup(from[s].name);
    NTKW_CHECK(to->segments[s].name, NTKW_ERR_MEMORY, "out of memory for a recording");
  }
  return NTKW_SUCCESS;
}

static ntkw_status copy_pieces(recording_setup *to, const ntkw_recording_options *o) {
  to->pieces = calloc((size_t)o->n_pieces + 1, sizeof *to->pieces);
  NTKW_CHECK(to->pieces, NTKW_ERR_MEMORY, "out of memory for a recording");
  to->n_pieces = o->n_pieces;
  for (int p = 0; p < o->n_pieces; p++) to->pieces[p] = o->pieces[p];
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_setup_copy(recording_setup *to, int n, const char *const names[],
                                        const ntkw_recording_options *given) {
  ntkw_recording_options all = defaults;
  const ntkw_recording_options *options = &all;
  NTKW_CHECK(given, NTKW_ERR_ARGUMENT, "the options of a recording are NULL");
  NTKW_TRY(ntkw_i_options_read(&all, sizeof all, given, "ntkw_recording_options"));
  NTKW_TRY(check_names(n, names));
  NTKW_TRY(check_numbers(options));
  NTKW_TRY(check_segments(options));
  NTKW_TRY(check_pieces(options));
  to->n_conditions = n;
  to->alpha = options->alpha;
  to->update_every = options->update_every;
  to->n_parameters = options->parameter_count;
  to->dtype = options->dtype;
  to->traces = options->traces;
  NTKW_TRY(copy_text(to->rule, sizeof to->rule, "rule", options->rule ? options->rule : "gradient-share"));
  NTKW_TRY(copy_text(to->source, sizeof to->source, "source", options->source ? options->source : "ntkw"));
  NTKW_TRY(copy_conditions(to, names, options->initial_weights));
  NTKW_TRY(copy_entries(to, options->entries));
  NTKW_TRY(copy_segments(to, options));
  return copy_pieces(to, options);
}

int64_t ntkw_i_recording_local_count(const recording_setup *setup) {
  int64_t count = 0;
  for (int p = 0; p < setup->n_pieces; p++) count += setup->pieces[p].count;
  return count;
}
