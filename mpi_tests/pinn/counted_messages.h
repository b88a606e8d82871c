/* Counts the MPI calls of this rank and their bytes, by kind. In a test that links it, wrappers replace MPI's functions
 * through the profiling interface (PMPI). */
#ifndef NTKW_TEST_COUNTED_MESSAGES_H
#define NTKW_TEST_COUNTED_MESSAGES_H

typedef struct message_counts {
  long long gathers, gathered;   /* calls of MPI_Allgatherv; bytes contributed by this rank */
  long long reductions, reduced; /* calls of MPI_Allreduce; bytes of this rank's operands */
  long long sends, sent;         /* calls of MPI_Isend; bytes */
  long long receives;            /* calls of MPI_Irecv */
  long long others;              /* calls of other functions that communicate */
  long long shared;              /* bytes of this rank in shared windows, in all calls of MPI_Win_allocate_shared */
} message_counts;

extern message_counts messages;

#endif
