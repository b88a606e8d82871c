#include "old_state.h"
#include "base/dtype.h"

#include <string.h>

enum { N = 11, LONGEST = 6000, N_TYPES = NTKW_UINT64 + 1 };

static int world_rank_is_0(void) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank == 0;
}

static void state_texts(ntkw_checkpoint *checkpoint) {
  static char text[LONGEST + 1];
  for (int i = 0; i < LONGEST; i++) text[i] = (char)(i % 61 == 60 ? '\n' : 'A' + i % 26);
  ntkw_checkpoint_set_text(checkpoint, "problem", "u_tt = 4 u_xx \xc3\xa4\n\ttext");
  ntkw_checkpoint_set_text(checkpoint, "empty", "");
  ntkw_checkpoint_set_text(checkpoint, "source", text);
  ntkw_checkpoint_set_text(checkpoint, "a/b", "the name has a slash");
}

/* Add the arrays of the state. All their values are on rank 0. */
static void state_arrays(ntkw_checkpoint *checkpoint, int version) {
  static unsigned char bytes[N * 8];
  static const int64_t n = N, shape[2] = {3, 2}, none[2] = {0, 4};
  const int first = world_rank_is_0();
  for (int i = 0; i < N * 8; i++) bytes[i] = (unsigned char)(37 * i + 11);
  ntkw_checkpoint_add_array(checkpoint, "parameters", "1", NTKW_FLOAT32, 1, &n, 0, first ? n : 0, bytes);
  ntkw_checkpoint_add_array(checkpoint, "field", "m/s", NTKW_FLOAT64, 2, shape, 0, first ? 3 : 0, bytes);
  ntkw_checkpoint_add_array(checkpoint, "nothing", "1", NTKW_FLOAT64, 2, none, 0, 0, NULL);
  for (int type = 0; version > 1 && type < N_TYPES; type++)
    ntkw_checkpoint_add_array(checkpoint, ntkw_dtype_name((ntkw_dtype)type), "1", (ntkw_dtype)type, 1, &n, 0,
                              first ? n : 0, bytes);
}

ntkw_status publish_old_state(const char *path, int version) {
  ntkw_checkpoint *checkpoint;
  ntkw_status status = ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint);
  if (status != NTKW_SUCCESS) return status;
  ntkw_checkpoint_set_integer(checkpoint, "step", -7);
  ntkw_checkpoint_set_real(checkpoint, "rate", 0.1);
  state_texts(checkpoint);
  state_arrays(checkpoint, version);
  status = ntkw_checkpoint_publish(checkpoint);
  ntkw_checkpoint_destroy(&checkpoint);
  return status;
}
