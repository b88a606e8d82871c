/* Members of the handles of ntkw/train.h, and functions that the files of this folder share. Only these files include
 * this header. */
#ifndef NTKW_PINN_API_HANDLES_H
#define NTKW_PINN_API_HANDLES_H

#include "ntkw/checkpoint.h"
#include "ntkw/train.h"
#include "pinn/training/evaluation.h"
#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

struct ntkw_problem {
  problem *pde;
  ntkw_problem_options wanted;     /* the program's options; without the callback, whose data may be invalid */
  char wanted_weighting[MAX_NAME]; /* storage of wanted.weighting */
  char *run_folder;                /* folder of the checkpoint that was read; NULL: read from a file or text; owned */
};

/* The parts of a trainer that ntkw_trainer_resume replaces. Owned; api_run_free frees them. */
typedef struct api_run {
  trainer *inner;
  evaluation *evaluation; /* NULL until the first api_measure_error */
  history past;
  bool resumed; /* the state was read from a checkpoint */
} api_run;

struct ntkw_trainer {
  MPI_Comm comm;
  int rank;
  ntkw_problem *problem; /* a copy of the program's problem, owned */
  ntkw_trainer_options options;
  api_run run;
  double losses[MAX_CONDITIONS];
  double error; /* error of the last step if that step added a row to the history; otherwise NaN */
  bool warned_of_zero_norm, warned_of_high_loss;
};

/* Settings of a problem that a checkpoint replaces. Texts are owned. */
typedef struct problem_settings {
  uint64_t seed;
  int lanes, lane_rows;
  char rule[MAX_NAME];
  double alpha;
  int64_t update_every;
  bool without_reference;
  char *reference_path, *reference_way;
} problem_settings;

/* Copy the settings of a problem; free them; move them into a problem and free its previous texts. Not collective.
 * @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status problem_settings_copy(const problem *from, problem_settings *out);
void problem_settings_free(problem_settings *settings);
void problem_settings_move(problem_settings *from, problem *to);

/* Copy a problem: read its text again, then copy its settings. Not collective.
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY, errors of problem_from_lua; on error *out is NULL. */
ntkw_status api_problem_copy(const ntkw_problem *from, ntkw_problem **out);
/* Check that the problem of the checkpoint at path has the seed and the rule that the program's options request. Not
 * collective. @return NTKW_SUCCESS or NTKW_ERR_PROBLEM. */
ntkw_status api_problem_check_wanted(const ntkw_problem *asked, const problem *found, const char *path);

/* Open a checkpoint file, or the newest intact checkpoint of a folder. on_warning is called for each damaged checkpoint
 * that is skipped. Collective.
 * @return the same on every rank; on error *out is NULL. NTKW_ERR_FILE: among others, the folder has no checkpoint. */
ntkw_status api_checkpoint_open(MPI_Comm comm, const char *path, ntkw_train_warning on_warning, void *data,
                                ntkw_checkpoint_reader **out);

/* Create the parts of a run of the trainer's problem. reader: the checkpoint whose state is read; NULL: start at step
 * 0. Collective. @return the same on every rank; on error *out is empty. */
ntkw_status api_run_make(ntkw_trainer *t, ntkw_checkpoint_reader *reader, api_run *out);
void api_run_free(api_run *run);
/* Replace the trainer's parts by those of *run, which is then empty. Losses and error become NaN. Collective. */
void api_run_take(ntkw_trainer *t, api_run *run);

/* Compute the relative L2 error at the current parameters. The first call creates the evaluation. Collective.
 * @return the same on every rank. */
ntkw_status api_measure_error(ntkw_trainer *t, double *error);

/* Find the file of the problem's reference solution (reference_locate) and warn if it is not at its first path.
 * run_folder: folder of the checkpoint to resume from; NULL: none. Collective. @return the same on every rank. */
ntkw_status api_reference_locate(ntkw_trainer *t, const char *run_folder);

/* Format a warning and pass it to the callback; on_warning NULL: do nothing. Not collective. */
void api_warn(ntkw_train_warning on_warning, void *data, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Check the path argument of a function. Collective.
 * @return the same on every rank: NTKW_SUCCESS; NTKW_ERR_ARGUMENT: the path is NULL or empty on some rank. */
ntkw_status api_check_path(MPI_Comm comm, const char *path, const char *function);
/* Is the path a folder? Only rank 0 looks. Collective. @return the same on every rank. */
bool api_is_folder(MPI_Comm comm, const char *path);

#endif
