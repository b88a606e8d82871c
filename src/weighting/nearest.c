#include "weighting/nearest.h"

#include <stddef.h>
#include <string.h>

enum { LONGEST = 63 };

static int least(int a, int b, int c) {
  const int ab = a < b ? a : b;
  return ab < c ? ab : c;
}

/* Levenshtein's distance, one row of the table at a time. */
static int distance(const char *a, const char *b) {
  const int n_a = (int)strnlen(a, LONGEST), n_b = (int)strnlen(b, LONGEST);
  int row[LONGEST + 1];
  for (int j = 0; j <= n_b; j++) row[j] = j;
  for (int i = 1; i <= n_a; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= n_b; j++) {
      const int substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = least(row[j] + 1, row[j - 1] + 1, substituted);
    }
  }
  return row[n_b];
}

const char *ntkw_i_nearest(const char *word, const char *const candidates[]) {
  const char *best = NULL;
  int best_distance = 0;
  for (int i = 0; candidates[i]; i++) {
    const int d = distance(word, candidates[i]);
    if (best && d >= best_distance) continue;
    best = candidates[i];
    best_distance = d;
  }
  return best;
}
