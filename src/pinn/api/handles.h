/* What the handles of ntkw/train.h hold: for the files of this folder, and for no other. */
#ifndef NTKW_PINN_API_HANDLES_H
#define NTKW_PINN_API_HANDLES_H

#include "ntkw/checkpoint.h"
#include "ntkw/train.h"
#include "pinn/training/evaluation.h"
#include "pinn/training/history.h"
#include "pinn/training/trainer.h"

struct ntkw_problem {
  problem *pde;
  ntkw_problem_options wanted;     /* as given by the program; without the callback, whose data may be gone */
  char wanted_weighting[MAX_NAME]; /* what wanted.weighting points to */
  char *run_folder;                /* of the checkpoint that it is from; NULL: it is not from a checkpoint */
};

/* The parts of a trainer that a resumed run makes anew; freed by api_run_free. */
typedef struct api_run {
  trainer *inner;
  evaluation *evaluation; /* NULL until an error is asked for */
  history past;
  bool resumed; /* from a checkpoint */
} api_run;

struct ntkw_trainer {
  MPI_Comm comm;
  int rank;
  ntkw_problem *problem; /* a copy */
  ntkw_trainer_options options;
  api_run run;
  double losses[MAX_CONDITIONS];
  double error; /* of the last step, if it made a row of the history; otherwise NaN */
  bool warned_of_zero_norm, warned_of_high_loss;
};

/* Settings of a problem that a checkpoint replaces. Texts are owned. */
typedef struct problem_settings {
  uint64_t seed;
  int lanes;
  char rule[MAX_NAME];
  double alpha;
  int64_t update_every;
  bool without_reference;
  char *reference_path, *reference_way;
} problem_settings;

/* Copy them; free them; move them into a problem, and free what it had. Local. */
ntkw_status problem_settings_copy(const problem *from, problem_settings *out);
void problem_settings_free(problem_settings *settings);
void problem_settings_move(problem_settings *from, problem *to);

/* A copy of a problem: its text is read again. Local. */
ntkw_status api_problem_copy(const ntkw_problem *from, ntkw_problem **out);
/* Does a checkpoint's problem have the seed and the rule that the program asked for? NTKW_ERR_PROBLEM. Local. */
ntkw_status api_problem_check_wanted(const ntkw_problem *asked, const problem *found, const char *path);

/* Open a checkpoint, or the newest good one of a folder; a damaged one that is skipped gives a warning. Collective.
 * @return the same on every rank. */
ntkw_status api_checkpoint_open(MPI_Comm comm, const char *path, ntkw_train_warning on_warning, void *data,
                                ntkw_checkpoint_reader **out);

/* Make the parts of a run from the trainer's problem. reader: of the checkpoint to go on from; NULL: none. Collective.
 * @return the same on every rank; on error nothing is left. */
ntkw_status api_run_make(ntkw_trainer *t, ntkw_checkpoint_reader *reader, api_run *out);
void api_run_free(api_run *run);
/* Let the trainer go on with them, in place of its own. */
void api_run_take(ntkw_trainer *t, api_run *run);

/* The relative L2 error at the present parameters. Collective. @return the same on every rank. */
ntkw_status api_measure_error(ntkw_trainer *t, double *error);

/* Find the problem's reference solution. run_folder: of the checkpoint to go on from; NULL: none. Collective. */
ntkw_status api_reference_locate(ntkw_trainer *t, const char *run_folder);

/* Hand a sentence to a callback, unless it is NULL. */
void api_warn(ntkw_train_warning on_warning, void *data, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Collective. @return NTKW_ERR_ARGUMENT on every rank if the path is NULL or empty on some rank. */
ntkw_status api_check_path(MPI_Comm comm, const char *path, const char *function);
/* Is this a folder, as rank 0 sees it? Collective, the same on every rank. */
bool api_is_folder(MPI_Comm comm, const char *path);

#endif
