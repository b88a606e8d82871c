#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_ROW = 2 * 3 };
static const int64_t matrix_shape[] = {MATRIX_ROWS, MATRIX_COLUMNS}, vector_shape[] = {VECTOR_LENGTH};
static const int64_t block_shape[] = {BLOCK_ROWS, 2, 3}, nothing_shape[] = {0, 4};

ntkw_checkpoint_transfer state_transfer = NTKW_TRANSFER_DIRECT;
bool state_asynchronous = false;

void cut(MPI_Comm comm, int64_t n, uint64_t seed, int64_t *offset, int64_t *count) {
  int rank, size;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  int64_t weight[64], sum = 0, before = 0;
  for (int r = 0; r < size; r++) {
    uint64_t state = seed * 64 + (uint64_t)r;
    weight[r] = (int64_t)(random_bits(&state) % 4); /* a quarter of the parts are empty */
    sum += weight[r];
  }
  if (sum == 0) weight[size - 1] = sum = 1;
  for (int r = 0; r < rank; r++) before += weight[r];
  *offset = n * before / sum;
  *count = n * (before + weight[rank]) / sum - *offset;
}

/* Random bits, sometimes those of NaN with a payload, -0.0, infinity or a subnormal. */
static uint64_t bits_of(uint64_t seed, uint64_t array, int64_t index) {
  static const uint64_t odd[] = {0x7ff8000000abcdef, 0xfff0000000000001, 0x8000000000000000, 0x7ff0000000000000, 1};
  uint64_t state = (seed * 31 + array) * 1000003 + (uint64_t)index;
  const uint64_t bits = random_bits(&state);
  return bits % 7 == 0 ? odd[index % 5] : bits;
}

static uint32_t narrow_bits_of(uint64_t seed, uint64_t array, int64_t index) {
  static const uint32_t odd[] = {0x7fc0abcd, 0xff800001, 0x80000000, 0x7f800000, 1};
  const uint64_t bits = bits_of(seed, array, index);
  return bits % 7 == 0 ? odd[index % 5] : (uint32_t)(bits >> 32);
}

static void *make_wide(uint64_t seed, uint64_t array, int64_t first, int64_t count) {
  uint64_t *values = malloc((size_t)count * 8 + 1);
  for (int64_t i = 0; i < count; i++) values[i] = bits_of(seed, array, first + i);
  return values;
}

static void *make_narrow(uint64_t seed, uint64_t array, int64_t first, int64_t count) {
  uint32_t *values = malloc((size_t)count * 4 + 1);
  for (int64_t i = 0; i < count; i++) values[i] = narrow_bits_of(seed, array, first + i);
  return values;
}

typedef struct shares {
  int64_t matrix[2], vector[2], block[2]; /* offset and count of each */
} shares;

static shares share(MPI_Comm comm, uint64_t cut_seed) {
  shares mine;
  cut(comm, MATRIX_ROWS, cut_seed, &mine.matrix[0], &mine.matrix[1]);
  cut(comm, VECTOR_LENGTH, cut_seed + 1, &mine.vector[0], &mine.vector[1]);
  cut(comm, BLOCK_ROWS, cut_seed + 2, &mine.block[0], &mine.block[1]);
  return mine;
}

static void state_attributes(ntkw_checkpoint *checkpoint, uint64_t seed) {
  ntkw_checkpoint_set_integer(checkpoint, "step", 1);
  ntkw_checkpoint_set_integer(checkpoint, "step", -(int64_t)seed); /* replaces it */
  ntkw_checkpoint_set_real(checkpoint, "rate", 0.1 * (double)seed);
  ntkw_checkpoint_set_real(checkpoint, "minus zero", -0.0);
  ntkw_checkpoint_set_text(checkpoint, "problem", "u_tt = 4 u_xx \xc3\xa4\n\ttext");
  ntkw_checkpoint_set_text(checkpoint, "empty", "");
  char *text = calloc(200001, 1);
  memset(text, 'h', 200000);
  ntkw_checkpoint_set_text(checkpoint, "history", text);
  free(text);
}

/* Publish in the asynchronous mode. Some ranks call ntkw_checkpoint_publish_test more often than others. */
static ntkw_status publish_beside(ntkw_checkpoint *checkpoint, void *values[3], const size_t sizes[3]) {
  const ntkw_status status = ntkw_checkpoint_publish_begin(checkpoint);
  if (status != NTKW_SUCCESS) return status;
  for (int i = 0; i < 3; i++) memset(values[i], 0x5a, sizes[i]);
  bool done = false;
  for (int i = 0; i < 5 * world_rank() && !done; i++) CHECK_OK(ntkw_checkpoint_publish_test(checkpoint, &done));
  return ntkw_checkpoint_publish_end(checkpoint);
}

ntkw_status publish_state(MPI_Comm comm, const char *path, uint64_t seed, uint64_t cut_seed) {
  ntkw_checkpoint *checkpoint;
  const shares mine = share(comm, cut_seed);
  ntkw_status status = ntkw_checkpoint_create(comm, path, &checkpoint);
  if (status != NTKW_SUCCESS) return status;
  CHECK_OK(ntkw_checkpoint_set_transfer(checkpoint, state_transfer));
  state_attributes(checkpoint, seed);
  void *matrix = make_wide(seed, 0, mine.matrix[0] * MATRIX_COLUMNS, mine.matrix[1] * MATRIX_COLUMNS);
  void *vector = make_narrow(seed, 1, mine.vector[0], mine.vector[1]);
  void *block = make_narrow(seed, 2, mine.block[0] * BLOCK_ROW, mine.block[1] * BLOCK_ROW);
  ntkw_checkpoint_add_array(checkpoint, "vector", "m/s", NTKW_FLOAT32, 1, vector_shape, mine.vector[0], mine.vector[1],
                            vector);
  ntkw_checkpoint_add_array(checkpoint, "matrix", "1", NTKW_FLOAT64, 2, matrix_shape, mine.matrix[0], mine.matrix[1],
                            matrix);
  ntkw_checkpoint_add_array(checkpoint, "block", "1", NTKW_FLOAT32, 3, block_shape, mine.block[0], mine.block[1],
                            block);
  ntkw_checkpoint_add_array(checkpoint, "nothing", "1", NTKW_FLOAT64, 2, nothing_shape, 0, 0, NULL);
  status = state_asynchronous
               ? publish_beside(checkpoint, (void *[]){matrix, vector, block},
                                (const size_t[]){(size_t)mine.matrix[1] * MATRIX_COLUMNS * 8,
                                                 (size_t)mine.vector[1] * 4, (size_t)mine.block[1] * BLOCK_ROW * 4})
               : ntkw_checkpoint_publish(checkpoint);
  ntkw_checkpoint_destroy(&checkpoint);
  CHECK(checkpoint == NULL);
  free(matrix);
  free(vector);
  free(block);
  return status;
}

static void check_attributes(ntkw_checkpoint_reader *reader, uint64_t seed) {
  int64_t step = 0;
  double rate = 0, zero = 0;
  const char *problem = "", *empty = NULL, *history = "";
  CHECK_OK(ntkw_checkpoint_reader_get_integer(reader, "step", &step));
  CHECK_OK(ntkw_checkpoint_reader_get_real(reader, "rate", &rate));
  CHECK_OK(ntkw_checkpoint_reader_get_real(reader, "minus zero", &zero));
  CHECK_OK(ntkw_checkpoint_reader_get_text(reader, "problem", &problem));
  CHECK_OK(ntkw_checkpoint_reader_get_text(reader, "empty", &empty));
  CHECK_OK(ntkw_checkpoint_reader_get_text(reader, "history", &history));
  CHECK_EQUAL_INT(step, -(int64_t)seed);
  CHECK_EQUAL_DOUBLE(rate, 0.1 * (double)seed);
  CHECK_EQUAL_DOUBLE(zero, -0.0);
  CHECK(strcmp(problem, "u_tt = 4 u_xx \xc3\xa4\n\ttext") == 0);
  CHECK(empty && strcmp(empty, "") == 0);
  CHECK_EQUAL_INT(strlen(history), 200000);
}

static void check_array(ntkw_checkpoint_reader *reader, const char *name, ntkw_dtype dtype, const int64_t part[2],
                        int64_t row, void *expected) {
  const size_t size = (size_t)(part[1] * row) * (dtype == NTKW_FLOAT32 ? 4 : 8);
  unsigned char *values = malloc(size + 1);
  memset(values, 0xa5, size + 1);
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, name, dtype, part[0], part[1], values));
  CHECK(memcmp(values, expected, size) == 0);
  CHECK_EQUAL_INT(values[size], 0xa5);
  free(values);
  free(expected);
}

void check_state(MPI_Comm comm, const char *path, uint64_t seed, uint64_t cut_seed) {
  ntkw_checkpoint_reader *reader;
  const shares mine = share(comm, cut_seed);
  const ntkw_status status = ntkw_checkpoint_reader_open(comm, path, &reader);
  CHECK_STATUS(status, NTKW_SUCCESS);
  if (status != NTKW_SUCCESS) return;
  check_attributes(reader, seed);
  check_array(reader, "matrix", NTKW_FLOAT64, mine.matrix, MATRIX_COLUMNS,
              make_wide(seed, 0, mine.matrix[0] * MATRIX_COLUMNS, mine.matrix[1] * MATRIX_COLUMNS));
  check_array(reader, "vector", NTKW_FLOAT32, mine.vector, 1, make_narrow(seed, 1, mine.vector[0], mine.vector[1]));
  check_array(reader, "block", NTKW_FLOAT32, mine.block, BLOCK_ROW,
              make_narrow(seed, 2, mine.block[0] * BLOCK_ROW, mine.block[1] * BLOCK_ROW));
  CHECK_OK(ntkw_checkpoint_reader_read_array(reader, "nothing", NTKW_FLOAT64, 0, 0, NULL));
  ntkw_checkpoint_reader_close(&reader);
  CHECK(reader == NULL);
}

void check_same_verdict(ntkw_status status) {
  char sentence[1024] = {0};
  if (status != NTKW_SUCCESS) snprintf(sentence, sizeof sentence, "%s", ntkw_last_error());
  CHECK_SAME_ON_ALL_RANKS(status);
  CHECK_SAME_ON_ALL_RANKS(sentence);
}

ntkw_status try_open(const char *path) {
  ntkw_checkpoint_reader *reader = NULL;
  const ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader);
  check_same_verdict(status);
  CHECK((status == NTKW_SUCCESS) == (reader != NULL));
  ntkw_checkpoint_reader_close(&reader);
  return status;
}

const char *new_folder(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s", scratch_path(name));
  if (world_rank() == 0 && mkdir(path, 0755) != 0) perror(path);
  MPI_Barrier(MPI_COMM_WORLD);
  return path;
}

int count_files(const char *folder, const char *part) {
  int count = 0;
  if (world_rank() == 0) {
    DIR *directory = opendir(folder);
    for (struct dirent *found; directory && (found = readdir(directory));) count += strstr(found->d_name, part) != NULL;
    if (directory) closedir(directory);
  }
  MPI_Bcast(&count, 1, MPI_INT, 0, MPI_COMM_WORLD);
  return count;
}

void put_file(const char *path, const void *bytes, size_t length) {
  if (world_rank() == 0) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, length, file) != length) perror(path);
    if (file) fclose(file);
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

unsigned char *get_file(const char *path, size_t *length) {
  unsigned char *bytes = NULL;
  *length = 0;
  MPI_Barrier(MPI_COMM_WORLD);
  if (world_rank() == 0) {
    FILE *file = fopen(path, "rb");
    struct stat about;
    if (file && fstat(fileno(file), &about) == 0) {
      bytes = malloc((size_t)about.st_size + 1);
      *length = fread(bytes, 1, (size_t)about.st_size, file);
    }
    if (file) fclose(file);
  }
  MPI_Bcast(length, 1, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
  return bytes;
}

void expect_old(const char *folder, ntkw_status status, ntkw_status expected, const char *why) {
  char path[600];
  snprintf(path, sizeof path, "%s/state.h5", folder);
  check_same_verdict(status);
  CHECK_STATUS(status, expected);
  CHECK_TEXT_HAS(ntkw_last_error(), why);
  CHECK_EQUAL_INT(count_files(folder, ".tmp-"), 0);
  CHECK_EQUAL_INT(count_files(folder, "state"), 1);
  check_state(MPI_COMM_WORLD, path, 1, 2);
}

const char *folder_with_old_state(const char *name, char path[600]) {
  const char *folder = new_folder(name);
  snprintf(path, 600, "%s/state.h5", folder);
  CHECK_OK(publish_state(MPI_COMM_WORLD, path, 1, 1));
  return folder;
}
