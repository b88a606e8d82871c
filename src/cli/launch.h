/* Who started this process: an MPI launcher (mpirun, srun), or a person or script.
 *
 * The launcher's variables must be looked at before MPI_Init: without a launcher Open MPI sets some of them itself. They
 * are also inherited: a shell that srun started hands them to what is started from it, and a terminal multiplexer keeps
 * them for days. So that the processes above this one are looked at, too, where /proc shows them: a program that a shell
 * started, with no launcher above that shell, was not launched. */
#ifndef NTKW_CLI_LAUNCH_H
#define NTKW_CLI_LAUNCH_H

#include <stdbool.h>

/* Look, before MPI_Init. Local, as all of these. */
void launch_look(void);

/* Before MPI_Init: where files must be small (ulimit -f), have Open MPI keep its tables in memory, as it otherwise does not
 * start. Below a launcher this is the launcher's matter (jobs/environment.sh). */
void launch_with_small_files(void);

/* Was it a launcher? */
bool launch_by_launcher(void);

/* Is standard output of the launcher's front end (mpirun), where this runs on the same machine, a terminal? mpirun gives
 * rank 0 a terminal of its own even where its output goes to a file. */
bool launch_has_terminal(void);

/* Is the launcher that started this process gone? That is so if the process has another parent than at the start; or, if
 * it was started through wrappers (mpirun -n 2 bash -c 'ntkw ...'), if the outermost of them has. Never without a
 * launcher. From any thread. */
bool launch_is_orphan(void);

#endif
