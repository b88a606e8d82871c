/* A number that no other run uses for the same purpose, for names of files and for locks. Local. */
#ifndef NTKW_BASE_UNIQUE_NUMBER_H
#define NTKW_BASE_UNIQUE_NUMBER_H

#include <stdint.h>

/* 64 random bits. If the system has none, a hash of time and process. */
uint64_t ntkw_i_unique_number(void);

#endif
