#include "counted_messages.h"

#include <mpi.h>

message_counts messages;

static long long bytes_of(int count, MPI_Datatype type) {
  int size = 0;
  PMPI_Type_size(type, &size);
  return (long long)count * size;
}

int MPI_Allgatherv(const void *from, int n, MPI_Datatype type, void *to, const int counts[], const int places[],
                   MPI_Datatype to_type, MPI_Comm comm) {
  messages.gathers++;
  messages.gathered += bytes_of(n, type);
  return PMPI_Allgatherv(from, n, type, to, counts, places, to_type, comm);
}

int MPI_Allreduce(const void *from, void *to, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  messages.reductions++;
  messages.reduced += bytes_of(n, type);
  return PMPI_Allreduce(from, to, n, type, op, comm);
}

int MPI_Isend(const void *from, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request *request) {
  messages.sends++;
  messages.sent += bytes_of(n, type);
  return PMPI_Isend(from, n, type, to, tag, comm, request);
}

int MPI_Irecv(void *to, int n, MPI_Datatype type, int from, int tag, MPI_Comm comm, MPI_Request *request) {
  messages.receives++;
  return PMPI_Irecv(to, n, type, from, tag, comm, request);
}

int MPI_Win_allocate_shared(MPI_Aint size, int unit, MPI_Info info, MPI_Comm comm, void *base, MPI_Win *window) {
  messages.shared += size;
  return PMPI_Win_allocate_shared(size, unit, info, comm, base, window);
}

int MPI_Bcast(void *buffer, int n, MPI_Datatype type, int root, MPI_Comm comm) {
  messages.others++;
  return PMPI_Bcast(buffer, n, type, root, comm);
}

int MPI_Barrier(MPI_Comm comm) {
  messages.others++;
  return PMPI_Barrier(comm);
}

int MPI_Allgather(const void *from, int n, MPI_Datatype type, void *to, int m, MPI_Datatype to_type, MPI_Comm comm) {
  messages.others++;
  return PMPI_Allgather(from, n, type, to, m, to_type, comm);
}

int MPI_Iallreduce(const void *from, void *to, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm,
                   MPI_Request *request) {
  messages.others++;
  return PMPI_Iallreduce(from, to, n, type, op, comm, request);
}

int MPI_Reduce_scatter(const void *from, void *to, const int counts[], MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  messages.others++;
  return PMPI_Reduce_scatter(from, to, counts, type, op, comm);
}

int MPI_Send(const void *from, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  messages.others++;
  return PMPI_Send(from, n, type, to, tag, comm);
}
