#include "cli/train/duration.h"
#include "base/check.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 9 }; /* longer times are no useful limit, and shorter ones cannot overflow */

/* Read a whole number at *at, and move *at to the end of the number. */
static bool take_number(const char **at, int64_t *value) {
  const size_t n = strspn(*at, "0123456789");
  if (n == 0 || n > MOST_DIGITS) return false;
  *value = strtoll(*at, NULL, 10);
  *at += n;
  return true;
}

/* Read up to `most` numbers separated by colons. @return their number; 0: the text is anything else. */
static int take_fields(const char *at, int most, int64_t fields[]) {
  int n = 0;
  do {
    if (n == most || !take_number(&at, &fields[n])) return 0;
    n++;
  } while (*at++ == ':');
  return at[-1] == '\0' ? n : 0;
}

static bool read_with_days(const char *text, const char *dash, int64_t *seconds) {
  int64_t days, clock[3] = {0};
  if (!take_number(&text, &days) || text != dash || take_fields(dash + 1, 3, clock) == 0) return false;
  *seconds = ((days * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2];
  return clock[0] < 24 && clock[1] < 60 && clock[2] < 60;
}

static bool read_clock(const char *text, int64_t *seconds) {
  int64_t fields[3];
  const int n = take_fields(text, 3, fields);
  *seconds = 0;
  for (int i = 0; i < n; i++) {
    if (i > 0 && fields[i] >= 60) return false;
    *seconds = *seconds * 60 + fields[i];
  }
  return n > 0;
}

ntkw_status duration_read(const char *name, const char *text, double *seconds) {
  const char *dash = strchr(text, '-');
  int64_t whole = 0;
  *seconds = INFINITY;
  if (strcmp(text, "UNLIMITED") == 0) return NTKW_SUCCESS;
  const bool read = dash ? read_with_days(text, dash, &whole) : read_clock(text, &whole);
  NTKW_CHECK(read && whole > 0, NTKW_ERR_ARGUMENT,
             "%s is \"%s\"; expected seconds, MM:SS, HH:MM:SS, D-HH:MM:SS or UNLIMITED, more than 0", name, text);
  *seconds = (double)whole;
  return NTKW_SUCCESS;
}
