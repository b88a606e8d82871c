/* List the checkpoints in a folder by their names, and open the newest good one. */
#ifndef NTKW_CLI_CHECKPOINT_FILES_H
#define NTKW_CLI_CHECKPOINT_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include "ntkw/checkpoint.h"

/* Checkpoints of a run are called CHECKPOINT_PREFIX<digits>.h5. */
#define CHECKPOINT_PREFIX "step-"

/* The step in the name of a run's checkpoint; -1: the name of another file. Local. */
int64_t checkpoint_step(const char *name);

typedef enum path_kind { PATH_MISSING = -1, PATH_OTHER, PATH_FOLDER } path_kind;
/* Find out on rank 0 whether the path is a folder, another file, or missing. Collective on MPI_COMM_WORLD; the same on
 * every rank. */
path_kind path_kind_of(const char *path);

/* A list of file names. Start from {0}; free it with file_names_free. */
enum { FILE_NAME_SIZE = 256 };
typedef struct file_names {
  char (*list)[FILE_NAME_SIZE];
  int n, capacity;
} file_names;

/* Which files a list is to hold, and their order. */
typedef enum file_choice {
  FILES_OF_RUN,   /* checkpoints of a run, by ascending steps */
  FILES_NUMBERED, /* <name><digits>.h5, by name */
} file_choice;

/* List files of a folder. Local. @return NTKW_SUCCESS, NTKW_ERR_FILE (the folder cannot be read), NTKW_ERR_MEMORY. */
ntkw_status file_names_list(const char *folder, file_choice choice, file_names *found);
/* List files on rank 0 and broadcast the list. Collective on MPI_COMM_WORLD. @return as file_names_list, the same on
 * every rank. */
ntkw_status file_names_share(const char *folder, file_choice choice, file_names *found);
void file_names_free(file_names *names);

/* Open the newest good checkpoint of a run's folder; warn of newer ones that are damaged. *reader stays NULL if there
 * is none. Collective on MPI_COMM_WORLD. @return as ntkw_checkpoint_reader_open_newest. */
ntkw_status checkpoint_open_newest(const char *folder, ntkw_checkpoint_reader **reader);

#endif
