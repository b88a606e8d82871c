/* write_checkpoint PATH: write a small checkpoint with everything that `ntkw show` can describe. */
#include "ntkw/checkpoint.h"

#include <stdio.h>

#define TRY(call)                            \
  do {                                       \
    const ntkw_status s = (call);            \
    if (s != NTKW_SUCCESS) return report(s); \
  } while (0)

static int report(ntkw_status status) {
  fprintf(stderr, "%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  return 1;
}

static int write_checkpoint(ntkw_checkpoint *c) {
  static const float parameters[7] = {0.5f, -1, 2, 3, 4, 5, 6};
  static const double history[3][4] = {{0, 10, 0.5, 1}, {50, 5, 0.25, 1}, {100, 1.0 / 3, 0.125, 1}};
  static const float weights[3] = {0.5f, 0.25f, 1e-3f};
  static const int64_t n_parameters = 7, history_shape[2] = {3, 4}, n_weights = 3;
  TRY(ntkw_checkpoint_set_integer(c, "step", 100));
  TRY(ntkw_checkpoint_set_real(c, "alpha", 0.1));
  TRY(ntkw_checkpoint_set_text(c, "rule", "ntk-trace"));
  TRY(ntkw_checkpoint_set_text(c, "problem", "-- a wave\nreturn problem {\n}\n"));
  TRY(ntkw_checkpoint_set_text(c, "history_columns", "step,loss,error,weight"));
  TRY(ntkw_checkpoint_add_array(c, "parameters", "1", NTKW_FLOAT32, 1, &n_parameters, 0, 7, parameters));
  TRY(ntkw_checkpoint_add_array(c, "history", "1", NTKW_FLOAT64, 2, history_shape, 0, 3, history));
  TRY(ntkw_checkpoint_add_array(c, "weights", "1", NTKW_FLOAT32, 1, &n_weights, 0, 3, weights));
  TRY(ntkw_checkpoint_publish(c));
  return 0;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  ntkw_checkpoint *c = NULL;
  const ntkw_status status = argc == 2 ? ntkw_checkpoint_create(MPI_COMM_WORLD, argv[1], &c) : NTKW_ERR_ARGUMENT;
  const int bad = status == NTKW_SUCCESS ? write_checkpoint(c) : report(status);
  ntkw_checkpoint_destroy(&c);
  MPI_Finalize();
  return bad;
}
