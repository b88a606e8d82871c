/* Every kind of state entry is read back from a checkpoint unchanged, also on other numbers of ranks and with lengths
 * that only the file determines. Optional entries that a file lacks keep their values. */
#include "harness.h"
#include "pinn/state/state_checkpoint.h"
#include "pinn/state/state_query.h"
#include "ranks/even_split.h"

#include <stdlib.h>

enum { N = 7, COLUMNS = 3, N_BYTES = 5 };

typedef struct sample {
  int64_t offset, count, n_rows, n_pairs;
  float vector[N];
  double *pairs, *table; /* n_pairs x N, sharded; n_rows x COLUMNS, replicated */
  int64_t whole, lacking;
  double real;
  char text[8];
  unsigned char bytes[N_BYTES];
  bool shows_lacking, resized;
} sample;

static ntkw_status grow(double **to, int64_t n, void **values) {
  *values = *to = realloc(*to, ((size_t)n + 1) * sizeof **to);
  return NTKW_SUCCESS;
}
static ntkw_status resize_pairs(void *owner, int64_t rows, void **values) {
  sample *s = owner;
  s->n_pairs = rows;
  return grow(&s->pairs, rows * s->count, values);
}
static ntkw_status resize_table(void *owner, int64_t rows, void **values) {
  sample *s = owner;
  s->n_rows = rows;
  s->resized = true;
  return grow(&s->table, rows * COLUMNS, values);
}
static size_t size_of_bytes(void *owner) {
  (void)owner;
  return N_BYTES;
}
static ntkw_status get_bytes(void *owner, void *bytes) {
  memcpy(bytes, ((sample *)owner)->bytes, N_BYTES);
  return NTKW_SUCCESS;
}
static ntkw_status set_bytes(void *owner, const void *bytes, size_t n) {
  CHECK_EQUAL_INT(n, N_BYTES);
  memcpy(((sample *)owner)->bytes, bytes, N_BYTES);
  return NTKW_SUCCESS;
}

static ntkw_status visit(sample *s, state_visitor *v) {
  const array_entry arrays[] = {{.name = "vector",
                                 .unit = "1",
                                 .sharded = true,
                                 .n_dimensions = 1,
                                 .shape = {N},
                                 .offset = s->offset,
                                 .count = s->count,
                                 .values = s->vector},
                                {.name = "pairs",
                                 .unit = "m",
                                 .dtype = NTKW_FLOAT64,
                                 .sharded = true,
                                 .n_dimensions = 2,
                                 .shape = {s->n_pairs, N},
                                 .offset = s->offset,
                                 .count = s->count,
                                 .values = s->pairs,
                                 .resize = resize_pairs,
                                 .owner = s},
                                {.name = "table",
                                 .unit = "1",
                                 .dtype = NTKW_FLOAT64,
                                 .n_dimensions = 2,
                                 .shape = {s->n_rows, COLUMNS},
                                 .values = s->table,
                                 .resize = resize_table,
                                 .owner = s}};
  for (int i = 0; i < 3; i++) {
    const ntkw_status status = v->array(v, &arrays[i]);
    if (status != NTKW_SUCCESS) return status;
  }
  CHECK_OK(v->integer(v, &(integer_entry){"whole", &s->whole, STATE_NONZERO}));
  if (s->shows_lacking) CHECK_OK(v->integer(v, &(integer_entry){"lacking", &s->lacking, STATE_OPTIONAL}));
  CHECK_OK(v->real(v, &(real_entry){"real", &s->real, STATE_ALWAYS}));
  CHECK_OK(v->text(v, &(text_entry){"text", s->text, sizeof s->text, STATE_NONZERO}));
  return v->bytes(v, &(bytes_entry){"bytes", size_of_bytes, get_bytes, set_bytes, s});
}

static sample empty_sample(MPI_Comm comm) {
  int rank, size;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  const ntkw_i_range shard = ntkw_i_even_split(N, size, rank);
  return (sample){.offset = shard.first, .count = shard.last - shard.first};
}

/* A sample whose values depend only on their position in the whole array. */
static sample full_sample(MPI_Comm comm, int64_t n_pairs, int64_t n_rows) {
  void *ignored;
  sample s = empty_sample(comm);
  CHECK_OK(resize_pairs(&s, n_pairs, &ignored));
  CHECK_OK(resize_table(&s, n_rows, &ignored));
  for (int64_t i = 0; i < s.count; i++) s.vector[i] = (float)(s.offset + i) + 0.25f;
  for (int64_t r = 0; r < n_pairs; r++)
    for (int64_t i = 0; i < s.count; i++) s.pairs[r * s.count + i] = (double)(100 * r + s.offset + i);
  for (int64_t i = 0; i < n_rows * COLUMNS; i++) s.table[i] = 1.0 / (double)(i + 1);
  s.whole = n_pairs - 1;
  s.real = 0.1;
  memcpy(s.text, n_pairs ? "pairs" : "", n_pairs ? 6 : 1);
  memcpy(s.bytes,
         "\0\xff\x7f"
         "a\n",
         N_BYTES);
  return s;
}

static void free_sample(sample *s) {
  free(s->pairs);
  free(s->table);
}

static void check_same(const sample *a, const sample *b) {
  CHECK_EQUAL_INT(a->n_pairs, b->n_pairs);
  CHECK_EQUAL_INT(a->n_rows, b->n_rows);
  CHECK(memcmp(a->vector, b->vector, (size_t)a->count * sizeof *a->vector) == 0);
  CHECK(memcmp(a->pairs, b->pairs, (size_t)(a->count * a->n_pairs) * sizeof *a->pairs) == 0);
  CHECK(memcmp(a->table, b->table, (size_t)a->n_rows * COLUMNS * sizeof *a->table) == 0);
  CHECK_EQUAL_INT(a->whole, b->whole);
  CHECK_EQUAL_DOUBLE(a->real, b->real);
  CHECK(strcmp(a->text, b->text) == 0);
  CHECK(memcmp(a->bytes, b->bytes, N_BYTES) == 0);
}

static void write_sample(MPI_Comm comm, sample *s, const char *path) {
  ntkw_checkpoint *file;
  CHECK_OK(ntkw_checkpoint_create(comm, path, &file));
  state_writer writer = state_writer_to(file, comm);
  CHECK_OK(visit(s, &writer.visitor));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
}

static void round_trip(MPI_Comm from, MPI_Comm to, const char *path, int64_t n_pairs, int64_t n_rows) {
  if (from != MPI_COMM_NULL) {
    sample s = full_sample(from, n_pairs, n_rows);
    write_sample(from, &s, path);
    free_sample(&s);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (to == MPI_COMM_NULL) return;
  ntkw_checkpoint_reader *file;
  sample expected = full_sample(to, n_pairs, n_rows), s = empty_sample(to);
  s.shows_lacking = true;
  s.lacking = s.whole = 33;
  strcpy(s.text, "before");
  CHECK_OK(ntkw_checkpoint_reader_open(to, path, &file));
  state_reader reader = state_reader_from(file, to);
  CHECK_OK(visit(&s, &reader.visitor));
  check_same(&s, &expected);
  CHECK_EQUAL_INT(s.lacking, 33);
  CHECK(s.resized);
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_find_array(file, "pairs") != NULL, n_pairs > 0);
  ntkw_checkpoint_reader_close(&file);
  free_sample(&s);
  free_sample(&expected);
}

static void on_any_ranks_and_of_any_length(void) {
  MPI_Comm some;
  MPI_Comm_split(MPI_COMM_WORLD, world_rank() < (world_size() + 1) / 2 ? 0 : MPI_UNDEFINED, 0, &some);
  round_trip(MPI_COMM_WORLD, some, scratch_path("a.h5"), 4, 2);
  round_trip(some, MPI_COMM_WORLD, scratch_path("b.h5"), 1, 0); /* the integer is 0: not in the file */
  round_trip(MPI_COMM_WORLD, MPI_COMM_WORLD, scratch_path("c.h5"), 0, 70);
  if (some != MPI_COMM_NULL) MPI_Comm_free(&some);
}

static void what_does_not_fit_is_refused(void) {
  ntkw_checkpoint *file;
  ntkw_checkpoint_reader *opened;
  sample s = full_sample(MPI_COMM_WORLD, 2, 2);
  const char *path = scratch_path("d.h5");
  const int64_t shape[] = {2, COLUMNS + 1};
  double wide[2 * (COLUMNS + 1)] = {0};
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &file));
  CHECK_OK(ntkw_checkpoint_add_array(file, "table", "1", NTKW_FLOAT64, 2, shape, 0, world_rank() == 0 ? 2 : 0, wide));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &opened));
  state_reader reader = state_reader_from(opened, MPI_COMM_WORLD);
  const array_entry table = {.name = "table",
                             .dtype = NTKW_FLOAT64,
                             .n_dimensions = 2,
                             .shape = {0, COLUMNS},
                             .resize = resize_table,
                             .owner = &s};
  CHECK_STATUS(reader.visitor.array(&reader.visitor, &table), NTKW_ERR_FORMAT);
  CHECK_TEXT_HAS(ntkw_last_error(), "table in the checkpoint does not have 3 columns");
  CHECK_STATUS(reader.visitor.integer(&reader.visitor, &(integer_entry){"whole", &s.whole, STATE_ALWAYS}),
               NTKW_ERR_FORMAT);
  ntkw_checkpoint_reader_close(&opened);
  free_sample(&s);
}

static void arrays_are_found_and_counted(void) {
  sample s = full_sample(MPI_COMM_WORLD, 4, 2);
  state_finder finder = state_finder_of("pairs"), nothing = state_finder_of("pair");
  state_counter counter = state_counter_start();
  CHECK_OK(visit(&s, &finder.visitor));
  CHECK_OK(visit(&s, &nothing.visitor));
  CHECK_OK(visit(&s, &counter.visitor));
  CHECK(finder.found && !nothing.found);
  CHECK(finder.array.values == s.pairs);
  CHECK_EQUAL_INT(state_array_count(&finder.array), 4 * s.count);
  CHECK_EQUAL_INT(counter.bytes, N * 4 + 4 * N * 8 + 2 * COLUMNS * 8);
  free_sample(&s);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(on_any_ranks_and_of_any_length), TEST(what_does_not_fit_is_refused),
                                    TEST(arrays_are_found_and_counted)};
  return run_suite("state", cases, sizeof cases / sizeof *cases, argc, argv);
}
