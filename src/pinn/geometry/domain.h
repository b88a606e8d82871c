/* Domains: the box of all inputs, without the regions that are taken out. Their surfaces belong to it. */
#ifndef NTKW_PINN_DOMAIN_H
#define NTKW_PINN_DOMAIN_H

#include "pinn/geometry/region.h"

typedef struct domain {
  int n_removed;
  region **removed; /* owned */
} domain;

/* Take out one more, which the domain then owns. A region that is there already is refused.
 * @return NTKW_SUCCESS, NTKW_ERR_PROBLEM, NTKW_ERR_MEMORY (the region is then destroyed). */
ntkw_status domain_remove(domain *from, region *removed);
void domain_free(domain *of);

/* The region among those that are taken out that has the same numbers, or NULL. */
const region *domain_find(const domain *of, const region *wanted);

/* Is the point of the box in the domain? except: a region that is left out of account, for points of its surface. */
bool domain_contains(const domain *of, const input_space *space, const double x[], const region *except);

#endif
