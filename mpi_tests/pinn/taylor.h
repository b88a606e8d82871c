/* Polynomials in three variables, cut off behind degree four: functions near a point in long double, with all their
 * derivatives up to order four. No formula of Faa di Bruno is involved, only products. */
#ifndef NTKW_TEST_TAYLOR_H
#define NTKW_TEST_TAYLOR_H

enum { TAYLOR_VARIABLES = 3, TAYLOR_DEGREE = 4, TAYLOR_BASE = TAYLOR_DEGREE + 1 };

/* The coefficient of x^i y^j z^k; of higher degrees together they are 0. */
typedef struct taylor {
  long double c[TAYLOR_BASE][TAYLOR_BASE][TAYLOR_BASE];
} taylor;

taylor taylor_constant(long double value);
/* value + slope * variable i. */
taylor taylor_input(int i, long double value, long double slope);
/* sum += factor * term. */
void taylor_add(taylor *sum, long double factor, const taylor *term);
taylor taylor_sin(const taylor *x);
taylor taylor_cos(const taylor *x);
taylor taylor_tanh(const taylor *x);
/* The derivative of order order[i] by each variable i, at the point. */
long double taylor_derivative(const taylor *x, const int order[TAYLOR_VARIABLES]);

#endif
