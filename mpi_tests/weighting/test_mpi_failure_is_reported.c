/* If an MPI function fails, the call returns NTKW_ERR_MPI and the weights stay. The failures are made through MPI's
 * profiling interface. */
#include "fixtures.h"

typedef enum broken { NONE, ALLREDUCE, IALLREDUCE, SECOND, WAIT, TEST_CALL, DUP, BCAST } broken;
static broken part = NONE;
static int in_flight, reductions; /* nonblocking requests not yet completed; reductions done */

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  reductions++;
  return part == ALLREDUCE || (part == SECOND && op == MPI_MAX) ? MPI_ERR_OTHER
                                                                : PMPI_Allreduce(from, to, count, type, op, comm);
}
int MPI_Iallreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm,
                   MPI_Request *request) {
  if (part == IALLREDUCE || (part == SECOND && op == MPI_MAX)) return MPI_ERR_OTHER;
  in_flight++;
  return PMPI_Iallreduce(from, to, count, type, op, comm, request);
}
int MPI_Wait(MPI_Request *request, MPI_Status *status) {
  if (*request != MPI_REQUEST_NULL) in_flight--;
  const int code = PMPI_Wait(request, status);
  return part == WAIT ? MPI_ERR_OTHER : code;
}
int MPI_Test(MPI_Request *request, int *flag, MPI_Status *status) {
  return part == TEST_CALL ? MPI_ERR_OTHER : PMPI_Test(request, flag, status);
}
int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *copy) {
  return part == DUP ? MPI_ERR_OTHER : PMPI_Comm_dup(comm, copy);
}

int MPI_Bcast(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm) {
  return part == BCAST ? MPI_ERR_OTHER : PMPI_Bcast(buffer, count, type, root, comm);
}

static const double values[2] = {3, 1};

static void check_continues(ntkw_weighting *weighting) {
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 1);
  add_norms(weighting, 2, values);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[0], 0.5 + 0.5 * 0.75);
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

/* If the second reduction, that of the largest value, fails, the first one is completed nevertheless. */
static void second_reduction_fails(void) {
  const ntkw_weighting_options options = options_of("learning-rate-annealing", 0.5, 1, NTKW_FLOAT64);
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  add_norms(weighting, 2, values);
  part = SECOND;
  const ntkw_status begun = ntkw_weighting_update_begin(weighting, 0);
  const int left = in_flight;
  const ntkw_status ended = ntkw_weighting_update_end(weighting), blocking = ntkw_weighting_update(weighting, 0);
  part = ALLREDUCE;
  const int before = reductions;
  const ntkw_status neither = ntkw_weighting_update(weighting, 0);
  const int tried = reductions - before;
  part = NONE;
  CHECK_STATUS(begun, NTKW_ERR_MPI);
  CHECK_EQUAL_INT(left, 0);
  CHECK_STATUS(ended, NTKW_ERR_ORDER);
  CHECK_STATUS(blocking, NTKW_ERR_MPI);
  CHECK_STATUS(neither, NTKW_ERR_MPI);
  CHECK_EQUAL_INT(tried, 2); /* the second too, because the other ranks call it */
  add_norms(weighting, 2, values);
  CHECK_OK(ntkw_weighting_update_begin(weighting, 0));
  part = WAIT;
  const ntkw_status waited = ntkw_weighting_update_end(weighting);
  part = NONE;
  CHECK_STATUS(waited, NTKW_ERR_MPI);
  CHECK_EQUAL_INT(in_flight, 0);
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 1);
  add_norms(weighting, 2, values);
  CHECK_OK(ntkw_weighting_update(weighting, 0));
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 0.5 + 0.5 * 3);
  ntkw_weighting_destroy(&weighting);
}

static ntkw_status ones(void *context, const ntkw_moments *moments, double *memory, double *target) {
  (void)context;
  (void)memory;
  for (int i = 0; i < moments->n; i++) target[i] = 5;
  return NTKW_SUCCESS;
}

static void broadcast_of_an_own_rule_fails(void) {
  static const ntkw_user_rule own = {"ones", NTKW_NEEDS_NORMS, 0, 1, 0, ones, NULL};
  ntkw_weighting_options options = options_of(NULL, 0, 1, NTKW_FLOAT64);
  options.user_rule = &own;
  ntkw_weighting *weighting = weighting_of(MPI_COMM_WORLD, 2, &options);
  add_norms(weighting, 2, values);
  part = BCAST;
  const ntkw_status status = ntkw_weighting_update(weighting, 0);
  part = NONE;
  CHECK_STATUS(status, NTKW_ERR_MPI);
  CHECK_TEXT_HAS(ntkw_last_error(), "MPI_Bcast of the targets of the own rule 'ones'");
  CHECK_EQUAL_DOUBLE(ntkw_weighting_weights(weighting)[1], 1);
  ntkw_weighting_destroy(&weighting);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(create_fails), TEST(blocking_update_fails), TEST(begun_update_fails),
                                    TEST(second_reduction_fails), TEST(broadcast_of_an_own_rule_fails)};
  return run_suite("MPI failure is reported", cases, CASES(cases), argc, argv);
}
