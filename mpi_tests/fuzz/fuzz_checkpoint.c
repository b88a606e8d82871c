/* Open any bytes as a checkpoint: they must be refused with a sentence, or be readable, without a crash.
 *
 * Bytes that begin like a checkpoint are taken as the whole file; the digest refuses most of these. Other bytes are
 * taken as the part after the user block, and get a user block with the right length and digest. This part therefore
 * reaches HDF5 and the checks after HDF5. */
#include "base/digest.h"
#include "checkpoint/format.h"
#include "ntkw/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file = -1;
static char path[] = "/dev/shm/ntkw-fuzz-XXXXXX";

static void must(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "%s: %s\n", what, ntkw_last_error());
  abort();
}

static void remove_file(void) {
  unlink(path);
}

/* Make a file in memory that HDF5 can open by name. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc, (void)argv;
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  MPI_Init(NULL, NULL);
  file = mkstemp(path);
  must(file >= 0 && atexit(remove_file) == 0, path);
  return 0;
}

static void put(const void *bytes, size_t length, size_t at) {
  must(pwrite(file, bytes, length, (off_t)at) == (ssize_t)length, "pwrite");
}

static void put_file(const uint8_t *data, size_t size) {
  must(ftruncate(file, 0) == 0, "ftruncate");
  if (size >= 4 && memcmp(data, "NTKW", 4) == 0) {
    put(data, size, 0);
    return;
  }
  unsigned char bytes[USER_BLOCK_LENGTH];
  const user_block block = {.version = FORMAT_VERSION,
                            .length = (int64_t)(USER_BLOCK_LENGTH + size),
                            .digest = ntkw_i_digest_bytes(data, 0, size)};
  ntkw_i_user_block_encode(&block, bytes);
  put(bytes, sizeof bytes, 0);
  put(data, size, sizeof bytes);
}

static void read_array(ntkw_checkpoint_reader *reader, const ntkw_checkpoint_array *array) {
  int64_t count = 1;
  must(strlen(array->name) > 0 && array->unit, "an array without name or unit");
  for (int d = 0; d < array->n_dimensions; d++) count *= array->shape[d];
  must(count >= 0 && count <= 1 << 20, "an array that is larger than the file");
  char *values = malloc((size_t)count * 8 + 1);
  const ntkw_status status =
      ntkw_checkpoint_reader_read_array(reader, array->name, array->dtype, 0, array->shape[0], values);
  must(status == NTKW_SUCCESS || status == NTKW_ERR_FORMAT || status == NTKW_ERR_FILE, "reading an array");
  free(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ntkw_checkpoint_reader *reader = NULL;
  put_file(data, size);
  const ntkw_status status = ntkw_checkpoint_reader_open(MPI_COMM_SELF, path, &reader);
  must((status == NTKW_SUCCESS) == (reader != NULL), "opening");
  must(status == NTKW_SUCCESS || status == NTKW_ERR_FORMAT, "opening");
  must(status == NTKW_SUCCESS || *ntkw_last_error(), "refused without a sentence");
  for (int i = 0; i < ntkw_checkpoint_reader_array_count(reader); i++)
    read_array(reader, ntkw_checkpoint_reader_array_at(reader, i));
  for (int i = 0; i < ntkw_checkpoint_reader_attribute_count(reader); i++) {
    const ntkw_checkpoint_attribute *attribute = ntkw_checkpoint_reader_attribute_at(reader, i);
    must(attribute->type != NTKW_ATTRIBUTE_TEXT || attribute->text, "a text that is NULL");
  }
  ntkw_checkpoint_reader_close(&reader);
  return 0;
}
