/* A success code of MPI-IO proves nothing: read what was written, past HDF5 and MPI-IO. */
#include "checkpoint/digest.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/part_bytes.h"
#include "checkpoint/publication.h"
#include "status/check.h"

#include <stdlib.h>

enum { BUFFER_VALUES = 1 << 17 };

static ntkw_status digest_part(const ntkw_i_publication *publication, const stated_array *array, void *buffer,
                               uint64_t *digest) {
  const int64_t size = (int64_t)ntkw_i_value_size(array->dtype);
  *digest = 0;
  slab_runs runs = ntkw_i_slab_runs(array->n_dimensions, array->shape, array->n_slabs, array->slabs);
  while (ntkw_i_slab_next(&runs)) {
    const int64_t last = runs.first + runs.length;
    for (int64_t first = runs.first; first < last; first += BUFFER_VALUES) {
      const size_t count = (size_t)(last - first < BUFFER_VALUES ? last - first : BUFFER_VALUES);
      ntkw_i_file_expect(publication->fd, array->address + first * size, array->address + last * size);
      NTKW_TRY(ntkw_i_part_read(publication->fd, publication->temporary, array->dtype, array->address, first, count,
                                buffer));
      *digest += ntkw_i_digest_values(buffer, array->dtype, first, count);
    }
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_part(const ntkw_i_publication *publication, const stated_array *array, void *buffer) {
  if (array->address < 0) return NTKW_SUCCESS;
  uint64_t digest;
  NTKW_TRY(digest_part(publication, array, buffer, &digest));
  NTKW_CHECK(digest == array->digest_of_part, NTKW_ERR_FILE,
             "array \"%s\" is read back from %s with other values than were written", array->name,
             publication->temporary);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_read_back(const ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  void *buffer = malloc(BUFFER_VALUES * sizeof(double));
  NTKW_CHECK(buffer, NTKW_ERR_MEMORY, "out of memory for reading %s back", publication->temporary);
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < checkpoint->n_arrays && status == NTKW_SUCCESS; i++)
    status = check_part(publication, &checkpoint->arrays[i], buffer);
  free(buffer);
  return status;
}
