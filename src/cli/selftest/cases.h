/* The problems of ntkw selftest: small problems that together use every part of the arithmetic. */
#ifndef NTKW_CLI_SELFTEST_CASES_H
#define NTKW_CLI_SELFTEST_CASES_H

#include "pinn/problem/problem.h"

enum { SELFTEST_CASES = 18, SELFTEST_STEPS = 5 };

typedef struct selftest_case {
  const char *problem, *precision, *rule;
  int update_every;
  const char *text; /* of a problem file, with %s, %d, %s and %s for rule, update_every, precision and lane_rows */
  int lane_rows;    /* 0: the text does not have the key */
} selftest_case;

extern const selftest_case selftest_cases[SELFTEST_CASES];

/* The problem of a case, to be destroyed. Local. @return as problem_from_lua. */
ntkw_status selftest_problem(const selftest_case *which, problem **out);

#endif
