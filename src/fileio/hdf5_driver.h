/* HDF5 files whose bytes are read and written by functions of this library: a driver of HDF5's virtual file layer.
 *
 *     ntkw_i_hdf5_file file = ntkw_i_hdf5_file_init(fd, path, length, NTKW_I_READ);
 *     hid_t access = ntkw_i_hdf5_access();
 *     ntkw_i_hdf5_set_storage(access, &file.storage, path);     // then H5Fopen or H5Fcreate with access, and H5Fclose
 *     ntkw_i_hdf5_release_storage(&file.storage);
 *
 * No function is collective. */
#ifndef NTKW_FILEIO_HDF5_DRIVER_H
#define NTKW_FILEIO_HDF5_DRIVER_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/failure.h"
#include "ntkw/status.h"

/* Where HDF5 reads and writes. Part of a struct of whoever implements the functions. */
typedef struct ntkw_i_storage ntkw_i_storage;
struct ntkw_i_storage {
  /* Read size bytes at an offset, all of them zero before. false: HDF5's call fails. */
  bool (*read)(ntkw_i_storage *storage, H5FD_mem_t kind, int64_t at, size_t size, void *bytes);
  /* Write size bytes. HDF5 is told that this succeeded: see ntkw_i_hdf5_file. */
  void (*write)(ntkw_i_storage *storage, int64_t at, size_t size, const void *bytes);
  /* Set the length of the file to `allocated`, as HDF5 does when it closes the file; NULL: nothing is to be done. */
  void (*truncate)(ntkw_i_storage *storage);
  bool reads_once;   /* each read of HDF5 reaches `read`; otherwise HDF5 may gather reads and writes */
  int64_t end;       /* bytes in the file, as HDF5 sees it; set before the file is opened */
  int64_t allocated; /* bytes that HDF5 has allocated; after closing: the length of the file */
  hid_t driver;      /* starts as 0 */
};

/* File access properties for one process; to be closed by H5Pclose. File locks are used if the file system has them. */
hid_t ntkw_i_hdf5_access(void);

/* Let the file that is created or opened with these access properties be stored here. storage must live until the file
 * is closed. path is for messages. @return NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status ntkw_i_hdf5_set_storage(hid_t access, ntkw_i_storage *storage, const char *path);

/* Unregister the driver after the file was closed. Also after ntkw_i_hdf5_set_storage failed or was not called. */
void ntkw_i_hdf5_release_storage(ntkw_i_storage *storage);

typedef enum ntkw_i_file_use {
  NTKW_I_WRITE,         /* by H5Fcreate */
  NTKW_I_READ,          /* by H5Fopen, read-only */
  NTKW_I_READ_STRUCTURE /* the same, but reading values or the global heap, which HDF5 takes for values, is an error of
                           NTKW_ERR_FORMAT */
} ntkw_i_file_use;

/* A storage that reads and writes an open file and keeps the first error.
 *
 * HDF5 1.10.8 cannot recover from a failed write: H5Fclose then fails for ever and MPI_Finalize crashes. This storage
 * therefore reports success, drops all writes after the first error, and keeps that error for whoever has closed the
 * file. A file that is only read has reads that fail: HDF5's own messages say what it was looking for, first_error
 * says why. */
typedef struct ntkw_i_hdf5_file {
  ntkw_i_storage storage; /* must be the first member */
  int fd;                 /* borrowed; stays open */
  const char *path;       /* borrowed; for messages */
  ntkw_i_file_use use;
  ntkw_i_failure first_error;
} ntkw_i_hdf5_file;

/* length: bytes in the file; for NTKW_I_WRITE the file is empty and this is 0. */
ntkw_i_hdf5_file ntkw_i_hdf5_file_init(int fd, const char *path, int64_t length, ntkw_i_file_use use);

/* The error that the file kept, as last error; if there is none, other. */
ntkw_status ntkw_i_hdf5_file_status(const ntkw_i_hdf5_file *file, ntkw_status other);

#endif
