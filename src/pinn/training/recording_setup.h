/* The options of a trainer's recording: its rule, the tensors of its model, its shards. */
#ifndef NTKW_PINN_RECORDING_SETUP_H
#define NTKW_PINN_RECORDING_SETUP_H

#include "pinn/training/trainer.h"

/* Create a recording. Collective on comm. @return as trainer_record. */
ntkw_status recording_setup_create(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                   const tensor_list *parameters, const trainer_state *state, ntkw_recording **out);
/* Continue a recording. Collective on comm. @return as trainer_record_continue. */
ntkw_status recording_setup_continue(MPI_Comm comm, const char *path, const char *source, const problem *pde,
                                     const tensor_list *parameters, const trainer_state *state, ntkw_recording **out);

#endif
