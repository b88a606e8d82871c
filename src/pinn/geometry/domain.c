#include "pinn/geometry/domain.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static bool same(const region *a, const region *b) {
  return a->ops == b->ops && a->n_named == b->n_named && a->n_numbers == b->n_numbers &&
         memcmp(a->named, b->named, (size_t)a->n_named * sizeof *a->named) == 0 &&
         memcmp(a->numbers, b->numbers, (size_t)a->n_numbers * sizeof *a->numbers) == 0;
}

const region *domain_find(const domain *of, const region *wanted) {
  for (int k = 0; k < of->n_removed; k++)
    if (same(of->removed[k], wanted)) return of->removed[k];
  return NULL;
}

ntkw_status domain_remove(domain *from, region *removed) {
  region **longer = NULL;
  const bool twice = domain_find(from, removed) != NULL;
  if (!twice) longer = realloc(from->removed, ((size_t)from->n_removed + 1) * sizeof *longer);
  if (!longer) {
    const char *word = removed->ops->word;
    region_destroy(&removed);
    NTKW_CHECK(!twice, NTKW_ERR_PROBLEM, "the same %s is taken out of the domain twice; expected different ones", word);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the %d regions of a domain", from->n_removed + 1);
  }
  from->removed = longer;
  from->removed[from->n_removed++] = removed;
  return NTKW_SUCCESS;
}

void domain_free(domain *of) {
  for (int k = 0; k < of->n_removed; k++) region_destroy(&of->removed[k]);
  free(of->removed);
  *of = (domain){0};
}

bool domain_contains(const domain *of, const input_space *space, const double x[], const region *except) {
  for (int i = 0; i < space->n; i++)
    if (!(x[i] >= space->lower[i] && x[i] <= space->upper[i])) return false;
  for (int k = 0; k < of->n_removed; k++)
    if (of->removed[k] != except && of->removed[k]->ops->contains(of->removed[k], space, x, false)) return false;
  return true;
}
