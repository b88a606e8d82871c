/* Paths: absolute, relative, equal, and their folders. All functions are local. The caller frees returned strings. */
#ifndef NTKW_BASE_PATH_H
#define NTKW_BASE_PATH_H

#include <stdbool.h>
#include "ntkw/status.h"

/* The absolute path, which names the same file after a change of the working folder. The file need not exist. If the
 * working folder has no name, a copy of path. NULL: out of memory. */
char *ntkw_i_path_absolute(const char *path);

/* Whether both exist and are the same file or folder. Links are followed. */
bool ntkw_i_path_same(const char *a, const char *b);

/* The folder of a file: the part before the last slash, or "." or "/". NULL: out of memory. */
char *ntkw_i_path_folder(const char *path);

/* Make a folder, and its parents where they do not exist. @return NTKW_SUCCESS, NTKW_ERR_FILE, NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_path_make(const char *folder);

/* The path from a folder to a file, such as "../solutions/u.h5", which stays right if both are moved together. NULL:
 * one of them does not exist, or out of memory. */
char *ntkw_i_path_between(const char *folder, const char *file);

#endif
