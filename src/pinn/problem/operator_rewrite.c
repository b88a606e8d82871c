#include "pinn/problem/operator_rewrite.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* Calls that are inserted around tokens. Of two around the same tokens, the earlier kind is the outer one. */
typedef enum wrap_kind { WRAP_TEST, WRAP_OPERAND, WRAP_EQUAL, WRAP_UNEQUAL } wrap_kind;
static const char *const WRAP_TEXT[] = {"__test(", "__operand(", "__equal(", "__unequal("};
enum { LONGEST_INSERTION = 32 }; /* bytes that one token adds to the text */

/* Texts that are inserted after operators. */
static const char *const AFTER[][2] = {{"+", " __add + "}, {"*", " __mul * "},   {"//", " __idiv // "},
                                       {"%", " __mod % "}, {"<<", " __shl << "}, {">>", " __shr >> "},
                                       {"^", "__power^"},  {"not", " __not^"}};
enum { N_AFTER = sizeof AFTER / sizeof *AFTER };

typedef struct wrap {
  int first, last;
  wrap_kind kind;
} wrap;

/* The expression being read, at one level of brackets or blocks: indices of tokens and wraps, -1: none. */
typedef struct level {
  int start; /* first token of the operand of `and`, `or` or a comparison that is being read */
  int equal; /* wrap of the == or ~= whose right operand is being read */
  int test;  /* wrap of the test (if, while, until) that is being read */
} level;

typedef struct weaving {
  const token_list *list;
  wrap *wraps;
  int n_wraps, *closings; /* brackets to close after each token */
  level *levels;
  int depth;
} weaving;

static bool is_one_of(const token_list *list, int i, const char *const words[]) {
  for (; *words; words++)
    if (token_is(list, i, *words)) return true;
  return false;
}

/* Does this token end an expression in every case? */
static bool is_hard_boundary(const token_list *list, int i) {
  static const char *const words[] = {"=",     ",",      ";",    "return", "if",   "elseif", "while",
                                      "until", "then",   "do",   "in",     "else", "local",  "for",
                                      "break", "repeat", "goto", "::",     NULL};
  return is_one_of(list, i, words);
}

static bool ends_operand(const token_list *list, int i) {
  static const char *const words[] = {")", "]", "}", "end", "true", "false", "nil", "...", NULL};
  if (i < 0) return false;
  const token_kind kind = list->tokens[i].kind;
  return kind == TOKEN_NAME || kind == TOKEN_NUMBER || kind == TOKEN_STRING || is_one_of(list, i, words);
}

/* Does a statement begin at i, after a complete expression? */
static bool starts_statement(const token_list *list, int i) {
  const bool may = list->tokens[i].kind == TOKEN_NAME || token_is(list, i, "function");
  return may && ends_operand(list, i - 1);
}

static int open_wrap(weaving *w, int first, wrap_kind kind) {
  w->wraps[w->n_wraps] = (wrap){first, first, kind};
  return w->n_wraps++;
}

static void close_wrap(weaving *w, int *open, int last) {
  if (*open < 0) return;
  w->wraps[*open].last = last;
  w->closings[last]++;
  *open = -1;
}

/* The expression has ended before token i; the next one begins at `next`. */
static void end_expression(weaving *w, int i, int next) {
  level *at = &w->levels[w->depth];
  close_wrap(w, &at->equal, i - 1);
  close_wrap(w, &at->test, i - 1);
  at->start = next;
}

static void enter(weaving *w, int i) {
  w->levels[++w->depth] = (level){i + 1, -1, -1};
}

static void leave(weaving *w, int i) {
  end_expression(w, i, i);
  w->depth--;
}

static void weave_comparison(weaving *w, int i) {
  static const char *const others[] = {"<", ">", "<=", ">=", NULL};
  level *at = &w->levels[w->depth];
  const bool equal = token_is(w->list, i, "=="), unequal = token_is(w->list, i, "~=");
  if (!equal && !unequal && !is_one_of(w->list, i, others)) return;
  close_wrap(w, &at->equal, i - 1);
  if (equal || unequal) at->equal = open_wrap(w, at->start, equal ? WRAP_EQUAL : WRAP_UNEQUAL);
}

static void weave_logic(weaving *w, int i) {
  level *at = &w->levels[w->depth];
  if (!token_is(w->list, i, "and") && !token_is(w->list, i, "or")) return;
  close_wrap(w, &at->equal, i - 1);
  int operand = open_wrap(w, at->start, WRAP_OPERAND);
  close_wrap(w, &operand, i - 1);
  at->start = i + 1;
}

static void weave_test(weaving *w, int i) {
  static const char *const words[] = {"if", "elseif", "while", "until", NULL};
  if (is_one_of(w->list, i, words)) w->levels[w->depth].test = open_wrap(w, i + 1, WRAP_TEST);
}

/* Open the wraps that token i requires, and close those that end before it. */
static void weave_token(weaving *w, int i) {
  const int partner = w->list->tokens[i].partner;
  if (partner >= 0 && partner < i) leave(w, i);
  if (is_hard_boundary(w->list, i))
    end_expression(w, i, i + 1);
  else if (starts_statement(w->list, i))
    end_expression(w, i, i);
  if (partner > i) enter(w, i);
  weave_test(w, i);
  weave_logic(w, i);
  weave_comparison(w, i);
}

static int outer_first(const void *a, const void *b) {
  const wrap *x = a, *y = b;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  if (x->last != y->last) return x->last > y->last ? -1 : 1;
  return (int)x->kind - (int)y->kind;
}

bool operator_rewrite_wraps(const char *text, size_t length) {
  size_t i = 2;
  if (length < 2 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return false;
  for (size_t k = i; k < length; k++)
    if (strchr(".pP", text[k])) return false;
  while (i < length && text[i] == '0') i++;
  return length - i > 16 || (length - i == 16 && text[i] >= '8');
}

static bool is_real(const token_list *list, int i) {
  if (i < 0 || i >= list->n || list->tokens[i].kind != TOKEN_NUMBER) return false;
  const char *text = list->text + list->tokens[i].start;
  const size_t length = list->tokens[i].length;
  const bool hexadecimal = length > 1 && (text[1] == 'x' || text[1] == 'X');
  for (size_t k = 0; k < length; k++)
    if (strchr(hexadecimal ? ".pP" : ".eE", text[k])) return true;
  return false;
}

/* Is an operand of operator i written as a real number? (~2.0 before the operator is whole.) */
static bool meets_real(const token_list *list, int i) {
  return is_real(list, i + 1) || (is_real(list, i - 1) && !token_is(list, i - 2, "~"));
}

static const char *text_after(const token_list *list, int i) {
  const token *t = &list->tokens[i];
  if (t->kind == TOKEN_NUMBER && operator_rewrite_wraps(list->text + t->start, t->length)) return "p0";
  if (t->kind != TOKEN_SYMBOL && t->kind != TOKEN_KEYWORD) return "";
  const bool shift = t->length == 2 && strchr("<>", list->text[t->start]);
  const bool exempt = token_is(list, i, "^") || token_is(list, i, "not") || shift;
  if (token_is(list, i, "-") && !ends_operand(list, i - 1))
    return i + 1 < list->n && list->tokens[i + 1].kind == TOKEN_NUMBER ? "" : " __neg^ ";
  if (!exempt && meets_real(list, i)) return "";
  if (token_is(list, i, "-")) return " __sub - ";
  for (int k = 0; k < N_AFTER; k++)
    if (token_is(list, i, AFTER[k][0])) return AFTER[k][1];
  return "";
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
    const char *after = text_after(w->list, i);
    to = append(to, text + done, t->start - done);
    for (; next < w->n_wraps && w->wraps[next].first == i; next++)
      to = append(to, WRAP_TEXT[w->wraps[next].kind], strlen(WRAP_TEXT[w->wraps[next].kind]));
    if (token_is(w->list, i, "==") || token_is(w->list, i, "~="))
      to = append(to, " ,", 2);
    else
      to = append(to, text + t->start, t->length);
    to = append(to, after, strlen(after));
    for (int k = 0; k < w->closings[i]; k++) to = append(to, ")", 1);
    done = t->start + t->length;
  }
  to = append(to, text + done, strlen(text + done));
  *to = '\0';
}

ntkw_status operator_rewrite_create(const token_list *list, char **out) {
  const size_t n = (size_t)list->n + 1;
  weaving w = {.list = list,
               .wraps = malloc(n * sizeof *w.wraps), /* a token opens one at most */
               .closings = calloc(n, sizeof *w.closings),
               .levels = malloc(n * sizeof *w.levels)};
  *out = malloc(strlen(list->text) + n * LONGEST_INSERTION + 1);
  const bool ok = w.wraps && w.closings && w.levels && *out;
  if (ok) {
    w.levels[0] = (level){0, -1, -1};
    for (int i = 0; i < list->n; i++) weave_token(&w, i);
    end_expression(&w, list->n, list->n);
    qsort(w.wraps, (size_t)w.n_wraps, sizeof *w.wraps, outer_first);
    write_text(&w, *out);
  } else {
    free(*out);
    *out = NULL;
  }
  free(w.wraps);
  free(w.closings);
  free(w.levels);
  NTKW_CHECK(ok, NTKW_ERR_MEMORY, "out of memory for checking the problem file");
  return NTKW_SUCCESS;
}

bool operator_rewrite_owns(const token_list *list, int i) {
  static const char *const names[] = {"__test", "__operand", "__equal", "__unequal", "__power",
                                      "__not",  "__neg",     "__add",   "__sub",     "__mul",
                                      "__idiv", "__mod",     "__shl",   "__shr",     NULL};
  if (list->tokens[i].kind != TOKEN_NAME || token_is(list, i - 1, ".") || token_is(list, i - 1, ":")) return false;
  for (int k = 0; names[k]; k++)
    if (token_names(list, i, names[k])) return true;
  return false;
}
