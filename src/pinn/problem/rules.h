/* The names of the weighting rules that a problem may ask for. */
#ifndef NTKW_PINN_RULES_H
#define NTKW_PINN_RULES_H

/* All names, "none" (no weighting) included; *n of them. */
const char *const *rule_names(int *n);

#endif
