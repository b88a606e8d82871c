/* Functions that the tests of checkpoints share: a state to write and compare, its distribution over the ranks, and
 * checks of the folder. */
#ifndef NTKW_TEST_CHECKPOINT_SUPPORT_H
#define NTKW_TEST_CHECKPOINT_SUPPORT_H

#include <stdbool.h>
#include "harness.h"
#include "ntkw/checkpoint.h"

/* This rank's part of n indices. The parts are uneven, some are empty, and they differ with the seed. */
void cut(MPI_Comm comm, int64_t n, uint64_t seed, int64_t *offset, int64_t *count);

/* The sizes of the state's arrays: "matrix" (float64, 2-D), "vector" (float32), "block" (float32, 3-D), "nothing". */
enum { MATRIX_ROWS = 97, MATRIX_COLUMNS = 5, VECTOR_LENGTH = 1003, BLOCK_ROWS = 11 };

/* The transfer that publish_state uses, and whether it uses the asynchronous mode. In this mode it overwrites the
 * values as soon as the publication has begun. */
extern ntkw_checkpoint_transfer state_transfer;
extern bool state_asynchronous;

/* Publish a state that depends only on seed, distributed over the ranks by cut_seed. Collective on comm. */
ntkw_status publish_state(MPI_Comm comm, const char *path, uint64_t seed, uint64_t cut_seed);

/* Read the state, distributed by cut_seed, and check all bits and attributes. Collective on comm. */
void check_state(MPI_Comm comm, const char *path, uint64_t seed, uint64_t cut_seed);

/* Open and close a file. Returns the status of opening, and checks that it and its error message are the same on all
 * ranks. Collective on MPI_COMM_WORLD. */
ntkw_status try_open(const char *path);

/* Check that the status and ntkw_last_error() are the same on all ranks. Collective on MPI_COMM_WORLD. */
void check_same_verdict(ntkw_status status);

/* Create an empty folder in the scratch folder. Returns its path, which is valid until the next call. Collective. */
const char *new_folder(const char *name);

/* Count the files of a folder whose names contain part. Collective: rank 0 reads the folder. */
int count_files(const char *folder, const char *part);

/* Write a file, or read one, on rank 0; then a barrier, so that all ranks see the file. Collective. The caller frees
 * the bytes that were read; they are NULL on the other ranks. */
void put_file(const char *path, const void *bytes, size_t length);
unsigned char *get_file(const char *path, size_t *length);

/* Create a folder with a state of seed 1 in state.h5. Returns the folder's path; path becomes that of state.h5.
 * Collective on MPI_COMM_WORLD. */
const char *folder_with_old_state(const char *name, char path[600]);

/* Check that an attempt to publish in this folder had the expected status and a message with `why` on all ranks, and
 * that the folder has the old state and nothing else. Collective on MPI_COMM_WORLD. */
void expect_old(const char *folder, ntkw_status status, ntkw_status expected, const char *why);

#endif
