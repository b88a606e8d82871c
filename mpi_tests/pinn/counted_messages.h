/* Counts what this rank hands to MPI, by kind: linked into a test, its wrappers stand before MPI's functions (the
 * profiling interface). */
#ifndef NTKW_TEST_COUNTED_MESSAGES_H
#define NTKW_TEST_COUNTED_MESSAGES_H

typedef struct message_counts {
  long long gathers, gathered;   /* calls of MPI_Allgatherv; bytes of own contributions */
  long long reductions, reduced; /* calls of MPI_Allreduce; bytes of own operands */
  long long sends, sent;         /* calls of MPI_Isend; bytes */
  long long receives;            /* calls of MPI_Irecv */
  long long others;              /* calls of other functions that communicate */
} message_counts;

extern message_counts messages;

#endif
