/* Regions of all kinds: find a kind, create, destroy. */
#include "pinn/geometry/region.h"
#include "base/check.h"
#include "base/nearest_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const region_ops *const kinds[] = {
#define REGION_ADDRESS(id) &region_##id,
    REGION_LIST(REGION_ADDRESS)
#undef REGION_ADDRESS
};

const region_ops *region_kind(int k) {
  return k < (int)(sizeof kinds / sizeof *kinds) ? kinds[k] : NULL;
}

const region_ops *region_find(const char *word) {
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    if (strcmp(kinds[k]->word, word) == 0) return kinds[k];
  return NULL;
}

ntkw_status region_create(const region_ops *ops, const input_space *space, const unread_region *given, region **out) {
  region *made = *out = calloc(1, sizeof *made);
  NTKW_CHECK(made, NTKW_ERR_MEMORY, "out of memory for a region");
  made->ops = ops;
  const ntkw_status status = ops->read(space, given, made);
  if (status != NTKW_SUCCESS) region_destroy(out);
  return status;
}

void region_destroy(region **handle) {
  if (!handle || !*handle) return;
  free((*handle)->numbers);
  free(*handle);
  *handle = NULL;
}

ntkw_status region_numbers(region *made, int n) {
  made->numbers = calloc((size_t)n + 1, sizeof *made->numbers);
  made->n_numbers = n;
  NTKW_CHECK(made->numbers, NTKW_ERR_MEMORY, "out of memory for the %d numbers of a region", n);
  return NTKW_SUCCESS;
}

int input_find(const input_space *space, const char *name) {
  for (int i = 0; i < space->n; i++)
    if (strcmp(space->names[i], name) == 0) return i;
  return -1;
}

const char *input_hint(const input_space *space, const char *name, char text[MAX_NAME + 32]) {
  const char *near = ntkw_i_nearest_word(name, space->names, space->n);
  text[0] = '\0';
  if (near) snprintf(text, MAX_NAME + 32, "; did you mean '%s'?", near);
  return text;
}

double region_free_measure(const region *of, const input_space *space) {
  double product = 1.0;
  for (int i = 0, k = 0; i < space->n; i++) {
    if (k < of->n_named && of->named[k] == i)
      k++;
    else
      product *= space->upper[i] - space->lower[i];
  }
  return product;
}
