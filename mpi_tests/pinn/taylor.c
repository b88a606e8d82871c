#include "taylor.h"

#include <math.h>

taylor taylor_constant(long double value) {
  taylor made = {0};
  made.c[0][0][0] = value;
  return made;
}

taylor taylor_input(int i, long double value, long double slope) {
  taylor made = taylor_constant(value);
  made.c[i == 0][i == 1][i == 2] = slope;
  return made;
}

void taylor_add(taylor *sum, long double factor, const taylor *term) {
  for (int i = 0; i < TAYLOR_BASE; i++)
    for (int j = 0; i + j < TAYLOR_BASE; j++)
      for (int k = 0; i + j + k < TAYLOR_BASE; k++) sum->c[i][j][k] += factor * term->c[i][j][k];
}

/* One coefficient of a product. */
static long double coefficient(const taylor *a, const taylor *b, int i, int j, int k) {
  long double sum = 0;
  for (int p = 0; p <= i; p++)
    for (int q = 0; q <= j; q++)
      for (int r = 0; r <= k; r++) sum += a->c[p][q][r] * b->c[i - p][j - q][k - r];
  return sum;
}

static taylor multiply(const taylor *a, const taylor *b) {
  taylor made = {0};
  for (int i = 0; i < TAYLOR_BASE; i++)
    for (int j = 0; i + j < TAYLOR_BASE; j++)
      for (int k = 0; i + j + k < TAYLOR_BASE; k++) made.c[i][j][k] = coefficient(a, b, i, j, k);
  return made;
}

/* sum_n series[n] (x - constant term of x)^n, by Horner's scheme. */
static taylor compose(const long double series[TAYLOR_BASE], const taylor *x) {
  taylor rest = *x, made = taylor_constant(series[TAYLOR_DEGREE]);
  rest.c[0][0][0] = 0;
  for (int n = TAYLOR_DEGREE - 1; n >= 0; n--) {
    made = multiply(&made, &rest);
    made.c[0][0][0] += series[n];
  }
  return made;
}

taylor taylor_sin(const taylor *x) {
  const long double s = sinl(x->c[0][0][0]), c = cosl(x->c[0][0][0]);
  const long double series[TAYLOR_BASE] = {s, c, -s / 2, -c / 6, s / 24};
  return compose(series, x);
}

taylor taylor_cos(const taylor *x) {
  const long double s = sinl(x->c[0][0][0]), c = cosl(x->c[0][0][0]);
  const long double series[TAYLOR_BASE] = {c, -s, -c / 2, s / 6, c / 24};
  return compose(series, x);
}

/* t' = 1 - t^2, coefficient by coefficient. */
taylor taylor_tanh(const taylor *x) {
  long double series[TAYLOR_BASE] = {tanhl(x->c[0][0][0])};
  for (int n = 0; n < TAYLOR_DEGREE; n++) {
    long double square = 0;
    for (int m = 0; m <= n; m++) square += series[m] * series[n - m];
    series[n + 1] = ((n == 0) - square) / (n + 1);
  }
  return compose(series, x);
}

long double taylor_derivative(const taylor *x, const int order[TAYLOR_VARIABLES]) {
  static const int factorial[TAYLOR_BASE] = {1, 1, 2, 6, 24};
  return x->c[order[0]][order[1]][order[2]] * factorial[order[0]] * factorial[order[1]] * factorial[order[2]];
}
