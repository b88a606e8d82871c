/* Differences between two versions of a problem file, key by key and in the words of the file. Messages show them when
 * a checkpoint of another problem is refused; warnings show them for settings that changed since a checkpoint.
 *
 * Every key of problem{} has one of these kinds. */
#ifndef NTKW_PINN_CHANGES_H
#define NTKW_PINN_CHANGES_H

#include "pinn/problem/problem.h"

typedef enum change_kind {
  CHANGE_REFUSED, /* makes another problem (problem_signature.h): inputs, outputs, domain, conditions, their places and
                     equations, network, precision */
  CHANGE_TAKEN,   /* the problem file's value is used: points, resample, optimizer, exact, reference, ntk */
  CHANGE_STAYS,   /* the checkpoint's value is used: weighting, seed, lanes, lane_rows, network.init */
  CHANGE_FREE     /* a usual change: steps */
} change_kind;

typedef struct change {
  change_kind kind;
  char *key;          /* such as "network.hidden" or "points of condition 'u'" */
  char *before, *now; /* such as "{20, 20}" */
} change;

typedef struct changes {
  change *list;
  int n;
} changes;

/* List the changes in the order of the keys. Not collective. out must be freed with changes_free.
 * @return NTKW_SUCCESS, NTKW_ERR_MEMORY (the list is then empty). */
ntkw_status changes_find(const problem *before, const problem *now, changes *out);
void changes_free(changes *found);

/* Describe the changes of a kind in one clause, such as "network.hidden is {20, 20} in the checkpoint, {30, 20} in the
 * problem file". The clause ends after the first few changes; it is "" if there are none. Not collective. */
void changes_describe(const changes *found, change_kind kind, char *text, size_t size);

#endif
