/* Write the weights of every step, a row for each rule, as a readable table or as CSV. Only rank 0 writes. */
#ifndef NTKW_CLI_REPLAY_TABLE_H
#define NTKW_CLI_REPLAY_TABLE_H

#include <stdio.h>
#include "cli/replay/rule_replay.h"

typedef struct weight_table {
  const char *path; /* borrowed; "-": stdout */
  bool csv;
  FILE *file; /* NULL: closed, or not rank 0 */
} weight_table;

/* Open and write the head: rule, step, epoch, batch, renewed (1 or 0), total, and the conditions' names. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status weight_table_open(weight_table *table, const char *path, bool csv, const recorded_run *recorded);

/* Add a row. Local; does nothing while the table is closed. */
void weight_table_add(weight_table *table, const recorded_run *recorded, int64_t step, const rule_replay *of);

/* Close the table. Collective. @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE (not everything was
 * written). */
ntkw_status weight_table_close(weight_table *table);

#endif
