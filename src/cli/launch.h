/* Find out whether an MPI launcher (mpirun, srun) started this process, or a person or script.
 *
 * The launcher's environment variables must be read before MPI_Init: without a launcher Open MPI sets some of them
 * itself. They are also inherited: a shell that srun started passes them to its programs, and a terminal multiplexer
 * keeps them for days. Therefore the processes above this one are also checked, if /proc shows them: a program that a
 * shell started, with no launcher above that shell, was not started by a launcher. */
#ifndef NTKW_CLI_LAUNCH_H
#define NTKW_CLI_LAUNCH_H

#include <stdbool.h>

/* Find out how this process was started. Call it before MPI_Init. All functions of this file are local. */
void launch_look(void);

/* Call it before MPI_Init: if a limit of file sizes (ulimit -f) is too small for the tables of Open MPI, make Open MPI
 * keep them in memory; otherwise it does not start. Below a launcher, jobs/environment.sh does this for the
 * launcher. */
void launch_with_small_files(void);

/* Did a launcher start this process? */
bool launch_by_launcher(void);

/* Does the front end of the launcher (mpirun) run on this machine with a terminal as standard output? Rank 0's standard
 * output does not show this: mpirun gives rank 0 a terminal even if the output goes to a file. */
bool launch_has_terminal(void);

/* Is the launcher that started this process gone? True if this process has another parent than at the start, or if the
 * outermost wrapper has (mpirun -n 2 bash -c 'ntkw ...'). Always false without a launcher. May be called from any
 * thread. */
bool launch_is_orphan(void);

#endif
