#include "pinn/problem/checked_source.h"
#include "status/check.h"

#include <stdlib.h>
#include <string.h>

/* In the order in which they enclose each other when they enclose the same tokens. */
typedef enum wrap_kind { WRAP_TEST, WRAP_OPERAND, WRAP_EQUAL, WRAP_UNEQUAL } wrap_kind;
static const char *const WRAP_TEXT[] = {"__test(", "__operand(", "__equal(", "__unequal("};
enum { LONGEST_INSERTION = 16 };

typedef struct wrap {
  int first, last;
  wrap_kind kind;
} wrap;

typedef struct weaving {
  const token_list *list;
  wrap *wraps;
  int n_wraps, *closings; /* brackets to close after each token */
} weaving;

static bool is_one_of(const token_list *list, int i, const char *const words[]) {
  for (; *words; words++)
    if (token_is(list, i, *words)) return true;
  return false;
}

/* An expression cannot go on, in either direction, over one of these. */
static bool is_hard_boundary(const token_list *list, int i) {
  static const char *const words[] = {"=",     ",",      ";",    "return", "if",   "elseif", "while",
                                      "until", "then",   "do",   "in",     "else", "local",  "for",
                                      "break", "repeat", "goto", "::",     NULL};
  return i < 0 || i >= list->n || is_one_of(list, i, words);
}

static bool ends_operand(const token_list *list, int i) {
  static const char *const words[] = {")", "]", "}", "end", "true", "false", "nil", "...", NULL};
  const token_kind kind = list->tokens[i].kind;
  return kind == TOKEN_NAME || kind == TOKEN_NUMBER || kind == TOKEN_STRING || is_one_of(list, i, words);
}

/* The first token of the left operand of the operator at i; weaker: operators that do not belong to it. */
static int left_end(const token_list *list, int i, const char *const weaker[]) {
  int first = i;
  for (int k = i - 1; !is_hard_boundary(list, k) && !is_one_of(list, k, weaker);) {
    const int partner = list->tokens[k].partner;
    if (partner > k) break; /* the bracket that encloses the expression */
    first = partner >= 0 ? partner : k;
    k = first - 1;
  }
  return first;
}

/* The last token of the expression after token i. */
static int right_end(const token_list *list, int i, const char *const weaker[]) {
  int last = i;
  for (int k = i + 1; !is_hard_boundary(list, k) && !is_one_of(list, k, weaker);) {
    const int partner = list->tokens[k].partner;
    if (partner >= 0 && partner < k) break;
    const bool statement = list->tokens[k].kind == TOKEN_NAME || token_is(list, k, "function");
    if (last > i && statement && ends_operand(list, last)) break; /* a new one begins */
    last = partner >= 0 ? partner : k;
    k = last + 1;
  }
  return last;
}

static void add_wrap(weaving *w, int first, int last, wrap_kind kind) {
  if (last < first) return;
  w->wraps[w->n_wraps++] = (wrap){first, last, kind};
  w->closings[last]++;
}

/* Wraps that the token at i calls for. */
static void weave_token(weaving *w, int i) {
  static const char *const none[] = {NULL}, *const until_or[] = {"or", NULL};
  static const char *const until_logic[] = {"and", "or", NULL};
  static const char *const until_comparison[] = {"and", "or", "==", "~=", "<", ">", "<=", ">=", NULL};
  const token_list *list = w->list;
  const bool equal = token_is(list, i, "==");
  if (equal || token_is(list, i, "~="))
    add_wrap(w, left_end(list, i, until_logic), right_end(list, i, until_comparison),
             equal ? WRAP_EQUAL : WRAP_UNEQUAL);
  if (token_is(list, i, "and")) add_wrap(w, left_end(list, i, until_or), i - 1, WRAP_OPERAND);
  if (token_is(list, i, "or")) add_wrap(w, left_end(list, i, none), i - 1, WRAP_OPERAND);
  if (token_is(list, i, "if") || token_is(list, i, "elseif") || token_is(list, i, "while") ||
      token_is(list, i, "until"))
    add_wrap(w, i + 1, right_end(list, i, none), WRAP_TEST);
}

static int outer_first(const void *a, const void *b) {
  const wrap *x = a, *y = b;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  if (x->last != y->last) return x->last > y->last ? -1 : 1;
  return (int)x->kind - (int)y->kind;
}

static char *append(char *to, const char *text, size_t length) {
  memcpy(to, text, length);
  return to + length;
}

static void write_text(const weaving *w, char *to) {
  const char *text = w->list->text;
  size_t done = 0;
  int next = 0;
  for (int i = 0; i < w->list->n; i++) {
    const token *t = &w->list->tokens[i];
    to = append(to, text + done, t->start - done);
    for (; next < w->n_wraps && w->wraps[next].first == i; next++)
      to = append(to, WRAP_TEXT[w->wraps[next].kind], strlen(WRAP_TEXT[w->wraps[next].kind]));
    if (token_is(w->list, i, "==") || token_is(w->list, i, "~="))
      to = append(to, " ,", 2);
    else
      to = append(to, text + t->start, t->length);
    if (token_is(w->list, i, "not")) to = append(to, " __not^", 7);
    if (token_is(w->list, i, "^")) to = append(to, "__power^", 8);
    for (int k = 0; k < w->closings[i]; k++) to = append(to, ")", 1);
    done = t->start + t->length;
  }
  to = append(to, text + done, strlen(text + done));
  *to = '\0';
}

ntkw_status checked_source_create(const token_list *list, char **out) {
  const size_t n = (size_t)list->n + 1;
  weaving w = {.list = list, .wraps = malloc(n * sizeof *w.wraps), .closings = calloc(n, sizeof *w.closings)};
  *out = malloc(strlen(list->text) + n * LONGEST_INSERTION + 1); /* a token causes one insertion at most */
  const bool ok = w.wraps && w.closings && *out;
  if (ok) {
    for (int i = 0; i < list->n; i++) weave_token(&w, i);
    qsort(w.wraps, (size_t)w.n_wraps, sizeof *w.wraps, outer_first);
    write_text(&w, *out);
  } else {
    free(*out);
    *out = NULL;
  }
  free(w.wraps);
  free(w.closings);
  NTKW_CHECK(ok, NTKW_ERR_MEMORY, "no memory to check the problem file");
  return NTKW_SUCCESS;
}
