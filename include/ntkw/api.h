/** @file api.h
 * Which names the shared libraries export: those declared with NTKW_API in these headers, and no others.
 */
#ifndef NTKW_API_H
#define NTKW_API_H

#if defined(__GNUC__) || defined(__clang__)
#define NTKW_API __attribute__((visibility("default"))) /**< an exported function */
#else
#define NTKW_API /**< an exported function */
#endif

#endif
