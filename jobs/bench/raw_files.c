#include "raw_files.h"

#include <fcntl.h>
#include <hdf5.h>
#include <mpi.h>
#include <unistd.h>

enum { PIECE = 1 << 30 };

bool raw_write(const char *path, const void *values, size_t bytes, int64_t at) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  bool good = fd >= 0;
  for (size_t done = 0; good && done < bytes;) {
    const size_t piece = bytes - done < PIECE ? bytes - done : PIECE;
    const ssize_t put = pwrite(fd, (const char *)values + done, piece, (off_t)(at + (int64_t)done));
    good = put > 0;
    if (good) done += (size_t)put;
  }
  good = good && fsync(fd) == 0;
  return fd >= 0 && close(fd) == 0 && good;
}

bool raw_read(const char *path, void *values, size_t bytes, int64_t at) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool good = fd >= 0;
  for (size_t done = 0; good && done < bytes;) {
    const size_t piece = bytes - done < PIECE ? bytes - done : PIECE;
    const ssize_t got = pread(fd, (char *)values + done, piece, (off_t)(at + (int64_t)done));
    good = got > 0;
    if (good) done += (size_t)got;
  }
  return fd >= 0 && close(fd) == 0 && good;
}

bool plain_hdf5_write(const char *path, const double *values, int64_t n_global, int64_t offset, int64_t n_local) {
  const hsize_t shape = (hsize_t)n_global, start = (hsize_t)offset, count = (hsize_t)n_local;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), transfer = H5Pcreate(H5P_DATASET_XFER);
  H5Pset_fapl_mpio(access, MPI_COMM_WORLD, MPI_INFO_NULL);
  H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
  const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const hid_t in_file = H5Screate_simple(1, &shape, NULL), in_memory = H5Screate_simple(1, &count, NULL);
  const hid_t dataset = H5Dcreate2(file, "values", H5T_IEEE_F64LE, in_file, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  bool good = H5Sselect_hyperslab(in_file, H5S_SELECT_SET, &start, NULL, &count, NULL) >= 0;
  good = H5Dwrite(dataset, H5T_NATIVE_DOUBLE, in_memory, in_file, transfer, values) >= 0 && good;
  good = H5Dclose(dataset) >= 0 && good;
  H5Sclose(in_memory);
  H5Sclose(in_file);
  good = H5Fclose(file) >= 0 && good;
  H5Pclose(transfer);
  H5Pclose(access);
  return good;
}

void forget_pages(const char *path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    fsync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
  }
  MPI_Barrier(MPI_COMM_WORLD);
}
