/* A training run through ntkw/train.h. test_train_api_matches_cli.sh compares its checkpoint with that of ntkw train.
 *
 * Arguments: FOLDER STEPS THREADS PROBLEM [CHECKPOINT]. FOLDER receives the checkpoint. CHECKPOINT is a file or folder
 * to resume from. PROBLEM is a problem file, or "-" for the problem stored in CHECKPOINT. The history gets a row every
 * ten steps. */
#include "ntkw/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_warning(const char *sentence, void *data) {
  const int *rank = data;
  if (*rank == 0) printf("warning: %s\n", sentence);
}

static ntkw_status read_problem(char **argv, int *rank, ntkw_problem **out) {
  ntkw_problem_options options;
  ntkw_problem_options_init(&options);
  options.steps = atol(argv[2]);
  options.on_warning = print_warning;
  options.data = rank;
  if (strcmp(argv[4], "-") == 0) return ntkw_problem_read_checkpoint(MPI_COMM_WORLD, argv[5], &options, out);
  return ntkw_problem_read(MPI_COMM_WORLD, argv[4], &options, out);
}

static ntkw_status train(char **argv, int *rank, ntkw_problem **problem, ntkw_trainer **trainer) {
  ntkw_trainer_options options;
  ntkw_trainer_options_init(&options);
  options.threads = atoi(argv[3]);
  options.log_every = 10;
  options.on_warning = print_warning;
  options.data = rank;
  ntkw_status status = read_problem(argv, rank, problem);
  if (status == NTKW_SUCCESS) status = ntkw_trainer_create(MPI_COMM_WORLD, *problem, &options, trainer);
  if (status == NTKW_SUCCESS && argv[5]) status = ntkw_trainer_resume(*trainer, argv[5]);
  if (status == NTKW_SUCCESS) status = ntkw_trainer_run(*trainer, NTKW_ALL_STEPS, NULL, NULL);
  if (status == NTKW_SUCCESS) status = ntkw_trainer_save(*trainer, argv[1]);
  return status;
}

int main(int argc, char **argv) {
  ntkw_problem *problem = NULL;
  ntkw_trainer *trainer = NULL;
  int rank, level;
  if (argc < 5) return 2;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const ntkw_status status = train(argv, &rank, &problem, &trainer);
  if (status != NTKW_SUCCESS && rank == 0) printf("%s: %s\n", ntkw_status_name(status), ntkw_last_error());
  MPI_Finalize();
  ntkw_trainer_destroy(&trainer); /* allowed after MPI_Finalize */
  ntkw_problem_destroy(&problem);
  return status != NTKW_SUCCESS;
}
