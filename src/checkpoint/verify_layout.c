/* Check that the attributes and arrays that HDF5 finds in the file are those of the checkpoint in memory. */
#include "checkpoint/contents.h"
#include "checkpoint/publication.h"
#include "base/check.h"

#include <string.h>

static bool same_array(const pending_array *pending, const stored_array *stored) {
  const ntkw_checkpoint_array *about = &stored->about;
  return strcmp(pending->unit, about->unit) == 0 && pending->dtype == about->dtype &&
         pending->n_dimensions == about->n_dimensions &&
         memcmp(pending->shape, about->shape, (size_t)pending->n_dimensions * sizeof *pending->shape) == 0 &&
         pending->digest == stored->digest && pending->address == stored->address;
}

static bool same_attribute(const ntkw_checkpoint_attribute *pending, const ntkw_checkpoint_attribute *stored) {
  if (pending->type != stored->type) return false;
  switch (pending->type) {
  case NTKW_ATTRIBUTE_INTEGER:
    return pending->integer == stored->integer;
  case NTKW_ATTRIBUTE_REAL:
    return memcmp(&pending->real, &stored->real, sizeof pending->real) == 0;
  case NTKW_ATTRIBUTE_TEXT:
    return strcmp(pending->text, stored->text) == 0;
  }
  return false;
}

static bool has_array(const ntkw_i_contents *stored, const pending_array *array) {
  for (int i = 0; i < stored->n_arrays; i++)
    if (strcmp(stored->arrays[i].about.name, array->name) == 0) return same_array(array, &stored->arrays[i]);
  return false;
}

static bool has_attribute(const ntkw_i_contents *stored, const ntkw_checkpoint_attribute *attribute) {
  for (int i = 0; i < stored->n_attributes; i++)
    if (strcmp(stored->attributes[i].name, attribute->name) == 0)
      return same_attribute(attribute, &stored->attributes[i]);
  return false;
}

static ntkw_status compare(const ntkw_i_publication *publication, const ntkw_i_contents *stored) {
  const ntkw_checkpoint *pending = publication->checkpoint;
  bool same = pending->n_arrays == stored->n_arrays && pending->n_attributes == stored->n_attributes;
  const char *name = "";
  for (int i = 0; i < pending->n_arrays && same; i++) same = has_array(stored, &pending->arrays[i]);
  for (int i = 0; i < pending->n_attributes && same; i++) {
    name = pending->attributes[i].name;
    same = has_attribute(stored, &pending->attributes[i]);
  }
  NTKW_CHECK(same, NTKW_ERR_FILE, "the contents of %s are read back different%s%s", publication->temporary,
             *name ? ", at attribute " : "", name);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_layout_verify(const ntkw_i_publication *publication) {
  ntkw_i_contents stored = {0};
  ntkw_status status = ntkw_i_contents_find(publication->temporary, publication->fd,
                                            ntkw_i_format_version(publication->checkpoint), &stored.buffer);
  if (status == NTKW_ERR_FORMAT) status = NTKW_ERR_FILE; /* this run wrote the file: the disk is at fault */
  if (status == NTKW_SUCCESS) status = ntkw_i_contents_unpack(&stored);
  if (status == NTKW_SUCCESS) status = compare(publication, &stored);
  ntkw_i_contents_free(&stored);
  return status;
}
