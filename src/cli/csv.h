/* Tables of comma-separated values. */
#ifndef NTKW_CLI_CSV_H
#define NTKW_CLI_CSV_H

#include <stdio.h>

/* Write a text as one field, in quotes if it needs them (RFC 4180). Local. */
void csv_write_field(FILE *file, const char *text);

#endif
