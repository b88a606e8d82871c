/* What the tests of checkpoints share: a state to write and compare, cuts of it, and looks at the folder. */
#ifndef NTKW_TEST_CHECKPOINT_SUPPORT_H
#define NTKW_TEST_CHECKPOINT_SUPPORT_H

#include <stdbool.h>
#include "harness.h"
#include "ntkw/checkpoint.h"

/* A part of n indices for a rank of a communicator: uneven, some of them empty, another one for each seed. */
void cut(MPI_Comm comm, int64_t n, uint64_t seed, int64_t *offset, int64_t *count);

/* The sizes of the state's arrays: "matrix" (float64, 2-D), "vector" (float32), "block" (float32, 3-D), "nothing". */
enum { MATRIX_ROWS = 97, MATRIX_COLUMNS = 5, VECTOR_LENGTH = 1003, BLOCK_ROWS = 11 };

/* How publish_state transfers the values, and whether it does so in the asynchronous mode: it spoils the values as soon
 * as that has begun. */
extern ntkw_checkpoint_transfer state_transfer;
extern bool state_asynchronous;

/* Publish a state that is a function of the seed alone, cut by cut_seed. Collective on comm. */
ntkw_status publish_state(MPI_Comm comm, const char *path, uint64_t seed, uint64_t cut_seed);

/* Read it, cut by cut_seed, and check all bits and attributes. Collective on comm. */
void check_state(MPI_Comm comm, const char *path, uint64_t seed, uint64_t cut_seed);

/* The status of opening a file. Collective on MPI_COMM_WORLD; checks that it is the same with its sentence on all. */
ntkw_status try_open(const char *path);

/* Collective on MPI_COMM_WORLD: checks that the status and the sentence of the last error are the same on all ranks. */
void check_same_verdict(ntkw_status status);

/* Make an empty folder in the scratch folder, and return its path, which lives until the next call. Collective. */
const char *new_folder(const char *name);

/* Number of files of a folder whose names have that part. Collective: rank 0 looks. */
int count_files(const char *folder, const char *part);

/* Write bytes as a file, or read one (to be freed), on rank 0; a barrier, so that all see it. Collective. */
void put_file(const char *path, const void *bytes, size_t length);
unsigned char *get_file(const char *path, size_t *length);

/* Make a folder with a state of seed 1 in state.h5, whose path goes to path. Collective on MPI_COMM_WORLD. */
const char *folder_with_old_state(const char *name, char path[600]);

/* Check that an attempt to publish there had this verdict on all ranks, that the old state is there, and nothing else.
 * Collective on MPI_COMM_WORLD. */
void expect_old(const char *folder, ntkw_status status, ntkw_status expected, const char *why);

#endif
