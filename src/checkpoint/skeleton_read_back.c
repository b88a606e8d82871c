/* The texts, numbers and arrays that HDF5 finds in the file must be those that were stated. */
#include "checkpoint/inventory.h"
#include "checkpoint/publication.h"
#include "status/check.h"

#include <string.h>

static bool same_array(const pending_array *stated, const stored_array *stored) {
  const ntkw_checkpoint_array *about = &stored->about;
  return strcmp(stated->unit, about->unit) == 0 && stated->dtype == about->dtype &&
         stated->n_dimensions == about->n_dimensions &&
         memcmp(stated->shape, about->shape, (size_t)stated->n_dimensions * sizeof *stated->shape) == 0 &&
         stated->digest == stored->digest && stated->address == stored->address;
}

static bool same_attribute(const ntkw_checkpoint_attribute *stated, const ntkw_checkpoint_attribute *stored) {
  if (stated->type != stored->type) return false;
  switch (stated->type) {
  case NTKW_ATTRIBUTE_INTEGER:
    return stated->integer == stored->integer;
  case NTKW_ATTRIBUTE_REAL:
    return memcmp(&stated->real, &stored->real, sizeof stated->real) == 0;
  case NTKW_ATTRIBUTE_TEXT:
    return strcmp(stated->text, stored->text) == 0;
  }
  return false;
}

static bool has_array(const ntkw_i_inventory *stored, const pending_array *array) {
  for (int i = 0; i < stored->n_arrays; i++)
    if (strcmp(stored->arrays[i].about.name, array->name) == 0) return same_array(array, &stored->arrays[i]);
  return false;
}

static bool has_attribute(const ntkw_i_inventory *stored, const ntkw_checkpoint_attribute *attribute) {
  for (int i = 0; i < stored->n_attributes; i++)
    if (strcmp(stored->attributes[i].name, attribute->name) == 0)
      return same_attribute(attribute, &stored->attributes[i]);
  return false;
}

static ntkw_status compare(const ntkw_i_publication *publication, const ntkw_i_inventory *stored) {
  const ntkw_checkpoint *stated = publication->checkpoint;
  bool same = stated->n_arrays == stored->n_arrays && stated->n_attributes == stored->n_attributes;
  const char *name = "";
  for (int i = 0; i < stated->n_arrays && same; i++) same = has_array(stored, &stated->arrays[i]);
  for (int i = 0; i < stated->n_attributes && same; i++) {
    name = stated->attributes[i].name;
    same = has_attribute(stored, &stated->attributes[i]);
  }
  NTKW_CHECK(same, NTKW_ERR_FILE, "the contents of %s are read back different%s%s", publication->temporary,
             *name ? ", at attribute " : "", name);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_skeleton_read_back(const ntkw_i_publication *publication) {
  ntkw_i_inventory stored = {0};
  ntkw_status status = ntkw_i_inventory_find(publication->temporary, publication->fd,
                                             ntkw_i_format_version(publication->checkpoint), &stored.buffer);
  if (status == NTKW_ERR_FORMAT) status = NTKW_ERR_FILE; /* not a bad file was met, but a bad disk */
  if (status == NTKW_SUCCESS) status = ntkw_i_inventory_unpack(&stored);
  if (status == NTKW_SUCCESS) status = compare(publication, &stored);
  ntkw_i_inventory_free(&stored);
  return status;
}
