/* The names of the weighting rules that a problem may ask for. */
#ifndef NTKW_PINN_RULES_H
#define NTKW_PINN_RULES_H

/* List the *n names: "none" (no weighting), and the library's rules and aliases that measure something. The list lives
 * as long as the thread. */
const char *const *rule_names(int *n);

#endif
