/* Checks over all ranks before anything is written: equal arguments, pieces that cover all parameters; and sums over
 * all shards. */
#include "status/check.h"
#include "recording/recording_impl.h"

#include <stdlib.h>
#include <string.h>

#define MPI_TRY(call) NTKW_CHECK((call) == MPI_SUCCESS, NTKW_ERR_MPI, "MPI failed in a recording: %s", #call)
enum { MOST_FIELDS = 10 };

/* Named hashes of values that must be the same on all ranks. */
typedef struct fields {
  int n;
  const char *what[MOST_FIELDS];
  uint64_t digest[MOST_FIELDS];
} fields;

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static void digest_bytes(fields *f, const void *bytes, size_t length) {
  uint64_t *digest = &f->digest[f->n - 1];
  for (size_t i = 0; i < length; i++) *digest = (*digest ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static void add_field(fields *f, const char *what, const void *bytes, size_t length) {
  f->what[f->n] = what;
  f->digest[f->n++] = UINT64_C(0xcbf29ce484222325);
  digest_bytes(f, bytes, length);
}

/* Collective. The maxima of d and ~d are complements only where all ranks have the same d. */
static ntkw_status same_fields(MPI_Comm comm, const fields *f, const char *of) {
  uint64_t most[2 * MOST_FIELDS];
  for (int i = 0; i < f->n; i++) {
    most[2 * i] = f->digest[i];
    most[2 * i + 1] = ~f->digest[i];
  }
  MPI_TRY(MPI_Allreduce(MPI_IN_PLACE, most, 2 * f->n, MPI_UINT64_T, MPI_MAX, comm));
  for (int i = 0; i < f->n; i++)
    NTKW_CHECK(most[2 * i] == ~most[2 * i + 1], NTKW_ERR_DISAGREE, "the %s of %s differ over the ranks", f->what[i],
               of);
  return NTKW_SUCCESS;
}

static void add_segments(fields *f, const recording_setup *s) {
  add_field(f, "segments", &s->n_segments, sizeof s->n_segments);
  for (int i = 0; i < s->n_segments; i++) {
    digest_bytes(f, s->segments[i].name, strlen(s->segments[i].name) + 1);
    digest_bytes(f, &s->segments[i].ndim, sizeof s->segments[i].ndim);
    digest_bytes(f, s->segments[i].shape, sizeof s->segments[i].shape);
  }
}

ntkw_status ntkw_i_recording_same_setup(MPI_Comm comm, const recording_setup *s) {
  fields f = {0};
  add_field(&f, "conditions", &s->n_conditions, sizeof s->n_conditions);
  for (int c = 0; c < s->n_conditions; c++) digest_bytes(&f, s->conditions[c], strlen(s->conditions[c]) + 1);
  add_field(&f, "rule, alpha or update_every", s->rule, strlen(s->rule));
  digest_bytes(&f, &s->alpha, sizeof s->alpha);
  digest_bytes(&f, &s->update_every, sizeof s->update_every);
  add_field(&f, "sources", s->source, strlen(s->source));
  add_field(&f, "dtypes", &s->dtype, sizeof s->dtype);
  add_field(&f, "options 'traces'", &s->traces, sizeof s->traces);
  add_field(&f, "numbers of entries", s->entries, s->entries ? (size_t)s->n_conditions * sizeof *s->entries : 0);
  add_field(&f, "parameter_counts", &s->n_parameters, sizeof s->n_parameters);
  add_field(&f, "initial_weights", s->initial_weights, (size_t)s->n_conditions * sizeof *s->initial_weights);
  add_segments(&f, s);
  return same_fields(comm, &f, "a recording");
}

ntkw_status ntkw_i_recording_same_step(MPI_Comm comm, const ntkw_recording_step *step, const recording_setup *setup) {
  const size_t row = (size_t)setup->n_conditions * sizeof(double);
  const unsigned char updated = step->updated;
  fields f = {0};
  add_field(&f, "epochs", &step->epoch, sizeof step->epoch);
  add_field(&f, "batches", &step->batch, sizeof step->batch);
  add_field(&f, "marks of renewal (updated)", &updated, 1);
  add_field(&f, "losses", step->losses, row);
  add_field(&f, "weights", step->weights, row);
  add_field(&f, "totals", &step->total, sizeof step->total);
  if (setup->traces) add_field(&f, "traces", step->traces, row);
  return same_fields(comm, &f, "a step to be recorded");
}

static int by_offset(const void *a, const void *b) {
  const ntkw_recording_piece *x = a, *y = b;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Name the first parameter that is not in exactly one piece. */
static ntkw_status check_cover(ntkw_recording_piece *pieces, int n, int64_t n_parameters) {
  int64_t end = 0;
  qsort(pieces, (size_t)n, sizeof *pieces, by_offset);
  for (int p = 0; p < n; p++) {
    if (pieces[p].count == 0) continue;
    NTKW_CHECK(pieces[p].offset >= end, NTKW_ERR_COUNT,
               "parameter %lld of a recording is in several pieces; expected one", (long long)pieces[p].offset);
    NTKW_CHECK(pieces[p].offset == end, NTKW_ERR_COUNT, "parameter %lld of a recording is in no rank's pieces",
               (long long)end);
    end += pieces[p].count;
  }
  NTKW_CHECK(end == n_parameters, NTKW_ERR_COUNT, "parameter %lld of a recording is in no rank's pieces",
             (long long)end);
  return NTKW_SUCCESS;
}

/* The pieces of all ranks, on the first rank: counts and starts in integers of 64 bits, two for each piece. */
typedef struct gathering {
  int *count, *start;
  ntkw_recording_piece *pieces;
  int n;
} gathering;

static ntkw_status make_room(gathering *g, int size) {
  int64_t total = 0;
  for (int r = 0; r < size; r++) {
    g->start[r] = (int)total;
    total += g->count[r];
    NTKW_CHECK(total <= INT32_MAX, NTKW_ERR_ARGUMENT, "the shards of a recording have more than 2^30 pieces");
  }
  g->n = (int)(total / 2);
  g->pieces = calloc((size_t)g->n + 1, sizeof *g->pieces);
  NTKW_CHECK(g->pieces, NTKW_ERR_MEMORY, "out of memory for the %d pieces of a recording's shards", g->n);
  return NTKW_SUCCESS;
}

static ntkw_status gather_pieces(MPI_Comm comm, const recording_setup *setup, gathering *g, int rank, int size) {
  int mine = 2 * setup->n_pieces;
  g->count = calloc((size_t)size, sizeof *g->count);
  g->start = calloc((size_t)size, sizeof *g->start);
  NTKW_TRY(ntkw_status_agree(
      comm, g->count && g->start ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for %d ranks", size)));
  MPI_TRY(MPI_Gather(&mine, 1, MPI_INT, g->count, 1, MPI_INT, 0, comm));
  NTKW_TRY(ntkw_status_agree(comm, rank == 0 ? make_room(g, size) : NTKW_SUCCESS));
  MPI_TRY(MPI_Gatherv(setup->pieces, mine, MPI_INT64_T, g->pieces, g->count, g->start, MPI_INT64_T, 0, comm));
  return ntkw_status_agree(comm, rank == 0 ? check_cover(g->pieces, g->n, setup->n_parameters) : NTKW_SUCCESS);
}

ntkw_status ntkw_i_recording_covers(MPI_Comm comm, const recording_setup *setup) {
  gathering g = {0};
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  const ntkw_status status = gather_pieces(comm, setup, &g, rank, size);
  free(g.count);
  free(g.start);
  free(g.pieces);
  return status;
}

/* message: for each condition the limbs and the number of values that are not finite. */
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
