/** @file checkpoint.h
 * Sharded arrays in one HDF5 file, written in parallel, that is either whole or not there.
 *
 * Writing: set attributes, add arrays, then publish, or let ntkw_checkpoint_publish_begin, test and end publish beside
 * the computation. At publication the file is written under a temporary name in
 * the same folder, flushed, read back and compared with digests taken from memory, renamed by one rank and the folder
 * synced. At no instant can a reader, or a restart after kill -9, see half a checkpoint.
 *
 *     ntkw_checkpoint *checkpoint;
 *     ntkw_checkpoint_create(comm, "run/step-000400.h5", &checkpoint);
 *     ntkw_checkpoint_set_integer(checkpoint, "step", 400);
 *     ntkw_checkpoint_add_array(checkpoint, "parameters", "1", NTKW_FLOAT64, 1, &n_global, offset, n_local, shard);
 *     ntkw_status status = ntkw_checkpoint_publish(checkpoint);                  // collective
 *     ntkw_checkpoint_destroy(&checkpoint);
 *
 * Reading, on any number of ranks: open, get attributes and shapes, read this rank's part of each array. Opening
 * verifies the digest of the whole file before HDF5 sees it; reading verifies the array's own digest.
 *
 * A run that writes PREFIX<digits>.h5 into a folder finds its newest good checkpoint with
 * ntkw_checkpoint_reader_open_newest and removes old ones with ntkw_checkpoint_keep.
 *
 * The format, with all that is needed to read and check a file without this library, is specified in
 * src/checkpoint/FORMAT.md. There are no time stamps: the same state gives the same bytes, whatever the number of
 * ranks. A file states the oldest format version that has all it uses; older versions are read, newer ones refused.
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

#define NTKW_CHECKPOINT_DIMENSIONS 4 /**< an array has at most so many */

/** A hyperslab of an array: the elements with start[d] <= index < start[d] + count[d] in every dimension d of the
 * array; what lies beyond the array's dimensions is not looked at. It is empty if some count[d] is 0. */
typedef struct ntkw_slab {
  int64_t start[NTKW_CHECKPOINT_DIMENSIONS]; /**< first index, >= 0 */
  int64_t count[NTKW_CHECKPOINT_DIMENSIONS]; /**< number of indices, >= 0 */
} ntkw_slab;

/** A checkpoint to be written. */
typedef struct ntkw_checkpoint ntkw_checkpoint;
/** A checkpoint opened for reading. */
typedef struct ntkw_checkpoint_reader ntkw_checkpoint_reader;

/** How the values get into the file; its bytes are the same. */
typedef enum ntkw_checkpoint_transfer {
  NTKW_TRANSFER_DIRECT, /**< each rank writes to the arrays' addresses in the file; the default */
  NTKW_TRANSFER_MPI_IO  /**< by HDF5 over MPI-IO, with independent transfers, for file systems that want it. If rank 0
                             cannot write on closing, HDF5 hangs or crashes (as measured with 1.10.8 on Open MPI) */
} ntkw_checkpoint_transfer;

/** Begin a checkpoint. Collective on comm (it is duplicated); nothing is written yet.
 * @param[in] path  the final name; its folder must exist. The same on every rank. A relative path is seen from the
 *                  working folder of this call, whatever that is later.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE (path differs), NTKW_ERR_MEMORY.
 */
NTKW_API ntkw_status ntkw_checkpoint_create(MPI_Comm comm, const char *path, ntkw_checkpoint **out);

/** Set an attribute: an integer, a real number or a text. Not collective. Every rank must pass the same value; rank 0's
 * is written. An attribute of the same name is replaced. The text is copied.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT (no name, no text), NTKW_ERR_MEMORY. An error is remembered: publication
 * returns it on every rank. */
NTKW_API ntkw_status ntkw_checkpoint_set_integer(ntkw_checkpoint *checkpoint, const char *name, int64_t value);
/** As ntkw_checkpoint_set_integer. Local. */
NTKW_API ntkw_status ntkw_checkpoint_set_real(ntkw_checkpoint *checkpoint, const char *name, double value);
/** As ntkw_checkpoint_set_integer. Local. */
NTKW_API ntkw_status ntkw_checkpoint_set_text(ntkw_checkpoint *checkpoint, const char *name, const char *text);

/** Add an array that is sharded over the ranks along its first dimension. Not collective. Every rank must add the same
 * arrays in the same order.
 *
 * @param[in] name, unit    as in the file; a name has no "/", nor is it "long texts"; "1" for numbers without a unit,
 *                          which has less than 32 KiB.
 * @param[in] dtype         of the values in memory and in the file.
 * @param[in] n_dimensions  1 to NTKW_CHECKPOINT_DIMENSIONS.
 * @param[in] shape         the global shape; the same on every rank.
 * @param[in] offset        first index, along the first dimension, of this rank's part.
 * @param[in] count         number of indices of this rank's part; may be 0. The parts of all ranks must cover the first
 *                          dimension exactly once (checked at publication).
 * @param[in] values        count * shape[1] * ... values, row-major. Borrowed until the checkpoint is destroyed. May be
 *                          NULL if there are none.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT (names the array and what is wrong), NTKW_ERR_MEMORY. An error is remembered:
 * publication returns it on every rank. */
NTKW_API ntkw_status ntkw_checkpoint_add_array(ntkw_checkpoint *checkpoint, const char *name, const char *unit,
                                               ntkw_dtype dtype, int n_dimensions, const int64_t shape[],
                                               int64_t offset, int64_t count, const void *values);

/** Add an array of which each rank has any hyperslabs, such as blocks of a grid, or columns. Not collective. Every rank
 * must add the same arrays in the same order; other ranks may add this one by ntkw_checkpoint_add_array.
 *
 * The hyperslabs of all ranks must cover the array exactly once (checked at publication: each rank looks for overlaps
 * in a layer of the array, and counts the elements there; what is exchanged are the hyperslabs, not the values). A
 * hyperslab that is not as wide as the array in the last dimension is written in as many pieces as it has rows: cut
 * large arrays along the first dimensions where there is a choice.
 *
 * @param[in] n_slabs, slabs  this rank's hyperslabs; copied. 0 and NULL: none.
 * @param[in] values          of the hyperslabs one after the other, each row-major. Borrowed until the checkpoint is
 *                            destroyed. May be NULL if there are none.
 * @return as ntkw_checkpoint_add_array. */
NTKW_API ntkw_status ntkw_checkpoint_add_slabs(ntkw_checkpoint *checkpoint, const char *name, const char *unit,
                                               ntkw_dtype dtype, int n_dimensions, const int64_t shape[], int n_slabs,
                                               const ntkw_slab slabs[], const void *values);

/** Choose how the values get into the file. Local; the same on every rank. NTKW_ERR_ARGUMENT. */
NTKW_API ntkw_status ntkw_checkpoint_set_transfer(ntkw_checkpoint *checkpoint, ntkw_checkpoint_transfer transfer);

/** Give hints for MPI-IO, such as "striping_factor", "striping_unit", "cb_nodes", "romio_cb_write"; MPI ignores
 * unknown ones. Those on striping hold for both transfers: rank 0 makes the file with them. The others are for
 * NTKW_TRANSFER_MPI_IO. Local; with the same hints on every rank. The hints are copied.
 * @param[in] info  MPI_INFO_NULL: none, as at the beginning.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_ORDER, NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_checkpoint_set_info(ntkw_checkpoint *checkpoint, MPI_Info info);

/** Called while other ranks are waited for, with the seconds since this wait began. */
typedef void (*ntkw_stall)(void *data, double seconds);

/** Call a function when other ranks keep a publication waiting. Not collective; ranks may pass different arguments.
 *
 * A rank that is gone, or whose disk does not answer, cannot report an error. While ntkw_checkpoint_publish and
 * ntkw_checkpoint_publish_end wait for others to come to the same stage, on_stall is called after so many seconds, and
 * again after each further so many. What to do is the program's own decision, such as a message and MPI_Abort; the
 * library goes on waiting. Without on_stall, ntkw_checkpoint_publish waits inside MPI. Not covered:
 * NTKW_TRANSFER_MPI_IO's own waiting while the file is opened and closed.
 * @param[in] seconds         > 0.
 * @param[in] on_stall, data  NULL: do not tell.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT, NTKW_ERR_ORDER. */
NTKW_API ntkw_status ntkw_checkpoint_set_stall(ntkw_checkpoint *checkpoint, double seconds, ntkw_stall on_stall,
                                               void *data);

/** The lock of a folder of checkpoints, which other runs then do not use. */
typedef struct ntkw_folder_lock ntkw_folder_lock;

/** Called on rank 0 before waiting for the heartbeat, or the end, of the run that may hold the lock: sentence names
 * that run, seconds is the longest wait. */
typedef void (*ntkw_lock_wait)(const char *sentence, double seconds, void *data);

/** How ntkw_checkpoint_lock_patiently waits. */
typedef struct ntkw_lock_options {
  double wait; /**< longest wait, in seconds, for a live holder on this host; 0: none. Rank 0's value counts */
  ntkw_lock_wait on_wait;      /**< NULL: do not tell, and count a holder that cannot be seen as alive */
  bool (*give_up)(void *data); /**< asked on every rank while rank 0 waits, four times a second; NULL: never */
  void *data;                  /**< handed to both */
} ntkw_lock_options;

/** Lock a folder against other runs: rank 0 makes the file FOLDER/lock. Collective on comm (it is duplicated).
 *
 * The file says host, boot, process, its start, Slurm's job and restart count, since when, a random number, the inode
 * numbers of itself and of the folder, and a heartbeat that a thread of rank 0 renews every 10 seconds (it calls
 * neither MPI nor HDF5). A lock left behind is taken over at once if its process ran under the same boot and is gone,
 * or if it was of the same job before a restart. So is the lock in a copy of a locked folder, if the holder runs under
 * the same boot. If its holder cannot be seen from here (another host), rank 0 calls on_wait and watches for 5 minutes
 * of its own monotonic clock: without a heartbeat the lock is taken over, with one the call fails at once. A relative
 * path of the folder is seen from the working folder of this call.
 *
 * @param[in]  on_wait, data  NULL: do not wait; a holder that cannot be seen counts as alive.
 * @param[out] out            to be released by ntkw_checkpoint_unlock.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_LOCKED (names the host and process that holds it, and since
 *         when); NTKW_ERR_FILE (why the file cannot be made), NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_lock(MPI_Comm comm, const char *folder, ntkw_lock_wait on_wait, void *data,
                                          ntkw_folder_lock **out);

/** ntkw_checkpoint_lock, which also waits for a holder that lives and can be seen from here, such as a run that is just
 * ending. Collective on comm (it is duplicated). As soon as give_up is true on any rank, all of them leave.
 *
 * @param[in]  options  NULL: the default, which is all zeros.
 * @return as ntkw_checkpoint_lock; NTKW_ERR_INTERRUPTED: give_up was true. */
NTKW_API ntkw_status ntkw_checkpoint_lock_patiently(MPI_Comm comm, const char *folder, const ntkw_lock_options *options,
                                                    ntkw_folder_lock **out);

/** Remove the file of a lock, if it is still this one, in a process that ends at once without ntkw_checkpoint_unlock
 * (such as by _exit). Local; from any thread, but not beside ntkw_checkpoint_unlock. Ranks other than 0 do nothing. */
NTKW_API void ntkw_checkpoint_lock_abandon(const ntkw_folder_lock *lock);

/** Remove the lock if it is still this one, and set the pointer to NULL. Collective (it frees a communicator); local
 * after MPI_Finalize. NULL is allowed. */
NTKW_API void ntkw_checkpoint_unlock(ntkw_folder_lock **lock);

/** Publish only while this lock is held: it is read again before the file is made and before it is renamed, and a
 * publication whose lock was lost fails with NTKW_ERR_FILE, which names the new holder. Local; on rank 0 at least. The
 * lock is borrowed until the checkpoint is destroyed; NULL: none. */
NTKW_API ntkw_status ntkw_checkpoint_set_lock(ntkw_checkpoint *checkpoint, const ntkw_folder_lock *lock);

/** Write, verify, and give the file its final name (an existing file of that name is replaced). Collective.
 *
 * Space is reserved before anything is written, so that a full disk is found while nobody waits for anybody. After an
 * error it may be tried again, and it may be repeated with other values in the same places.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (names file, rank and reason: no space, read-only, I/O
 * error, read back different); NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE (shapes, names; parts that do not cover). On error
 * nothing new is visible, what was there under that name is untouched, and the temporary file is removed. There is one
 * exception: if the folder cannot be synced after the renaming, the new file is complete and in its place, but may be
 * lost in a power failure. */
NTKW_API ntkw_status ntkw_checkpoint_publish(ntkw_checkpoint *checkpoint);

/** Publish beside a computation: copy the values, and return. Collective.
 *
 *     ntkw_checkpoint_publish_begin(checkpoint);                     // collective
 *     for (bool done = false; ...;) {
 *       compute();                                                   // may change the values
 *       if (!done) ntkw_checkpoint_publish_test(checkpoint, &done);  // local
 *     }
 *     ntkw_status status = ntkw_checkpoint_publish_end(checkpoint);  // collective
 *
 * Once this has returned, the values may be changed: it has compared what the ranks have stated, and has taken a copy.
 * That is what the asynchronous mode costs in memory: once more the values of the rank, until they are written.
 * Digests, writing, syncing, reading back, sealing and renaming are done in a thread of each rank, which calls neither
 * MPI nor HDF5 and is reached by no signal (MPI should be initialised with MPI_THREAD_FUNNELED or more). The file's
 * structure is written by rank 0, with HDF5, in its calls of test and end: a few ms. The bytes of the file are those of
 * ntkw_checkpoint_publish.
 *
 * The thread needs time of a core, most of it for digests: give each rank a core to spare, or let mpirun not bind it
 * (--bind-to none).
 *
 * Until ntkw_checkpoint_publish_end has returned, the checkpoint cannot be changed nor published again, and no
 * ntkw_checkpoint_keep may be called for its folder and prefix. Several checkpoints may be under way at the same time,
 * also in one folder; the collective calls for them are made in the same order on every rank.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT (also: the transfer is not NTKW_TRANSFER_DIRECT),
 * NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY; NTKW_ERR_ORDER: it is under way already. On error nothing is under way. */
NTKW_API ntkw_status ntkw_checkpoint_publish_begin(ntkw_checkpoint *checkpoint);

/** Advance an asynchronous publication without blocking. Not collective; call it repeatedly, like MPI_Test, which costs
 * about as much. The ranks agree after each stage by nonblocking operations that these calls drive; some ranks may be
 * done before others.
 * @param[out] done  true: ntkw_checkpoint_publish_end will not wait; the file has its final name, or publishing failed.
 * @return NTKW_SUCCESS, NTKW_ERR_ARGUMENT; NTKW_ERR_ORDER: none is under way. ntkw_checkpoint_publish_end
 * returns whether publishing succeeded. */
NTKW_API ntkw_status ntkw_checkpoint_publish_test(ntkw_checkpoint *checkpoint, bool *done);

/** Wait for an asynchronous publication. Collective; does not wait if ntkw_checkpoint_publish_test has set done.
 * @return as ntkw_checkpoint_publish; NTKW_ERR_ORDER: none is under way. */
NTKW_API ntkw_status ntkw_checkpoint_publish_end(ntkw_checkpoint *checkpoint);

/** Free, and set the pointer to NULL. Collective (it frees a communicator). A publication under way is
 * completed first, as by ntkw_checkpoint_publish_end; its status is lost. NULL is allowed. After MPI_Finalize it is
 * local, and a publication under way is given up. */
NTKW_API void ntkw_checkpoint_destroy(ntkw_checkpoint **checkpoint);

/** Open a checkpoint and verify the digest of the whole file. Collective on comm (it is duplicated).
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (cannot be read: names the reason); NTKW_ERR_FORMAT
 * (empty, truncated, not a checkpoint, another format version, damaged: names which). *out is NULL on error. */
NTKW_API ntkw_status ntkw_checkpoint_reader_open(MPI_Comm comm, const char *path, ntkw_checkpoint_reader **out);

/** Close, and set the pointer to NULL. Collective; local after MPI_Finalize. NULL is allowed. */
NTKW_API void ntkw_checkpoint_reader_close(ntkw_checkpoint_reader **reader);

/** The path of the file, as given to open. Not collective. Owned by the reader; NULL for NULL. */
NTKW_API const char *ntkw_checkpoint_reader_path(const ntkw_checkpoint_reader *reader);

/** Read an attribute. Local (they were read when the file was opened), the same on every rank. NTKW_ERR_FORMAT if there
 * is none of that name and type (the sentence names it); NTKW_ERR_ARGUMENT. */
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
 * @param[in]  offset, count  the own part along the first dimension; the ranks' parts must cover it exactly once.
 * @param[out] values         count * shape[1] * ... values, row-major.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FORMAT (no such array, another type, digest differs);
 *         NTKW_ERR_ARGUMENT (parts do not cover); NTKW_ERR_FILE. */
NTKW_API ntkw_status ntkw_checkpoint_reader_read_array(ntkw_checkpoint_reader *reader, const char *name,
                                                       ntkw_dtype dtype, int64_t offset, int64_t count, void *values);

/** Read any hyperslabs of an array; those of different ranks may overlap (replicas) and need not cover it. Collective.
 *
 * The array's own digest cannot be verified then, as it is that of the whole: what is read was verified with the whole
 * file when it was opened.
 *
 * @param[in]  dtype           must be the array's.
 * @param[in]  n_slabs, slabs  this rank's; 0 and NULL: none.
 * @param[out] values          of the hyperslabs one after the other, each row-major.
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
 * @param[out] out             to be closed by ntkw_checkpoint_reader_close; NULL if there is no file of such a name.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FORMAT: there are some, but none is good; NTKW_ERR_FILE: the
 *         folder cannot be read; NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_reader_open_newest(MPI_Comm comm, const char *folder, const char *prefix,
                                                        char *skipped, size_t skipped_size,
                                                        ntkw_checkpoint_reader **out);

/** Verify a checkpoint completely: user block, digest of the whole file, structure, and the digest
 * of every array. Collective on comm (it is duplicated); the ranks read a share each, in pieces of a few MB.
 * @return the same on every rank: NTKW_SUCCESS: good; else as ntkw_checkpoint_reader_open, with what is wrong;
 * NTKW_ERR_FORMAT also if an array's digest is not that of its values (the array is named). */
NTKW_API ntkw_status ntkw_checkpoint_verify(MPI_Comm comm, const char *path);

/** Keep the newest n checkpoints PREFIX<digits>.h5 of a folder: remove the older ones, and temporary files and remains
 * of locks that runs left behind when they were killed. Collective on comm (it is duplicated).
 *
 * A file whose user block shows that it is not whole does not count towards n; it is removed only when n newer ones
 * are. No other run may be publishing in the folder under this prefix, nor this one in the asynchronous mode: the
 * temporary file would be taken for a stale one.
 *
 * @param[in] n  >= 1; rank 0's counts.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE: the folder cannot be read, or a file not be removed (it
 * is named; the others are gone); NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_checkpoint_keep(MPI_Comm comm, const char *folder, const char *prefix, int n);

#ifdef __cplusplus
}
#endif
#endif
