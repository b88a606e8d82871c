#include "pinn/state/state_checkpoint.h"
#include "base/dtype.h"
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ntkw_status write_array(state_visitor *v, const array_entry *a) {
  const state_writer *to = (state_writer *)v;
  if (a->resize && a->shape[0] == 0) return NTKW_SUCCESS;
  if (!a->sharded)
    return ntkw_checkpoint_add_array(to->file, a->name, a->unit, a->dtype, a->n_dimensions, a->shape, 0,
                                     to->writes_replicated ? a->shape[0] : 0, a->values);
  if (a->n_dimensions == 1)
    return ntkw_checkpoint_add_array(to->file, a->name, a->unit, a->dtype, 1, a->shape, a->offset, a->count, a->values);
  const ntkw_slab columns = {{0, a->offset}, {a->shape[0], a->count}};
  return ntkw_checkpoint_add_slabs(to->file, a->name, a->unit, a->dtype, 2, a->shape, a->count > 0, &columns,
                                   a->values);
}

static ntkw_status write_integer(state_visitor *v, const integer_entry *i) {
  if (i->presence == STATE_NONZERO && *i->value == 0) return NTKW_SUCCESS;
  return ntkw_checkpoint_set_integer(((state_writer *)v)->file, i->name, *i->value);
}

static ntkw_status write_real(state_visitor *v, const real_entry *r) {
  if (r->presence == STATE_NONZERO && *r->value == 0.0) return NTKW_SUCCESS;
  return ntkw_checkpoint_set_real(((state_writer *)v)->file, r->name, *r->value);
}

static ntkw_status write_text(state_visitor *v, const text_entry *t) {
  if (t->presence == STATE_NONZERO && t->value[0] == '\0') return NTKW_SUCCESS;
  return ntkw_checkpoint_set_text(((state_writer *)v)->file, t->name, t->value);
}

static void put_hexadecimal(const unsigned char *bytes, size_t n, char *text) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    text[2 * i] = digits[bytes[i] / 16];
    text[2 * i + 1] = digits[bytes[i] % 16];
  }
  text[2 * n] = '\0';
}

static ntkw_status write_bytes(state_visitor *v, const bytes_entry *b) {
  const size_t n = b->size(b->owner);
  unsigned char *bytes = malloc(n + 1);
  char *text = malloc(2 * n + 1);
  ntkw_status status =
      bytes && text ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the state \"%s\"", b->name);
  if (status == NTKW_SUCCESS) status = b->get(b->owner, bytes);
  if (status == NTKW_SUCCESS) {
    put_hexadecimal(bytes, n, text);
    status = ntkw_checkpoint_set_text(((state_writer *)v)->file, b->name, text);
  }
  free(bytes);
  free(text);
  return status;
}

state_writer state_writer_to(ntkw_checkpoint *file, MPI_Comm comm) {
  int rank;
  MPI_Comm_rank(comm, &rank);
  return (state_writer){{write_array, write_integer, write_real, write_text, write_bytes}, file, rank == 0};
}

/* Length of the first dimension in the file; 0: the file has no such array. Checks the second dimension. */
static ntkw_status rows_in_file(const state_reader *from, const array_entry *a, int64_t *rows) {
  const ntkw_checkpoint_array *stored = ntkw_checkpoint_reader_find_array(from->file, a->name);
  *rows = stored ? stored->shape[0] : 0;
  NTKW_CHECK(!stored ||
                 (stored->n_dimensions == a->n_dimensions && (a->n_dimensions == 1 || stored->shape[1] == a->shape[1])),
             NTKW_ERR_FORMAT, "the %s in the checkpoint does not have %lld columns", a->name, (long long)a->shape[1]);
  return NTKW_SUCCESS;
}

/* One rank reads and broadcasts. */
static ntkw_status read_replicated(const state_reader *from, const array_entry *a) {
  int rank;
  MPI_Datatype row;
  MPI_Comm_rank(from->comm, &rank);
  const size_t width = ntkw_i_value_size(a->dtype) * (size_t)(a->n_dimensions == 2 ? a->shape[1] : 1);
  NTKW_TRY(ntkw_checkpoint_reader_read_array(from->file, a->name, a->dtype, 0, rank == 0 ? a->shape[0] : 0, a->values));
  MPI_Type_contiguous((int)width, MPI_BYTE, &row); /* MPI_Bcast counts rows: the number of bytes may exceed an int */
  MPI_Type_commit(&row);
  const int code = MPI_Bcast(a->values, (int)a->shape[0], row, 0, from->comm);
  MPI_Type_free(&row);
  NTKW_CHECK(code == MPI_SUCCESS, NTKW_ERR_MPI, "MPI_Bcast of the %s failed", a->name);
  return NTKW_SUCCESS;
}

static ntkw_status read_sharded(const state_reader *from, const array_entry *a) {
  if (a->n_dimensions == 1)
    return ntkw_checkpoint_reader_read_array(from->file, a->name, a->dtype, a->offset, a->count, a->values);
  const ntkw_slab columns = {{0, a->offset}, {a->shape[0], a->count}};
  return ntkw_checkpoint_reader_read_slabs(from->file, a->name, a->dtype, a->count > 0, &columns, a->values);
}

static ntkw_status read_array(state_visitor *v, const array_entry *array) {
  const state_reader *from = (state_reader *)v;
  array_entry a = *array;
  if (a.derived) return NTKW_SUCCESS;
  if (a.resize) {
    NTKW_TRY(rows_in_file(from, &a, &a.shape[0]));
    NTKW_TRY(ntkw_status_agree(from->comm, a.resize(a.owner, a.shape[0], &a.values)));
    if (a.shape[0] == 0) return NTKW_SUCCESS;
  }
  return a.sharded ? read_sharded(from, &a) : read_replicated(from, &a);
}

/* Does the file lack an entry that may be missing? The reader must then skip it, because reading it is an error. */
static bool may_skip(const state_reader *from, const char *name, state_presence presence) {
  for (int i = 0; presence != STATE_ALWAYS && i < ntkw_checkpoint_reader_attribute_count(from->file); i++)
    if (strcmp(ntkw_checkpoint_reader_attribute_at(from->file, i)->name, name) == 0) return false;
  return presence != STATE_ALWAYS;
}

static ntkw_status read_integer(state_visitor *v, const integer_entry *i) {
  const state_reader *from = (state_reader *)v;
  if (may_skip(from, i->name, i->presence)) {
    if (i->presence == STATE_NONZERO) *i->value = 0;
    return NTKW_SUCCESS;
  }
  return ntkw_checkpoint_reader_get_integer(from->file, i->name, i->value);
}

static ntkw_status read_real(state_visitor *v, const real_entry *r) {
  const state_reader *from = (state_reader *)v;
  if (may_skip(from, r->name, r->presence)) {
    if (r->presence == STATE_NONZERO) *r->value = 0.0;
    return NTKW_SUCCESS;
  }
  return ntkw_checkpoint_reader_get_real(from->file, r->name, r->value);
}

static ntkw_status read_text(state_visitor *v, const text_entry *t) {
  const state_reader *from = (state_reader *)v;
  const char *text;
  if (may_skip(from, t->name, t->presence)) {
    if (t->presence == STATE_NONZERO) t->value[0] = '\0';
    return NTKW_SUCCESS;
  }
  NTKW_TRY(ntkw_checkpoint_reader_get_text(from->file, t->name, &text));
  NTKW_CHECK(strlen(text) < t->size, NTKW_ERR_FORMAT, "the checkpoint says that the %s is \"%.200s\"", t->name, text);
  snprintf(t->value, t->size, "%s", text);
  return NTKW_SUCCESS;
}

static int hexadecimal(char digit) {
  return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static ntkw_status set_bytes(const bytes_entry *b, const char *text) {
  const size_t n = strlen(text) / 2;
  unsigned char *bytes = malloc(n + 1);
  NTKW_CHECK(bytes, NTKW_ERR_MEMORY, "out of memory for the state \"%s\"", b->name);
  for (size_t i = 0; i < n; i++)
    bytes[i] = (unsigned char)(hexadecimal(text[2 * i]) * 16 + hexadecimal(text[2 * i + 1]));
  const ntkw_status status = b->set(b->owner, bytes, n);
  free(bytes);
  return status;
}

static ntkw_status read_bytes(state_visitor *v, const bytes_entry *b) {
  const state_reader *from = (state_reader *)v;
  const char *text;
  NTKW_TRY(ntkw_checkpoint_reader_get_text(from->file, b->name, &text));
  return ntkw_status_agree(from->comm, set_bytes(b, text));
}

state_reader state_reader_from(ntkw_checkpoint_reader *file, MPI_Comm comm) {
  return (state_reader){{read_array, read_integer, read_real, read_text, read_bytes}, file, comm};
}
