/* The hints of ntkw_checkpoint_set_info are passed to MPI-IO and change no byte of the file. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

static int n_opened, n_hinted;

static bool hints_one_node(MPI_Info info) {
  char value[MPI_MAX_INFO_VAL + 1] = "";
  int found = 0;
  if (info == MPI_INFO_NULL) return false;
#if MPI_VERSION >= 4 /* which deprecates MPI_Info_get */
  int length = sizeof value;
  MPI_Info_get_string(info, "cb_nodes", &length, value, &found);
#else
  MPI_Info_get(info, "cb_nodes", MPI_MAX_INFO_VAL, value, &found);
#endif
  return found && strcmp(value, "1") == 0;
}

/* The library and HDF5 call this function instead of MPI's. */
int MPI_File_open(MPI_Comm comm, const char *path, int mode, MPI_Info info, MPI_File *file) {
  n_opened++;
  n_hinted += hints_one_node(info);
  return PMPI_File_open(comm, path, mode, info, file);
}

static ntkw_checkpoint *state(const char *path, ntkw_checkpoint_transfer transfer) {
  static double value;
  const int64_t n = world_size();
  ntkw_checkpoint *checkpoint = NULL;
  value = 10.0 + world_rank();
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_OK(ntkw_checkpoint_add_array(checkpoint, "value", "1", NTKW_FLOAT64, 1, &n, world_rank(), 1, &value));
  CHECK_OK(ntkw_checkpoint_set_transfer(checkpoint, transfer));
  return checkpoint;
}

static void give_hints(ntkw_checkpoint *checkpoint, const char *value) {
  MPI_Info info;
  MPI_Info_create(&info);
  MPI_Info_set(info, "cb_nodes", value);
  MPI_Info_set(info, "striping_factor", "1");
  CHECK_OK(ntkw_checkpoint_set_info(checkpoint, info));
  MPI_Info_free(&info); /* the checkpoint has a copy */
}

/* Publish without hints and then with hints, and compare the files. */
static void publish_with_hints(ntkw_checkpoint_transfer transfer) {
  char path[600];
  size_t length[2];
  unsigned char *bytes[2];
  snprintf(path, sizeof path, "%s", scratch_path(transfer == NTKW_TRANSFER_DIRECT ? "direct.h5" : "mpi-io.h5"));
  ntkw_checkpoint *checkpoint = state(path, transfer);
  n_opened = n_hinted = 0;
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  CHECK_EQUAL_INT(n_opened, transfer == NTKW_TRANSFER_MPI_IO);
  CHECK_EQUAL_INT(n_hinted, 0);
  bytes[0] = get_file(path, &length[0]);
  give_hints(checkpoint, "7");
  give_hints(checkpoint, "1");
  n_opened = n_hinted = 0;
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  /* rank 0 creates the file with the hints; with the transfer over MPI-IO, each rank opens it with them */
  CHECK_EQUAL_INT(n_hinted, (world_rank() == 0) + (transfer == NTKW_TRANSFER_MPI_IO));
  CHECK_EQUAL_INT(n_opened, n_hinted);
  bytes[1] = get_file(path, &length[1]);
  CHECK_EQUAL_INT(length[0], length[1]);
  if (world_rank() == 0) CHECK(length[0] > 0 && memcmp(bytes[0], bytes[1], length[0]) == 0);
  free(bytes[0]);
  free(bytes[1]);
  CHECK_OK(ntkw_checkpoint_set_info(checkpoint, MPI_INFO_NULL));
  n_hinted = 0;
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  CHECK_EQUAL_INT(n_hinted, 0);
  ntkw_checkpoint_destroy(&checkpoint);
}

static void hints_go_where_they_belong(void) {
  publish_with_hints(NTKW_TRANSFER_DIRECT);
  publish_with_hints(NTKW_TRANSFER_MPI_IO);
}

static void a_file_that_cannot_be_made_is_named(void) {
  ntkw_checkpoint *checkpoint = state(scratch_path("no-folder/hinted.h5"), NTKW_TRANSFER_DIRECT);
  give_hints(checkpoint, "1");
  const ntkw_status status = ntkw_checkpoint_publish(checkpoint);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "no-folder/hinted.h5, rank 0: cannot make ");
  ntkw_checkpoint_destroy(&checkpoint);
  CHECK_STATUS(ntkw_checkpoint_set_info(NULL, MPI_INFO_NULL), NTKW_ERR_ARGUMENT);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(hints_go_where_they_belong), TEST(a_file_that_cannot_be_made_is_named)};
  return run_suite("checkpoint hints", cases, sizeof cases / sizeof *cases, argc, argv);
}
