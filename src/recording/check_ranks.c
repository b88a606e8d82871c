/* What the ranks settle before anything is written: the same arguments, pieces that cover, sums over all shards. */
#include "base/check.h"
#include "base/hash.h"
#include "recording/recording_impl.h"

#include <stdlib.h>
#include <string.h>

#define MPI_TRY(call) NTKW_CHECK((call) == MPI_SUCCESS, NTKW_ERR_MPI, "MPI failed in a trace: %s", #call)
enum { MOST_FIELDS = 10 };

/* Named fingerprints of what must be the same on all ranks. */
typedef struct fields {
  int n;
  const char *what[MOST_FIELDS];
  uint64_t digest[MOST_FIELDS];
} fields;

static void digest_bytes(fields *f, const void *bytes, size_t length) {
  f->digest[f->n - 1] = ntkw_i_hash_bytes(f->digest[f->n - 1], bytes, length);
}

static void add_field(fields *f, const char *what, const void *bytes, size_t length) {
  f->what[f->n] = what;
  f->digest[f->n++] = NTKW_I_HASH_FNV;
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

static void add_segments(fields *f, const trace_stated *s) {
  add_field(f, "segments", &s->n_segments, sizeof s->n_segments);
  for (int i = 0; i < s->n_segments; i++) {
    digest_bytes(f, s->segments[i].name, strlen(s->segments[i].name) + 1);
    digest_bytes(f, &s->segments[i].ndim, sizeof s->segments[i].ndim);
    digest_bytes(f, s->segments[i].shape, sizeof s->segments[i].shape);
  }
}

ntkw_status ntkw_i_recording_same_stated(MPI_Comm comm, const trace_stated *s) {
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
  return same_fields(comm, &f, "a trace");
}

ntkw_status ntkw_i_recording_same_step(MPI_Comm comm, const ntkw_recording_step *step, const trace_stated *stated) {
  const size_t row = (size_t)stated->n_conditions * sizeof(double);
  const unsigned char updated = step->updated;
  fields f = {0};
  add_field(&f, "epochs", &step->epoch, sizeof step->epoch);
  add_field(&f, "batches", &step->batch, sizeof step->batch);
  add_field(&f, "marks of renewal (updated)", &updated, 1);
  add_field(&f, "losses", step->losses, row);
  add_field(&f, "weights", step->weights, row);
  add_field(&f, "totals", &step->total, sizeof step->total);
  if (stated->traces) add_field(&f, "traces", step->traces, row);
  return same_fields(comm, &f, "a step to be recorded");
}

static int by_offset(const void *a, const void *b) {
  const ntkw_recording_piece *x = a, *y = b;
  return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The pieces, with gaps and overlaps: the first parameter that is not in exactly one. */
static ntkw_status check_cover(ntkw_recording_piece *pieces, int n, int64_t n_parameters) {
  int64_t end = 0;
  qsort(pieces, (size_t)n, sizeof *pieces, by_offset);
  for (int p = 0; p < n; p++) {
    if (pieces[p].count == 0) continue;
    NTKW_CHECK(pieces[p].offset >= end, NTKW_ERR_COUNT, "parameter %lld of a trace is in several pieces; expected one",
               (long long)pieces[p].offset);
    NTKW_CHECK(pieces[p].offset == end, NTKW_ERR_COUNT, "parameter %lld of a trace is in no rank's pieces",
               (long long)end);
    end += pieces[p].count;
  }
  NTKW_CHECK(end == n_parameters, NTKW_ERR_COUNT, "parameter %lld of a trace is in no rank's pieces", (long long)end);
  return NTKW_SUCCESS;
}

/* Room on the first rank for everybody's pieces: counts and starts, in integers of 64 bits, two a piece. */
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
    NTKW_CHECK(total <= INT32_MAX, NTKW_ERR_ARGUMENT, "the shards of a trace have more than 2^30 pieces");
  }
  g->n = (int)(total / 2);
  g->pieces = calloc((size_t)g->n + 1, sizeof *g->pieces);
  NTKW_CHECK(g->pieces, NTKW_ERR_MEMORY, "out of memory for the %d pieces of a trace's shards", g->n);
  return NTKW_SUCCESS;
}

static ntkw_status gather_pieces(MPI_Comm comm, const trace_stated *stated, gathering *g, int rank, int size) {
  int mine = 2 * stated->n_pieces;
  g->count = calloc((size_t)size, sizeof *g->count);
  g->start = calloc((size_t)size, sizeof *g->start);
  NTKW_TRY(ntkw_status_agree(
      comm, g->count && g->start ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for %d ranks", size)));
  MPI_TRY(MPI_Gather(&mine, 1, MPI_INT, g->count, 1, MPI_INT, 0, comm));
  NTKW_TRY(ntkw_status_agree(comm, rank == 0 ? make_room(g, size) : NTKW_SUCCESS));
  MPI_TRY(MPI_Gatherv(stated->pieces, mine, MPI_INT64_T, g->pieces, g->count, g->start, MPI_INT64_T, 0, comm));
  return ntkw_status_agree(comm, rank == 0 ? check_cover(g->pieces, g->n, stated->n_parameters) : NTKW_SUCCESS);
}

ntkw_status ntkw_i_recording_covers(MPI_Comm comm, const trace_stated *stated) {
  gathering g = {0};
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  const ntkw_status status = gather_pieces(comm, stated, &g, rank, size);
  free(g.count);
  free(g.start);
  free(g.pieces);
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
