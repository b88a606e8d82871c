/* Every function that takes a communicator refuses an intercommunicator and MPI_COMM_NULL with an error message. */
#include "harness.h"
#include "ntkw/ntkw.h"

static const char *const names[] = {"residual", "boundary"};

/* An intercommunicator between the halves of MPI_COMM_WORLD; MPI_COMM_NULL if there is only one rank. */
static MPI_Comm between_halves(void) {
  MPI_Comm half, between = MPI_COMM_NULL;
  const int upper = world_rank() >= (world_size() + 1) / 2, first_of_upper = (world_size() + 1) / 2;
  MPI_Comm_split(MPI_COMM_WORLD, upper, 0, &half);
  if (world_size() > 1) MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, upper ? 0 : first_of_upper, 7, &between);
  MPI_Comm_free(&half);
  return between;
}

static void refused(ntkw_status status, const char *sentence) {
  CHECK_STATUS(status, NTKW_ERR_ARGUMENT);
  CHECK_TEXT_HAS(ntkw_last_error(), sentence);
}

static void every_function(MPI_Comm comm, const char *sentence) {
  char skipped[64];
  ntkw_weighting *weighting = NULL;
  ntkw_checkpoint *checkpoint = NULL;
  ntkw_checkpoint_reader *reader = NULL;
  ntkw_folder_lock *lock = NULL;
  ntkw_recording *trace = NULL;
  ntkw_recording_options options;
  ntkw_recording_options_init(&options);
  refused(ntkw_status_agree(comm, NTKW_SUCCESS), sentence);
  refused(ntkw_weighting_create(comm, 2, names, NULL, &weighting), sentence);
  refused(ntkw_recording_create(comm, scratch_path("t.h5"), 2, names, &options, &trace), sentence);
  refused(ntkw_checkpoint_create(comm, scratch_path("c.h5"), &checkpoint), sentence);
  refused(ntkw_checkpoint_reader_open(comm, scratch_path("c.h5"), &reader), sentence);
  refused(ntkw_checkpoint_reader_open_newest(comm, scratch_path("."), "c", skipped, sizeof skipped, &reader), sentence);
  refused(ntkw_checkpoint_verify(comm, scratch_path("c.h5")), sentence);
  refused(ntkw_checkpoint_keep(comm, scratch_path("."), "c", 1), sentence);
  refused(ntkw_checkpoint_lock(comm, scratch_path("."), NULL, NULL, &lock), sentence);
  CHECK(!weighting && !trace && !checkpoint && !reader && !lock);
}

static void null_communicators(void) {
  every_function(MPI_COMM_NULL, "MPI_COMM_NULL");
}

static void intercommunicators(void) {
  MPI_Comm between = between_halves();
  if (world_size() > 1) {
    ntkw_weighting *weighting = NULL;
    ntkw_weighting_options options;
    every_function(between, "intercommunicator");
    ntkw_weighting_options_init(&options);
    options.replica_comm = between;
    refused(ntkw_weighting_create(MPI_COMM_WORLD, 2, names, &options, &weighting), "intercommunicator");
    CHECK(!weighting);
    MPI_Comm_free(&between);
  }
  CHECK(between == MPI_COMM_NULL);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(null_communicators), TEST(intercommunicators)};
  return run_suite("communicators", cases, sizeof cases / sizeof *cases, argc, argv);
}
