/* Domains: the box of all inputs minus the removed regions. The surfaces of these regions belong to the domain. No
 * function here is collective. */
#ifndef NTKW_PINN_DOMAIN_H
#define NTKW_PINN_DOMAIN_H

#include "pinn/geometry/region.h"

typedef struct domain {
  int n_removed;
  region **removed; /* owned */
} domain;

/* Remove a region from the domain, which then owns it. A region that was already removed is an error.
 * @return NTKW_SUCCESS, NTKW_ERR_PROBLEM, NTKW_ERR_MEMORY; on error the region is destroyed. */
ntkw_status domain_remove(domain *from, region *removed);
void domain_free(domain *of);

/* The removed region with the same kind and numbers; NULL: none. */
const region *domain_find(const domain *of, const region *wanted);

/* Is the point in the domain? except: a removed region to ignore, for points on its surface; NULL: none. */
bool domain_contains(const domain *of, const input_space *space, const double x[], const region *except);

#endif
