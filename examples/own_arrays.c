/* Your own field in a checkpoint, read again on another number of ranks.
 *
 * A temperature on a grid of 12 x 5 points, its rows spread over the ranks, is published three times, with an integer,
 * a real number and a text. The last file is then truncated, as a bad disk might do. The first half of the ranks opens
 * the newest good checkpoint, gets the name of the file that was skipped, and reads the field, spread over these ranks.
 *
 *     mpicc own_arrays.c $(pkg-config --cflags --libs ntkw) -lm -o own_arrays
 *     mpirun -n 3 ./own_arrays
 *     skipped: 1 damaged file
 *     restarted from step 20 at t = 0.2: field "temperature" in kelvin, 12 x 5
 */
#define _GNU_SOURCE /* mkdtemp, truncate */
#include <math.h>
#include <ntkw/ntkw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 12, COLUMNS = 5 };

/* The state of a simulation: rows first .. first + count - 1 of the field. */
typedef struct state {
  int64_t first, count;
  double values[ROWS * COLUMNS];
} state;

static double exact(int64_t step, int64_t row, int64_t column) {
  return 300.0 + (double)step * sin((double)row + 0.5 * (double)column);
}

static void cut(MPI_Comm comm, state *field) {
  int rank, size;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  field->first = ROWS * rank / size;
  field->count = ROWS * (rank + 1) / size - field->first;
}

/* Collective. */
static ntkw_status save(const char *folder, int64_t step) {
  static const int64_t shape[2] = {ROWS, COLUMNS};
  char path[300];
  state field;
  ntkw_checkpoint *checkpoint;
  cut(MPI_COMM_WORLD, &field);
  for (int64_t i = 0; i < field.count * COLUMNS; i++)
    field.values[i] = exact(step, field.first + i / COLUMNS, i % COLUMNS);
  snprintf(path, sizeof path, "%s/step-%06lld.h5", folder, (long long)step);
  ntkw_status status = ntkw_checkpoint_create(MPI_COMM_WORLD, path, &checkpoint);
  if (status != NTKW_SUCCESS) return status;
  ntkw_checkpoint_set_integer(checkpoint, "step", step); /* an error here is remembered until publication */
  ntkw_checkpoint_set_real(checkpoint, "time", 0.01 * (double)step);
  ntkw_checkpoint_set_text(checkpoint, "material", "copper");
  ntkw_checkpoint_add_array(checkpoint, "temperature", "kelvin", NTKW_FLOAT64, 2, shape, field.first, field.count,
                            field.values);
  status = ntkw_checkpoint_publish(checkpoint); /* write, sync, read back, rename; or leave nothing */
  ntkw_checkpoint_destroy(&checkpoint);
  return status;
}

/* Collective on comm, which may have any number of ranks. Returns the number of wrong values on this rank. */
static int load(MPI_Comm comm, ntkw_checkpoint_reader *reader) {
  state field;
  int64_t step = 0;
  double time = 0.0;
  const char *material = "";
  cut(comm, &field);
  if (ntkw_checkpoint_reader_get_integer(reader, "step", &step) != NTKW_SUCCESS ||
      ntkw_checkpoint_reader_get_real(reader, "time", &time) != NTKW_SUCCESS ||
      ntkw_checkpoint_reader_get_text(reader, "material", &material) != NTKW_SUCCESS)
    return 1;
  if (ntkw_checkpoint_reader_read_array(reader, "temperature", NTKW_FLOAT64, field.first, field.count, field.values) !=
      NTKW_SUCCESS)
    return 1;
  int rank, wrong = step != 20 || time != 0.2 || strcmp(material, "copper") != 0;
  for (int64_t i = 0; i < field.count * COLUMNS; i++)
    wrong += field.values[i] != exact(step, field.first + i / COLUMNS, i % COLUMNS);
  MPI_Comm_rank(comm, &rank);
  const ntkw_checkpoint_array *about = ntkw_checkpoint_reader_find_array(reader, "temperature");
  if (rank == 0)
    printf("restarted from step %lld at t = %g: field \"%s\" in %s, %lld x %lld\n", (long long)step, time, about->name,
           about->unit, (long long)about->shape[0], (long long)about->shape[1]);
  return wrong;
}

/* Collective on comm. */
static int restart(MPI_Comm comm, const char *folder) {
  char skipped[1000];
  int rank, wrong = 1;
  ntkw_checkpoint_reader *reader;
  const ntkw_status status =
      ntkw_checkpoint_reader_open_newest(comm, folder, "step-", skipped, sizeof skipped, &reader);
  if (status == NTKW_SUCCESS && reader) {
    MPI_Comm_rank(comm, &rank);
    const int named = strstr(skipped, "step-000030.h5") != NULL; /* one line for each, with the reason */
    if (rank == 0) printf("skipped: %d damaged file\n", named);
    wrong = !named + load(comm, reader);
  }
  ntkw_checkpoint_reader_close(&reader);
  return wrong;
}

/* Truncate the newest file. */
static void damage(const char *folder) {
  char path[300];
  snprintf(path, sizeof path, "%s/step-000030.h5", folder);
  if (truncate(path, 700) != 0) perror(path);
}

static void clean_up(const char *folder) {
  char path[300];
  for (int step = 10; step <= 30; step += 10) {
    snprintf(path, sizeof path, "%s/step-%06d.h5", folder, step);
    remove(path);
  }
  rmdir(folder);
}

int main(int argc, char **argv) {
  char folder[] = "own_arrays.XXXXXX";
  int rank, size, wrong = 0;
  MPI_Comm half;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank == 0 && !mkdtemp(folder)) perror(folder);
  MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);

  for (int64_t step = 10; step <= 30 && !wrong; step += 10) wrong = save(folder, step) != NTKW_SUCCESS;
  if (wrong) fprintf(stderr, "rank %d: %s\n", rank, ntkw_last_error());
  if (rank == 0 && !wrong) damage(folder);
  MPI_Barrier(MPI_COMM_WORLD);

  MPI_Comm_split(MPI_COMM_WORLD, rank < (size + 1) / 2 ? 0 : MPI_UNDEFINED, rank, &half);
  if (half != MPI_COMM_NULL && !wrong) {
    wrong = restart(half, folder);
    if (wrong) fprintf(stderr, "rank %d: %s\n", rank, ntkw_last_error());
  }
  if (half != MPI_COMM_NULL) MPI_Comm_free(&half);
  MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  if (rank == 0) clean_up(folder);
  MPI_Finalize();
  return wrong > 0;
}
