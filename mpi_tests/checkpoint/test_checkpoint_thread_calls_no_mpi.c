/* The thread of the asynchronous mode calls neither MPI nor HDF5. All functions of both that it could call are wrapped,
 * and calls on threads other than the main thread are counted. */
#include "support.h"

#include <dlfcn.h>
#include <hdf5.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static pthread_t main_thread;
static atomic_int calls_of_main, calls_of_others;

static void note(const char *function) {
  if (pthread_equal(pthread_self(), main_thread)) {
    calls_of_main++;
  } else if (calls_of_others++ == 0) {
    fprintf(stderr, "%s is called in a thread\n", function);
  }
}

/* X(return type, name, parameters, arguments) */
#define WRAPPED_MPI(X)                                                                                         \
  X(int, Comm_rank, (MPI_Comm c, int *r), (c, r))                                                              \
  X(int, Comm_size, (MPI_Comm c, int *s), (c, s))                                                              \
  X(int, Barrier, (MPI_Comm c), (c))                                                                           \
  X(int, Bcast, (void *b, int n, MPI_Datatype t, int r, MPI_Comm c), (b, n, t, r, c))                          \
  X(int, Allreduce, (const void *f, void *t, int n, MPI_Datatype d, MPI_Op o, MPI_Comm c), (f, t, n, d, o, c)) \
  X(int, Iallreduce, (const void *f, void *t, int n, MPI_Datatype d, MPI_Op o, MPI_Comm c, MPI_Request *r),    \
    (f, t, n, d, o, c, r))                                                                                     \
  X(int, Ibcast, (void *b, int n, MPI_Datatype t, int r, MPI_Comm c, MPI_Request *q), (b, n, t, r, c, q))      \
  X(int, Test, (MPI_Request * r, int *f, MPI_Status *s), (r, f, s))                                            \
  X(int, File_open, (MPI_Comm c, const char *p, int m, MPI_Info i, MPI_File *f), (c, p, m, i, f))              \
  X(int, File_close, (MPI_File * f), (f))                                                                      \
  X(int, File_write_at, (MPI_File f, MPI_Offset o, const void *b, int n, MPI_Datatype t, MPI_Status *s),       \
    (f, o, b, n, t, s))

#define WRAP_MPI(type, name, parameters, arguments) \
  type MPI_##name parameters {                      \
    note("MPI_" #name);                             \
    return PMPI_##name arguments;                   \
  }
WRAPPED_MPI(WRAP_MPI)

#define WRAPPED_HDF5(X)                                                                                 \
  X(herr_t, H5open, (void), ())                                                                         \
  X(hid_t, H5Fopen, (const char *p, unsigned f, hid_t a), (p, f, a))                                    \
  X(hid_t, H5Fcreate, (const char *p, unsigned f, hid_t c, hid_t a), (p, f, c, a))                      \
  X(herr_t, H5Fclose, (hid_t f), (f))                                                                   \
  X(herr_t, H5Dwrite, (hid_t d, hid_t m, hid_t s, hid_t f, hid_t p, const void *b), (d, m, s, f, p, b)) \
  X(hid_t, H5Dopen2, (hid_t l, const char *n, hid_t p), (l, n, p))                                      \
  X(herr_t, H5Dclose, (hid_t d), (d))

#define WRAP_HDF5(type, name, parameters, arguments) \
  type name parameters {                             \
    type(*real) parameters = NULL;                   \
    note(#name);                                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name);       \
    return real arguments;                           \
  }
WRAPPED_HDF5(WRAP_HDF5)

static void only_the_main_thread_calls_them(void) {
  state_asynchronous = true;
  for (uint64_t cut_seed = 0; cut_seed < 3; cut_seed++)
    CHECK_OK(publish_state(MPI_COMM_WORLD, scratch_path("thread.h5"), 3, cut_seed));
  state_asynchronous = false;
  CHECK(calls_of_main > 0);
  CHECK_EQUAL_INT(calls_of_others, 0);
}

static void *call_from_a_thread(void *nothing) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  H5open();
  return nothing;
}

static void this_test_would_notice(void) {
  pthread_t other;
  CHECK_EQUAL_INT(pthread_create(&other, NULL, call_from_a_thread, NULL), 0);
  pthread_join(other, NULL);
  CHECK_EQUAL_INT(calls_of_others, 2);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(only_the_main_thread_calls_them), TEST(this_test_would_notice)};
  main_thread = pthread_self();
  return run_suite("the thread of a publication", cases, sizeof cases / sizeof *cases, argc, argv);
}
