/* Locking a locked folder fails, a stale lock is taken over, and after a lost lock no publication succeeds. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>
#include "checkpoint/lock.h"
#include "fileio/test_hooks.h"

static int n_waits;

static void count_wait(const char *sentence, double seconds, void *data) {
  (void)seconds, (void)data;
  CHECK_TEXT_HAS(sentence, "which cannot be seen from here");
  n_waits++;
}

static ntkw_status lock(const char *folder, ntkw_lock_wait on_wait, ntkw_folder_lock **out) {
  const ntkw_status status = ntkw_checkpoint_lock(MPI_COMM_WORLD, folder, on_wait, NULL, out);
  check_same_verdict(status);
  CHECK((status == NTKW_SUCCESS) == (*out != NULL));
  return status;
}

/* Write a lock file of this owner. */
static void plant(const char *folder, const lock_owner *owner) {
  char path[600], text[LOCK_TEXT_LENGTH + 1];
  snprintf(path, sizeof path, "%s/lock", folder);
  ntkw_i_lock_encode(owner, text);
  put_file(path, text, LOCK_TEXT_LENGTH);
}

static void a_living_holder_is_named(void) {
  const char *folder = new_folder("living");
  ntkw_folder_lock *first, *second;
  char host[128] = "";
  gethostname(host, sizeof host - 1);
  CHECK_OK(lock(folder, NULL, &first));
  CHECK_STATUS(lock(folder, count_wait, &second), NTKW_ERR_LOCKED);
  CHECK_TEXT_HAS(ntkw_last_error(), host);
  CHECK_TEXT_HAS(ntkw_last_error(), "since 20");
  ntkw_checkpoint_unlock(&first);
  CHECK_EQUAL_INT(count_files(folder, "lock"), 0);
  CHECK_OK(lock(folder, NULL, &first));
  ntkw_checkpoint_unlock(&first);
  CHECK(first == NULL);
}

static void a_dead_process_holds_nothing(void) {
  const char *folder = new_folder("dead");
  ntkw_folder_lock *mine;
  lock_owner owner;
  ntkw_i_lock_this_process(&owner);
  owner.started++; /* the owner has ended, and its process id was given to this process */
  plant(folder, &owner);
  CHECK_OK(lock(folder, NULL, &mine));
  CHECK_EQUAL_INT(count_files(folder, "lock"), 1);
  ntkw_checkpoint_unlock(&mine);
  snprintf(owner.boot, sizeof owner.boot, "elsewhere");
  snprintf(owner.job, sizeof owner.job, "17");
  plant(folder, &owner);
  setenv("SLURM_JOB_ID", "17", 1); /* the same job, started again */
  setenv("SLURM_RESTART_COUNT", "1", 1);
  CHECK_OK(lock(folder, NULL, &mine));
  ntkw_checkpoint_unlock(&mine);
  unsetenv("SLURM_JOB_ID");
  unsetenv("SLURM_RESTART_COUNT");
}

static void a_silent_holder_elsewhere_is_given_time(void) {
  const char *folder = new_folder("silent");
  ntkw_folder_lock *mine;
  lock_owner owner;
  ntkw_i_lock_this_process(&owner);
  snprintf(owner.boot, sizeof owner.boot, "elsewhere");
  plant(folder, &owner);
  CHECK_STATUS(lock(folder, NULL, &mine), NTKW_ERR_LOCKED);
  ntkw_i_hooks.lock_stale_after = 0.3;
  n_waits = 0;
  CHECK_OK(lock(folder, count_wait, &mine));
  CHECK_EQUAL_INT(n_waits, world_rank() == 0);
  ntkw_checkpoint_unlock(&mine);
  put_file(scratch_path("silent/lock"), "ntkw-lock 1\nho", 14); /* the process was killed while it wrote the lock */
  CHECK_OK(lock(folder, NULL, &mine) == NTKW_ERR_LOCKED ? lock(folder, count_wait, &mine) : NTKW_ERR_ORDER);
  ntkw_checkpoint_unlock(&mine);
  ntkw_i_hooks.lock_stale_after = 300;
}

static double asked_until; /* MPI_Wtime() from which give_up is true on the last rank; 0: never */

static bool on_the_last_rank(void *data) {
  (void)data;
  return asked_until > 0 && MPI_Wtime() >= asked_until && world_rank() == world_size() - 1;
}

static void name_wait(const char *sentence, double seconds, void *data) {
  (void)data;
  CHECK(seconds == 0.6 || seconds == 60.0);
  CHECK_TEXT_HAS(sentence, "used by another run");
  n_waits++;
}

static ntkw_status patiently(const char *folder, double wait, ntkw_folder_lock **out) {
  ntkw_lock_options options;
  ntkw_lock_options_init(&options);
  options.wait = wait;
  options.on_wait = name_wait;
  options.give_up = on_the_last_rank;
  const ntkw_status status = ntkw_checkpoint_lock_patiently(MPI_COMM_WORLD, folder, &options, out);
  check_same_verdict(status);
  CHECK((status == NTKW_SUCCESS) == (*out != NULL));
  return status;
}

static void a_living_holder_is_waited_for(void) {
  const char *folder = new_folder("patient");
  ntkw_folder_lock *first, *second;
  CHECK_OK(lock(folder, NULL, &first));
  n_waits = 0;
  double began = MPI_Wtime();
  CHECK_STATUS(patiently(folder, 0.6, &second), NTKW_ERR_LOCKED);
  CHECK(MPI_Wtime() - began >= 0.6);
  CHECK_EQUAL_INT(n_waits, world_rank() == 0);
  asked_until = began = MPI_Wtime() + 0.3;
  CHECK_STATUS(patiently(folder, 60.0, &second), NTKW_ERR_INTERRUPTED);
  CHECK(MPI_Wtime() - began < 20.0);
  asked_until = 0;
  ntkw_checkpoint_lock_abandon(first);
  CHECK_OK(patiently(folder, 60.0, &second));
  CHECK_EQUAL_INT(n_waits, 2 * (world_rank() == 0));
  ntkw_checkpoint_lock_abandon(first); /* does nothing: `second` holds the lock */
  MPI_Barrier(MPI_COMM_WORLD);
  CHECK_EQUAL_INT(count_files(folder, "lock"), 1);
  ntkw_checkpoint_unlock(&first);
  ntkw_checkpoint_unlock(&second);
  CHECK_EQUAL_INT(count_files(folder, "lock"), 0);
}

static void a_lost_lock_stops_publication(void) {
  const char *folder = new_folder("lost");
  ntkw_folder_lock *mine;
  ntkw_checkpoint *checkpoint;
  lock_owner owner;
  char path[600];
  snprintf(path, sizeof path, "%s/state-1.h5", folder);
  CHECK_OK(lock(folder, NULL, &mine));
  CHECK_OK(ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint));
  CHECK_OK(ntkw_checkpoint_set_lock(checkpoint, mine));
  CHECK_OK(ntkw_checkpoint_publish(checkpoint));
  ntkw_i_lock_this_process(&owner);
  plant(folder, &owner);
  const ntkw_status status = ntkw_checkpoint_publish(checkpoint);
  check_same_verdict(status);
  CHECK_STATUS(status, NTKW_ERR_FILE);
  CHECK_TEXT_HAS(ntkw_last_error(), "nothing is published");
  ntkw_checkpoint_destroy(&checkpoint);
  ntkw_checkpoint_unlock(&mine);
  CHECK_EQUAL_INT(count_files(folder, "lock"), 1); /* the lock of the other run stays */
}

/* Copy the lock file of a folder to another folder. linked: by a hard link. Collective. */
static void copy_lock(const char *from, const char *to, bool linked) {
  char source[700], target[700];
  size_t length;
  snprintf(source, sizeof source, "%s/lock", from);
  snprintf(target, sizeof target, "%s/lock", to);
  unsigned char *bytes = get_file(source, &length);
  if (linked && world_rank() == 0) CHECK(link(source, target) == 0);
  if (!linked) put_file(target, bytes, length);
  MPI_Barrier(MPI_COMM_WORLD);
  free(bytes);
}

/* A copy of a locked folder can be locked although the original is still locked. After unlocking, the original has no
 * lock.
 */
static void a_copy_is_not_the_original(void) {
  char original[600];
  snprintf(original, sizeof original, "%s", new_folder("original"));
  ntkw_folder_lock *first, *second;
  CHECK_OK(lock(original, NULL, &first));
  for (int linked = 0; linked < 2; linked++) {
    const char *copy = new_folder(linked ? "linked" : "copied");
    copy_lock(original, copy, linked);
    CHECK_OK(lock(copy, NULL, &second));
    ntkw_checkpoint_unlock(&second);
    CHECK_EQUAL_INT(count_files(copy, "lock"), 0);
    CHECK_STATUS(lock(original, NULL, &second), NTKW_ERR_LOCKED);
  }
  ntkw_checkpoint_unlock(&first);
  CHECK_EQUAL_INT(count_files(original, "lock"), 0);
}

/* If the process that holds a lock cannot be seen, file numbers that differ do not prove that the lock is a copy. The
 * lock of an older version has no file numbers. */
static void a_copy_elsewhere_is_not_told_apart(void) {
  const char *folder = new_folder("uncertain");
  ntkw_folder_lock *mine;
  lock_owner owner;
  ntkw_i_lock_this_process(&owner);
  plant(folder, &owner); /* without file numbers */
  CHECK_STATUS(lock(folder, NULL, &mine), NTKW_ERR_LOCKED);
  owner.created = (lock_location){.known = true, .file = 1, .folder = 1};
  snprintf(owner.boot, sizeof owner.boot, "elsewhere");
  plant(folder, &owner);
  CHECK_STATUS(lock(folder, NULL, &mine), NTKW_ERR_LOCKED);
  CHECK_TEXT_HAS(ntkw_last_error(), "which cannot be seen from here");
}

/* The working folder may change after the lock was taken. */
static void the_working_folder_may_change(void) {
  char before[600] = "";
  const char *folder = new_folder("held");
  ntkw_folder_lock *mine, *again;
  CHECK(getcwd(before, sizeof before) != NULL);
  CHECK(chdir(folder) == 0 && chdir("..") == 0);
  CHECK_OK(lock("held", NULL, &mine));
  CHECK(chdir(before) == 0);
  CHECK_STATUS(lock(folder, NULL, &again), NTKW_ERR_LOCKED);
  ntkw_checkpoint_unlock(&mine);
  CHECK_EQUAL_INT(count_files(folder, "lock"), 0);
}

/* A run that takes over a lock first renames it. If the run dies, the renamed file stays and is removed later. A file
 * that was renamed recently is kept, because it may still be put back. */
static void remains_of_locks_are_removed(void) {
  const char *folder = new_folder("remains");
  char path[600];
  snprintf(path, sizeof path, "%s/lock.stale-0123456789abcdef", folder);
  put_file(path, "x", 1);
  const struct utimbuf long_ago = {time(NULL) - 4000, time(NULL) - 4000};
  if (world_rank() == 0) CHECK(utime(path, &long_ago) == 0);
  snprintf(path, sizeof path, "%s/lock.stale-0123456789abcdee", folder);
  put_file(path, "x", 1);
  snprintf(path, sizeof path, "%s/lock.stale-mine", folder);
  put_file(path, "x", 1);
  if (world_rank() == 0) CHECK(utime(path, &long_ago) == 0);
  CHECK_OK(ntkw_checkpoint_keep(MPI_COMM_WORLD, folder, "a-prefix-that-is-longer-than-the-name-of-a-lock-", 1));
  CHECK_EQUAL_INT(count_files(folder, "lock.stale-0123456789abcdef"), 0);
  CHECK_EQUAL_INT(count_files(folder, "lock.stale-"), 2);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {
      TEST(a_living_holder_is_named),           TEST(a_living_holder_is_waited_for),
      TEST(a_dead_process_holds_nothing),       TEST(a_silent_holder_elsewhere_is_given_time),
      TEST(a_lost_lock_stops_publication),      TEST(a_copy_is_not_the_original),
      TEST(a_copy_elsewhere_is_not_told_apart), TEST(the_working_folder_may_change),
      TEST(remains_of_locks_are_removed)};
  return run_suite("checkpoint lock", cases, sizeof cases / sizeof *cases, argc, argv);
}
