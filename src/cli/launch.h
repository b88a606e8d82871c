/* Who started this process: an MPI launcher (mpirun, srun), or a person or script.
 *
 * The launcher's variables must be read before MPI_Init: without a launcher Open MPI sets some of them itself. They are
 * also inherited: a shell that srun started passes them to its programs, and a terminal multiplexer keeps them for
 * days. So the processes above this one are checked, too, where /proc shows them: a program that a shell started, with
 * no launcher above that shell, was not launched. */
#ifndef NTKW_CLI_LAUNCH_H
#define NTKW_CLI_LAUNCH_H

#include <stdbool.h>

/* Find out, before MPI_Init. All functions here are local. */
void launch_look(void);

/* Before MPI_Init: where files must be small (ulimit -f), have Open MPI keep its tables in memory, as it otherwise does
 * not start. Below a launcher, jobs/environment.sh does this for the launcher. */
void launch_with_small_files(void);

/* Did a launcher start this process? */
bool launch_by_launcher(void);

/* Is standard output of the launcher's front end (mpirun), where this runs on the same machine, a terminal? mpirun
 * gives rank 0 a terminal of its own even where its output goes to a file. */
bool launch_has_terminal(void);

/* Is the launcher that started this process gone? That is so if the process has another parent than at the start; or,
 * if it was started through wrappers (mpirun -n 2 bash -c 'ntkw ...'), if the outermost of them has. Never without a
 * launcher. From any thread. */
bool launch_is_orphan(void);

#endif
