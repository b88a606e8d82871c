/* ntkw_checkpoint_verify: what opening does not look at are the digests of the arrays. */
#include "checkpoint/agreement.h"
#include "checkpoint/digest.h"
#include "base/dtype.h"
#include "checkpoint/part_bytes.h"
#include "checkpoint/reading.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BUFFER_VALUES = 1 << 19 };

static int64_t array_length(const ntkw_checkpoint_array *about) {
  int64_t length = 1;
  for (int d = 0; d < about->n_dimensions; d++) length *= about->shape[d];
  return length;
}

/* This rank's share of an array. Local. */
static ntkw_status digest_share(const ntkw_checkpoint_reader *reader, const stored_array *array, void *buffer,
                                uint64_t *digest) {
  int rank, size;
  MPI_TRY(MPI_Comm_rank(reader->comm, &rank));
  MPI_TRY(MPI_Comm_size(reader->comm, &size));
  const int64_t n = array_length(&array->about), share = n / size, rest = n % size;
  int64_t first = rank * share + (rank < rest ? rank : rest);
  const int64_t last = first + share + (rank < rest);
  *digest = 0;
  NTKW_CHECK(buffer, NTKW_ERR_MEMORY, "out of memory for verifying %s", reader->path);
  for (; first < last; first += BUFFER_VALUES) {
    const size_t count = (size_t)(last - first < BUFFER_VALUES ? last - first : BUFFER_VALUES);
    NTKW_TRY(ntkw_i_part_read(reader->fd, reader->path, array->about.dtype, array->address, first, count, buffer));
    *digest += ntkw_i_digest_values(buffer, array->about.dtype, first, count);
  }
  return NTKW_SUCCESS;
}

static ntkw_status verify_array(const ntkw_checkpoint_reader *reader, const stored_array *array, void *buffer) {
  uint64_t mine, digest;
  NTKW_TRY(ntkw_status_agree(reader->comm, digest_share(reader, array, buffer, &mine)));
  MPI_TRY(MPI_Allreduce(&mine, &digest, 1, MPI_UINT64_T, MPI_SUM, reader->comm));
  NTKW_CHECK(digest == array->digest, NTKW_ERR_FORMAT,
             "array \"%s\" of %s is damaged: the digest of its values is %016" PRIx64 ", expected %016" PRIx64,
             array->about.name, reader->path, digest, array->digest);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_verify(MPI_Comm comm, const char *path) {
  ntkw_checkpoint_reader *reader;
  NTKW_TRY(ntkw_checkpoint_reader_open(comm, path, &reader));
  void *buffer = malloc(BUFFER_VALUES * sizeof(double));
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < reader->inventory.n_arrays && status == NTKW_SUCCESS; i++)
    status = verify_array(reader, &reader->inventory.arrays[i], buffer);
  free(buffer);
  ntkw_checkpoint_reader_close(&reader);
  return status;
}
