/* What one rank stores in its part, the other ranks of its node load. If memory cannot be shared on some rank, for any
 * reason, no rank shares memory, and no rank is killed by a page that does not exist. */
#include "harness.h"
#include "pinn/training/node_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { N = 5000 };

/* What MPI_Win_allocate_shared does on this rank. */
static enum { WORKS, REFUSES, GIVES_PAGES_THAT_DO_NOT_EXIST } mode;

int MPI_Win_allocate_shared(MPI_Aint size, int unit, MPI_Info info, MPI_Comm comm, void *base, MPI_Win *window) {
  if (mode == REFUSES) return MPI_ERR_OTHER;
  const int error = PMPI_Win_allocate_shared(size, unit, info, comm, base, window);
  if (mode == GIVES_PAGES_THAT_DO_NOT_EXIST) {
    FILE *empty = tmpfile();
    *(void **)base = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(empty), 0);
    fclose(empty);
  }
  return error;
}

static node_memory *create(size_t bytes, const char *most_ranks) {
  node_memory *m;
  if (most_ranks)
    setenv("NTKW_SHARED_RANKS", most_ranks, 1);
  else
    unsetenv("NTKW_SHARED_RANKS");
  CHECK_OK(node_memory_create(MPI_COMM_WORLD, bytes, &m));
  return m;
}

static long value(int rank, int i, int round) {
  return 1000003L * rank + 7L * i + round;
}

/* Every rank fills its part, then changes the part of the next rank, if both share. */
static void exchange(const node_memory *m, int round) {
  long *own = (long *)node_memory_of(m, world_rank());
  for (int i = 0; i < N && own; i++) own[i] = value(world_rank(), i, round);
  CHECK_OK(node_memory_barrier(m));
  for (int r = 0; r < world_size(); r++) {
    const long *part = (const long *)node_memory_of(m, r);
    for (int i = 0; i < N && part; i++) CHECK(part[i] == value(r, i, round));
  }
  CHECK_OK(node_memory_barrier(m));
  long *next = (long *)node_memory_of(m, (world_rank() + 1) % world_size());
  if (next) next[N - 1] = -round;
  CHECK_OK(node_memory_barrier(m));
  const int previous = (world_rank() + world_size() - 1) % world_size();
  if (own && node_memory_of(m, previous)) CHECK_EQUAL_INT(own[N - 1], -round);
  CHECK_OK(node_memory_barrier(m));
}

/* Do exactly the ranks share that are in one run of `most` ranks, if they are not alone? */
static void check_groups(const node_memory *m, int most) {
  const int begin = world_rank() / most * most, end = begin + most < world_size() ? begin + most : world_size();
  for (int r = 0; r < world_size(); r++)
    CHECK((node_memory_of(m, r) != NULL) == (r >= begin && r < end && end - begin > 1));
}

static bool nothing_is_shared_here(void) {
  node_memory *m = create(sizeof(long[N]), NULL);
  const bool nothing = m == NULL;
  node_memory_destroy(&m);
  return nothing;
}

static void parts_are_seen_by_the_others(void) {
  static const char *const numbers[] = {NULL, "1", "2", "3", "1000"};
  static const int most[] = {1000, 1, 2, 3, 1000};
  if (nothing_is_shared_here()) CHECK_SKIP("no memory can be shared here");
  for (int k = 0; k < 5; k++) {
    node_memory *m = create(sizeof(long[N]), numbers[k]);
    if (m) check_groups(m, most[k]);
    CHECK((m == NULL) == (world_size() == 1 || most[k] == 1));
    for (int round = 1; m && round < 20; round++) exchange(m, round);
    node_memory_destroy(&m);
    CHECK(m == NULL);
  }
}

/* The last rank asks for more than there is. */
static void without_space_nothing_is_shared(void) {
  node_memory *m = create(world_rank() == world_size() - 1 ? (size_t)1 << 50 : 8, NULL);
  CHECK(m == NULL);
  node_memory_destroy(&m);
}

static void under_a_limit_nothing_is_shared(void) {
  struct rlimit limit, small;
  CHECK_EQUAL_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
  small = (struct rlimit){.rlim_cur = 4096, .rlim_max = limit.rlim_max};
  if (world_rank() == 0) CHECK_EQUAL_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
  node_memory *m = create(sizeof(long[N]), NULL);
  CHECK_EQUAL_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
  CHECK(m == NULL);
}

/* MPI refuses the first two ranks. */
static void if_mpi_refuses_nothing_is_shared(void) {
  mode = world_rank() < 2 ? REFUSES : WORKS;
  node_memory *m = create(sizeof(long[N]), "2");
  mode = WORKS;
  CHECK(m == NULL);
}

static void without_pages_nothing_is_shared(void) {
  if (world_rank() == world_size() / 2) mode = GIVES_PAGES_THAT_DO_NOT_EXIST;
  node_memory *m = create(sizeof(long[N]), NULL);
  mode = WORKS;
  CHECK(m == NULL);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(parts_are_seen_by_the_others), TEST(without_space_nothing_is_shared),
                                    TEST(under_a_limit_nothing_is_shared), TEST(if_mpi_refuses_nothing_is_shared),
                                    TEST(without_pages_nothing_is_shared)};
  return run_suite("node memory", cases, sizeof cases / sizeof *cases, argc, argv);
}
