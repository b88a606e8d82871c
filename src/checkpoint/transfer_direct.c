/* Write the values from the memory of each rank straight to the addresses of the arrays, which rank 0 has shared. */
#include "fileio/array_io.h"
#include "base/dtype.h"
#include "checkpoint/publication.h"
#include "base/check.h"

ntkw_status ntkw_i_transfer_direct(const ntkw_i_publication *publication) {
  for (int i = 0; i < publication->checkpoint->n_arrays; i++) {
    const pending_array *array = &publication->checkpoint->arrays[i];
    const char *values = array->copy ? array->copy : array->values;
    const size_t size = ntkw_i_value_size(array->dtype);
    slab_runs runs = ntkw_i_slab_runs(array->n_dimensions, array->shape, array->n_slabs, array->slabs);
    while (array->address >= 0 && ntkw_i_slab_next(&runs))
      NTKW_TRY(ntkw_i_array_write(publication->fd, publication->temporary, array->dtype, array->address, runs.first,
                                  (size_t)runs.length, values + (size_t)runs.at * size));
  }
  return NTKW_SUCCESS;
}
