/* Taylor polynomials of degree four in three variables, in long double: a function near a point, with all its
 * derivatives up to order four. Functions of polynomials are computed with products only, without Faa di Bruno's
 * formula. */
#ifndef NTKW_TEST_TAYLOR_H
#define NTKW_TEST_TAYLOR_H

enum { TAYLOR_VARIABLES = 3, TAYLOR_DEGREE = 4, TAYLOR_BASE = TAYLOR_DEGREE + 1 };

/* c[i][j][k]: coefficient of x^i y^j z^k; 0 if i + j + k is above the degree. */
typedef struct taylor {
  long double c[TAYLOR_BASE][TAYLOR_BASE][TAYLOR_BASE];
} taylor;

taylor taylor_constant(long double value);
/* The polynomial value + slope * (variable i). */
taylor taylor_input(int i, long double value, long double slope);
/* sum += factor * term. */
void taylor_add(taylor *sum, long double factor, const taylor *term);
taylor taylor_sin(const taylor *x);
taylor taylor_cos(const taylor *x);
taylor taylor_tanh(const taylor *x);
/* The derivative at the point, of order order[i] in each variable i. */
long double taylor_derivative(const taylor *x, const int order[TAYLOR_VARIABLES]);

#endif
