/* Other programs read a checkpoint: h5dump reads the values, and the Python program of the format page computes the
 * digests. */
#include "support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char checkpoint_path[512];

/* Run a command and store what it prints, up to size - 1 bytes. Returns its exit status, -1 if it could not be run. */
static int run(char *output, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int run(char *output, size_t size, const char *format, ...) {
  char command[3000];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(command, sizeof command, format, arguments);
  va_end(arguments);
  FILE *pipe = popen(command, "r");
  size_t length = pipe ? fread(output, 1, size - 1, pipe) : 0;
  output[length] = '\0';
  return pipe ? pclose(pipe) : -1;
}

static bool have(const char *command) {
  char output[200];
  return run(output, sizeof output, "%s 2>&1", command) == 0;
}

static bool only_here(const char *command) {
  snprintf(checkpoint_path, sizeof checkpoint_path, "%s", scratch_path("others.h5"));
  CHECK_OK(publish_state(MPI_COMM_WORLD, checkpoint_path, 2, 2));
  return world_rank() == 0 && have(command);
}

static void h5dump_shows_what_is_in_it(void) {
  if (!only_here("h5dump --version")) CHECK_SKIP("needs h5dump");
  char *output = malloc(300000);
  CHECK_EQUAL_INT(run(output, 300000, "h5dump -H '%s' 2>&1", checkpoint_path), 0);
  static const char *const parts[] = {
      "ATTRIBUTE \"step\"",  "H5T_STD_I64LE",        "DATASET \"matrix\"", "H5T_IEEE_F64LE", "( 97, 5 ) / ( 97, 5 )",
      "DATASET \"vector\"",  "H5T_IEEE_F32LE",       "( 1003 )",           "( 11, 2, 3 )",   "ATTRIBUTE \"unit\"",
      "DATASET \"nothing\"", "GROUP \"long texts\"", "STRSIZE 200001"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) CHECK_TEXT_HAS(output, parts[i]);
  CHECK_EQUAL_INT(run(output, 300000, "h5dump -a step -a rate -a problem -a vector/unit '%s' 2>&1", checkpoint_path),
                  0);
  CHECK_TEXT_HAS(output, "(0): -2");
  CHECK_TEXT_HAS(output, "(0): 0.2");
  CHECK_TEXT_HAS(output, "u_tt = 4 u_xx");
  CHECK_TEXT_HAS(output, "(0): \"m/s\"");
  CHECK_EQUAL_INT(run(output, 300000, "h5dump -d '/long texts/0' '%s' 2>&1", checkpoint_path), 0);
  CHECK_TEXT_HAS(output, "(0): \"history\"");
  CHECK_TEXT_HAS(output, "(0): \"hhhhhhhhhhhhhhhh");
  free(output);
}

/* Compare an array as h5dump writes it to a file with the array as the library reads it. */
static void compare_array(const char *name, ntkw_dtype dtype, int64_t rows, size_t size) {
  char output[2000];
  const char *raw = scratch_path("others.raw");
  CHECK_EQUAL_INT(run(output, sizeof output, "h5dump -d /%s -b LE -o '%s' '%s' 2>&1", name, raw, checkpoint_path), 0);
  unsigned char *theirs = malloc(size + 1), *ours = malloc(size);
  FILE *file = fopen(raw, "rb");
  CHECK_EQUAL_INT(file ? fread(theirs, 1, size + 1, file) : 0, size);
  if (file) fclose(file);
  ntkw_checkpoint_reader *reader;
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_SELF, checkpoint_path, &reader));
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, name, dtype, 0, rows, ours));
  ntkw_checkpoint_reader_close(&reader);
  CHECK(memcmp(theirs, ours, size) == 0);
  free(theirs);
  free(ours);
}

static void h5dump_reads_the_same_bits(void) {
  if (!only_here("h5dump --version")) CHECK_SKIP("needs h5dump");
  compare_array("matrix", NTKW_FLOAT64, MATRIX_ROWS, MATRIX_ROWS * MATRIX_COLUMNS * 8);
  compare_array("vector", NTKW_FLOAT32, VECTOR_LENGTH, VECTOR_LENGTH * 4);
  compare_array("block", NTKW_FLOAT32, BLOCK_ROWS, BLOCK_ROWS * 6 * 4);
}

/* Copy the program in the format page to a file. Returns the path of the file. */
static const char *documented_program(void) {
  static char path[600];
  char output[100];
  snprintf(path, sizeof path, "%s", scratch_path("digest.py"));
  CHECK_EQUAL_INT(run(output, sizeof output, "sed -n '/^    import struct/,/^    sys.exit/s/^    //p' '%s' > '%s'",
                      test_argument(0), path),
                  0);
  return path;
}

static void the_documented_program_checks_a_file(void) {
  if (!only_here("python3 --version")) CHECK_SKIP("needs Python");
  const char *program = documented_program(), *damaged = scratch_path("others-damaged.h5");
  char output[2000];
  CHECK_EQUAL_INT(run(output, sizeof output, "python3 '%s' '%s' 2>&1", program, checkpoint_path), 0);
  CHECK(strcmp(output, "") == 0);
  CHECK_EQUAL_INT(run(output, sizeof output, "sed 's/u_tt = 4/u_tt = 5/' '%s' > '%s'", checkpoint_path, damaged), 0);
  CHECK(run(output, sizeof output, "python3 '%s' '%s' 2>&1", program, damaged) != 0);
  CHECK_TEXT_HAS(output, "damaged");
}

/* Compare the stored digest of an array with digest() of the documented program for the bytes from h5dump. */
static void compare_digest(const char *name, const char *word) {
  const char *program = documented_program(), *raw = scratch_path("others.raw");
  char stored[2000], found[2000];
  CHECK_EQUAL_INT(run(stored, sizeof stored, "h5dump -d /%s -b LE -o '%s' '%s' 2>&1", name, raw, checkpoint_path), 0);
  CHECK_EQUAL_INT(
      run(stored, sizeof stored, "h5dump -a /%s/digest '%s' | sed -n 's/.*(0): *//p'", name, checkpoint_path), 0);
  CHECK_EQUAL_INT(run(found, sizeof found,
                      "{ sed '/^data/,$d' '%s'; echo 'raw = open(sys.argv[1], \"rb\").read()'; "
                      "echo 'print(digest(w for w, in struct.iter_unpack(\"<%s\", raw)))'; } | python3 - '%s' 2>&1",
                      program, word, raw),
                  0);
  CHECK(strlen(stored) > 1);
  CHECK_TEXT_HAS(found, stored);
}

static void the_documented_formula_gives_the_digests_of_arrays(void) {
  if (!only_here("h5dump --version && python3 --version")) CHECK_SKIP("needs h5dump and Python");
  compare_digest("matrix", "Q");
  compare_digest("vector", "I");
  compare_digest("block", "I");
}

static void the_documented_lines_check_every_array_and_read_texts(void) {
  if (!only_here("/usr/bin/python3 -c 'import h5py'")) CHECK_SKIP("needs h5py");
  char output[2000];
  CHECK_EQUAL_INT(run(output, sizeof output,
                      "{ sed '/^body/,$d' '%s'; sed -n '/^    import h5py/,$s/^    //p' '%s'; "
                      "echo 'texts[\"history\"] = len(texts[\"history\"])'; "
                      "echo 'for text in sorted(texts.items()): print(ascii(text))'; } | "
                      "env -i /usr/bin/python3 - '%s' 2>&1",
                      documented_program(), test_argument(0), checkpoint_path),
                  0);
  CHECK(strcmp(output, "block good\nmatrix good\nnothing good\nvector good\n"
                       "('empty', '')\n('history', 200000)\n('problem', 'u_tt = 4 u_xx \\xe4\\n\\ttext')\n") == 0);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(h5dump_shows_what_is_in_it), TEST(h5dump_reads_the_same_bits),
                                    TEST(the_documented_program_checks_a_file),
                                    TEST(the_documented_formula_gives_the_digests_of_arrays),
                                    TEST(the_documented_lines_check_every_array_and_read_texts)};
  return run_suite("checkpoint for others", cases, sizeof cases / sizeof *cases, argc, argv);
}
