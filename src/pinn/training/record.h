/* What the trainer states of a trace: its rule, its model's tensors, its shards. */
#ifndef NTKW_PINN_RECORD_H
#define NTKW_PINN_RECORD_H

#include "pinn/training/trainer.h"

/* Collective on comm. @return as trainer_record. */
ntkw_status trainer_trace_create(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                 const tensor_list *parameters, const trainer_state *state, ntkw_recording **out);
/* Collective on comm. @return as trainer_record_on. */
ntkw_status trainer_trace_continue(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                   const tensor_list *parameters, const trainer_state *state, ntkw_recording **out);

#endif
