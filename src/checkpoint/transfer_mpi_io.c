/* Write the values from the memory of each rank to its hyperslabs over MPI-IO. */
#include "fileio/file_io.h"
#include "base/dtype.h"
#include "fileio/hdf5_driver.h"
#include "fileio/hdf5_error.h"
#include "fileio/hdf5_types.h"
#include "fileio/test_hooks.h"
#include "checkpoint/publication.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

ntkw_status ntkw_i_mpi_io_create(ntkw_i_publication *publication) {
  MPI_File file;
  const int failed =
      MPI_File_open(MPI_COMM_SELF, publication->temporary, MPI_MODE_RDWR | MPI_MODE_CREATE | MPI_MODE_EXCL,
                    publication->checkpoint->info, &file);
  if (failed == MPI_SUCCESS) {
    publication->created = true;
    MPI_File_close(&file);
    return NTKW_SUCCESS;
  }
  char reason[MPI_MAX_ERROR_STRING] = "";
  int length;
  MPI_Error_string(failed, reason, &length);
  return ntkw_i_fail(NTKW_ERR_FILE, "cannot make %s over MPI-IO: %s", publication->temporary, reason);
}

ntkw_status ntkw_i_mpi_io_open(ntkw_i_publication *publication) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  const hid_t access = ntkw_i_hdf5_access();
  H5Pset_fapl_mpio(access, checkpoint->comm, checkpoint->info);
  publication->file = H5Fopen(publication->temporary, H5F_ACC_RDWR, access);
  ntkw_status status = NTKW_SUCCESS;
  if (publication->file < 0) status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, "open over MPI-IO", publication->temporary);
  H5Pclose(access);
  return status;
}

ntkw_status ntkw_i_mpi_io_close(ntkw_i_publication *publication) {
  const hid_t file = publication->file;
  publication->file = H5I_INVALID_HID;
  if (file >= 0 && H5Fclose(file) < 0)
    return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "close over MPI-IO", publication->temporary);
  return NTKW_SUCCESS;
}

/* A block of an array whose values are contiguous in memory. */
typedef struct value_block {
  hsize_t start[NTKW_CHECKPOINT_DIMENSIONS], count[NTKW_CHECKPOINT_DIMENSIONS];
  const char *values;
} value_block;

typedef struct destination {
  const ntkw_i_publication *publication;
  const pending_array *array;
  hid_t dataset, space, type;
} destination;

static hsize_t block_length(const value_block *block, int from, int n_dimensions) {
  hsize_t length = 1;
  for (int d = from; d < n_dimensions; d++) length *= block->count[d];
  return length;
}

/* MPI-IO gives no reason for an error: write the same bytes with pwrite to get the system's reason. */
static ntkw_status explain(const destination *to, const value_block *block) {
  const pending_array *array = to->array;
  char what[300];
  snprintf(what, sizeof what, "write array \"%s\" over MPI-IO to", array->name);
  const ntkw_status status = ntkw_i_hdf5_fail(NTKW_ERR_FILE, what, to->publication->temporary);
  const int64_t size = (int64_t)ntkw_i_value_size(array->dtype);
  ntkw_slab slab;
  for (int d = 0; d < array->n_dimensions; d++) {
    slab.start[d] = (int64_t)block->start[d];
    slab.count[d] = (int64_t)block->count[d];
  }
  slab_runs runs = ntkw_i_slab_runs(array->n_dimensions, array->shape, 1, &slab);
  while (ntkw_i_slab_next(&runs))
    if (ntkw_i_file_write(to->publication->fd, to->publication->temporary, block->values + runs.at * size,
                          (size_t)(runs.length * size), array->address + runs.first * size) != NTKW_SUCCESS)
      break;
  return status;
}

static ntkw_status write_whole(const destination *to, const value_block *block, hsize_t length) {
  const hid_t memory = H5Screate_simple(1, &length, NULL);
  const bool written = H5Sselect_hyperslab(to->space, H5S_SELECT_SET, block->start, NULL, block->count, NULL) >= 0 &&
                       H5Dwrite(to->dataset, to->type, memory, to->space, H5P_DEFAULT, block->values) >= 0;
  ntkw_status status = NTKW_SUCCESS;
  if (!written) status = explain(to, block);
  H5Sclose(memory);
  return status;
}

/* Halve a block along the first dimension of more than one index until each piece is small enough. The values of a
 * piece stay contiguous in memory. */
static ntkw_status write_pieces(const destination *to, const value_block *whole) {
  const int n_dimensions = to->array->n_dimensions;
  const size_t value_size = ntkw_i_value_size(to->array->dtype);
  const hsize_t length = block_length(whole, 0, n_dimensions);
  int d = 0;
  while (d < n_dimensions && whole->count[d] == 1) d++;
  if (length * value_size <= (hsize_t)ntkw_i_hooks.piece_length || d == n_dimensions)
    return write_whole(to, whole, length);
  const hsize_t half = whole->count[d] / 2;
  value_block first = *whole, second = *whole;
  first.count[d] = half;
  second.start[d] += half;
  second.count[d] -= half;
  second.values += half * block_length(whole, d + 1, n_dimensions) * value_size;
  NTKW_TRY(write_pieces(to, &first));
  return write_pieces(to, &second);
}

static ntkw_status write_part(const ntkw_i_publication *publication, const pending_array *array) {
  if (array->address < 0 || array->n_slabs == 0) return NTKW_SUCCESS;
  const hid_t dataset = H5Dopen2(publication->file, array->name, H5P_DEFAULT);
  if (dataset < 0) return ntkw_i_hdf5_fail(NTKW_ERR_FILE, "find an array in", publication->temporary);
  const hid_t type = ntkw_i_hdf5_memory_type(array->dtype);
  const destination to = {publication, array, dataset, H5Dget_space(dataset), type};
  const char *values = array->values;
  ntkw_status status = NTKW_SUCCESS;
  for (int i = 0; i < array->n_slabs && status == NTKW_SUCCESS; i++) {
    const ntkw_slab *slab = &array->slabs[i];
    const int64_t length = ntkw_i_slab_length(array->n_dimensions, slab);
    value_block whole = {.values = values};
    for (int d = 0; d < array->n_dimensions; d++) {
      whole.start[d] = (hsize_t)slab->start[d];
      whole.count[d] = (hsize_t)slab->count[d];
    }
    if (length > 0) status = write_pieces(&to, &whole);
    values += (size_t)length * ntkw_i_value_size(array->dtype);
  }
  H5Tclose(type);
  H5Sclose(to.space);
  H5Dclose(dataset);
  return status;
}

ntkw_status ntkw_i_transfer_mpi_io(const ntkw_i_publication *publication) {
  for (int i = 0; i < publication->checkpoint->n_arrays; i++)
    NTKW_TRY(write_part(publication, &publication->checkpoint->arrays[i]));
  return NTKW_SUCCESS;
}
