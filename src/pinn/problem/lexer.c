#include "pinn/problem/lexer.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

/* Classes of characters as in Lua: they do not depend on the locale. */
static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

size_t line_end(const char *s) {
  if (*s != '\n' && *s != '\r') return 0;
  return (s[1] == '\n' || s[1] == '\r') && s[1] != s[0] ? 2 : 1;
}

int line_ends(const char *s, size_t length) {
  int n = 0;
  for (const char *end = s + length; s < end;) {
    const size_t step = line_end(s);
    n += step > 0;
    s += step ? step : 1;
  }
  return n;
}

const char *after_byte_order_mark(const char *text) {
  return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

const char *program_start(const char *text) {
  text = after_byte_order_mark(text);
  return *text == '#' ? text + strcspn(text, "\r\n") : text;
}

/* The length of the white space at s, 0: none. */
static size_t blank(const char *s) {
  const size_t end = line_end(s);
  return end ? end : strspn(s, " \t\f\v");
}

/* Length of the long-bracket string ([[...]], [=[...]=]) that begins at s, with its brackets; 0: none begins. */
static size_t long_bracket(const char *s) {
  size_t level = 1;
  if (s[0] != '[') return 0;
  while (s[level] == '=') level++;
  if (s[level] != '[') return 0;
  for (const char *end = s + level + 1; *end; end++) {
    if (*end != ']') continue;
    size_t found = 1;
    while (end[found] == '=') found++;
    if (found == level && end[found] == ']') return (size_t)(end - s) + level + 1;
  }
  return strlen(s);
}

static size_t quoted(const char *s) {
  size_t n = 1;
  while (s[n] && s[n] != s[0]) n += s[n] == '\\' && s[n + 1] ? 2 : 1;
  return s[n] ? n + 1 : n;
}

static size_t number(const char *s) {
  size_t n = 0;
  const bool hexadecimal = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
  const char *const exponent = hexadecimal ? "pP" : "eE";
  while (is_name_part(s[n]) || s[n] == '.') {
    const bool signed_exponent = strchr(exponent, s[n]) && (s[n + 1] == '+' || s[n + 1] == '-');
    n += signed_exponent ? 2 : 1;
  }
  return n;
}

static size_t symbol(const char *s) {
  static const char *const longer[] = {"...", "..", "::", "//", "<<", ">>", "<=", ">=", "==", "~="};
  for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
    if (strncmp(s, longer[i], strlen(longer[i])) == 0) return strlen(longer[i]);
  return 1;
}

static size_t comment(const char *s) {
  if (strncmp(s, "--", 2) != 0) return 0;
  const size_t bracket = long_bracket(s + 2);
  return bracket ? 2 + bracket : strcspn(s, "\r\n");
}

static bool is_keyword(const char *s, size_t length) {
  static const char *const words[] = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                      "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                      "repeat",   "return", "then", "true", "until",  "while"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == length && memcmp(s, words[i], length) == 0) return true;
  return false;
}

static token next_token(const char *s) {
  token made = {.kind = TOKEN_SYMBOL, .partner = -1};
  if (is_name_start(*s)) {
    while (is_name_part(s[made.length])) made.length++;
    made.kind = is_keyword(s, made.length) ? TOKEN_KEYWORD : TOKEN_NAME;
  } else if (is_digit(*s) || (*s == '.' && is_digit(s[1]))) {
    made.kind = TOKEN_NUMBER;
    made.length = number(s);
  } else if (*s == '"' || *s == '\'') {
    made.kind = TOKEN_STRING;
    made.length = quoted(s);
  } else if ((made.length = long_bracket(s)) > 0) {
    made.kind = TOKEN_STRING;
  } else {
    made.length = symbol(s);
  }
  return made;
}

static bool any_of(const token_list *list, int i, const char *const words[]) {
  for (; *words; words++)
    if (token_is(list, i, *words)) return true;
  return false;
}

static void find_partners(token_list *list, int *stack) {
  static const char *const open[] = {"(", "[", "{", "function", "if", "do", "repeat", NULL};
  static const char *const close[] = {")", "]", "}", "end", "until", NULL};
  int depth = 0;
  for (int i = 0; i < list->n; i++) {
    if (any_of(list, i, open)) stack[depth++] = i;
    if (depth == 0 || !any_of(list, i, close)) continue;
    list->tokens[i].partner = stack[--depth];
    list->tokens[stack[depth]].partner = i;
  }
}

ntkw_status tokens_create(const char *text, token_list *out) {
  const size_t most = strlen(text) + 1; /* a token has at least one character */
  *out = (token_list){.text = text, .tokens = malloc(most * sizeof(token))};
  int *stack = malloc(most * sizeof *stack);
  if (!out->tokens || !stack) {
    tokens_free(out);
    free(stack);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the tokens of the problem file");
  }
  int line = 1;
  for (const char *s = text; *s;) {
    size_t length = blank(s);
    if (length == 0) length = comment(s);
    if (length == 0) {
      token made = next_token(s);
      made.line = line;
      made.start = (size_t)(s - text);
      length = made.length;
      out->tokens[out->n++] = made;
    }
    line += line_ends(s, length);
    s += length;
  }
  find_partners(out, stack);
  free(stack);
  return NTKW_SUCCESS;
}

void tokens_free(token_list *list) {
  free(list->tokens);
  list->tokens = NULL;
  list->n = 0;
}

bool token_is(const token_list *list, int i, const char *word) {
  if (i < 0 || i >= list->n) return false;
  const token *t = &list->tokens[i];
  return (t->kind == TOKEN_KEYWORD || t->kind == TOKEN_SYMBOL) && t->length == strlen(word) &&
         memcmp(list->text + t->start, word, t->length) == 0;
}

bool token_names(const token_list *list, int i, const char *name) {
  if (i < 0 || i >= list->n) return false;
  const token *t = &list->tokens[i];
  const size_t quotes = t->kind == TOKEN_STRING ? 1 : 0, length = strlen(name);
  if (t->kind != TOKEN_NAME && t->kind != TOKEN_STRING) return false;
  return t->length == length + 2 * quotes && memcmp(list->text + t->start + quotes, name, length) == 0;
}
