#include "pinn/problem/syntax_hints.h"

#include <string.h>

/* Lua's message, and the token that it names. */
typedef struct mistake {
  lua_State *L;
  const token_list *list;
  const char *message, *near; /* near: as Lua shows it, with quotes */
  int at;                     /* index of the token; list->n: the end of the file, or not a whole token */
} mistake;

static const char NEAR[] = " near ";
static const char A_FUNCTION[] = "; a function is written function(p) return ... end";
static const char A_COMMENT[] = "; a comment begins with --";

static bool says(const mistake *m, const char *part) {
  return strstr(m->message, part) != NULL;
}

static bool is(const mistake *m, int i, const char *word) {
  return token_is(m->list, i, word);
}

static bool is_name(const mistake *m, int i, const char *name) {
  return i >= 0 && i < m->list->n && m->list->tokens[i].kind == TOKEN_NAME && token_names(m->list, i, name);
}

static bool is_any(const mistake *m, int i, const char *const words[]) {
  for (; *words; words++)
    if (is(m, i, *words)) return true;
  return false;
}

/* Are tokens i and i + 1 these two, with nothing between? */
static bool joined(const mistake *m, int i, const char *first, const char *second) {
  if (!is(m, i, first) || !is(m, i + 1, second)) return false;
  return m->list->tokens[i].start + m->list->tokens[i].length == m->list->tokens[i + 1].start;
}

/* The same, if Lua stops at the first or at the second of the two. */
static bool stops_in(const mistake *m, const char *first, const char *second) {
  return joined(m, m->at, first, second) || joined(m, m->at - 1, first, second);
}

static const char *lexical(const mistake *m) {
  if (says(m, "unfinished long")) return "; is the closing ]] missing?";
  if (says(m, "unfinished string"))
    return "; is the closing quote missing (a string ends in the line where it begins)?";
  if (says(m, "invalid escape")) return "; a backslash in a string is written \\\\";
  if (!says(m, "malformed number")) return NULL;
  if (strstr(m->near, "..")) return "; between a number and .. there is a space";
  return "; is a '*' or a space missing after the number?";
}

/* Characters that editors, papers and word processors put in place of those of Lua. */
static const char *const LOOKALIKES[][2] = {
    {"\u2212", "-"},  {"\u2010", "-"},  {"\u2011", "-"},  {"\u2012", "-"},  {"\u2013", "-"},       {"\u2014", "-"},
    {"\u201c", "\""}, {"\u201d", "\""}, {"\u201e", "\""}, {"\u00ab", "\""}, {"\u00bb", "\""},      {"\u2018", "'"},
    {"\u2019", "'"},  {"\u2032", "'"},  {"\u00b4", "'"},  {"\u00d7", "*"},  {"\u00b7", "*"},       {"\u22c5", "*"},
    {"\u00f7", "/"},  {"\u2264", "<="}, {"\u2265", ">="}, {"\u2260", "~="}, {"\u03c0", "math.pi"}, {"\u00b2", "^2"},
    {"\u00b3", "^3"}, {"\uff0c", ","},  {"\uff08", "("},  {"\uff09", ")"},  {"\u221a", "sqrt"},    {"\u00a0", " "},
    {"\u2009", " "},  {"\u202f", " "},  {"\u200b", ""},   {"\ufeff", ""},   {"\u2028", " "},       {"\u2029", " "},
    {"\u3000", " "},  {"\u2002", " "},  {"\u2003", " "},  {"\u200e", ""},   {"\u2060", ""},        {"\u00ad", ""}};

static const char *foreign_character(const mistake *m) {
  const token_list *list = m->list;
  if (m->at >= list->n) return NULL;
  const char *text = list->text + list->tokens[m->at].start;
  if ((unsigned char)*text < 0x80) return NULL;
  size_t length = 1;
  while (length < 4 && ((unsigned char)text[length] & 0xc0) == 0x80) length++;
  for (size_t i = 0; i < sizeof LOOKALIKES / sizeof *LOOKALIKES; i++) {
    const char *instead = LOOKALIKES[i][1];
    if (strlen(LOOKALIKES[i][0]) != length || memcmp(LOOKALIKES[i][0], text, length) != 0) continue;
    if (*instead == '\0') return "; an invisible character is not part of Lua";
    if (*instead == ' ') return "; a blank that is not a plain space is not part of Lua";
    return lua_pushfstring(m->L, "; the character %s is not part of Lua; expected %s", LOOKALIKES[i][0], instead);
  }
  lua_pushlstring(m->L, text, length);
  return lua_pushfstring(m->L, "; the character %s is not part of Lua, whose names have letters a to z, digits and _",
                         lua_tostring(m->L, -1));
}

static const char *foreign_operator(const mistake *m) {
  static const struct {
    const char *first, *second, *hint;
  } list[] = {{"!", "=", "; 'not equal' is written ~="},
              {"&", "&", "; 'and' is written and"},
              {"|", "|", "; 'or' is written or"},
              {"*", "*", "; a power is written ^"},
              {"==", "=", "; 'equal' is written =="},
              {"+", "+", "; Lua has no ++; expected x = x + 1"},
              {"+", "=", "; Lua has no +=; expected x = x + ..."},
              {"-", "=", "; Lua has no -=; expected x = x - ..."},
              {"*", "=", "; Lua has no *=; expected x = x * ..."},
              {"/", "=", "; Lua has no /=; expected x = x / ..., or ~= for 'not equal'"},
              {"^", "=", "; Lua has no ^=; expected x = x ^ ..."},
              {"..", "=", "; Lua has no ..=; expected x = x .. ..."},
              {"/", "*", A_COMMENT},
              {"-", ">", A_FUNCTION},
              {"=", ">", A_FUNCTION}};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    if (stops_in(m, list[i].first, list[i].second)) return list[i].hint;
  if (is(m, m->at, "!")) return "; 'not' is written not";
  if (is(m, m->at, "?")) return "; Lua has no ?:; expected condition and a or b, or where(condition, a, b)";
  return NULL;
}

/* Is there a lambda before the mistake in its line? */
static bool after_lambda(const mistake *m) {
  const int line = m->at > 0 ? m->list->tokens[m->at - 1].line : 0;
  for (int i = m->at - 1; i >= 0 && m->list->tokens[i].line == line; i--)
    if (is_name(m, i, "lambda") && m->list->tokens[i + 1].kind == TOKEN_NAME) return true;
  return false;
}

/* Is the mistake directly after the parameters of a function? */
static bool after_parameters(const mistake *m) {
  if (!is(m, m->at - 1, ")")) return false;
  const int open = m->list->tokens[m->at - 1].partner;
  return is(m, open - 1, "function") || is(m, open - 2, "function");
}

static const char *foreign_word(const mistake *m) {
  static const char *const variables[] = {"var", "let", "const", "auto", "double", "float", "int"};
  const int before = m->at - 1;
  if (is_name(m, before, "def") || after_lambda(m)) return A_FUNCTION;
  if ((is(m, m->at, "{") || is(m, m->at, "=")) && after_parameters(m)) return A_FUNCTION;
  if (is_name(m, before, "elif")) return "; expected elseif";
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    if (is_name(m, before, variables[i]) && says(m, "syntax error"))
      return "; a variable is written local name = value";
  if ((is(m, m->at, "//") || is(m, m->at, "#")) && says(m, "unexpected symbol")) return A_COMMENT;
  if (is(m, m->at, "[") && says(m, "unexpected symbol")) return "; a list is written {1, 2, 3}";
  if (says(m, "<name> expected") && is(m, before, "for")) return "; expected for i = 1, 10 do ... end";
  if (says(m, "<name> expected") && is(m, before, ":")) return "; a key is written name = value, and : calls a method";
  if (m->at < m->list->n && m->list->tokens[m->at].kind == TOKEN_KEYWORD && is(m, m->at + 1, "="))
    return lua_pushfstring(m->L, "; %s is a word of Lua and no name", m->near);
  if (!is(m, m->at, ":")) return NULL;
  if (says(m, "'then' expected")) return "; expected then, and end after the last statement";
  if (says(m, "'do' expected")) return "; expected do, and end after the last statement";
  return says(m, "'}' expected") ? "; a key is written name = value" : NULL;
}

/* The name before the bracket that is open at the mistake, or -1. */
static int called_name(const mistake *m) {
  static const char *const closing[] = {")", "]", "}", NULL}, *const opening[] = {"(", "[", "{", NULL};
  int depth = 0;
  for (int i = m->at - 1; i > 0; i--) {
    if (is_any(m, i, closing)) depth++;
    if (is_any(m, i, opening) && depth-- == 0)
      return is(m, i, "(") && m->list->tokens[i - 1].kind == TOKEN_NAME ? i - 1 : -1;
  }
  return -1;
}

static const char *equals_sign(const mistake *m) {
  if (!is(m, m->at, "=") || m->at == 0) return NULL;
  const token *before = &m->list->tokens[m->at - 1];
  if (says(m, "'then' expected") || says(m, "'do' expected") || says(m, "'end' expected")) return "; == compares";
  if (says(m, "'}' expected")) {
    if (before->kind != TOKEN_STRING && before->kind != TOKEN_NUMBER) return "; a key is a name, or [expression]";
    lua_pushlstring(m->L, m->list->text + before->start, before->length);
    return lua_pushfstring(m->L, "; a key is a name, or [%s] with brackets", lua_tostring(m->L, -1));
  }
  const int name = called_name(m);
  if (!says(m, "')' expected")) return NULL;
  if (name < 0 || before->kind != TOKEN_NAME) return "; == compares";
  lua_pushlstring(m->L, m->list->text + m->list->tokens[name].start, m->list->tokens[name].length);
  lua_pushlstring(m->L, m->list->text + before->start, before->length);
  return lua_pushfstring(m->L, "; == compares, and keys stand in braces: %s{%s = ...}", lua_tostring(m->L, -2),
                         lua_tostring(m->L, -1));
}

/* Can an expression begin with the token? */
static bool begins_expression(const mistake *m) {
  static const char *const words[] = {"{", "(", "[", "function", "not", "true", "false", "nil", "...", "#", "~", NULL};
  if (m->at >= m->list->n) return false;
  const token_kind kind = m->list->tokens[m->at].kind;
  return kind == TOKEN_NAME || kind == TOKEN_STRING || kind == TOKEN_NUMBER || is_any(m, m->at, words);
}

/* Is the token // or #, or is one of these before it in its line? The user may mean a comment. */
static bool may_be_comment(const mistake *m) {
  for (int i = m->at; i >= 0 && i < m->list->n && m->list->tokens[i].line == m->list->tokens[m->at].line; i--)
    if (is(m, i, "//") || is(m, i, "#")) return true;
  return false;
}

static const char *missing_comma(const mistake *m) {
  const bool braces = says(m, "'}' expected");
  if (!begins_expression(m) || (!braces && !says(m, "')' expected"))) return NULL;
  if (may_be_comment(m))
    return lua_pushfstring(m->L, "; is a comma missing before %s, or is it a comment, which begins with --?", m->near);
  const char *where = says(m, "to close") || !braces ? "" : " (the '{' is in the same line)";
  const bool is_key = m->list->tokens[m->at].kind != TOKEN_NAME || is(m, m->at + 1, "=");
  const char *other = !braces ? " or an operator" : is_key ? "" : " or a '}'";
  return lua_pushfstring(m->L, "; is a comma%s missing before %s?%s", other, m->near, where);
}

static bool has_else_if(const mistake *m) {
  for (int i = 0; i + 1 < m->list->n; i++)
    if (is(m, i, "else") && is(m, i + 1, "if") && m->list->tokens[i].line == m->list->tokens[i + 1].line) return true;
  return false;
}

static const char *missing_word(const mistake *m) {
  static const char *const words[] = {"'}'", "')'", "']'", "'then'", "'do'", "'until'", "'end'"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const size_t length = strlen(words[i]);
    const char *found = strstr(m->message, words[i]);
    if (!found || strncmp(found + length, " expected", 9) != 0) continue;
    if (strcmp(words[i], "'end'") == 0 && begins_expression(m))
      return lua_pushfstring(m->L, "; is 'end', a comma or an operator missing before %s?", m->near);
    if (strcmp(words[i], "'end'") == 0 && has_else_if(m))
      return "; is 'end' missing ('else if' opens another if, and elseif does not)?";
    return lua_pushfstring(m->L, "; is %s missing before %s?", words[i], m->near);
  }
  return NULL;
}

static const char *something_else(const mistake *m) {
  static const char *const closing[] = {"}", ")", "]", "end", ",", ";", NULL};
  const bool closes = is_any(m, m->at, closing);
  if (says(m, "<eof>' expected") || says(m, "<eof> expected")) {
    if (closes) return lua_pushfstring(m->L, "; is there one %s too many?", m->near);
    return "; nothing may follow return problem { ... }";
  }
  if (says(m, "unexpected symbol") && (closes || m->at >= m->list->n))
    return lua_pushfstring(m->L, "; is something missing before %s, or is it one too many?", m->near);
  if (says(m, "syntax error") && may_be_comment(m)) return A_COMMENT;
  return says(m, "syntax error") ? "; expected an assignment (name = value) or a call" : NULL;
}

/* The token at which Lua's lexer stopped after `read` bytes: the lexer reads one character beyond a token, unless the
 * text ends there. */
static int token_before(const token_list *list, size_t read, const char *near) {
  if (strstr(near, "<eof>")) return list->n;
  for (size_t beyond = 2; beyond-- > 0;)
    for (int i = 0; i < list->n; i++)
      if (list->tokens[i].start + list->tokens[i].length + beyond == read) return i;
  return list->n;
}

const char *syntax_hint(lua_State *L, const token_list *list, const char *message, size_t read) {
  static const char *(*const rules[])(const mistake *) = {lexical,      foreign_character, foreign_operator,
                                                          foreign_word, equals_sign,       missing_comma,
                                                          missing_word, something_else};
  const char *near = strstr(message, NEAR);
  if (!near) return lua_pushliteral(L, "");
  near += strlen(NEAR);
  const mistake m = {L, list, message, near, token_before(list, read, near)};
  const char *found = NULL;
  for (size_t i = 0; i < sizeof rules / sizeof *rules && !found; i++) found = rules[i](&m);
  return lua_pushstring(L, found ? found : "");
}
