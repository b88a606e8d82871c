/* Names that the program derives from the user's names for arrays of solution.h5. If one of them equals a name in the
 * file, reading the problem fails, not writing the results. */
#include "pinn/problem/read_parts.h"

#include <string.h>

static const struct {
  const char *end, *what;
} MADE[] = {{"_exact", "exact values"}, {"_error", "errors"}}; /* as training/evaluation.c makes them */

/* The line where a name stands in a list of the problem: "inputs", whose items are tables, or "outputs". */
static int line_of_name(reader *r, const section *s, const char *key, int index) {
  push_key(r, s, key);
  const section list = section_at_key(r, s, key, key, "a list");
  const int line = line_of_item(r, &list, index + 1);
  lua_pop(r->L, 1);
  return line;
}

/* OUTPUT_exact and OUTPUT_error are arrays of solution.h5 if the output has an exact solution or a reference. */
static void check_name(reader *r, const section *s, const char *key, const char *name, int index) {
  const problem *p = r->made;
  for (int o = 0; o < p->n_outputs; o++) {
    const char *output = p->output_names[o];
    const size_t length = strlen(output);
    if ((!p->has_exact[o] && p->reference[0] == '\0') || strncmp(name, output, length) != 0) continue;
    for (size_t k = 0; k < sizeof MADE / sizeof *MADE; k++)
      if (strcmp(name + length, MADE[k].end) == 0)
        reader_fail(r->L, line_of_name(r, s, key, index),
                    "'%s' is the name under which solution.h5 holds the %s of output '%s'; expected another name", name,
                    MADE[k].what, output);
  }
}

void read_reserved(reader *r, const section *s) {
  const problem *p = r->made;
  for (int i = 0; i < p->n_inputs; i++) check_name(r, s, "inputs", p->input_names[i], i);
  for (int o = 0; o < p->n_outputs; o++) check_name(r, s, "outputs", p->output_names[o], o);
}
