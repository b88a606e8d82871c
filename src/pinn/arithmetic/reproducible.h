/* Scalar elementary functions with the same bits on every CPU: the purecfma functions of SLEEF's finz family. Results
 * never come from libm (docs/arithmetic.md, rule 4). sleef.h declares these functions only for code compiled with FMA,
 * so they are declared here. */
#ifndef NTKW_PINN_REPRODUCIBLE_H
#define NTKW_PINN_REPRODUCIBLE_H

double Sleef_finz_expd1_u10purecfma(double);
double Sleef_finz_logd1_u10purecfma(double);
double Sleef_finz_sind1_u10purecfma(double);
double Sleef_finz_cosd1_u10purecfma(double);
double Sleef_finz_tanhd1_u10purecfma(double);
double Sleef_finz_powd1_u10purecfma(double, double);

static inline double reproducible_exp(double x) {
  return Sleef_finz_expd1_u10purecfma(x);
}
static inline double reproducible_log(double x) {
  return Sleef_finz_logd1_u10purecfma(x);
}
static inline double reproducible_sin(double x) {
  return Sleef_finz_sind1_u10purecfma(x);
}
static inline double reproducible_cos(double x) {
  return Sleef_finz_cosd1_u10purecfma(x);
}
static inline double reproducible_tanh(double x) {
  return Sleef_finz_tanhd1_u10purecfma(x);
}
static inline double reproducible_pow(double x, double y) {
  return Sleef_finz_powd1_u10purecfma(x, y);
}

#endif
