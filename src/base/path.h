/* Paths as what they name, not as they are spelt. All functions are local. */
#ifndef NTKW_BASE_PATH_H
#define NTKW_BASE_PATH_H

#include <stdbool.h>
#include "ntkw/status.h"

/* The path seen from the root folder, so that it names the same file after a change of the working folder. Nothing is
 * asked of the file. To be freed; NULL: out of memory. If the working folder has no name, it is the path as given. */
char *ntkw_i_path_absolute(const char *path);

/* Are both there, and the same file or folder? Links are followed. */
bool ntkw_i_path_same(const char *a, const char *b);

/* The folder of a file: what stands before the last slash; "." or "/". To be freed; NULL: out of memory. */
char *ntkw_i_path_folder(const char *path);

/* Make a folder and those that it lies in, as far as they are not there. NTKW_ERR_FILE. */
ntkw_status ntkw_i_path_make(const char *folder);

/* The way from a folder to a file, such as "../solutions/u.h5", which stays right if both are moved together. To be
 * freed; NULL: one of them is not there, or out of memory. */
char *ntkw_i_path_between(const char *folder, const char *file);

#endif
