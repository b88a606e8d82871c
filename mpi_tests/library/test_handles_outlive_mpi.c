/* Handles can be freed after MPI_Finalize, as destructors at the end of main do. Memory is freed, the lock and the
 * temporary file of an unfinished publication are removed, and the program exits normally. Before MPI_Init no handle
 * can be created.
 */
#include "ntkw/ntkw.h"

#include <dirent.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failed, checks, rank;

static void check(int ok, const char *what) {
  checks++;
  if (ok) return;
  failed++;
  printf("rank %d: failed: %s (%s)\n", rank, what, ntkw_last_error());
}
#define CHECK(condition) check((condition), #condition)

typedef struct handles {
  ntkw_weighting *weighting;
  ntkw_checkpoint *checkpoint, *unfinished;
  ntkw_checkpoint_reader *reader;
  ntkw_folder_lock *lock;
  ntkw_recording *trace;
} handles;

static const char *const names[] = {"residual", "boundary"};
static double values[1000];
static char folder[64], path[4][96];

static void name_files(void) {
  static const char *const files[] = {"whole.h5", "unfinished.h5", "trace.h5", "lock"};
  snprintf(folder, sizeof folder, "/tmp/ntkw-after-mpi-XXXXXX");
  if (rank == 0) CHECK(mkdtemp(folder) != NULL);
  MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
  for (int i = 0; i < 4; i++) snprintf(path[i], sizeof path[i], "%s/%s", folder, files[i]);
}

static ntkw_checkpoint *state(const char *file) {
  const int64_t n = 1000;
  ntkw_checkpoint *made = NULL;
  CHECK(ntkw_checkpoint_create(MPI_COMM_WORLD, file, &made) == NTKW_SUCCESS);
  CHECK(ntkw_checkpoint_set_integer(made, "step", 1) == NTKW_SUCCESS);
  CHECK(ntkw_checkpoint_add_array(made, "values", "1", NTKW_FLOAT64, 1, &n, 0, rank == 0 ? n : 0, values) ==
        NTKW_SUCCESS);
  return made;
}

static void make_all(handles *h) {
  MPI_Info info;
  ntkw_recording_options options;
  const ntkw_recording_piece piece = {0, rank == 0 ? 10 : 0};
  CHECK(ntkw_weighting_create(MPI_COMM_WORLD, 2, names, NULL, &h->weighting) == NTKW_SUCCESS);
  h->checkpoint = state(path[0]);
  MPI_Info_create(&info);
  MPI_Info_set(info, "striping_factor", "1");
  CHECK(ntkw_checkpoint_set_info(h->checkpoint, info) == NTKW_SUCCESS);
  MPI_Info_free(&info);
  CHECK(ntkw_checkpoint_publish(h->checkpoint) == NTKW_SUCCESS);
  CHECK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path[0], &h->reader) == NTKW_SUCCESS);
  CHECK(ntkw_checkpoint_lock(MPI_COMM_WORLD, folder, NULL, NULL, &h->lock) == NTKW_SUCCESS);
  ntkw_recording_options_init(&options);
  options.rule = "gradient-share";
  options.parameter_count = 10;
  options.n_pieces = rank == 0;
  options.pieces = &piece;
  CHECK(ntkw_recording_create(MPI_COMM_WORLD, path[2], 2, names, &options, &h->trace) == NTKW_SUCCESS);
  h->unfinished = state(path[1]);
  CHECK(ntkw_checkpoint_publish_begin(h->unfinished) == NTKW_SUCCESS);
}

static void free_all(handles *h) {
  ntkw_weighting_destroy(&h->weighting);
  ntkw_checkpoint_destroy(&h->checkpoint);
  ntkw_checkpoint_destroy(&h->unfinished);
  ntkw_checkpoint_reader_close(&h->reader);
  ntkw_checkpoint_unlock(&h->lock);
  CHECK(ntkw_recording_close(&h->trace) == NTKW_ERR_ORDER);
  CHECK(strstr(ntkw_last_error(), "MPI_Finalize") != NULL);
  CHECK(!h->weighting && !h->checkpoint && !h->unfinished && !h->reader && !h->lock && !h->trace);
}

/* On rank 0: check that only the published checkpoint and the recording are left in the folder. */
static void look_at_folder(void) {
  DIR *entries = opendir(folder);
  int others = 0;
  CHECK(entries != NULL);
  for (const struct dirent *entry; entries && (entry = readdir(entries));)
    others +=
        entry->d_name[0] != '.' && strcmp(entry->d_name, "whole.h5") != 0 && strcmp(entry->d_name, "trace.h5") != 0;
  if (entries) closedir(entries);
  CHECK(others == 0);
  for (int i = 0; i < 4; i++) unlink(path[i]);
  CHECK(rmdir(folder) == 0);
}

static void nothing_can_be_made(const char *when) {
  ntkw_weighting *weighting = NULL;
  CHECK(ntkw_weighting_create(MPI_COMM_WORLD, 2, names, NULL, &weighting) == NTKW_ERR_MPI);
  CHECK(ntkw_checkpoint_verify(MPI_COMM_WORLD, "whole.h5") == NTKW_ERR_MPI);
  CHECK(ntkw_status_agree(MPI_COMM_WORLD, NTKW_SUCCESS) == NTKW_ERR_MPI);
  CHECK(strstr(ntkw_last_error(), when) != NULL && !weighting);
}

int main(int argc, char **argv) {
  handles h = {0};
  nothing_can_be_made("MPI_Init");
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  name_files();
  make_all(&h);
  MPI_Finalize();
  free_all(&h);
  nothing_can_be_made("MPI_Finalize");
  if (rank == 0) look_at_folder();
  if (rank == 0) printf("handles after MPI: %d checks, %d failed: %s\n", checks, failed, failed ? "FAILED" : "passed");
  return failed != 0;
}
