#include "base/versioned_options.h"
#include <stdbool.h>
#include <string.h>
#include "ntkw/version.h"
#include "base/check.h"

enum { LARGEST = 4096 }; /* no version has options as large: a larger size was never set */

void ntkw_i_options_init(void *options, size_t size, const void *defaults, size_t known) {
  if (!options || size < sizeof size) return;
  memset(options, 0, size);
  memcpy(options, defaults, size < known ? size : known);
  memcpy(options, &size, sizeof size);
}

static bool all_zero(const char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (bytes[i]) return false;
  return true;
}

ntkw_status ntkw_i_options_read(void *all, size_t known, const void *given, const char *type) {
  size_t size;
  memcpy(&size, given, sizeof size);
  NTKW_CHECK(size >= sizeof size && size <= LARGEST, NTKW_ERR_ARGUMENT,
             "the size in %s is %zu, expected the %zu that %s_init sets", type, size, known, type);
  NTKW_CHECK(size <= known || all_zero((const char *)given + known, size - known), NTKW_ERR_ARGUMENT,
             "the size in %s is %zu and an option beyond the %zu bytes of this library (version %s) is set, expected a "
             "newer library",
             type, size, known, ntkw_version());
  memcpy(all, given, size < known ? size : known);
  memcpy(all, &known, sizeof known);
  return NTKW_SUCCESS;
}
