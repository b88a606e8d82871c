/** @file version.h
 * The version of libntkw: macros give that of the headers, ntkw_version() that of the library in use.
 *
 * Versions with the same major and minor number are compatible; before 1.0 a new minor number may change functions.
 */
#ifndef NTKW_VERSION_H
#define NTKW_VERSION_H

#include "ntkw/api.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NTKW_VERSION_MAJOR 0 /**< the first number of the version of these headers */
#define NTKW_VERSION_MINOR 1 /**< the second number */
#define NTKW_VERSION_PATCH 0 /**< the third number */

/** The version of the library in use, such as "0.1.0". Local. The string is static. */
NTKW_API const char *ntkw_version(void);

#ifdef __cplusplus
}
#endif
#endif
