#include "base/nearest_word.h"

#include <limits.h>
#include <string.h>

enum { LONGEST = 128 };

static int least(int a, int b, int c) {
  const int two = a < b ? a : b;
  return two < c ? two : c;
}

/* Insertions, deletions, changes and swaps of neighbours from a to b (optimal string alignment). */
static int distance(const char *a, const char *b) {
  int rows[3][LONGEST + 1];
  const int n_a = (int)strlen(a), n_b = (int)strlen(b);
  if (n_a > LONGEST || n_b > LONGEST) return INT_MAX;
  int *before = rows[0], *last = rows[1], *now = rows[2];
  for (int j = 0; j <= n_b; j++) last[j] = before[j] = j;
  for (int i = 1; i <= n_a; i++) {
    now[0] = i;
    for (int j = 1; j <= n_b; j++) {
      now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
        now[j] = before[j - 2] + 1;
    }
    int *const free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[n_b];
}

const char *ntkw_i_nearest_word(const char *word, const char *const words[], int n) {
  const int length = (int)strlen(word);
  int best = length < 3 ? 1 : 1 + length / 4; /* words farther away are unrelated */
  const char *found = NULL;
  for (int i = 0; i < n; i++) {
    const int d = distance(word, words[i]);
    if (d > best || (found && d == best) || d >= (int)strlen(words[i])) continue;
    best = d;
    found = words[i];
  }
  return found;
}
