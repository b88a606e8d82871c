/* How rank 0 finds what is in a file: what the callbacks of HDF5's iterations share, and the parts of the search. All
 * are local. They put what they find in the buffer, in the order in which inventory.c takes it.
 *
 * Everything must be as the format says: the file's digest is right, so anything else was written by another program. */
#ifndef NTKW_CHECKPOINT_INVENTORY_SEARCH_H
#define NTKW_CHECKPOINT_INVENTORY_SEARCH_H

#include <hdf5.h>
#include "ntkw/checkpoint.h"
#include "ranks/broadcast_buffer.h"

typedef struct ntkw_i_search {
  const char *path;
  int fd, version; /* of the format */
  int64_t length;  /* of the file */
  ntkw_i_broadcast_buffer *buffer;
  int64_t n_arrays, n_attributes; /* in the buffer so far */
  ntkw_status status;
} ntkw_i_search;

/* The sentence that the file is not a checkpoint, as "kind" "name" is why. @return NTKW_ERR_FORMAT. */
ntkw_status ntkw_i_search_refuse(const ntkw_i_search *search, const char *kind, const char *name, const char *why);

/* An attribute of the root group; a callback of H5Aiterate2, with the search as its data. */
herr_t ntkw_i_search_visit_attribute(hid_t root, const char *name, const H5A_info_t *info, void *data);

/* The value of an attribute of a dataset: a number of that type; a text if number_type is negative. */
ntkw_status ntkw_i_search_put_named(const ntkw_i_search *search, hid_t dataset, const char *name,
                                    const char *attribute_name, hid_t number_type);

/* A dataset as an attribute whose text is too long for one, and as an array. */
ntkw_status ntkw_i_search_put_text(ntkw_i_search *search, hid_t dataset, const char *name);
ntkw_status ntkw_i_search_put_array(ntkw_i_search *search, hid_t dataset, const char *name);

/* Where in the file the so many bytes of a dataset are, in one piece; -1 if there are none. */
ntkw_status ntkw_i_search_find_address(const ntkw_i_search *search, hid_t dataset, const char *name, int64_t bytes,
                                       int64_t *address);

#endif
