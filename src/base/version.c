#include "ntkw/version.h"

#define TEXT(number) #number
#define JOIN(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *ntkw_version(void) {
  return JOIN(NTKW_VERSION_MAJOR, NTKW_VERSION_MINOR, NTKW_VERSION_PATCH);
}
