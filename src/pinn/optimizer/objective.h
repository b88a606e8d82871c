/* What an optimizer may ask of the run. */
#ifndef NTKW_PINN_OBJECTIVE_H
#define NTKW_PINN_OBJECTIVE_H

typedef struct objective {
  const void *gradient; /* of the weighted loss at the parameters of the step: this rank's shard */
} objective;

#endif
