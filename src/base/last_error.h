/* Where libntkw keeps the text of ntkw_last_error(), and how libntkw_pinn reaches it. */
#ifndef NTKW_BASE_LAST_ERROR_H
#define NTKW_BASE_LAST_ERROR_H

#include "ntkw/api.h"

enum { NTKW_I_MESSAGE_LENGTH = 1024 }; /* bytes of a sentence, with the final NUL */

/* Set the text of ntkw_last_error() in this thread. Not collective.
 *
 * Private: of all names that libntkw exports, only this one is not in a public header. It exists so that libntkw_pinn,
 * a shared library of its own, writes into the buffer of libntkw instead of a second one.
 * sentence: cut off at NTKW_I_MESSAGE_LENGTH - 1 bytes; copied; must not point into the present text. */
NTKW_API void ntkw_private_set_last_error(const char *sentence);

#endif
