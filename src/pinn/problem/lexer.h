/* The tokens of a Lua 5.4 text, with their lines: to find keys for messages, and to rewrite the text before it runs. */
#ifndef NTKW_PINN_LEXER_H
#define NTKW_PINN_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include "ntkw/status.h"

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
