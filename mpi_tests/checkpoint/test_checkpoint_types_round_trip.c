/* Values of every type keep their bits, and h5py, if it is installed, reads the same numbers. */
#include "support.h"
#include "base/dtype.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 300, N_TYPES = NTKW_UINT64 + 1 };
static const size_t sizes[N_TYPES] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8};

static void fill(unsigned char values[], int type, int64_t offset, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    uint64_t state = (uint64_t)(offset + i) * 31 + (uint64_t)type;
    const uint64_t bits = random_bits(&state);
    memcpy(values + (size_t)i * sizes[type], &bits, sizes[type]); /* any bits, of which NaN is one */
  }
}

static void publish(const char *path, unsigned char values[N_TYPES][8 * N]) {
  ntkw_checkpoint *checkpoint;
  const int64_t n = N;
  int64_t offset, count;
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  cut(MPI_COMM_WORLD, N, 5, &offset, &count);
  for (int type = 0; type < N_TYPES; type++) {
    fill(values[type], type, offset, count);
    CHECK_OK(ntkw_checkpoint_add_array(checkpoint, ntkw_dtype_name((ntkw_dtype)type), "1", (ntkw_dtype)type, 1, &n,
                                       offset, count, values[type]));
  }
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  ntkw_checkpoint_destroy(&checkpoint);
}

static void every_type_keeps_its_bits(void) {
  static unsigned char values[N_TYPES][8 * N];
  const char *path = scratch_path("types.h5");
  ntkw_checkpoint_reader *reader;
  publish(path, values);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_EQUAL_INT(ntkw_checkpoint_reader_array_count(reader), N_TYPES);
  for (int type = 0; type < N_TYPES; type++) {
    unsigned char back[8 * N] = {0}, expected[8 * N] = {0};
    int64_t offset, count;
    const char *name = ntkw_dtype_name((ntkw_dtype)type);
    cut(MPI_COMM_WORLD, N, 17 + (uint64_t)type, &offset, &count);
    fill(expected, type, offset, count);
    const ntkw_checkpoint_array *array = ntkw_checkpoint_reader_find_array(reader, name);
    CHECK(array && (int)array->dtype == type);
    CHECK_OK(ntkw_checkpoint_reader_read_array(reader, name, (ntkw_dtype)type, offset, count, back));
    CHECK(memcmp(back, expected, sizeof back) == 0);
  }
  ntkw_checkpoint_reader_close(&reader);
}

/* Prints "good" if every array has the type and the first values that its name promises. */
static const char program[] = "import h5py, numpy, sys\n"
                              "f = h5py.File(sys.argv[1])\n"
                              "for name in f:\n"
                              "    wide = {'bfloat16': 'float32'}.get(name, name)\n"
                              "    assert f[name].dtype == wide, (name, f[name].dtype)\n"
                              "    size = f[name].id.get_type().get_size()\n"
                              "    with open(sys.argv[1], 'rb') as raw:\n"
                              "        raw.seek(f[name].id.get_offset())\n"
                              "        stored = numpy.frombuffer(raw.read(size * f[name].size), '<u%d' % size)\n"
                              "    if name == 'bfloat16': stored = stored.astype('<u4') << 16\n"
                              "    expected = stored.view(wide)\n"
                              "    assert numpy.array_equal(f[name][()], expected, equal_nan=wide[0] == 'f'), name\n"
                              "print('good')\n";

static void h5py_reads_every_type(void) {
  static unsigned char values[N_TYPES][8 * N];
  const char *path = scratch_path("types-h5py.h5"), *script = scratch_path("read-types.py");
  publish(path, values);
  put_file(script, program, sizeof program - 1);
  if (world_rank() != 0 || system("/usr/bin/python3 -c 'import h5py' 2> /dev/null") != 0) CHECK_SKIP("needs h5py");
  char command[2000], output[1000];
  snprintf(command, sizeof command, "env -i /usr/bin/python3 '%s' '%s' 2>&1", script, path);
  FILE *pipe = popen(command, "r");
  output[pipe ? fread(output, 1, sizeof output - 1, pipe) : 0] = '\0';
  CHECK_EQUAL_INT(pipe ? pclose(pipe) : -1, 0);
  CHECK_TEXT_HAS(output, "good");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_type_keeps_its_bits), TEST(h5py_reads_every_type)};
  return run_suite("checkpoint types", cases, sizeof cases / sizeof *cases, argc, argv);
}
