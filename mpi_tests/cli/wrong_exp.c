/* A library to be preloaded. It makes the last bit of SLEEF's scalar exponential wrong, which ntkw selftest must find.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

double Sleef_finz_expd1_u10purecfma(double x);

double Sleef_finz_expd1_u10purecfma(double x) {
  double (*right)(double);
  void *found = dlsym(RTLD_NEXT, "Sleef_finz_expd1_u10purecfma");
  memcpy(&right, &found, sizeof right);
  double y = right(x);
  uint64_t bits;
  memcpy(&bits, &y, sizeof bits);
  bits ^= 1;
  memcpy(&y, &bits, sizeof y);
  return y;
}
