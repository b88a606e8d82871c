/** @file checkpoint.h
 * Sharded arrays in one HDF5 file, which all ranks write in parallel. The file is either complete or not there.
 *
 * Writing: set attributes, add arrays, then publish. ntkw_checkpoint_publish_begin, test and end publish while the
 * program computes. A publication writes a temporary file in the same folder, flushes it to the disk, reads it back and
 * compares it with digests computed from memory. Then one rank renames the file and syncs the folder. No reader, and no
 * restart after kill -9, can see half a checkpoint.
 *
 *     ntkw_checkpoint *checkpoint;
 *     ntkw_checkpoint_create(comm, "run/step-000400.h5", &checkpoint);
 *     ntkw_checkpoint_set_integer(checkpoint, "step", 400);
 *     ntkw_checkpoint_add_array(checkpoint, "parameters", "1", NTKW_FLOAT64, 1, &n_global, offset, n_local, shard);
 *     ntkw_status status = ntkw_checkpoint_publish(checkpoint);                  // collective
 *     ntkw_checkpoint_destroy(&checkpoint);
 *
 * Reading, on any number of ranks: open, get attributes and shapes, read this rank's part of each array. Opening
 * verifies the digest of the whole file before HDF5 opens it. ntkw_checkpoint_reader_read_array also verifies the
 * digest of the array.
 *
 * A run that writes PREFIX<digits>.h5 into a folder finds its newest good checkpoint with
 * ntkw_checkpoint_reader_open_newest and removes old ones with ntkw_checkpoint_keep.
 *
 * src/checkpoint/FORMAT.md specifies the format, so that other programs can read and check a file without this library.
 * There are no time stamps: the same state gives the same bytes for any number of ranks. A file has the oldest format
 * version that provides everything the file uses. The library reads all older versions and refuses newer ones.
 */
#ifndef NTKW_CHECKPOINT_H
#define NTKW_CHECKPOINT_H

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/api.h"
#include "ntkw/dtype.h"
#include "ntkw/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NTKW_CHECKPOINT_DIMENSIONS 4 /**< largest number of dimensions of an array */

/** A hyperslab of an array: the elements with start[d] <= index < start[d] + count[d] in every dimension d of the
 * array. Entries beyond the array's dimensions are ignored. The hyperslab is empty if some count[d] is 0. */
typedef struct ntkw_slab {
  int64_t start[NTKW_CHECKPOINT_DIMENSIONS]; /**< first index, >= 0 */
  int64_t count[NTKW_CHECKPOINT_DIMENSIONS]; /**< number of indices, >= 0 */
} ntkw_slab;

/** A checkpoint to be written. */
typedef struct ntkw_checkpoint ntkw_checkpoint;
/** A checkpoint opened for reading. */
typedef struct ntkw_checkpoint_reader ntkw_checkpoint_reader;

/** How the ranks write their values. The bytes of the file are the same. */
typedef enum ntkw_checkpoint_transfer {
  NTKW_TRANSFER_DIRECT, /**< each rank writes to the arrays' addresses in the file; the default */
  NTKW_TRANSFER_MPI_IO  /**< HDF5 writes over MPI-IO, with independent transfers, for file systems that need it. If rank
                             0 cannot write when it closes the file, HDF5 hangs or crashes (measured with 1.10.8 on
                             Open MPI) */
} ntkw_checkpoint_transfer;

/** Create a checkpoint in memory. Collective on comm (it is duplicated). Only a publication writes a file.
 * @param[in]  path  the final name, the same on every rank; its folder must exist. A relative path is resolved against
 *                   the working folder at this call, even if that changes later.
 * @param[out] out   to be freed by ntkw_checkpoint_destroy; NULL on error.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE (path differs), NTKW_ERR_MEMORY,
 *         NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_checkpoint_create(MPI_Comm comm, const char *path, ntkw_checkpoint **out);

/** Set an attribute: an integer, a real number or a text. Not collective. Every rank must pass the same value; rank 0's
 * is written. An attribute of the same name is replaced. The text is copied.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (no name, no text), NTKW_ERR_MEMORY: every later publication returns this
 *         error on every rank; NTKW_ERR_ORDER (an asynchronous publication runs). */
NTKW_API ntkw_status ntkw_checkpoint_set_integer(ntkw_checkpoint *checkpoint, const char *name, int64_t value);
/** As ntkw_checkpoint_set_integer. Local. */
NTKW_API ntkw_status ntkw_checkpoint_set_real(ntkw_checkpoint *checkpoint, const char *name, double value);
/** As ntkw_checkpoint_set_integer. Local. */
NTKW_API ntkw_status ntkw_checkpoint_set_text(ntkw_checkpoint *checkpoint, const char *name, const char *text);

/** Add an array that is sharded over the ranks along its first dimension. Not collective. Every rank must add the same
 * arrays in the same order.
 *
 * @param[in] name          of the array in the file: unique, not empty, without "/", neither "." nor "long texts".
 * @param[in] unit          not empty, less than 32 KiB; "1" for numbers without a unit.
 * @param[in] dtype         of the values in memory and in the file.
 * @param[in] n_dimensions  1 to NTKW_CHECKPOINT_DIMENSIONS.
 * @param[in] shape         the global shape; the same on every rank.
 * @param[in] offset        first index of this rank's part, along the first dimension.
 * @param[in] count         number of indices of this rank's part; may be 0. The parts of all ranks must cover the first
 *                          dimension exactly once; the publication checks this.
 * @param[in] values        count * shape[1] * ... values, row-major. Borrowed until the checkpoint is destroyed. May be
 *                          NULL if there are none.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT (the message names the array and the wrong argument), NTKW_ERR_MEMORY: every
 *         later publication returns this error on every rank; NTKW_ERR_ORDER (an asynchronous publication runs). */
NTKW_API ntkw_status ntkw_checkpoint_add_array(ntkw_checkpoint *checkpoint, const char *name, const char *unit,
                                               ntkw_dtype dtype, int n_dimensions, const int64_t shape[],
                                               int64_t offset, int64_t count, const void *values);

/** Add an array that is distributed over the ranks in hyperslabs, such as blocks of a grid, or columns. Not collective.
 * Every rank must add the same arrays in the same order; other ranks may add this one by ntkw_checkpoint_add_array.
 *
 * The hyperslabs of all ranks must cover the array exactly once. The publication checks this: each rank looks for
 * overlaps in one layer of the array and counts the elements there. The ranks exchange the hyperslabs for this check,
 * not the values. A hyperslab that is narrower than the array in the last dimension is written row by row: cut large
 * arrays along the first dimensions if possible.
 *
 * @param[in] n_slabs, slabs  this rank's hyperslabs; copied. 0 and NULL: none.
 * @param[in] values          of one hyperslab after the other, each row-major. Borrowed until the checkpoint is
 *                            destroyed. May be NULL if there are none.
 * @return as ntkw_checkpoint_add_array. */
NTKW_API ntkw_status ntkw_checkpoint_add_slabs(ntkw_checkpoint *checkpoint, const char *name, const char *unit,
                                               ntkw_dtype dtype, int n_dimensions, const int64_t shape[], int n_slabs,
                                               const ntkw_slab slabs[], const void *values);

/** Choose how the ranks write their values. Local; every rank must choose the same transfer.
 * @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: every later publication returns this error on every rank; NTKW_ERR_ORDER (an
 *         asynchronous publication runs). */
NTKW_API ntkw_status ntkw_checkpoint_set_transfer(ntkw_checkpoint *checkpoint, ntkw_checkpoint_transfer transfer);

/** Set hints for MPI-IO, such as "striping_factor", "striping_unit", "cb_nodes", "romio_cb_write"; MPI ignores unknown
 * ones. Local; every rank must pass the same hints.
 *
 * Striping hints apply to both transfers, because rank 0 creates the file with them. The others apply to
 * NTKW_TRANSFER_MPI_IO only.
 * @param[in] info  copied; MPI_INFO_NULL: no hints, the default.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_ORDER, NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_checkpoint_set_info(ntkw_checkpoint *checkpoint, MPI_Info info);

/** Called while this rank waits for other ranks, with the seconds since the wait began. */
typedef void (*ntkw_stall)(void *data, double seconds);

/** Call a function when other ranks keep a publication waiting. Not collective; ranks may pass different arguments.
 *
 * A rank that has died, or whose disk does not answer, cannot report an error. While ntkw_checkpoint_publish,
 * ntkw_checkpoint_publish_begin or ntkw_checkpoint_publish_end waits for other ranks to reach the same stage, it calls
 * on_stall each time that `seconds` more seconds have passed. The program decides how to react, for example with a
 * message and MPI_Abort; the library goes on waiting. Without on_stall, ntkw_checkpoint_publish blocks inside MPI.
 * on_stall is not called while NTKW_TRANSFER_MPI_IO opens or closes the file, which are collective calls of HDF5.
 * @param[in] seconds         > 0.
 * @param[in] on_stall, data  the function and its first argument; NULL: no calls.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_ORDER. */
NTKW_API ntkw_status ntkw_checkpoint_set_stall(ntkw_checkpoint *checkpoint, double seconds, ntkw_stall on_stall,
                                               void *data);

/** The lock of a folder of checkpoints: other runs cannot lock the folder while this run holds it. */
typedef struct ntkw_folder_lock ntkw_folder_lock;

/** Called on rank 0 before waiting for the heartbeat, or the end, of the run that may hold the lock: sentence names
 * that run, seconds is the longest wait. */
typedef void (*ntkw_lock_wait)(const char *sentence, double seconds, void *data);

/** How ntkw_checkpoint_lock_patiently waits. Start from ntkw_lock_options_init. Rank 0's wait and on_wait are used. The
 * library adds new members at the end only. */
typedef struct ntkw_lock_options {
  size_t size;                 /**< bytes of this struct, as the program was compiled; set by ntkw_lock_options_init */
  double wait;                 /**< longest wait, in seconds, for a live holder on this host; 0, the default: none */
  ntkw_lock_wait on_wait;      /**< NULL: no call, and a holder that cannot be seen counts as alive */
  bool (*give_up)(void *data); /**< asked on every rank while rank 0 waits, four times a second; NULL: never */
  void *data;                  /**< passed to on_wait and give_up */
} ntkw_lock_options;

/** Fill in the defaults of an options struct of size bytes. Not collective. ntkw_lock_options_init calls it.
 *
 * The program passes the size of the struct that it was compiled with. A smaller struct, of an older version, works
 * with this library; a larger one works if its additional options are zero.
 * @param[out] options  NULL is allowed.
 * @param[in]  size     sizeof(ntkw_lock_options). */
NTKW_API void ntkw_lock_options_init_sized(ntkw_lock_options *options, size_t size);

/** Fill in the defaults, and the size. Not collective.
 * @param[out] options  NULL is allowed. */
static inline void ntkw_lock_options_init(ntkw_lock_options *options) {
  ntkw_lock_options_init_sized(options, sizeof *options);
}

/** Lock a folder against other runs: rank 0 creates the file FOLDER/lock. Collective on comm (it is duplicated).
 *
 * The file names the host and its boot, the process and its start, the Slurm job and its restart count, and the time of
 * locking. It also holds a random number, the inode numbers of the file and of the folder, and a heartbeat. A thread of
 * rank 0 renews the heartbeat every 10 seconds; the thread calls neither MPI nor HDF5.
 *
 * If the folder has the lock of another run, that lock is taken over at once in these cases: its process ran under the
 * same boot and is gone; the lock belongs to the same Slurm job before a restart; the folder is a copy of a locked
 * folder, and the holder runs under the same boot. A holder that runs on another host cannot be seen from here: rank 0
 * then calls on_wait and watches the heartbeat for 5 minutes of its own monotonic clock. Without a heartbeat the lock
 * is taken over; at the first heartbeat the call fails.
 *
 * @param[in]  folder         the same on every rank. A relative path is resolved against the working folder at this
 *                            call.
 * @param[in]  on_wait, data  the function and its last argument. NULL: do not wait; a holder that cannot be seen counts
 *                            as alive.
 * @param[out] out            to be freed by ntkw_checkpoint_unlock; NULL on error.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_LOCKED (names the host and process of the holder, and the time
 *         of locking); NTKW_ERR_FILE (the lock file cannot be made: names the reason), NTKW_ERR_ARGUMENT,
 *         NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_lock(MPI_Comm comm, const char *folder, ntkw_lock_wait on_wait, void *data,
                                          ntkw_folder_lock **out);

/** Lock a folder as ntkw_checkpoint_lock does, but also wait for a live holder on this host, such as a run that is just
 * ending. Collective on comm (it is duplicated). When give_up returns true on any rank, the call ends on all ranks.
 *
 * @param[in]  options  NULL: the defaults.
 * @return as ntkw_checkpoint_lock; NTKW_ERR_ARGUMENT also if options was never initialised or has options that this
 *         library does not know; NTKW_ERR_INTERRUPTED: give_up returned true on some rank. */
NTKW_API ntkw_status ntkw_checkpoint_lock_patiently(MPI_Comm comm, const char *folder, const ntkw_lock_options *options,
                                                    ntkw_folder_lock **out);

/** Remove the lock file of a process that ends at once without ntkw_checkpoint_unlock, for example by _exit. Local. Any
 * thread may call it, but not at the same time as ntkw_checkpoint_unlock. Nothing happens if another run has taken the
 * lock, or on ranks other than 0. */
NTKW_API void ntkw_checkpoint_lock_abandon(const ntkw_folder_lock *lock);

/** Remove the lock file unless another run has taken the lock, free the lock, and set the pointer to NULL. Collective
 * (it frees a communicator); local after MPI_Finalize. NULL is allowed. */
NTKW_API void ntkw_checkpoint_unlock(ntkw_folder_lock **lock);

/** Publish only while this run holds the lock. Local; rank 0 must call it, other ranks may.
 *
 * A publication reads the lock file again before it creates the temporary file and before it renames that file. If the
 * lock was lost, the publication fails with NTKW_ERR_FILE; the message names the new holder, if there is one.
 * @param[in] lock  borrowed until the checkpoint is destroyed; NULL: none. */
NTKW_API ntkw_status ntkw_checkpoint_set_lock(ntkw_checkpoint *checkpoint, const ntkw_folder_lock *lock);

/** Write the file, verify it, and give it its final name. Collective. A file that has this name already is replaced.
 *
 * Space is reserved before any rank writes, so that a full disk is found while no rank waits for another. A program may
 * call it again: after an error, or with other values in the same memory.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (names file, rank and reason: no space, read-only, I/O
 *         error, read back different); NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE (shapes or names differ, parts do not cover
 *         the array); an error of an earlier set or add function. On error no new file is visible, an older file of
 *         this name is untouched, and the temporary file is removed. There is one exception: if the folder cannot be
 *         synced after the renaming, the new file is complete and in its place, but a power failure may lose it. */
NTKW_API ntkw_status ntkw_checkpoint_publish(ntkw_checkpoint *checkpoint);

/** Begin an asynchronous publication: copy the values, and return. Collective.
 *
 *     ntkw_checkpoint_publish_begin(checkpoint);                     // collective
 *     for (bool done = false; ...;) {
 *       compute();                                                   // may change the values
 *       if (!done) ntkw_checkpoint_publish_test(checkpoint, &done);  // local
 *     }
 *     ntkw_status status = ntkw_checkpoint_publish_end(checkpoint);  // collective
 *
 * After this call the program may change the values: the ranks have compared their arrays, and each has a copy of its
 * values. The copy takes as much memory as the rank's values, until they are written.
 *
 * A thread of each rank computes digests, writes, syncs, reads back, writes the user block and renames the file. The
 * thread calls neither MPI nor HDF5 and receives no signals; MPI should be initialised with MPI_THREAD_FUNNELED or
 * more. Rank 0 writes the structure of the file with HDF5 in its calls of test and end, which takes a few ms. The bytes
 * of the file are those of ntkw_checkpoint_publish.
 *
 * The thread needs processor time, most of it for digests: leave a core free for each rank, or let mpirun bind no ranks
 * (--bind-to none).
 *
 * Until ntkw_checkpoint_publish_end has returned, the checkpoint cannot be changed or published again, and the program
 * must not call ntkw_checkpoint_keep for its folder and prefix. Several publications may run at the same time, also in
 * one folder; every rank must make their collective calls in the same order.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT (also: the transfer is not NTKW_TRANSFER_DIRECT),
 *         NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY; NTKW_ERR_ORDER: a publication of this checkpoint runs already; an error
 *         of an earlier set or add function. On other errors than NTKW_ERR_ORDER no publication runs. If a rank lacks
 *         memory for the copy, ntkw_checkpoint_publish_end returns NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_publish_begin(ntkw_checkpoint *checkpoint);

/** Advance an asynchronous publication without blocking. Not collective; call it repeatedly, like MPI_Test. A call
 * costs about as much as MPI_Test. Between stages the ranks agree by nonblocking operations, which these calls advance;
 * some ranks may finish before others.
 * @param[out] done  true: ntkw_checkpoint_publish_end will not wait; the file has its final name, or the publication
 *                   failed.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT; NTKW_ERR_ORDER: no publication runs. ntkw_checkpoint_publish_end returns the
 *         status of the publication. */
NTKW_API ntkw_status ntkw_checkpoint_publish_test(ntkw_checkpoint *checkpoint, bool *done);

/** Wait for an asynchronous publication. Collective; does not wait if ntkw_checkpoint_publish_test has set done.
 * @return as ntkw_checkpoint_publish; NTKW_ERR_ORDER: no publication runs. */
NTKW_API ntkw_status ntkw_checkpoint_publish_end(ntkw_checkpoint *checkpoint);

/** Free a checkpoint, and set the pointer to NULL. Collective (it frees a communicator). A publication that runs is
 * completed first, as by ntkw_checkpoint_publish_end; its status is lost. NULL is allowed. After MPI_Finalize the
 * function is local and gives up a publication that runs. */
NTKW_API void ntkw_checkpoint_destroy(ntkw_checkpoint **checkpoint);

/** Open a checkpoint and verify the digest of the whole file. Collective on comm (it is duplicated).
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (cannot be read: names the reason); NTKW_ERR_FORMAT
 *         (empty, truncated, not a checkpoint, a newer format version, or damaged: names which). *out is NULL on
 *         error. */
NTKW_API ntkw_status ntkw_checkpoint_reader_open(MPI_Comm comm, const char *path, ntkw_checkpoint_reader **out);

/** Close the file, free the reader, and set the pointer to NULL. Collective; local after MPI_Finalize. NULL is
 * allowed. */
NTKW_API void ntkw_checkpoint_reader_close(ntkw_checkpoint_reader **reader);

/** The path of the file, as given to open. Not collective. Owned by the reader; NULL for NULL. */
NTKW_API const char *ntkw_checkpoint_reader_path(const ntkw_checkpoint_reader *reader);

/** Get an attribute. Local: all attributes were read when the file was opened. The value is the same on every rank.
 * @return NTKW_SUCCESS; NTKW_ERR_FORMAT (no attribute of that name and type; the message names it);
 *         NTKW_ERR_ARGUMENT. */
NTKW_API ntkw_status ntkw_checkpoint_reader_get_integer(ntkw_checkpoint_reader *reader, const char *name,
                                                        int64_t *value);
/** As ntkw_checkpoint_reader_get_integer. Local. */
NTKW_API ntkw_status ntkw_checkpoint_reader_get_real(ntkw_checkpoint_reader *reader, const char *name, double *value);
/** As ntkw_checkpoint_reader_get_integer. Local.
 * @param[out] text  valid until the reader is closed; owned by the reader. */
NTKW_API ntkw_status ntkw_checkpoint_reader_get_text(ntkw_checkpoint_reader *reader, const char *name,
                                                     const char **text);

/** Description of an array. The strings are owned by the reader. */
typedef struct ntkw_checkpoint_array {
  const char *name;                          /**< in the file, without folder */
  const char *unit;                          /**< "1" for numbers without a unit */
  ntkw_dtype dtype;                          /**< of its values */
  int n_dimensions;                          /**< 1 to NTKW_CHECKPOINT_DIMENSIONS */
  int64_t shape[NTKW_CHECKPOINT_DIMENSIONS]; /**< of the whole array; the first dimension is the sharded one */
} ntkw_checkpoint_array;

/** Which member of an attribute is set. */
typedef enum ntkw_attribute_type {
  NTKW_ATTRIBUTE_INTEGER,
  NTKW_ATTRIBUTE_REAL,
  NTKW_ATTRIBUTE_TEXT
} ntkw_attribute_type;

/** An attribute of the file. Only the member that its type names is set. The strings are owned by the reader. */
typedef struct ntkw_checkpoint_attribute {
  const char *name;         /**< in the file */
  ntkw_attribute_type type; /**< says which of the following is set */
  int64_t integer;          /**< of NTKW_ATTRIBUTE_INTEGER */
  double real;              /**< of NTKW_ATTRIBUTE_REAL */
  const char *text;         /**< of NTKW_ATTRIBUTE_TEXT */
} ntkw_checkpoint_attribute;

/** Number of arrays; they and the attributes are sorted by name. Local (all were read when the file was opened). */
NTKW_API int ntkw_checkpoint_reader_array_count(const ntkw_checkpoint_reader *reader);
/** An array by index, from 0; NULL beyond the last. Local. */
NTKW_API const ntkw_checkpoint_array *ntkw_checkpoint_reader_array_at(const ntkw_checkpoint_reader *reader, int index);
/** The array of that name, or NULL. Local. */
NTKW_API const ntkw_checkpoint_array *ntkw_checkpoint_reader_find_array(const ntkw_checkpoint_reader *reader,
                                                                        const char *name);
/** Number of attributes. Local. */
NTKW_API int ntkw_checkpoint_reader_attribute_count(const ntkw_checkpoint_reader *reader);
/** An attribute by index, from 0; NULL beyond the last. Local. */
NTKW_API const ntkw_checkpoint_attribute *ntkw_checkpoint_reader_attribute_at(const ntkw_checkpoint_reader *reader,
                                                                              int index);

/** Read this rank's part of an array and verify the digest of the whole array. Collective.
 *
 * @param[in]  dtype          must be the array's.
 * @param[in]  offset, count  this rank's part of the first dimension; the parts of all ranks must cover it exactly
 *                            once.
 * @param[out] values         count * shape[1] * ... values, row-major.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FORMAT (no such array, another type, digest differs);
 *         NTKW_ERR_ARGUMENT (parts do not cover); NTKW_ERR_FILE. */
NTKW_API ntkw_status ntkw_checkpoint_reader_read_array(ntkw_checkpoint_reader *reader, const char *name,
                                                       ntkw_dtype dtype, int64_t offset, int64_t count, void *values);

/** Read any hyperslabs of an array; those of different ranks may overlap (replicas) and need not cover it. Collective.
 *
 * The digest of the array is not verified, because it needs all values exactly once. The digest of the whole file was
 * verified when the file was opened.
 *
 * @param[in]  dtype           must be the array's.
 * @param[in]  n_slabs, slabs  this rank's hyperslabs; 0 and NULL: none.
 * @param[out] values          of one hyperslab after the other, each row-major.
 * @return the same on every rank: as ntkw_checkpoint_reader_read_array. */
NTKW_API ntkw_status ntkw_checkpoint_reader_read_slabs(ntkw_checkpoint_reader *reader, const char *name,
                                                       ntkw_dtype dtype, int n_slabs, const ntkw_slab slabs[],
                                                       void *values);

/** Open the newest good checkpoint of a folder: of the files PREFIX<digits>.h5 the one with the largest number that
 * ntkw_checkpoint_reader_open does not refuse. Collective on comm (it is duplicated).
 *
 * @param[in]  folder, prefix  the same on every rank; such as "run" and "step-".
 * @param[out] skipped         one line for each newer file that was refused, with its name and the reason; cut off at
 *                             skipped_size bytes. NULL: not wanted.
 * @param[out] out             to be closed by ntkw_checkpoint_reader_close; NULL if no file has such a name, or on
 *                             error.
 * @return the same on every rank: NTKW_SUCCESS (also if no file has such a name); NTKW_ERR_FORMAT: files of such names
 *         exist, but none is good; NTKW_ERR_FILE: the folder cannot be read; NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE,
 *         NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_reader_open_newest(MPI_Comm comm, const char *folder, const char *prefix,
                                                        char *skipped, size_t skipped_size,
                                                        ntkw_checkpoint_reader **out);

/** Verify a checkpoint completely: user block, digest of the whole file, structure, and the digest of every array.
 * Collective on comm (it is duplicated). Each rank reads a share of the file, in pieces of a few MB.
 * @return the same on every rank: NTKW_SUCCESS: the file is good; otherwise as ntkw_checkpoint_reader_open;
 *         NTKW_ERR_FORMAT also if the digest of an array differs from that of its values (names the array). */
NTKW_API ntkw_status ntkw_checkpoint_verify(MPI_Comm comm, const char *path);

/** Keep the newest n checkpoints PREFIX<digits>.h5 of a folder and remove the older ones. Also remove temporary files,
 * and remains of locks, of runs that were killed. Collective on comm (it is duplicated).
 *
 * A file whose user block shows that it is incomplete does not count towards n; it is removed only if n newer files are
 * complete. Meanwhile no other run may publish in the folder under this prefix, and this run may not publish there
 * asynchronously: their temporary files would be removed.
 *
 * @param[in] n  >= 1; rank 0's value is used.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE: the folder cannot be read, or a file cannot be removed
 *         (names it; the other checkpoints to be removed are gone); NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE,
 *         NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_keep(MPI_Comm comm, const char *folder, const char *prefix, int n);

#ifdef __cplusplus
}
#endif
#endif
