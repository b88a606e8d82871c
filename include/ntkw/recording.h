/** @file recording.h
 * Record a training run: the losses, gradients and weights of all conditions, step by step, in one HDF5 file.
 *
 * A recording can be replayed: `ntkw replay FILE` runs its gradients through the library, on any number of ranks, under
 * the recorded rule (are the weights the same?) or under other rules (what would the weights have been?). Each rank
 * passes its shards, borrowed during the call. The file holds whole gradients, and its values do not depend on the
 * number of ranks. Workflow:
 *
 *     ntkw_recording_options options;
 *     ntkw_recording_options_init(&options);
 *     options.rule = ntkw_weighting_rule(weighting);          // and alpha, update_every, dtype
 *     options.parameter_count = n_global;
 *     options.n_pieces = 1;
 *     options.pieces = &(ntkw_recording_piece){offset, n_local};  // this rank's shard
 *     ntkw_recording_create(comm, "run.h5", n, names, &options, &recording);             // collective
 *     ...
 *     const ntkw_recording_step step = {epoch, batch, true, losses, ntkw_weighting_weights(weighting), total, NULL};
 *     ntkw_recording_record(recording, &step, shards);                                   // collective, once per step
 *     ...
 *     ntkw_recording_close(&recording);                                                  // collective
 *
 * It is enough to record the steps at which the weights are renewed: epochs are recorded, too, so that the renewals can
 * be replayed. A recording takes steps x conditions x parameters x 4 or 8 bytes.
 *
 * The file has T steps, C conditions, N parameters and S segments. Everything is little-endian and without filters.
 *
 * | dataset                      | type, shape        | meaning                                                   |
 * | ---------------------------- | ------------------ | --------------------------------------------------------- |
 * | `/conditions`                | string [C]         | names, of fixed length, padded with NUL                   |
 * | `/epoch`, `/batch`           | int64 [T]          | as given                                                  |
 * | `/updated`                   | uint8 [T]          | 1 where the weights were renewed, else 0                  |
 * | `/losses`                    | float64 [T,C]      | without weights                                           |
 * | `/gradients`                 | dtype [T,C,N]      | of the unweighted losses                                  |
 * | `/traces`                    | float64 [T,C]      | of the conditions' NTK blocks; only if they are recorded  |
 * | `/entries`                   | int64 [C]          | number of residuals in each trace, N_c of rule.h; only if |
 * |                              |                    | they are given                                            |
 * | `/unused`                    | uint8 [C,N]        | 1: the loss ignores the parameter; all 0: unknown         |
 * | `/weights`                   | float64 [T,C]      | of the step, after the renewal if there was one           |
 * | `/total`                     | float64 [T]        | sum of weight times loss                                  |
 * | `/sumsq_exact`, `/norm_exact`| float64 [T,C]      | sum of squares and its root, exact, each rounded once     |
 * | `/initial_weights`           | float64 [C]        | before the first step                                     |
 * | `/segments/name`             | string [S]         | names of the tensors, in order and without gaps           |
 * | `/segments/offset`, `size`   | int64 [S]          | their first index and number of indices on the N axis     |
 * | `/segments/ndim`, `shape`    | int64 [S], [S,4]   | their dimensions, padded with 0                           |
 * | `/segments/unused`           | uint8 [C,S]        | all 0                                                     |
 *
 * The root group has the attributes `rule`, `dtype` ("float32" or "float64"), `source` (strings of fixed length),
 * `alpha` (float64), `update_every` (int64), and `complete` (int64: 0 while recording, 1 after closing).
 * Datasets with T are chunked and grow by a step at a time.
 *
 * A run that is killed at any time, even by SIGKILL, leaves a file with all recorded steps, each of them complete.
 * `ntkw replay` reads them and reports that the recording was cut short. (A crash of the system may lose data that was
 * not on the disk yet.) The gradients of a step are written first, to space that nothing in the file refers to. The
 * rest of the step is written to the end of the file as a journal with a digest, then to its places; then the journal
 * is removed. A kill during the few microseconds of these last writes leaves the journal, which the reader and
 * ntkw_recording_continue apply. Other programs that use HDF5 may fail on such a file until ntkw_recording_continue has
 * opened it.
 *
 * Each rank writes its gradients to their places in the file; rank 0 writes the rest with HDF5. The file must therefore
 * be on a file system that all ranks see. MPI-IO is not used, so a full disk of one rank leaves no other rank waiting.
 */
#ifndef NTKW_RECORDING_H
#define NTKW_RECORDING_H

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

/** A recording that is being written. */
typedef struct ntkw_recording ntkw_recording;

/** A run of consecutive parameters of the model: count of them, from the global index offset on. */
typedef struct ntkw_recording_piece {
  int64_t offset; /**< of its first parameter, >= 0 */
  int64_t count;  /**< of its parameters, >= 0 */
} ntkw_recording_piece;

/** A tensor of the model, for readers of the file. */
typedef struct ntkw_recording_segment {
  const char *name; /**< not empty */
  int ndim;         /**< 0 to 4 */
  int64_t shape[4]; /**< ndim dimensions, each >= 0; their product is the number of parameters */
} ntkw_recording_segment;

/** Options of a recording. Start from ntkw_recording_options_init. All but the pieces must agree over the ranks.
 * ntkw_recording_create copies everything. */
typedef struct ntkw_recording_options {
  size_t size;             /**< bytes of this struct, as the program was compiled; set by ntkw_recording_options_init */
  const char *rule;        /**< name of the rule of the weights, at most 31 characters; NULL: "gradient-share" */
  double alpha;            /**< share of the old weight, in [0, 1] (default 0.5) */
  int64_t update_every;    /**< epochs between renewals, >= 1 (default 1) */
  ntkw_dtype dtype;        /**< of the gradients in memory and in the file (default float64) */
  int64_t parameter_count; /**< of the whole model, 1 to 2^31 - 1; no default */
  const double *initial_weights; /**< n finite values, before the first recorded step; NULL: all 1 */
  bool traces;                   /**< record the traces of NTK blocks, too (default false) */
  const int64_t *entries;        /**< n numbers of residuals in the traces (N_c of rule.h), >= 1, the same at every
                                      step; NULL: unknown, and rules that need N_c cannot be replayed */
  const char *source;            /**< program and run, at most 159 characters; NULL: "ntkw" */
  int n_segments;                /**< 0: one segment named "parameters" has all parameters */
  const ntkw_recording_segment *segments; /**< n_segments tensors that follow each other and make up all parameters */
  int n_pieces;                           /**< of this rank's shard (default 0: this rank has no parameters) */
  const ntkw_recording_piece *pieces;     /**< n_pieces, in the order of their values in `shards`; every parameter must
                                               be in exactly one piece of all ranks. Of a parameter with copies on
                                               several ranks, one rank names its copy */
} ntkw_recording_options;

/** One step, without its gradients. The same on every rank (rank 0's is written). */
typedef struct ntkw_recording_step {
  int64_t epoch;         /**< >= 0, the argument of ntkw_weighting_update */
  int64_t batch;         /**< >= 0, of that epoch; 0 if there are none */
  bool updated;          /**< the weights were renewed in this step */
  const double *losses;  /**< n finite losses, without weights, before the optimizer's step */
  const double *weights; /**< n finite weights of this step, as renewed */
  double total;          /**< the sum of weight times loss, finite: ntkw_weighting_aggregate */
  const double
      *traces; /**< n finite traces of NTK blocks (ntkw_weighting_ntk_traces); ignored without option `traces` */
} ntkw_recording_step;

/** Fill in the defaults of an options struct of size bytes. Not collective. ntkw_recording_options_init calls it.
 *
 * The program passes the size of the struct that it was compiled with. A smaller struct, of an older version, works
 * with this library; a larger one works if its additional options are zero.
 * @param[out] options  NULL is allowed.
 * @param[in]  size     sizeof(ntkw_recording_options). */
NTKW_API void ntkw_recording_options_init_sized(ntkw_recording_options *options, size_t size);

/** Fill in the defaults, and the size. Not collective.
 * @param[out] options  NULL is allowed. */
static inline void ntkw_recording_options_init(ntkw_recording_options *options) {
  ntkw_recording_options_init_sized(options, sizeof *options);
}

/** Make the file, with no steps yet. Collective on comm (it is duplicated).
 *
 * @param[in]  path     a file that does not exist, the same on every rank; its folder must exist.
 * @param[in]  n        number of conditions, 1 to 4096.
 * @param[in]  names    n distinct, non-empty names; copied.
 * @param[in]  options  see ntkw_recording_options.
 * @param[out] out      to be closed by ntkw_recording_close; NULL on error.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT (names the argument); NTKW_ERR_COUNT (a parameter is
 *         in no piece or in several: names the first one); NTKW_ERR_DISAGREE (an argument differs over the ranks);
 *         NTKW_ERR_FILE (exists already, no space, ...: names the reason); NTKW_ERR_MEMORY, NTKW_ERR_MPI. On error no
 *         file is left behind.
 */
NTKW_API ntkw_status ntkw_recording_create(MPI_Comm comm, const char *path, int n, const char *const names[],
                                           const ntkw_recording_options *options, ntkw_recording **out);

/** Continue a recording made by ntkw_recording_create, closed or not. Collective on comm (it is duplicated).
 *
 * Steps from epoch on are removed first, because a run that continues from a checkpoint repeats them: the recording
 * becomes that of an uninterrupted run. The number of ranks and the pieces may differ from before.
 *
 * @param[in] path, n, names, options  as for ntkw_recording_create. These must be as in the file: conditions, rule,
 *                   alpha, update_every, dtype, number and segments of the parameters, traces. initial_weights are the
 *                   weights at this call; if no step is left, they must equal the file's. The file keeps its source.
 * @param[in] epoch  the next epoch to record, >= 0. If steps are left, no epoch that is due by update_every may be
 *                   missing before it.
 * @param[out] out   as of ntkw_recording_create.
 * @return the same on every rank: as ntkw_recording_create, and NTKW_ERR_FORMAT (no recording, damaged, or of another
 *         setup: names the difference); NTKW_ERR_FILE (does not exist, or another process records to it). On error the
 *         file is unchanged.
 */
NTKW_API ntkw_status ntkw_recording_continue(MPI_Comm comm, const char *path, int n, const char *const names[],
                                             const ntkw_recording_options *options, int64_t epoch,
                                             ntkw_recording **out);

/** Record a step. Collective on the recording's communicator: a few small reductions, and the writes.
 *
 * @param[in] step    the same on every rank; only read during the call.
 * @param[in] shards  n pointers to the gradients of the unweighted losses at this rank's parameters: as many values of
 *                    the recording's dtype as its pieces have together, in their order. Only read during the call.
 *                    May be NULL on a rank without parameters. A condition that is absent from the step has zeros.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_NOT_FINITE (a gradient, loss, weight, trace or the total is
 *         NaN or Inf: names the condition); NTKW_ERR_ARGUMENT; NTKW_ERR_DISAGREE (the step differs over the ranks);
 *         NTKW_ERR_FILE (no space, I/O error: names rank and reason); NTKW_ERR_MEMORY; NTKW_ERR_MPI. On error the
 *         step is not in the file, and the recording can still be used. After NTKW_ERR_MEMORY it can only be closed:
 *         later steps fail, too, and the steps before stay in the file.
 */
NTKW_API ntkw_status ntkw_recording_record(ntkw_recording *recording, const ntkw_recording_step *step,
                                           const void *const shards[]);

/** Number of steps in the file; 0 for NULL. Local, the same on every rank. */
NTKW_API int64_t ntkw_recording_steps(const ntkw_recording *recording);

/** Sync the file to the disk, close it, free the recording, and set the pointer to NULL. Collective. NULL, or a
 * pointer to NULL, is allowed. @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE (names the reason);
 * NTKW_ERR_ORDER after MPI_Finalize, where it is local and the recorded steps stay in the file. All is freed
 * in any case. */
NTKW_API ntkw_status ntkw_recording_close(ntkw_recording **recording);

#ifdef __cplusplus
}
#endif
#endif
