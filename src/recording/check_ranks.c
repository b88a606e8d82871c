/* Collective checks before anything is written: all ranks have the same arguments, and their pieces cover all
 * parameters. Also the exact sums over all shards. */
#include "ranks/comm.h"
#include "ranks/coverage.h"
#include "ranks/same_on_ranks.h"
#include "recording/recording_impl.h"

#include <stdlib.h>
#include <string.h>

static void add_segments(ntkw_i_fields *f, const recording_setup *s) {
  ntkw_i_fields_begin(f, "segments", &s->n_segments, sizeof s->n_segments);
  for (int i = 0; i < s->n_segments; i++) {
    ntkw_i_fields_add(f, s->segments[i].name, strlen(s->segments[i].name) + 1);
    ntkw_i_fields_add(f, &s->segments[i].ndim, sizeof s->segments[i].ndim);
    ntkw_i_fields_add(f, s->segments[i].shape, sizeof s->segments[i].shape);
  }
}

ntkw_status ntkw_i_recording_same_setup(MPI_Comm comm, const recording_setup *s) {
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
  return ntkw_i_fields_compare(comm, &f, "a recording");
}

ntkw_status ntkw_i_recording_same_step(MPI_Comm comm, const ntkw_recording_step *step, const recording_setup *setup) {
  const size_t row = (size_t)setup->n_conditions * sizeof(double);
  const unsigned char updated = step->updated;
  ntkw_i_fields f = {0};
  ntkw_i_fields_begin(&f, "epochs", &step->epoch, sizeof step->epoch);
  ntkw_i_fields_begin(&f, "batches", &step->batch, sizeof step->batch);
  ntkw_i_fields_begin(&f, "marks of renewal (updated)", &updated, 1);
  ntkw_i_fields_begin(&f, "losses", step->losses, row);
  ntkw_i_fields_begin(&f, "weights", step->weights, row);
  ntkw_i_fields_begin(&f, "totals", &step->total, sizeof step->total);
  if (setup->traces) ntkw_i_fields_begin(&f, "traces", step->traces, row);
  return ntkw_i_fields_compare(comm, &f, "a step to be recorded");
}

static ntkw_status cover_fault(const ntkw_i_cover *cover) {
  NTKW_CHECK(cover->fault != NTKW_I_OVERLAP, NTKW_ERR_COUNT,
             "parameter %lld of a recording is in several pieces; expected one", (long long)cover->first);
  NTKW_CHECK(cover->fault == NTKW_I_COVERED, NTKW_ERR_COUNT, "parameter %lld of a recording is in no rank's pieces",
             (long long)cover->first);
  return NTKW_SUCCESS;
}

static ntkw_status make_ranges(const recording_setup *setup, ntkw_i_owned_range **ranges) {
  *ranges = malloc(((size_t)setup->n_pieces + 1) * sizeof **ranges);
  NTKW_CHECK(*ranges, NTKW_ERR_MEMORY, "out of memory for the %d pieces of a recording's shard", setup->n_pieces);
  for (int p = 0; p < setup->n_pieces; p++)
    (*ranges)[p] = (ntkw_i_owned_range){.offset = setup->pieces[p].offset, .count = setup->pieces[p].count};
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_covers(MPI_Comm comm, const recording_setup *setup) {
  ntkw_i_owned_range *ranges;
  ntkw_i_cover cover;
  ntkw_status status = ntkw_status_agree(comm, make_ranges(setup, &ranges));
  if (status == NTKW_SUCCESS)
    status = ntkw_i_cover_ranges(comm, "a recording", setup->n_parameters, setup->n_pieces, ranges, &cover);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(comm, cover_fault(&cover));
  free(ranges);
  return status;
}

/* The reduction's message has, for each condition, the limbs and the number of values that are not finite. */
ntkw_status ntkw_i_recording_reduce(ntkw_recording *r, const void *const shards[]) {
  const recording_setup *s = &r->setup;
  const int limbs = ntkw_sum_limbs(s->dtype), width = limbs + 1;
  const size_t count = (size_t)ntkw_i_recording_local_count(s);
  for (int c = 0; c < s->n_conditions; c++) {
    ntkw_sum_zero(&r->sum, s->dtype);
    if (count > 0) ntkw_sum_add_squares(&r->sum, shards[c], count, s->dtype);
    ntkw_sum_normalise(&r->sum);
    memcpy(r->message + c * width, r->sum.limb, (size_t)limbs * sizeof *r->message);
    r->message[c * width + limbs] = r->sum.not_finite;
  }
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, r->message, s->n_conditions * width, MPI_INT64_T, MPI_SUM, r->comm));
  for (int c = 0; c < s->n_conditions; c++) {
    const int64_t bad = r->message[c * width + limbs];
    NTKW_CHECK(bad == 0, NTKW_ERR_NOT_FINITE,
               "the gradient of condition '%s' to be recorded has %lld values that are NaN or Inf", s->conditions[c],
               (long long)bad);
    ntkw_sum_from_limbs(&r->sum, r->message + c * width);
    r->squares[c] = ntkw_sum_value(&r->sum);
    r->norms[c] = ntkw_sum_root(&r->sum);
  }
  return NTKW_SUCCESS;
}
