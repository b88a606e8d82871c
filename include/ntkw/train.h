/** @file train.h
 * Training physics-informed neural networks from a program: problem, trainer, evaluation. The library is libntkw_pinn.
 *
 * A problem is a Lua file (docs/problem-files.md) or its text. A trainer holds a network for it, whose parameters are
 * sharded over the ranks. It does the steps that `ntkw train` does, with the same bits on any number of ranks and
 * threads, and reads and writes the same checkpoints.
 *
 *     ntkw_problem *problem;
 *     ntkw_trainer *trainer;
 *     ntkw_problem_read(comm, "poisson.lua", NULL, &problem);
 *     ntkw_trainer_create(comm, problem, NULL, &trainer);
 *     ntkw_trainer_run(trainer, NTKW_ALL_STEPS, NULL, NULL);
 *     ntkw_trainer_evaluate(trainer, n, points, 0, NULL, values);      // n x outputs, at points of the caller
 *     ntkw_trainer_save(trainer, "poisson.run");                       // `ntkw train --resume poisson.run` goes on
 *     ntkw_trainer_destroy(&trainer);
 *     ntkw_problem_destroy(&problem);
 *
 * | function                                                              | collective?                     |
 * | --------------------------------------------------------------------- | ------------------------------- |
 * | ntkw_problem_read, _read_checkpoint                                   | collective                      |
 * | ntkw_problem_read_text, _destroy, and what asks a problem             | local                           |
 * | ntkw_trainer_create, _destroy                                         | collective                      |
 * | ntkw_trainer_step, _run, _measure, _evaluate, _error, _save, _resume  | collective                      |
 * | ntkw_trainer_problem, _steps_done, _losses, _weights, _shard,         | local                           |
 * |   _parameter_count, _get_parameters                                   |                                 |
 *
 * A collective function returns the same status on every rank, and ntkw_last_error() has one sentence; without a handle
 * (NULL) it returns NTKW_ERR_ARGUMENT and communicates nothing. The library never prints, never ends the program, and
 * installs no signal handler. Warnings go to a callback. Handles are independent of each other; one handle must not be
 * used by two threads at once.
 */
#ifndef NTKW_TRAIN_H
#define NTKW_TRAIN_H

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

/** What is trained: inputs, outputs, conditions, network, settings. */
typedef struct ntkw_problem ntkw_problem;
/** A network in training. */
typedef struct ntkw_trainer ntkw_trainer;

/** Called with a sentence about something that is allowed and perhaps not meant. Called on every rank, with the same
 * sentence, inside the function that has the warning. The sentence is valid during the call. */
typedef void (*ntkw_train_warning)(const char *sentence, void *data);

/** How a problem is read. Start from ntkw_problem_options_init. A value given here replaces the file's, as an option of
 * `ntkw train` does. steps, seed and weighting must agree over the ranks. */
typedef struct ntkw_problem_options {
  size_t size;                   /**< of this struct, as the program was compiled */
  int64_t steps;                 /**< 1 to 2^53; -1: as the file says */
  int64_t seed;                  /**< >= 0, of points and initial parameters; -1: as the file says */
  const char *weighting;         /**< a rule that a file may name, "none" among them; NULL: as the file says */
  ntkw_train_warning on_warning; /**< NULL: warnings are dropped */
  void *data;                    /**< handed to on_warning */
} ntkw_problem_options;

/** Set the defaults. Local. NULL is allowed. */
static inline void ntkw_problem_options_init(ntkw_problem_options *options) {
  if (!options) return;
  options->size = sizeof *options;
  options->steps = options->seed = -1;
  options->weighting = NULL;
  options->on_warning = NULL;
  options->data = NULL;
}

/** Read a problem file on rank 0 and make the problem on every rank. Collective on comm (it is duplicated).
 * @param[in]  path     of the file; rank 0's counts.
 * @param[in]  options  NULL: the defaults.
 * @param[out] out      to be destroyed by ntkw_problem_destroy; NULL on error.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE (the file cannot be read); NTKW_ERR_PROBLEM (names file
 *         and line, what was found and what was expected); NTKW_ERR_ARGUMENT, NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_problem_read(MPI_Comm comm, const char *path, const ntkw_problem_options *options,
                                       ntkw_problem **out);

/** Make a problem from the text of a problem file. Local; pass the same text on every rank.
 * @param[in] name  stands for the file's name in messages and checkpoints; a relative path of a reference solution in
 *                  the text is seen from its folder.
 * @return NTKW_SUCCESS; as ntkw_problem_read. */
NTKW_API ntkw_status ntkw_problem_read_text(const char *name, const char *text, const ntkw_problem_options *options,
                                            ntkw_problem **out);

/** Make the problem that a checkpoint of a run holds. Collective on comm (it is duplicated).
 *
 * Steps, seed and rule are those of the run. The state of the run is read by ntkw_trainer_resume.
 * @param[in] path     a checkpoint, or a folder with checkpoints step-DIGITS.h5: the newest good one. The same on
 *                     every rank.
 * @param[in] options  a seed or rule other than the run's is refused.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE, NTKW_ERR_FORMAT (the checkpoint cannot be read, or is
 *         damaged); NTKW_ERR_PROBLEM (it holds no training state, or of another seed or rule); as ntkw_problem_read. */
NTKW_API ntkw_status ntkw_problem_read_checkpoint(MPI_Comm comm, const char *path, const ntkw_problem_options *options,
                                                  ntkw_problem **out);

/** Free, and set the pointer to NULL. Local. NULL is allowed. Trainers made from the problem have a copy. */
NTKW_API void ntkw_problem_destroy(ntkw_problem **problem);

/** The numbers of inputs (coordinates), outputs and conditions. Local. */
NTKW_API int ntkw_problem_input_count(const ntkw_problem *problem);
/** As ntkw_problem_input_count. */
NTKW_API int ntkw_problem_output_count(const ntkw_problem *problem);
/** As ntkw_problem_input_count. */
NTKW_API int ntkw_problem_condition_count(const ntkw_problem *problem);
/** Names by index, from 0; NULL beyond the last. Local. Owned by the problem. */
NTKW_API const char *ntkw_problem_input_name(const ntkw_problem *problem, int input);
/** As ntkw_problem_input_name. */
NTKW_API const char *ntkw_problem_output_name(const ntkw_problem *problem, int output);
/** As ntkw_problem_input_name. */
NTKW_API const char *ntkw_problem_condition_name(const ntkw_problem *problem, int condition);
/** The range of an input. Local. @return NTKW_SUCCESS; NTKW_ERR_ARGUMENT: there is no such input. */
NTKW_API ntkw_status ntkw_problem_input_range(const ntkw_problem *problem, int input, double *lower, double *upper);
/** The number of trainable parameters, all ranks together. Local. */
NTKW_API int64_t ntkw_problem_parameter_count(const ntkw_problem *problem);
/** NTKW_FLOAT32 or NTKW_FLOAT64: the type of the parameters. Local. */
NTKW_API ntkw_dtype ntkw_problem_dtype(const ntkw_problem *problem);
/** The steps of a whole run. Local. */
NTKW_API int64_t ntkw_problem_steps(const ntkw_problem *problem);
/** The seed of points and initial parameters. Local. */
NTKW_API int64_t ntkw_problem_seed(const ntkw_problem *problem);
/** The rule of the loss weights, or "none". Local. Owned by the problem. */
NTKW_API const char *ntkw_problem_weighting(const ntkw_problem *problem);
/** Is the exact solution of some output given, or a reference solution? Local. */
NTKW_API bool ntkw_problem_has_exact(const ntkw_problem *problem);

/** The order of the sums over points. */
typedef enum ntkw_sum_order {
  NTKW_ORDER_FIXED, /**< the same bits for any number of ranks and threads */
  NTKW_ORDER_FREE   /**< faster by some percent; the bits depend on the numbers of ranks and threads */
} ntkw_sum_order;

/** How a trainer works. Start from ntkw_trainer_options_init. order and log_every must agree over the ranks. */
typedef struct ntkw_trainer_options {
  size_t size;          /**< of this struct, as the program was compiled */
  int threads;          /**< of this rank, up to 256; 0: the first number of OMP_NUM_THREADS, or 1. More than one need
                             MPI_THREAD_FUNNELED */
  ntkw_sum_order order; /**< default NTKW_ORDER_FIXED */
  int64_t log_every;    /**< steps between rows of the history that checkpoints carry, as --log-every of `ntkw train`; a
                             row takes an evaluation of the error. Default 1000; 0: no rows */
  ntkw_train_warning on_warning; /**< NULL: warnings are dropped */
  void *data;                    /**< handed to on_warning */
} ntkw_trainer_options;

/** Set the defaults. Local. NULL is allowed. */
static inline void ntkw_trainer_options_init(ntkw_trainer_options *options) {
  if (!options) return;
  options->size = sizeof *options;
  options->threads = 0;
  options->order = NTKW_ORDER_FIXED;
  options->log_every = 1000;
  options->on_warning = NULL;
  options->data = NULL;
}

/** Make a trainer with the initial parameters of the problem's seed. Collective on comm (it is duplicated).
 * @param[in]  problem  the same on every rank; copied.
 * @param[in]  options  NULL: the defaults.
 * @param[out] out      to be destroyed by ntkw_trainer_destroy; NULL on error.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT; NTKW_ERR_DISAGREE (problem or options differ);
 *         NTKW_ERR_MEMORY; NTKW_ERR_MPI (also: MPI does not support the threads). */
NTKW_API ntkw_status ntkw_trainer_create(MPI_Comm comm, const ntkw_problem *problem,
                                         const ntkw_trainer_options *options, ntkw_trainer **out);

/** Free, and set the pointer to NULL. Collective (it frees a communicator); local after MPI_Finalize. NULL is allowed.
 */
NTKW_API void ntkw_trainer_destroy(ntkw_trainer **trainer);

/** Do one step. Collective.
 *
 * A zero norm (the weights are kept) and a loss that may blow up give a warning, each the first time only.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_NOT_FINITE: a loss or gradient is not finite (names condition
 *         and step), or the loss was above 1e6 times the largest of its first 100 steps for 100 steps; the parameters
 *         are those before the step; at a step that makes a row of the history, what ntkw_trainer_error returns;
 *         NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_trainer_step(ntkw_trainer *trainer);

/** A step that was done. The arrays are owned by the trainer and have the same bits on every rank. */
typedef struct ntkw_trainer_progress {
  int64_t step;          /**< its number, from 0 */
  int n_conditions;      /**< length of the arrays */
  const double *losses;  /**< before the step: means of the squared residuals */
  const double *weights; /**< of the step */
  double total;          /**< sum of weights times losses */
  double error; /**< relative L2 error before the step, at steps that make a row of the history; otherwise NaN */
} ntkw_trainer_progress;

/** Called on every rank after a step of ntkw_trainer_run. It may differ over the ranks, and must not call collective
 * functions on some ranks only. @return 0: go on; otherwise this rank asks all of them to stop. */
typedef int (*ntkw_trainer_on_progress)(const ntkw_trainer_progress *now, void *data);

/** In n_steps: all steps up to ntkw_problem_steps. */
#define NTKW_ALL_STEPS (-1)

/** Do steps. Collective.
 *
 * When on_progress asks to stop on some rank, all ranks do one more step, whose reduction carries the request, and end
 * after the same step. This is a success: ntkw_trainer_steps_done tells how far the training is.
 * @param[in] n_steps            >= 0, or NTKW_ALL_STEPS; the same on every rank.
 * @param[in] on_progress, data  NULL: not called.
 * @return as ntkw_trainer_step; NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE (n_steps differs; no step is done). After an error
 *         the steps before the failed one are done. */
NTKW_API ntkw_status ntkw_trainer_run(ntkw_trainer *trainer, int64_t n_steps, ntkw_trainer_on_progress on_progress,
                                      void *data);

/** Find the losses of the present parameters, at the points of the next step, without a step. Collective.
 * @return as ntkw_trainer_step. */
NTKW_API ntkw_status ntkw_trainer_measure(ntkw_trainer *trainer);

/** The trainer's problem: after ntkw_trainer_resume, with seed and rule of the checkpoint. Local. Owned by the trainer.
 */
NTKW_API const ntkw_problem *ntkw_trainer_problem(const ntkw_trainer *trainer);
/** Steps done since the beginning of the run, also before the checkpoint that it was resumed from. Local. */
NTKW_API int64_t ntkw_trainer_steps_done(const ntkw_trainer *trainer);
/** The losses of the conditions, as of the last step or ntkw_trainer_measure; NaN before the first one. Local, the same
 * bits on every rank. Owned by the trainer. */
NTKW_API const double *ntkw_trainer_losses(const ntkw_trainer *trainer);
/** The weights of the conditions; all 1 without a rule. Local, the same bits on every rank. Owned by the trainer, valid
 * until its next step or ntkw_trainer_resume. */
NTKW_API const double *ntkw_trainer_weights(const ntkw_trainer *trainer);

/** Evaluate the network at points of the caller. Collective: each rank gives its own points, any number of them.
 *
 *     static const char *const wanted[] = {"u", "u_x", "u_xx"};
 *     ntkw_trainer_evaluate(trainer, n, points, 3, wanted, values);
 *
 * Points may lie anywhere; nothing is said about points outside of the domain. It may be called before the first step.
 * @param[in]  n             of this rank's points, >= 0.
 * @param[in]  points        n x inputs, row-major, in the order of the problem's inputs.
 * @param[in]  n_quantities  0: all outputs in the problem's order; otherwise the number of quantities, up to 16.
 * @param[in]  quantities    outputs and their derivatives up to order four, as equations name them; NULL if there are
 *                           0.
 * @param[out] values        n x quantities (or n x outputs), row-major.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT (names rank and argument; nothing is written);
 *         NTKW_ERR_PROBLEM (too many derivatives of orders three and four), NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_trainer_evaluate(ntkw_trainer *trainer, int64_t n, const double *points, int n_quantities,
                                           const char *const quantities[], double *values);

/** The relative L2 error against the problem's exact or reference solution, over the grid that `ntkw train` uses (1000,
 * 200 x 200, 40^3, ... points, or the reference's) and the outputs whose solution is known. Collective.
 *
 * The grid is made, and the reference read, the first time an error is needed.
 * @param[out] error  the same bits for any number of ranks; NaN if no solution is known.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_FILE, NTKW_ERR_FORMAT, NTKW_ERR_PROBLEM (the reference cannot
 *         be read, or does not fit the problem; a resumed run does without it, with a warning); NTKW_ERR_ARGUMENT,
 *         NTKW_ERR_MEMORY, NTKW_ERR_MPI. */
NTKW_API ntkw_status ntkw_trainer_error(ntkw_trainer *trainer, double *error);

/** Write a checkpoint of the run (checkpoint.h), which `ntkw show`, `ntkw train --resume` and ntkw_trainer_resume read.
 * Collective.
 *
 * If other runs may use the folder, lock it first by ntkw_checkpoint_lock. ntkw_checkpoint_keep removes old ones.
 * @param[in] path  an existing folder, in which the file is step-DIGITS.h5, ten digits; or a name ending in .h5. The
 *                  same on every rank.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_NOT_FINITE (a parameter is not finite: nothing is written);
 *         NTKW_ERR_FILE (also: there is no such folder); NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY. */
NTKW_API ntkw_status ntkw_trainer_save(ntkw_trainer *trainer, const char *path);

/** Go on from a checkpoint of this problem, written by any number of ranks: further steps have the bits of an
 * uninterrupted run. Collective.
 *
 * Seed and rule become the checkpoint's. There is a warning for each setting that differs between the problem and the
 * one in the checkpoint, for each damaged checkpoint that was skipped, and for a reference solution that is lost.
 * @param[in] path  a checkpoint, or a folder with checkpoints step-DIGITS.h5: the newest good one. The same on every
 *                  rank.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_PROBLEM (a checkpoint of another problem, or of another seed
 *         or rule than the problem's options say: names the difference); NTKW_ERR_FILE (it cannot be read, or the
 *         folder holds none); NTKW_ERR_FORMAT (damaged); NTKW_ERR_ARGUMENT, NTKW_ERR_DISAGREE, NTKW_ERR_MEMORY,
 *         NTKW_ERR_MPI. On error the trainer is as before. */
NTKW_API ntkw_status ntkw_trainer_resume(ntkw_trainer *trainer, const char *path);

/** The number of parameters, all ranks together. Local. */
NTKW_API int64_t ntkw_trainer_parameter_count(const ntkw_trainer *trainer);
/** This rank's parameters: offset .. offset + count - 1 of the flat vector. Local. Either may be NULL. */
NTKW_API ntkw_status ntkw_trainer_shard(const ntkw_trainer *trainer, int64_t *offset, int64_t *count);
/** Copy this rank's parameters, count values of the type ntkw_problem_dtype tells. Local. */
NTKW_API ntkw_status ntkw_trainer_get_parameters(const ntkw_trainer *trainer, void *values);

#ifdef __cplusplus
}
#endif
#endif
