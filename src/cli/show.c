/* ntkw show: print the contents of a checkpoint. */
#include "cli/checkpoint_files.h"
#include "base/dtype.h"
#include "cli/command.h"
#include "base/check.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct settings {
  const char *text;
} settings;

static const option options[] = {{.name = "text",
                                  .argument = "NAME",
                                  .kind = OPTION_TEXT,
                                  .at = offsetof(settings, text),
                                  .help = "print the whole of this text, such as the problem file, and\n"
                                          "nothing else (default: print the summary)"}};
enum { N_OPTIONS = sizeof options / sizeof *options, TEXT_WIDTH = 60, MOST_COLUMNS = 200 };

static int name_width(const ntkw_checkpoint_reader *reader) {
  int width = 8;
  for (int i = 0; i < ntkw_checkpoint_reader_attribute_count(reader); i++) {
    const int length = (int)strlen(ntkw_checkpoint_reader_attribute_at(reader, i)->name);
    if (length > width) width = length;
  }
  for (int i = 0; i < ntkw_checkpoint_reader_array_count(reader); i++) {
    const int length = (int)strlen(ntkw_checkpoint_reader_array_at(reader, i)->name);
    if (length > width) width = length;
  }
  return width;
}

/* Print the beginning of the first line, with '?' for each character that cannot be printed. */
static void print_text(const char *text) {
  const size_t line = strcspn(text, "\n"), shown = line < TEXT_WIDTH ? line : TEXT_WIDTH;
  int lines = 0;
  for (const char *c = text; *c; c++) lines += *c == '\n';
  putchar('"');
  for (size_t i = 0; i < shown; i++) putchar(iscntrl((unsigned char)text[i]) ? '?' : text[i]);
  putchar('"');
  if (text[shown] != '\0') printf(" ... (%zu characters, %d lines)", strlen(text), lines);
  putchar('\n');
}

static void print_attributes(const ntkw_checkpoint_reader *reader, int width) {
  printf("\nattributes\n");
  for (int i = 0; i < ntkw_checkpoint_reader_attribute_count(reader); i++) {
    const ntkw_checkpoint_attribute *a = ntkw_checkpoint_reader_attribute_at(reader, i);
    printf("  %-*s  ", width, a->name);
    if (a->type == NTKW_ATTRIBUTE_INTEGER)
      printf("integer  %" PRId64 "\n", a->integer);
    else if (a->type == NTKW_ATTRIBUTE_REAL)
      printf("real     %.17g\n", a->real);
    else {
      printf("text     ");
      print_text(a->text);
    }
  }
}

static void print_arrays(const ntkw_checkpoint_reader *reader, int width) {
  printf("\narrays\n");
  for (int i = 0; i < ntkw_checkpoint_reader_array_count(reader); i++) {
    const ntkw_checkpoint_array *a = ntkw_checkpoint_reader_array_at(reader, i);
    printf("  %-*s  %s  [", width, a->name, ntkw_dtype_name(a->dtype));
    for (int d = 0; d < a->n_dimensions; d++) printf("%s%" PRId64, d == 0 ? "" : ", ", a->shape[d]);
    printf("]  unit %s\n", a->unit);
  }
}

static int64_t entries_of_row(const ntkw_checkpoint_array *a) {
  int64_t n = 1;
  for (int d = 1; d < a->n_dimensions; d++) n *= a->shape[d];
  return n;
}

/* Read the whole array on rank 0 and widen it to double. Collective. *values: to be freed; NULL on other ranks. */
static ntkw_status read_on_first_rank(ntkw_checkpoint_reader *reader, const ntkw_checkpoint_array *a, double **values) {
  const bool first = command_rank() == 0;
  const int64_t rows = first ? a->shape[0] : 0, n = rows * entries_of_row(a);
  *values = calloc((size_t)n + 1, sizeof **values);
  ntkw_status status = ntkw_status_agree(
      MPI_COMM_WORLD, *values ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for array %s", a->name));
  if (status == NTKW_SUCCESS)
    status = ntkw_checkpoint_reader_read_array(reader, a->name, a->dtype, first ? 0 : a->shape[0], rows, *values);
  if (status != NTKW_SUCCESS || !first) {
    free(*values);
    *values = NULL;
  } else if (a->dtype == NTKW_FLOAT32) {
    for (int64_t i = n - 1; i >= 0; i--) { /* in place, from the end */
      float narrow;
      memcpy(&narrow, (const char *)*values + (size_t)i * sizeof narrow, sizeof narrow);
      (*values)[i] = narrow;
    }
  }
  return status;
}

static void print_row(const char *label, const double row[], int64_t n) {
  printf("  %-6s", label);
  for (int64_t i = 0; i < n && i < MOST_COLUMNS; i++) printf(" %.6g", row[i]);
  printf("%s\n", n > MOST_COLUMNS ? " ..." : "");
}

/* Print the names of the columns, if the checkpoint has them. */
static void print_history_columns(const ntkw_checkpoint_reader *reader) {
  for (int i = 0; i < ntkw_checkpoint_reader_attribute_count(reader); i++) {
    const ntkw_checkpoint_attribute *a = ntkw_checkpoint_reader_attribute_at(reader, i);
    if (a->type == NTKW_ATTRIBUTE_TEXT && strcmp(a->name, "history_columns") == 0) {
      printf("         ");
      for (const char *c = a->text; *c; c++) putchar(*c == ',' || iscntrl((unsigned char)*c) ? ' ' : *c);
      putchar('\n');
    }
  }
}

/* Collective. */
static ntkw_status show_history(ntkw_checkpoint_reader *reader) {
  const ntkw_checkpoint_array *a = ntkw_checkpoint_reader_find_array(reader, "history");
  double *values = NULL;
  if (!a || (a->dtype != NTKW_FLOAT32 && a->dtype != NTKW_FLOAT64)) return NTKW_SUCCESS;
  NTKW_TRY(read_on_first_rank(reader, a, &values));
  const int64_t rows = a->shape[0], columns = entries_of_row(a);
  if (values) {
    printf("\nhistory: %" PRId64 " rows\n", rows);
    print_history_columns(reader);
    if (rows > 0) print_row("first", values, columns);
    if (rows > 1) print_row("last", values + (rows - 1) * columns, columns);
  }
  free(values);
  return NTKW_SUCCESS;
}

/* Collective. */
static ntkw_status show_weights(ntkw_checkpoint_reader *reader) {
  const ntkw_checkpoint_array *a = ntkw_checkpoint_reader_find_array(reader, "weights");
  double *values = NULL;
  if (!a || (a->dtype != NTKW_FLOAT32 && a->dtype != NTKW_FLOAT64)) return NTKW_SUCCESS;
  NTKW_TRY(read_on_first_rank(reader, a, &values));
  if (values) {
    const int64_t n = a->shape[0] * entries_of_row(a);
    printf("\nweights\n");
    for (int64_t i = 0; i < n && i < MOST_COLUMNS; i++) printf("  %-4" PRId64 " %.17g\n", i, values[i]);
    if (n > MOST_COLUMNS) printf("  ... (%" PRId64 " weights)\n", n);
  }
  free(values);
  return NTKW_SUCCESS;
}

/* Collective. */
static ntkw_status show_summary(ntkw_checkpoint_reader *reader, const char *path) {
  if (command_rank() == 0) {
    const int width = name_width(reader);
    printf("checkpoint %s: whole, digest verified\n", path);
    print_attributes(reader, width);
    print_arrays(reader, width);
  }
  NTKW_TRY(show_history(reader));
  return show_weights(reader);
}

/* Collective. */
static ntkw_status show_text(ntkw_checkpoint_reader *reader, const char *name) {
  const char *text = NULL;
  NTKW_TRY(ntkw_checkpoint_reader_get_text(reader, name, &text));
  if (command_rank() == 0) fputs(text, stdout);
  return NTKW_SUCCESS;
}

/* Open the checkpoint, or the newest good one of a run's folder. Collective. */
static ntkw_status open_any(const char *path, ntkw_checkpoint_reader **reader) {
  if (path_kind_of(path) != PATH_FOLDER) return ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, reader);
  NTKW_TRY(checkpoint_open_newest(path, reader));
  NTKW_CHECK(*reader, NTKW_ERR_FILE, "%s holds no checkpoint " CHECKPOINT_PREFIX "<digits>.h5", path);
  return NTKW_SUCCESS;
}

static exit_code run(int argc, char **argv) {
  settings s = {0};
  const char *path = NULL;
  ntkw_checkpoint_reader *reader = NULL;
  if (options_parse(options, N_OPTIONS, &s, "CHECKPOINT|DIR", &path, argc, argv) != NTKW_SUCCESS)
    return usage_error("show", "%s", ntkw_last_error());
  ntkw_status status = open_any(path, &reader);
  if (status == NTKW_SUCCESS)
    status = s.text ? show_text(reader, s.text) : show_summary(reader, ntkw_checkpoint_reader_path(reader));
  const exit_code code = status == NTKW_SUCCESS ? EXIT_DONE : command_failed(status);
  ntkw_checkpoint_reader_close(&reader);
  return code;
}

static const char help[] =
    "Usage: ntkw show [OPTIONS] CHECKPOINT|DIR\n"
    "\n"
    "Verify a checkpoint, or the newest good one of a run's folder, and print what is in it: "
    "attributes; arrays with\n"
    "their shapes, types and units; the first and last row of the history; the weights. The output does not\n"
    "depend on the number of ranks.\n";

static const char notes[] =
    "Exit codes:\n"
    "  0  shown      2  wrong arguments      4  CHECKPOINT cannot be read, is damaged, or of another format\n"
    "  6  out of memory, or MPI failed\n"
    "\n"
    "Examples:\n"
    "  ntkw show run\n"
    "  ntkw show run/step-0000000400.h5\n"
    "  ntkw show run/step-0000000400.h5 --text problem_source > problem.lua\n";

const command show_command = {.name = "show",
                              .summary = "print what is in a checkpoint",
                              .help = help,
                              .run = run,
                              .options = options,
                              .n_options = N_OPTIONS,
                              .notes = notes};
