#include "fileio/hdf5_error.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

ntkw_i_hdf5_handler ntkw_i_hdf5_suppress_errors(void) {
  ntkw_i_hdf5_handler previous = {NULL, NULL};
  H5Eget_auto2(H5E_DEFAULT, &previous.print, &previous.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return previous;
}

void ntkw_i_hdf5_restore_errors(ntkw_i_hdf5_handler previous) {
  H5Eset_auto2(H5E_DEFAULT, previous.print, previous.data);
}

enum { REASON_LENGTH = 256 };

/* Copy the innermost message of the stack, or the part of it that quotes the system. */
static herr_t take_reason(unsigned n, const H5E_error2_t *error, void *data) {
  char *reason = data;
  if (n > 0 || !error->desc) return 0;
  static const char quotes[] = "error message = '";
  const char *quoted = strstr(error->desc, quotes);
  if (!quoted) {
    snprintf(reason, REASON_LENGTH, "%s", error->desc);
    return 0;
  }
  quoted += strlen(quotes);
  snprintf(reason, REASON_LENGTH, "%.*s", (int)strcspn(quoted, "'"), quoted);
  return 0;
}

ntkw_status ntkw_i_hdf5_fail(ntkw_status code, const char *what, const char *path) {
  char reason[REASON_LENGTH] = "HDF5 gave no reason";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, reason);
  return ntkw_i_fail(code, "cannot %s %s: %s", what, path, reason);
}
