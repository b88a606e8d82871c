/* What two readings of a problem file say differently, key by key and in the words of the file: for a sentence that
 * refuses another problem's checkpoint, and for warnings of settings that have changed since a checkpoint.
 *
 * Every key of problem{} is of one of these kinds. */
#ifndef NTKW_PINN_CHANGES_H
#define NTKW_PINN_CHANGES_H

#include "pinn/problem/problem.h"

typedef enum change_kind {
  CHANGE_REFUSED, /* another problem (identity.h): inputs, outputs, domain, conditions, their places and equations, network,
                     precision */
  CHANGE_TAKEN, /* a setting, the problem file's is used: points, resample, optimizer, exact, reference, ntk */
  CHANGE_STAYS, /* a setting, the checkpoint's is used: weighting, seed, lanes, network.init */
  CHANGE_FREE   /* changed as a matter of course: steps */
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

/* In the order of the keys; to be freed. Local. @return NTKW_SUCCESS, NTKW_ERR_MEMORY (the list is then empty). */
ntkw_status changes_find(const problem *before, const problem *now, changes *out);
void changes_free(changes *found);

/* One clause for the changes of a kind, such as "network.hidden is {20, 20} in the checkpoint, {30, 20} in the problem
 * file", cut after the first few; "" if there is none. Local. */
void changes_describe(const changes *found, change_kind kind, char *text, size_t size);

#endif
