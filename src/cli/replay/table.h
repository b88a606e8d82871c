/* Weights step by step, a row for each rule: as text for people, or as CSV. Only the first rank writes. */
#ifndef NTKW_CLI_REPLAY_TABLE_H
#define NTKW_CLI_REPLAY_TABLE_H

#include <stdio.h>
#include "cli/replay/rule_replay.h"

typedef struct weight_table {
  const char *path; /* borrowed; "-": stdout */
  bool csv;
  FILE *file; /* NULL: closed, or not the first rank */
} weight_table;

/* Open and write the head: rule, step, epoch, batch, renewed (1 or 0), total, and the conditions' names. Collective.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_FILE. */
ntkw_status weight_table_open(weight_table *table, const char *path, bool csv, const recorded_run *recorded);

/* Add a row. Local; does nothing while the table is closed. */
void weight_table_add(weight_table *table, const recorded_run *recorded, int64_t step, const rule_replay *of);

/* Collective. NTKW_ERR_FILE, on every rank, if not everything was written. */
ntkw_status weight_table_close(weight_table *table);

#endif
