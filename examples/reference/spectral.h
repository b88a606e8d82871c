/* Periodic evolution equations by Fourier's method: u_t = L u - (speed/2) (u^2)_x, L diagonal in wave numbers.
 *
 * The linear part is integrated exactly (integrating factor), the rest by the Runge-Kutta method of order four;
 * products are dealiased by the rule of two thirds (Canuto et al., Spectral Methods in Fluid Dynamics, 1988). */
#ifndef NTKW_EXAMPLES_SPECTRAL_H
#define NTKW_EXAMPLES_SPECTRAL_H

#include <complex.h>

typedef struct evolution {
  double from, to;                  /* of x, one period */
  double speed;                     /* of u u_x */
  double complex (*symbol)(double); /* L of exp(i k x), by the wave number k */
  double (*initial)(double);        /* u(0, x) */
  double end;                       /* of t, from 0 */
  int modes, steps;                 /* modes: a power of two; steps: a multiple of levels - 1 */
} evolution;

/* u at `levels` times from 0 to the end and `points` places from `from` on, without `to`: values[level * points + i].
 * points divides modes. Local. Returns 0, or 1 if there is no memory. */
int evolve(const evolution *problem, int levels, int points, double *values);

/* The two references that this folder has. */
enum { KDV_LEVELS = 41, KDV_POINTS = 256, KS_LEVELS = 26, KS_POINTS = 128 };
extern const evolution korteweg_de_vries, kuramoto_sivashinsky;

#endif
