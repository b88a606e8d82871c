/* The values, from the memory of each rank straight to the addresses that rank 0 has found for them. */
#include "checkpoint/part_bytes.h"
#include "checkpoint/publication.h"
#include "status/check.h"

ntkw_status ntkw_i_direct_write(const ntkw_i_publication *publication) {
  for (int i = 0; i < publication->checkpoint->n_arrays; i++) {
    const stated_array *array = &publication->checkpoint->arrays[i];
    const int64_t row = ntkw_i_row_length(array->n_dimensions, array->shape);
    if (array->address < 0 || array->count == 0) continue;
    NTKW_TRY(ntkw_i_part_write(publication->fd, publication->temporary, array->dtype, array->address,
                               array->offset * row, (size_t)(array->count * row), array->values));
  }
  return NTKW_SUCCESS;
}
