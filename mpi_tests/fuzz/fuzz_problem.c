/* Read any text as a problem file: it must be refused with a sentence, or accepted, soon and without a crash. */
#include "pinn/problem/problem.h"
#include "pinn/state/changes.h"
#include "pinn/state/problem_signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "%s: %s\n", what, ntkw_last_error());
  abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  problem *made = NULL;
  char *text = malloc(size + 1), *identity = NULL;
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  const ntkw_status status = problem_from_lua("problem.lua", text, &made);
  must((status == NTKW_SUCCESS) == (made != NULL), "a problem in spite of an error, or none without");
  must(status == NTKW_SUCCESS || status == NTKW_ERR_PROBLEM || status == NTKW_ERR_MEMORY, "the verdict");
  if (status == NTKW_SUCCESS) {
    changes found = {0};
    must(problem_signature(made, &identity) == NTKW_SUCCESS, "the identity");
    must(changes_find(made, made, &found) == NTKW_SUCCESS && found.n == 0, "a problem differs from itself");
    changes_free(&found);
    free(identity);
  } else {
    must(strstr(ntkw_last_error(), "problem.lua") != NULL && !strchr(ntkw_last_error(), '\n'), "the sentence");
  }
  problem_destroy(&made);
  free(text);
  return 0;
}
