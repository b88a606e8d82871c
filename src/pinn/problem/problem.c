/* Problems: access for readers and trainers, warnings, destruction. */
#include "pinn/problem/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void problem_set_seed(problem *p, uint64_t seed) {
  p->seed = p->network.features.seed = seed;
}

input_space problem_space(const problem *p) {
  input_space made = {.n = p->n_inputs, .lower = p->lower, .upper = p->upper};
  for (int i = 0; i < p->n_inputs; i++) made.names[i] = p->input_names[i];
  return made;
}

void problem_warn(problem *p, int line, const char *format, ...) {
  char sentence[1024], where[sizeof p->file + 16];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  if (p->n_warnings == MAX_WARNINGS) return;
  if (line > 0)
    snprintf(where, sizeof where, "%s:%d", p->file, line);
  else
    snprintf(where, sizeof where, "%s", p->file);
  const size_t size = strlen(where) + strlen(sentence) + sizeof ": ";
  char *text = malloc(size);
  if (!text) return;
  snprintf(text, size, "%s: %s", where, sentence);
  p->warnings[p->n_warnings++] = text;
}

void problem_destroy(problem **made) {
  if (!made || !*made) return;
  problem *p = *made;
  for (int c = 0; c < MAX_CONDITIONS; c++) {
    equations_destroy(&p->conditions[c].equations);
    for (int k = 0; k < MAX_PLACES; k++) place_free(&p->conditions[c].places[k]);
  }
  domain_free(&p->domain);
  for (int o = 0; o < MAX_OUTPUTS; o++) equations_destroy(&p->exact[o]);
  for (int i = 0; i < p->n_warnings; i++) free(p->warnings[i]);
  tape_destroy(&p->tape);
  free(p->source);
  free(p->reference_path);
  free(p->reference_way);
  free(p);
  *made = NULL;
}
