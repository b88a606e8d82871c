#include "spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* Cooley and Tukey's transform in place; sign -1: forward, 1: backward. Nothing is scaled. turn[k] is exp(2 pi i k/n)
 * for k < n/2. */
static void transform(int n, int sign, const double complex *turn, double complex *u) {
  for (int i = 1, j = 0; i < n; i++) {
    int bit = n / 2;
    for (; j & bit; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) {
      const double complex kept = u[i];
      u[i] = u[j];
      u[j] = kept;
    }
  }
  for (int half = 1; half < n; half *= 2)
    for (int k = 0; k < half; k++) {
      const double complex w = turn[k * (n / 2 / half)];
      const double real = creal(w), imaginary = sign * cimag(w);
      for (int i = k; i < n; i += 2 * half) {
        const double x = creal(u[i + half]), y = cimag(u[i + half]);
        const double complex odd = real * x - imaginary * y + I * (real * y + imaginary * x);
        u[i + half] = u[i] - odd;
        u[i] += odd;
      }
    }
}

typedef struct solver {
  const evolution *problem;
  int n;
  double step;
  double complex *u, *half_factor, *stage[4], *work, *trial, *turn; /* [n] */
} solver;

/* The wave number of coefficient m. */
static double wave_number(const solver *s, int m) {
  const double length = s->problem->to - s->problem->from;
  return 2 * PI * (m <= s->n / 2 ? m : m - s->n) / length;
}

/* rate = step * the nonlinear part of u. */
static void nonlinear(solver *s, const double complex *u, double complex *rate) {
  const int n = s->n;
  for (int m = 0; m < n; m++) s->work[m] = abs(m <= n / 2 ? m : m - n) * 3 < n ? u[m] : 0;
  transform(n, 1, s->turn, s->work);
  for (int i = 0; i < n; i++) s->work[i] = creal(s->work[i]) * creal(s->work[i]) / n;
  transform(n, -1, s->turn, s->work);
  for (int m = 0; m < n; m++)
    rate[m] = abs(m <= n / 2 ? m : m - n) * 3 < n
                  ? -0.5 * s->step * s->problem->speed * I * wave_number(s, m) * s->work[m]
                  : 0;
}

/* Coefficients are those of the transform divided by n. */
static void advance(solver *s) {
  const int n = s->n;
  const double complex *e = s->half_factor;
  double complex *u = s->u, **r = s->stage, *trial = s->trial;
  nonlinear(s, u, r[0]);
  for (int m = 0; m < n; m++) trial[m] = e[m] * (u[m] + r[0][m] / 2);
  nonlinear(s, trial, r[1]);
  for (int m = 0; m < n; m++) trial[m] = e[m] * u[m] + r[1][m] / 2;
  nonlinear(s, trial, r[2]);
  for (int m = 0; m < n; m++) trial[m] = e[m] * (e[m] * u[m] + r[2][m]);
  nonlinear(s, trial, r[3]);
  for (int m = 0; m < n; m++) u[m] = e[m] * e[m] * (u[m] + r[0][m] / 6) + e[m] * (r[1][m] + r[2][m]) / 3 + r[3][m] / 6;
}

static void begin(solver *s) {
  const evolution *p = s->problem;
  s->step = p->end / p->steps;
  for (int k = 0; k < s->n / 2; k++) s->turn[k] = cexp(2 * PI * k / s->n * I);
  for (int i = 0; i < s->n; i++) s->u[i] = p->initial(p->from + (p->to - p->from) * i / s->n) / s->n;
  transform(s->n, -1, s->turn, s->u);
  for (int m = 0; m < s->n; m++) s->half_factor[m] = cexp(0.5 * s->step * p->symbol(wave_number(s, m)));
}

static void sample(solver *s, int points, double *values) {
  memcpy(s->work, s->u, (size_t)s->n * sizeof *s->u);
  transform(s->n, 1, s->turn, s->work);
  for (int i = 0; i < points; i++) values[i] = creal(s->work[i * (s->n / points)]);
}

int evolve(const evolution *problem, int levels, int points, double *values) {
  const size_t n = (size_t)problem->modes;
  double complex *memory = calloc(9 * n, sizeof *memory);
  if (!memory) return 1;
  solver s = {.problem = problem, .n = problem->modes, .u = memory, .half_factor = memory + n};
  for (int i = 0; i < 4; i++) s.stage[i] = memory + (2 + (size_t)i) * n;
  s.work = memory + 6 * n;
  s.trial = memory + 7 * n;
  s.turn = memory + 8 * n;
  begin(&s);
  for (int level = 0; level < levels; level++) {
    for (int k = 0; level > 0 && k < problem->steps / (levels - 1); k++) advance(&s);
    sample(&s, points, values + (size_t)level * (size_t)points);
  }
  free(memory);
  return 0;
}

/* u_t + u u_x + 0.022^2 u_xxx = 0 */
static double complex kdv_symbol(double k) {
  return I * (0.022 * 0.022) * k * k * k;
}
static double kdv_initial(double x) {
  return cos(PI * x);
}
const evolution korteweg_de_vries = {-1, 1, 1, kdv_symbol, kdv_initial, 0.4, 512, 4000};

/* u_t + a u u_x + b u_xx + c u_xxxx = 0, a = 100/16, b = 100/16^2, c = 100/16^4 */
static double complex ks_symbol(double k) {
  return 100.0 / 256 * k * k - 100.0 / 65536 * k * k * k * k;
}
static double ks_initial(double x) {
  return cos(x) * (1 + sin(x));
}
const evolution kuramoto_sivashinsky = {0, 2 * 3.14159265358979323846, 6.25, ks_symbol, ks_initial, 0.05, 512, 1000};
