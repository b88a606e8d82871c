/* When MPI itself fails the call says so, and the weights stay. MPI's profiling interface plays the broken MPI. */
#include "fixtures.h"

typedef enum broken { NONE, ALLREDUCE, IALLREDUCE, WAIT, TEST_CALL, DUP } broken;
static broken part = NONE;

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  return part == ALLREDUCE ? MPI_ERR_OTHER : PMPI_Allreduce(from, to, count, type, op, comm);
}
int MPI_Iallreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm,
                   MPI_Request *request) {
  return part == IALLREDUCE ? MPI_ERR_OTHER : PMPI_Iallreduce(from, to, count, type, op, comm, request);
}
int MPI_Wait(MPI_Request *request, MPI_Status *status) {
  const int code = PMPI_Wait(request, status);
  return part == WAIT ? MPI_ERR_OTHER : code;
}
int MPI_Test(MPI_Request *request, int *flag, MPI_Status *status) {
  return part == TEST_CALL ? MPI_ERR_OTHER : PMPI_Test(request, flag, status);
}
int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *copy) {
  return part == DUP ? MPI_ERR_OTHER : PMPI_Comm_dup(comm, copy);
}

static const double values[2] = {3, 1};

static void check_continues(ntkw_weighting *weighting) {
  CHECK_EQUAL_DOUBLE(ntkw_weights(weighting)[0], 1);
  add_norms(weighting, 2, values);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weights(weighting)[0], 0.5 + 0.5 * 0.75);
}

static void create_fails(void) {
  ntkw_weighting *weighting = NULL;
  part = DUP;
  const ntkw_status duplicated = ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, NULL, &weighting);
  part = ALLREDUCE;
  const ntkw_status agreed = ntkw_weighting_create(MPI_COMM_WORLD, 2, condition_names, NULL, &weighting);
  part = NONE;
  CHECK_STATUS(duplicated, NTKW_ERR_MPI);
  CHECK_STATUS(agreed, NTKW_ERR_MPI);
  CHECK(weighting == NULL);
}

static void blocking_update_fails(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  add_norms(weighting, 2, values);
  part = ALLREDUCE;
  const ntkw_status status = ntkw_weighting_update(weighting, 0);
  part = NONE;
  CHECK_STATUS(status, NTKW_ERR_MPI);
  CHECK_TEXT_HAS(ntkw_last_error(), "MPI_Allreduce");
  check_continues(weighting);
  ntkw_weighting_destroy(&weighting);
}

static void begun_update_fails(void) {
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, NULL);
  add_norms(weighting, 2, values);
  part = IALLREDUCE;
  const ntkw_status begun = ntkw_weighting_update_begin(weighting, 0);
  part = NONE;
  CHECK_STATUS(begun, NTKW_ERR_MPI);
  CHECK_STATUS(ntkw_weighting_update_end(weighting), NTKW_ERR_ORDER);
  CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
  bool done = true;
  part = TEST_CALL;
  const ntkw_status tested = ntkw_weighting_update_test(weighting, &done);
  part = WAIT;
  const ntkw_status ended = ntkw_weighting_update_end(weighting);
  part = NONE;
  CHECK_STATUS(tested, NTKW_ERR_MPI);
  CHECK(!done);
  CHECK_STATUS(ended, NTKW_ERR_MPI);
  check_continues(weighting);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(create_fails), TEST(blocking_update_fails), TEST(begun_update_fails)};
  return run_suite("MPI failure is reported", cases, CASES(cases), argc, argv);
}
