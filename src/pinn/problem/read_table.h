/* Tables of the problem file: fields of the right type and range, and the lines where they stand. */
#ifndef NTKW_PINN_READ_TABLE_H
#define NTKW_PINN_READ_TABLE_H

#include "pinn/problem/reader.h"

/* A table on Lua's stack: its name in messages, and where it is written in the text. */
typedef struct section {
  const char *name;
  int index, line; /* on the stack; of the text, 0 if unknown */
  int open;        /* the token of its brace, -1 if unknown: it may be a variable */
} section;

/* The problem{} on top of the stack. */
section section_of_problem(reader *r);
/* The value of a key (or item, from 1), on top of the stack, as a section. If the value is no table, an error
 * says that `expected` was expected. The name must live as long. */
section section_at_key(reader *r, const section *parent, const char *key, const char *name, const char *expected);
section section_at_item(reader *r, const section *parent, int item, const char *name, const char *expected);

/* The line of a key or of an item, or else of the section. */
int line_of_key(const reader *r, const section *s, const char *key);
int line_of_item(const reader *r, const section *s, int item);

/* The name in the value of a key that is written as a call, such as f in equation = f(1); else NULL. */
const token *called_at_key(const reader *r, const section *s, const char *key);

/* Raise an error unless every key is a known one or an item from 1 to n_items. */
void check_keys(reader *r, const section *s, const char *const known[], int n_known, int n_items);

/* Push a field; true unless it is nil. */
bool push_key(reader *r, const section *s, const char *key);
bool push_item(reader *r, const section *s, int item);

/* A bound for numbers of steps: exact as a double too. */
static const int64_t MAX_COUNT = INT64_C(1) << 53;

/* Fields with a default. An integer lies in [least, most]; expected describes the allowed numbers in words. */
int64_t read_integer(reader *r, const section *s, const char *key, int64_t least, int64_t most, int64_t otherwise);
double read_number(reader *r, const section *s, const char *key, bool (*allowed)(double), const char *expected,
                   double otherwise);
bool read_boolean(reader *r, const section *s, const char *key, bool otherwise);
/* Which of n words; otherwise: the index if there is none. */
int read_word(reader *r, const section *s, const char *key, const char *const words[], int n, int otherwise);

/* The value on top of the stack as one of n words (what: its name in messages), popped. */
int word_at_top(reader *r, int line, const char *what, const char *const words[], int n);

/* The string at an item, which must be shorter than MAX_NAME; an identifier if asked. */
void read_name(reader *r, const section *s, int item, bool identifier, char name[MAX_NAME]);

#endif
