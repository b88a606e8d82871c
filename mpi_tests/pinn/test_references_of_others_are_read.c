/* References in HDF5 files that are not checkpoints are read in any type, layout and filter. Wrong names and shapes are
 * refused. Rank 0 writes the files with HDF5, as h5py would. */
#include <hdf5.h>
#include <unistd.h>
#include "pinn/training/evaluation.h"
#include "problem_fixture.h"

enum { N_T = 5, N_X = 4 };
static const double t_points[N_T] = {0, 0.1, 0.5, 0.7, 1}, x_points[N_X] = {-1, 0, 0.25, 1};

/* How the arrays are stored. */
typedef struct storage {
  hid_t type;
  bool chunked, compressed;
} storage;

static void put(hid_t file, const char *name, storage how, int rank, const hsize_t size[], const double *values) {
  const hsize_t chunk[] = {2, 2};
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, size, NULL);
  if (how.chunked) H5Pset_chunk(properties, rank, chunk);
  if (how.compressed) H5Pset_deflate(properties, 4);
  const hid_t dataset = H5Dcreate2(file, name, how.type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  CHECK(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(properties);
}

/* Values of u on the grid: small integers, which every type can store. */
static void fill(double u[N_T * N_X]) {
  for (int i = 0; i < N_T * N_X; i++) u[i] = i - 3;
}

/* Write a file with t, x and u under these names; shape: the dimensions of u. */
static const char *write_file(const char *names[3], storage how, int rank, const hsize_t shape[]) {
  const char *path = scratch_path("others.h5");
  double u[N_T * N_X];
  fill(u);
  MPI_Barrier(MPI_COMM_WORLD); /* all ranks have closed the previous file, which HDF5 would otherwise find locked */
  if (world_rank() == 0) {
    const storage real = {H5T_IEEE_F64BE, false, false};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t n_t[] = {N_T, 1}, n_x[] = {N_X};
    put(file, names[0], real, 2, n_t, t_points); /* a column */
    put(file, names[1], real, 1, n_x, x_points);
    put(file, names[2], how, rank, shape, u);
    H5Gclose(H5Gcreate2(file, "notes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  return path;
}

static ntkw_status evaluate(const char *path, double **u) {
  char line[1024];
  problem *pde = NULL;
  network *net = NULL;
  evaluation *e = NULL;
  snprintf(line, sizeof line, "steps = 10, reference = \"%s\",", path);
  CHECK_OK(problem_from_lua("here.lua", text_with(STEPS_LINE, line), &pde));
  CHECK_OK(network_create(&pde->network, &net));
  const ntkw_status status = evaluation_create(MPI_COMM_WORLD, pde, net, &e);
  CHECK((status == NTKW_SUCCESS) == (e != NULL));
  *u = NULL;
  if (e) CHECK_OK(evaluation_collect(e, 0, true, u));
  CHECK(!e || !evaluation_knows(e, 1));
  evaluation_destroy(&e);
  network_destroy(&net);
  problem_destroy(&pde);
  return status;
}

static const char *good[3] = {"t", "x", "u"};

static void any_storage_is_read(void) {
  const storage all[] = {{H5T_IEEE_F64LE, false, false}, {H5T_IEEE_F32LE, false, false}, {H5T_IEEE_F64BE, true, false},
                         {H5T_STD_I32LE, false, false},  {H5T_STD_I8LE, true, false},    {H5T_IEEE_F32LE, true, true}};
  const hsize_t shape[] = {N_T, N_X, 1};
  double expected[N_T * N_X], *found;
  fill(expected);
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    if (all[k].compressed && H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) continue;
    CHECK_OK(evaluate(write_file(good, all[k], 2, shape), &found));
    for (int i = 0; found && i < N_T * N_X; i++) CHECK_EQUAL_DOUBLE(found[i], expected[i]);
    CHECK(found || world_rank() > 0);
    free(found);
  }
  CHECK_OK(evaluate(write_file(good, all[0], 3, shape), &found)); /* an additional dimension of 1 is allowed */
  free(found);
}

static void refused(const char *path, ntkw_status expected, const char *part, const char *other) {
  double *u;
  CHECK_STATUS(evaluate(path, &u), expected);
  CHECK_TEXT_HAS(ntkw_last_error(), part);
  CHECK_TEXT_HAS(ntkw_last_error(), other);
}

static void what_does_not_fit_is_told(void) {
  const storage real = {H5T_IEEE_F64LE, false, false};
  const hsize_t shape[] = {N_T, N_X}, turned[] = {N_X, N_T}, flat[] = {N_T * N_X};
  const char *time[3] = {"time", "x", "u"}, *solution[3] = {"t", "x", "solution"};
  refused(write_file(good, real, 2, turned), NTKW_ERR_PROBLEM, "it is [4, 5]; expected [5, 4]", "it is transposed");
  refused(write_file(good, real, 1, flat), NTKW_ERR_PROBLEM, "it is [20]; expected [5, 4]", "t, x");
  refused(write_file(time, real, 2, shape), NTKW_ERR_PROBLEM, "has no array 't'; a reference solution needs the arrays",
          "found 'time' [5, 1], 'u' [5, 4], 'x' [4]");
  refused(write_file(solution, real, 2, shape), NTKW_ERR_PROBLEM,
          "needs the arrays 't' and 'x', lists of points, and 'u' or 'v', values on their grid", "'solution' [5, 4]");
}

/* A truncated file that still has the HDF5 signature is refused. */
static void damage_is_told(void) {
  const storage real = {H5T_IEEE_F64LE, false, false};
  const hsize_t shape[] = {N_T, N_X};
  const char *path = write_file(good, real, 2, shape);
  if (world_rank() == 0) CHECK(truncate(path, 700) == 0);
  MPI_Barrier(MPI_COMM_WORLD);
  refused(path, NTKW_ERR_FORMAT, "cannot open with HDF5", path);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(any_storage_is_read), TEST(what_does_not_fit_is_told), TEST(damage_is_told)};
  return run_suite("references of others", cases, sizeof cases / sizeof *cases, argc, argv);
}
