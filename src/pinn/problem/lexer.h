/* Split a Lua 5.4 text into tokens with line numbers, to find the lines of keys for messages and to rewrite the text
 * before it runs. */
#ifndef NTKW_PINN_LEXER_H
#define NTKW_PINN_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"

/* Line ends as Lua counts them: LF, CR, CR LF or LF CR. All code that counts lines uses these two functions.
 * line_end: length in bytes of the line end at s; 0: none. line_ends: number of line ends in the first `length`
 * bytes. */
size_t line_end(const char *s);
int line_ends(const char *s, size_t length);

const char *after_byte_order_mark(const char *text);
/* Where Lua's text begins: after a byte order mark, and at the end of a first line that begins with # (for shells). */
const char *program_start(const char *text);

typedef enum token_kind { TOKEN_NAME, TOKEN_KEYWORD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_SYMBOL } token_kind;

typedef struct token {
  token_kind kind;
  int line;
  size_t start, length; /* in the text */
  int partner;          /* matching token, for brackets and for function, if, do, repeat with end or until; else -1 */
} token;

typedef struct token_list {
  const char *text; /* borrowed */
  token *tokens;
  int n;
} token_list;

/* Split a text that Lua has found valid. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status tokens_create(const char *text, token_list *out);
void tokens_free(token_list *list);

/* Does token i exist, and is it this keyword or symbol? */
bool token_is(const token_list *list, int i, const char *word);
/* Does token i exist, and is it this name, or a quoted string with this content and no escapes? */
bool token_names(const token_list *list, int i, const char *name);

#endif
