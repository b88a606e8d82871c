/* Files are damaged by flipped bits, cuts, zeroed and swapped blocks at random offsets. Every file that changed is
 * refused. If the digest is made to fit the damage, HDF5 reads the file: it may be refused or read, but nothing
 * crashes. Argument: the number of cases. */
#include "base/digest.h"
#include "checkpoint/format.h"
#include "fileio/test_hooks.h"
#include "old_state.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { HEADER = USER_BLOCK_LENGTH, BLOCK = 64 };

/* A file to be damaged. Only rank 0 has its bytes. The random numbers are the same on all ranks. */
typedef struct damaged {
  unsigned char *bytes;
  size_t length;
  uint64_t random;
} damaged;

static uint64_t below(damaged *d, uint64_t limit) {
  return random_bits(&d->random) % limit;
}

static void flip_bits(damaged *d) {
  static const int counts[] = {1, 1, 1, 2, 3, 17};
  for (int n = counts[below(d, 6)]; n > 0; n--) {
    const size_t at = (size_t)below(d, d->length);
    const unsigned char bit = (unsigned char)(1u << below(d, 8));
    if (d->bytes) d->bytes[at] ^= bit;
  }
}

static void cut_off(damaged *d) {
  d->length = (size_t)below(d, d->length);
}

static void zero_block(damaged *d) {
  const size_t at = (size_t)below(d, d->length - BLOCK);
  if (d->bytes) memset(d->bytes + at, 0, BLOCK);
}

static void swap_blocks(damaged *d) {
  const size_t a = (size_t)below(d, d->length / BLOCK) * BLOCK, b = (size_t)below(d, d->length / BLOCK) * BLOCK;
  unsigned char kept[BLOCK];
  if (!d->bytes) return;
  memcpy(kept, d->bytes + a, BLOCK);
  memmove(d->bytes + a, d->bytes + b, BLOCK);
  memcpy(d->bytes + b, kept, BLOCK);
}

static void overwrite(damaged *d) {
  const size_t at = (size_t)below(d, d->length - 8);
  const uint64_t word = random_bits(&d->random);
  if (d->bytes) memcpy(d->bytes + at, &word, 8);
}

static void (*const damages[])(damaged *) = {flip_bits, flip_bits, cut_off, zero_block, swap_blocks, overwrite};

static void put_word(unsigned char *bytes, uint64_t word) {
  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(word >> 8 * i);
}

static void make_digest_fit(damaged *d) {
  if (!d->bytes || d->length < HEADER) return;
  memcpy(d->bytes, "NTKWCKPT", 8);
  memset(d->bytes + 8, 0, HEADER - 8);
  put_word(d->bytes + 8, FORMAT_VERSION);
  put_word(d->bytes + 16, d->length);
  put_word(d->bytes + 24, ntkw_i_digest_bytes(d->bytes + HEADER, 0, d->length - HEADER));
}

/* Read every array that the file lists. Rank 0 reads all its values. */
static void read_arrays(ntkw_checkpoint_reader *reader) {
  for (int i = 0; i < ntkw_checkpoint_reader_array_count(reader); i++) {
    const ntkw_checkpoint_array *array = ntkw_checkpoint_reader_array_at(reader, i);
    int64_t n = world_rank() == 0 ? array->shape[0] : 0;
    int64_t row = 1;
    for (int d = 1; d < array->n_dimensions; d++) row *= array->shape[d];
    void *values = calloc((size_t)(array->shape[0] * row) + 1, 8);
    const ntkw_status status = ntkw_checkpoint_reader_read_array(reader, array->name, array->dtype, 0, n, values);
    check_same_verdict(status);
    CHECK(status == NTKW_SUCCESS || status == NTKW_ERR_FORMAT || status == NTKW_ERR_FILE);
    free(values);
  }
}

typedef struct tally {
  int refused, equal, read;
} tally;

static void judge(const char *path, bool fitted, bool unchanged, tally *count) {
  ntkw_checkpoint_reader *reader = NULL;
  const ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader);
  check_same_verdict(status);
  CHECK(status == NTKW_SUCCESS || status == NTKW_ERR_FORMAT);
  CHECK((status == NTKW_SUCCESS) == (reader != NULL));
  if (!reader) {
    CHECK(!unchanged);
    count->refused++;
    return;
  }
  if (unchanged)
    count->equal++;
  else if (fitted) {
    read_arrays(reader);
    count->read++;
  } else
    CHECK(!"a damaged file was accepted");
  ntkw_checkpoint_reader_close(&reader);
}

static void damage(const char *good_path, int n_cases) {
  const char *path = scratch_path("damaged.h5");
  size_t length;
  tally count = {0, 0, 0};
  unsigned char *good = get_file(good_path, &length), *bytes = world_rank() == 0 ? malloc(length) : NULL;
  for (int i = 0; i < n_cases; i++) {
    damaged d = {bytes, length, (uint64_t)i};
    if (good) memcpy(bytes, good, length);
    damages[below(&d, sizeof damages / sizeof *damages)](&d);
    const bool fitted = i % 3 == 0;
    if (fitted) make_digest_fit(&d);
    int unchanged = good && d.length == length && memcmp(good, bytes, length) == 0;
    MPI_Bcast(&unchanged, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (world_rank() == 0) unlink(path); /* some file systems sync a file when it is overwritten */
    put_file(path, bytes, d.length);
    judge(path, fitted, unchanged, &count);
  }
  free(good);
  free(bytes);
  CHECK_EQUAL_INT(count.refused + count.equal + count.read, n_cases);
  CHECK(count.refused >= n_cases / 2);
  if (n_cases > 1000 && world_rank() == 0)
    printf("%d damaged files: %d refused, %d unchanged by the damage and equal, %d read with a digest made to fit\n",
           n_cases, count.refused, count.equal, count.read);
}

static int case_count(void) {
  return test_argument(0) ? atoi(test_argument(0)) : 100;
}

static void a_damaged_file_is_refused_or_equal(void) {
  const char *path = scratch_path("good.h5");
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  damage(path, case_count());
}

/* Damages a file that mostly consists of HDF5's structure. */
static void a_damaged_structure_is_refused_or_equal(void) {
  const char *path = scratch_path("good-structure.h5");
  ntkw_i_hooks.longest_attribute = 20;
  CHECK_OK(publish_old_state(path, 2));
  damage(path, case_count());
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(a_damaged_file_is_refused_or_equal),
                                    TEST(a_damaged_structure_is_refused_or_equal)};
  return run_suite("damaged checkpoints", cases, sizeof cases / sizeof *cases, argc, argv);
}
