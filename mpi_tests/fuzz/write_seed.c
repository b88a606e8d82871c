/* write_seed PATH: write a small checkpoint that uses every feature of the format. ntkw_i_hooks.longest_attribute is
 * lowered so that a short text is stored like a long one. */
#include "fileio/test_hooks.h"
#include "ntkw/checkpoint.h"

#include <stdio.h>

int main(int argc, char **argv) {
  static const float values[6] = {1, 2, 3, 4, 5, 6};
  static const int64_t shape[2] = {3, 2}, none = 0;
  ntkw_checkpoint *checkpoint = NULL;
  MPI_Init(&argc, &argv);
  ntkw_i_hooks.longest_attribute = 20;
  ntkw_status status = ntkw_checkpoint_create(MPI_COMM_WORLD, argv[argc - 1], &checkpoint);
  if (status == NTKW_SUCCESS) {
    ntkw_checkpoint_set_integer(checkpoint, "step", 100);
    ntkw_checkpoint_set_real(checkpoint, "alpha", 0.1);
    ntkw_checkpoint_set_text(checkpoint, "empty", "");
    ntkw_checkpoint_set_text(checkpoint, "problem", "-- a text that is long enough to be a dataset");
    ntkw_checkpoint_add_array(checkpoint, "parameters", "1", NTKW_FLOAT32, 2, shape, 0, shape[0], values);
    ntkw_checkpoint_add_array(checkpoint, "halves", "m/s", NTKW_BFLOAT16, 1, &shape[0], 0, shape[0], values);
    ntkw_checkpoint_add_array(checkpoint, "nothing", "1", NTKW_INT64, 1, &none, 0, 0, NULL);
    status = ntkw_checkpoint_publish(checkpoint);
  }
  if (status != NTKW_SUCCESS) fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  ntkw_checkpoint_destroy(&checkpoint);
  MPI_Finalize();
  return status != NTKW_SUCCESS;
}
