/* The tokens of a Lua 5.4 text, with their lines: to find keys for messages, and to rewrite the text before it runs. */
#ifndef NTKW_PINN_LEXER_H
#define NTKW_PINN_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"

/* How lines end: by LF, CR, CR LF or LF CR, as Lua counts them. Everything that counts lines asks these two.
 * The length of the line end at s, 0: none; and how many there are in so many bytes. */
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
  int partner;          /* of brackets and of function, if, do, repeat and their end or until: the other one; else -1 */
} token;

typedef struct token_list {
  const char *text; /* borrowed */
  token *tokens;
  int n;
} token_list;

/* Split a text that Lua has found valid. @return NTKW_SUCCESS or NTKW_ERR_MEMORY. */
ntkw_status tokens_create(const char *text, token_list *out);
void tokens_free(token_list *list);

/* Is token i there, and this keyword or symbol? */
bool token_is(const token_list *list, int i, const char *word);
/* Is token i there, and this name, or a quoted string of this content without escapes? */
bool token_names(const token_list *list, int i, const char *name);

#endif
