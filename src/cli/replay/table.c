#include "cli/replay/table.h"
#include "cli/command.h"
#include "cli/csv.h"
#include "base/check.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { NARROWEST = 12, RULE_WIDTH = 26 };

static int width_of(const char *condition) {
  const int length = (int)strlen(condition);
  return length > NARROWEST ? length : NARROWEST;
}

static void write_head(const weight_table *table, const recorded_run *recorded) {
  if (table->csv)
    fputs("rule,step,epoch,batch,renewed,total", table->file);
  else
    fprintf(table->file, "%-*s %8s %8s %5s %7s %12s", RULE_WIDTH, "rule", "step", "epoch", "batch", "renewed", "total");
  for (int c = 0; c < recorded->n_conditions; c++) {
    if (table->csv) {
      putc(',', table->file);
      csv_write_field(table->file, recorded->conditions[c]);
    } else {
      fprintf(table->file, " %*s", width_of(recorded->conditions[c]), recorded->conditions[c]);
    }
  }
  putc('\n', table->file);
}

static ntkw_status open_on_first(weight_table *table, const recorded_run *recorded) {
  if (command_rank() != 0) return NTKW_SUCCESS;
  table->file = strcmp(table->path, "-") == 0 ? stdout : fopen(table->path, "w");
  NTKW_CHECK(table->file, NTKW_ERR_FILE, "%s cannot be written: %s", table->path, strerror(errno));
  write_head(table, recorded);
  return NTKW_SUCCESS;
}

ntkw_status weight_table_open(weight_table *table, const char *path, bool csv, const recorded_run *recorded) {
  *table = (weight_table){.path = path, .csv = csv};
  return ntkw_status_agree(MPI_COMM_WORLD, open_on_first(table, recorded));
}

void weight_table_add(weight_table *table, const recorded_run *recorded, int64_t step, const rule_replay *of) {
  const double *weights = ntkw_weighting_weights(of->weighting);
  if (!table->file) return;
  const char *rule = ntkw_weighting_rule(of->weighting);
  if (table->csv)
    fprintf(table->file, "%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%d,%.17g", rule, step, recorded->epoch[step],
            recorded->batch[step], of->renewed, of->total);
  else
    fprintf(table->file, "%-*s %8" PRId64 " %8" PRId64 " %5" PRId64 " %7d %12.5g", RULE_WIDTH, rule, step,
            recorded->epoch[step], recorded->batch[step], of->renewed, of->total);
  for (int c = 0; c < recorded->n_conditions; c++)
    if (table->csv)
      fprintf(table->file, ",%.17g", weights[c]);
    else
      fprintf(table->file, " %*.5g", width_of(recorded->conditions[c]), weights[c]);
  putc('\n', table->file);
}

static ntkw_status close_on_first(weight_table *table) {
  if (!table->file) return NTKW_SUCCESS;
  bool failed = ferror(table->file) != 0;
  failed = (table->file == stdout ? fflush(stdout) : fclose(table->file)) != 0 || failed;
  table->file = NULL;
  NTKW_CHECK(!failed, NTKW_ERR_FILE, "%s could not be written",
             strcmp(table->path, "-") == 0 ? "the table of weights" : table->path);
  return NTKW_SUCCESS;
}

ntkw_status weight_table_close(weight_table *table) {
  return ntkw_status_agree(MPI_COMM_WORLD, close_on_first(table));
}
