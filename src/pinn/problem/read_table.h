/* Read tables of the problem file: check the types and ranges of fields, and find their lines for messages. */
#ifndef NTKW_PINN_READ_TABLE_H
#define NTKW_PINN_READ_TABLE_H

#include "pinn/problem/reader.h"

/* A table on Lua's stack, with its name in messages and its place in the text. */
typedef struct section {
  const char *name;
  int index, line; /* index on the stack; line of the text, 0: unknown */
  int open;        /* the token of its opening brace; -1: unknown, as for a table in a variable */
} section;

/* The problem{} on top of the stack. */
section section_of_problem(reader *r);
/* Make a section of the value of a key (or item, from 1), which is on top of the stack. A value that is not a table
 * raises an error that quotes `expected`. name is borrowed and must outlive the section. */
section section_at_key(reader *r, const section *parent, const char *key, const char *name, const char *expected);
section section_at_item(reader *r, const section *parent, int item, const char *name, const char *expected);

/* The line of a key or of an item; if that is unknown, the line of the section. */
int line_of_key(const reader *r, const section *s, const char *key);
int line_of_item(const reader *r, const section *s, int item);

/* The called name, if the value of a key is written as a call, such as f in equation = f(1); else NULL. */
const token *called_at_key(const reader *r, const section *s, const char *key);

/* Raise an error unless every key is a known one or an item from 1 to n_items. */
void check_keys(reader *r, const section *s, const char *const known[], int n_known, int n_items);

/* Push a field; true unless it is nil. */
bool push_key(reader *r, const section *s, const char *key);
bool push_item(reader *r, const section *s, int item);

/* Upper bound of numbers of steps: a double represents all of them exactly. */
static const int64_t MAX_COUNT = INT64_C(1) << 53;

/* Fields with a default. An integer lies in [least, most]; expected describes the allowed numbers in words. */
int64_t read_integer(reader *r, const section *s, const char *key, int64_t least, int64_t most, int64_t otherwise);
double read_number(reader *r, const section *s, const char *key, bool (*allowed)(double), const char *expected,
                   double otherwise);
bool read_boolean(reader *r, const section *s, const char *key, bool otherwise);
/* The index of the field's word among n words. otherwise: the result if there is no such field. */
int read_word(reader *r, const section *s, const char *key, const char *const words[], int n, int otherwise);

/* Pop the value on top of the stack, and return its index among n words; an error if it is none of them. what: its name
 * in messages. */
int word_at_top(reader *r, int line, const char *what, const char *const words[], int n);

/* Copy the string at an item, which must be shorter than MAX_NAME. identifier: it must be one. */
void read_name(reader *r, const section *s, int item, bool identifier, char name[MAX_NAME]);

#endif
