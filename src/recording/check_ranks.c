/* What the ranks settle before anything is written: the same arguments, pieces that cover, sums over all shards. */
#include "ranks/comm.h"
#include "ranks/coverage.h"
#include "ranks/same_on_ranks.h"
#include "recording/recording_impl.h"

#include <stdlib.h>
#include <string.h>

static void add_segments(ntkw_i_fields *f, const trace_stated *s) {
  ntkw_i_fields_begin(f, "segments", &s->n_segments, sizeof s->n_segments);
  for (int i = 0; i < s->n_segments; i++) {
    ntkw_i_fields_add(f, s->segments[i].name, strlen(s->segments[i].name) + 1);
    ntkw_i_fields_add(f, &s->segments[i].ndim, sizeof s->segments[i].ndim);
    ntkw_i_fields_add(f, s->segments[i].shape, sizeof s->segments[i].shape);
  }
}

ntkw_status ntkw_i_recording_same_stated(MPI_Comm comm, const trace_stated *s) {
  ntkw_i_fields f = {0};
  ntkw_i_fields_begin(&f, "conditions", &s->n_conditions, sizeof s->n_conditions);
  for (int c = 0; c < s->n_conditions; c++) ntkw_i_fields_add(&f, s->conditions[c], strlen(s->conditions[c]) + 1);
  ntkw_i_fields_begin(&f, "rule, alpha or update_every", s->rule, strlen(s->rule));
  ntkw_i_fields_add(&f, &s->alpha, sizeof s->alpha);
  ntkw_i_fields_add(&f, &s->update_every, sizeof s->update_every);
  ntkw_i_fields_begin(&f, "sources", s->source, strlen(s->source));
  ntkw_i_fields_begin(&f, "dtypes", &s->dtype, sizeof s->dtype);
  ntkw_i_fields_begin(&f, "options 'traces'", &s->traces, sizeof s->traces);
  ntkw_i_fields_begin(&f, "numbers of entries", s->entries,
                      s->entries ? (size_t)s->n_conditions * sizeof *s->entries : 0);
  ntkw_i_fields_begin(&f, "parameter_counts", &s->n_parameters, sizeof s->n_parameters);
  ntkw_i_fields_begin(&f, "initial_weights", s->initial_weights, (size_t)s->n_conditions * sizeof *s->initial_weights);
  add_segments(&f, s);
  return ntkw_i_fields_compare(comm, &f, "a trace");
}

ntkw_status ntkw_i_recording_same_step(MPI_Comm comm, const ntkw_recording_step *step, const trace_stated *stated) {
  const size_t row = (size_t)stated->n_conditions * sizeof(double);
  const unsigned char updated = step->updated;
  ntkw_i_fields f = {0};
  ntkw_i_fields_begin(&f, "epochs", &step->epoch, sizeof step->epoch);
  ntkw_i_fields_begin(&f, "batches", &step->batch, sizeof step->batch);
  ntkw_i_fields_begin(&f, "marks of renewal (updated)", &updated, 1);
  ntkw_i_fields_begin(&f, "losses", step->losses, row);
  ntkw_i_fields_begin(&f, "weights", step->weights, row);
  ntkw_i_fields_begin(&f, "totals", &step->total, sizeof step->total);
  if (stated->traces) ntkw_i_fields_begin(&f, "traces", step->traces, row);
  return ntkw_i_fields_compare(comm, &f, "a step to be recorded");
}

static ntkw_status cover_fault(const ntkw_i_cover *cover) {
  NTKW_CHECK(cover->fault != NTKW_I_OVERLAP, NTKW_ERR_COUNT,
             "parameter %lld of a trace is in several pieces; expected one", (long long)cover->first);
  NTKW_CHECK(cover->fault == NTKW_I_COVERED, NTKW_ERR_COUNT, "parameter %lld of a trace is in no rank's pieces",
             (long long)cover->first);
  return NTKW_SUCCESS;
}

static ntkw_status make_ranges(const trace_stated *stated, ntkw_i_owned_range **ranges) {
  *ranges = malloc(((size_t)stated->n_pieces + 1) * sizeof **ranges);
  NTKW_CHECK(*ranges, NTKW_ERR_MEMORY, "out of memory for the %d pieces of a trace's shard", stated->n_pieces);
  for (int p = 0; p < stated->n_pieces; p++)
    (*ranges)[p] = (ntkw_i_owned_range){.offset = stated->pieces[p].offset, .count = stated->pieces[p].count};
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_covers(MPI_Comm comm, const trace_stated *stated) {
  ntkw_i_owned_range *ranges;
  ntkw_i_cover cover;
  ntkw_status status = ntkw_status_agree(comm, make_ranges(stated, &ranges));
  if (status == NTKW_SUCCESS)
    status = ntkw_i_cover_ranges(comm, "a trace", stated->n_parameters, stated->n_pieces, ranges, &cover);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(comm, cover_fault(&cover));
  free(ranges);
  return status;
}

/* message: for each condition the limbs and the number of values that are not finite. */
ntkw_status ntkw_i_recording_reduce(ntkw_recording *t, const void *const shards[]) {
  const trace_stated *s = &t->stated;
  const int limbs = ntkw_sum_limbs(s->dtype), width = limbs + 1;
  const size_t count = (size_t)ntkw_i_recording_local_count(s);
  for (int c = 0; c < s->n_conditions; c++) {
    ntkw_sum_zero(&t->sum, s->dtype);
    if (count > 0) ntkw_sum_add_squares(&t->sum, shards[c], count, s->dtype);
    ntkw_sum_normalise(&t->sum);
    memcpy(t->message + c * width, t->sum.limb, (size_t)limbs * sizeof *t->message);
    t->message[c * width + limbs] = t->sum.not_finite;
  }
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, t->message, s->n_conditions * width, MPI_INT64_T, MPI_SUM, t->comm));
  for (int c = 0; c < s->n_conditions; c++) {
    const int64_t bad = t->message[c * width + limbs];
    NTKW_CHECK(bad == 0, NTKW_ERR_NOT_FINITE,
               "the gradient of condition '%s' to be recorded has %lld values that are NaN or Inf", s->conditions[c],
               (long long)bad);
    ntkw_sum_from_limbs(&t->sum, t->message + c * width);
    t->squares[c] = ntkw_sum_value(&t->sum);
    t->norms[c] = ntkw_sum_root(&t->sum);
  }
  return NTKW_SUCCESS;
}
