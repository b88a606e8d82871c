/* ntkw_checkpoint_create, set_*, add_array, add_slabs, destroy. */
#include "checkpoint/writer.h"
#include "base/dtype.h"
#include "ranks/comm.h"
#include "ranks/same_on_ranks.h"
#include "checkpoint/format.h"
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_UNIT = 1 << 15 }; /* units are attributes */

int64_t ntkw_i_row_length(int n_dimensions, const int64_t shape[]) {
  int64_t length = 1;
  for (int d = 1; d < n_dimensions; d++) length *= shape[d];
  return length;
}

shape_text ntkw_i_shape_text(int n_dimensions, const int64_t shape[]) {
  shape_text out = {"("};
  for (int d = 0; d < n_dimensions; d++) {
    const size_t at = strlen(out.text);
    snprintf(out.text + at, sizeof out.text - at, "%s%lld", d ? ", " : "", (long long)shape[d]);
  }
  strcat(out.text, ")");
  return out;
}

static ntkw_status make(MPI_Comm comm, ntkw_checkpoint **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for a checkpoint");
  (*out)->comm = comm;
  (*out)->info = MPI_INFO_NULL;
  MPI_TRY(MPI_Comm_rank(comm, &(*out)->rank));
  MPI_TRY(MPI_Comm_size(comm, &(*out)->size));
  return NTKW_SUCCESS;
}

static ntkw_status copy_text(const char *text, char **copy) {
  *copy = strdup(text);
  NTKW_CHECK(*copy, NTKW_ERR_MEMORY, "out of memory for a text of %zu bytes", strlen(text));
  return NTKW_SUCCESS;
}

static ntkw_status copy_path(ntkw_checkpoint *checkpoint, const char *path) {
  NTKW_TRY(copy_text(path, &checkpoint->path));
  checkpoint->absolute_path = ntkw_i_path_absolute(path);
  NTKW_CHECK(checkpoint->absolute_path, NTKW_ERR_MEMORY, "out of memory for the path %s", path);
  return NTKW_SUCCESS;
}

static void free_paths(ntkw_checkpoint *checkpoint) {
  free(checkpoint->path);
  free(checkpoint->absolute_path);
}

ntkw_status ntkw_checkpoint_create(MPI_Comm comm, const char *path, ntkw_checkpoint **out) {
  MPI_Comm plain;
  ntkw_checkpoint *checkpoint = NULL;
  if (out) *out = NULL;
  NTKW_TRY(ntkw_i_comm_duplicate(comm, "the communicator of a checkpoint", &plain));
  ntkw_status status = out ? NTKW_SUCCESS : ntkw_i_fail(NTKW_ERR_ARGUMENT, "ntkw_checkpoint_create: out is NULL");
  if (status == NTKW_SUCCESS) status = make(plain, &checkpoint);
  status = ntkw_status_agree(plain, status);
  if (status == NTKW_SUCCESS) status = ntkw_i_same_text_on_ranks(plain, "the path of a checkpoint", path);
  if (status == NTKW_SUCCESS) status = ntkw_status_agree(plain, copy_path(checkpoint, path));
  if (status != NTKW_SUCCESS) {
    if (checkpoint) free_paths(checkpoint);
    free(checkpoint);
    MPI_Comm_free(&plain);
    return status;
  }
  *out = checkpoint;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_writer_check_idle(const ntkw_checkpoint *checkpoint, const char *function) {
  NTKW_CHECK(checkpoint, NTKW_ERR_ARGUMENT, "%s: the checkpoint is NULL", function);
  NTKW_CHECK(!checkpoint->publication, NTKW_ERR_ORDER,
             "%s: the publication of %s is under way; ntkw_checkpoint_publish_end comes first", function,
             checkpoint->path);
  return NTKW_SUCCESS;
}

/* Keep the first error of a local call for the publication. @return status. */
static ntkw_status keep_fault(ntkw_checkpoint *checkpoint, ntkw_status status) {
  if (checkpoint->fault.status == NTKW_SUCCESS) ntkw_i_failure_keep(&checkpoint->fault, status);
  return status;
}

static void free_attribute(ntkw_checkpoint_attribute *attribute) {
  free((char *)attribute->name);
  free((char *)attribute->text);
}

/* Find the attribute of this name, or create it without a value. */
static ntkw_status find_or_add_attribute(ntkw_checkpoint *checkpoint, const char *name,
                                         ntkw_checkpoint_attribute **out) {
  NTKW_CHECK(name && *name, NTKW_ERR_ARGUMENT, "an attribute of the checkpoint %s has no name", checkpoint->path);
  for (int i = 0; i < checkpoint->n_attributes; i++) {
    *out = &checkpoint->attributes[i];
    if (strcmp((*out)->name, name) == 0) return NTKW_SUCCESS;
  }
  ntkw_checkpoint_attribute *more =
      realloc(checkpoint->attributes, (size_t)(checkpoint->n_attributes + 1) * sizeof *more);
  NTKW_CHECK(more, NTKW_ERR_MEMORY, "out of memory for attribute \"%s\"", name);
  checkpoint->attributes = more;
  char *copy;
  NTKW_TRY(copy_text(name, &copy));
  *out = &more[checkpoint->n_attributes++];
  **out = (ntkw_checkpoint_attribute){.name = copy};
  return NTKW_SUCCESS;
}

/* Takes ownership of the text of value. */
static ntkw_status set_attribute(ntkw_checkpoint *checkpoint, const char *name, ntkw_checkpoint_attribute value) {
  ntkw_checkpoint_attribute *attribute = NULL;
  const ntkw_status status = find_or_add_attribute(checkpoint, name, &attribute);
  if (status != NTKW_SUCCESS) {
    free((char *)value.text);
    return keep_fault(checkpoint, status);
  }
  value.name = attribute->name;
  free((char *)attribute->text);
  *attribute = value;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_set_integer(ntkw_checkpoint *checkpoint, const char *name, int64_t value) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_integer"));
  return set_attribute(checkpoint, name, (ntkw_checkpoint_attribute){.type = NTKW_ATTRIBUTE_INTEGER, .integer = value});
}

ntkw_status ntkw_checkpoint_set_real(ntkw_checkpoint *checkpoint, const char *name, double value) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_real"));
  return set_attribute(checkpoint, name, (ntkw_checkpoint_attribute){.type = NTKW_ATTRIBUTE_REAL, .real = value});
}

static ntkw_status copy_value(const char *name, const char *text, char **copy) {
  NTKW_CHECK(text, NTKW_ERR_ARGUMENT, "the text of attribute \"%s\" is NULL", name ? name : "");
  return copy_text(text, copy);
}

ntkw_status ntkw_checkpoint_set_text(ntkw_checkpoint *checkpoint, const char *name, const char *text) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_text"));
  char *copy;
  NTKW_TRY(keep_fault(checkpoint, copy_value(name, text, &copy)));
  return set_attribute(checkpoint, name, (ntkw_checkpoint_attribute){.type = NTKW_ATTRIBUTE_TEXT, .text = copy});
}

static ntkw_status check_name(const ntkw_checkpoint *checkpoint, const char *name) {
  NTKW_CHECK(name && *name, NTKW_ERR_ARGUMENT, "an array of the checkpoint %s has no name", checkpoint->path);
  NTKW_CHECK(!strchr(name, '/') && strcmp(name, ".") != 0, NTKW_ERR_ARGUMENT,
             "array \"%s\": a name may not have \"/\" nor be \".\"", name);
  NTKW_CHECK(strcmp(name, LONG_TEXTS_NAME) != 0, NTKW_ERR_ARGUMENT,
             "array \"%s\": texts that are too long for an attribute have this name in the file", name);
  for (int i = 0; i < checkpoint->n_arrays; i++)
    NTKW_CHECK(strcmp(checkpoint->arrays[i].name, name) != 0, NTKW_ERR_ARGUMENT, "array \"%s\" is added twice", name);
  return NTKW_SUCCESS;
}

static ntkw_status check_shape(const pending_array *array) {
  NTKW_CHECK(ntkw_i_is_dtype(array->dtype), NTKW_ERR_ARGUMENT, "array \"%s\": %d is not a type of values", array->name,
             (int)array->dtype);
  int64_t room = INT64_MAX / (int64_t)ntkw_i_value_size(array->dtype);
  for (int d = 0; d < array->n_dimensions; d++) {
    const int64_t n = array->shape[d];
    NTKW_CHECK(n >= 0 && n <= room, NTKW_ERR_ARGUMENT, "array \"%s\": the shape %s is negative or too large",
               array->name, ntkw_i_shape_text(array->n_dimensions, array->shape).text);
    if (n > 0) room /= n;
  }
  return NTKW_SUCCESS;
}

static ntkw_status check_values(const pending_array *array, int64_t n) {
  NTKW_CHECK(array->values || n == 0, NTKW_ERR_ARGUMENT, "array \"%s\": the values are NULL, expected %lld of them",
             array->name, (long long)n);
  return NTKW_SUCCESS;
}

static ntkw_status check_part(const pending_array *array) {
  if (!array->by_rows) {
    NTKW_TRY(ntkw_i_slabs_check(array->name, array->n_dimensions, array->shape, array->n_slabs, array->slabs));
    return check_values(array, ntkw_i_slabs_length(array->n_dimensions, array->n_slabs, array->slabs));
  }
  NTKW_CHECK(array->count >= 0 && array->count <= array->shape[0], NTKW_ERR_ARGUMENT,
             "array \"%s\": a part has %lld indices of a first dimension of %lld", array->name, (long long)array->count,
             (long long)array->shape[0]);
  return check_values(array, array->count * ntkw_i_row_length(array->n_dimensions, array->shape));
}

static void free_array(pending_array *array) {
  free(array->name);
  free(array->unit);
  free(array->slabs);
}

static ntkw_status append(ntkw_checkpoint *checkpoint, pending_array array, const char *name, const char *unit) {
  pending_array *more = realloc(checkpoint->arrays, (size_t)(checkpoint->n_arrays + 1) * sizeof *more);
  NTKW_CHECK(more, NTKW_ERR_MEMORY, "out of memory for array \"%s\"", name);
  checkpoint->arrays = more;
  const ntkw_slab *slabs = array.slabs;
  array.name = strdup(name);
  array.unit = strdup(unit);
  array.slabs = malloc(((size_t)array.n_slabs + 1) * sizeof *slabs);
  if (!array.name || !array.unit || !array.slabs) {
    free_array(&array);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for array \"%s\"", name);
  }
  if (array.n_slabs > 0) memcpy(array.slabs, slabs, (size_t)array.n_slabs * sizeof *slabs);
  more[checkpoint->n_arrays++] = array;
  return NTKW_SUCCESS;
}

static ntkw_status add_array(ntkw_checkpoint *checkpoint, const char *name, const char *unit, pending_array array,
                             const int64_t shape[]) {
  NTKW_TRY(check_name(checkpoint, name));
  NTKW_CHECK(unit && *unit, NTKW_ERR_ARGUMENT, "array \"%s\" has no unit; it is \"1\" for plain numbers", name);
  NTKW_CHECK(array.n_dimensions >= 1 && array.n_dimensions <= NTKW_CHECKPOINT_DIMENSIONS, NTKW_ERR_ARGUMENT,
             "array \"%s\" has %d dimensions, expected 1 to %d", name, array.n_dimensions, NTKW_CHECKPOINT_DIMENSIONS);
  NTKW_CHECK(strlen(unit) < LONGEST_UNIT, NTKW_ERR_ARGUMENT,
             "array \"%s\": the unit has %zu bytes, expected less than %d", name, strlen(unit), LONGEST_UNIT);
  NTKW_CHECK(shape, NTKW_ERR_ARGUMENT, "array \"%s\": the shape is NULL", name);
  memcpy(array.shape, shape, (size_t)array.n_dimensions * sizeof *shape);
  array.name = (char *)name;
  NTKW_TRY(check_shape(&array));
  NTKW_TRY(check_part(&array));
  ntkw_slab rows;
  if (array.by_rows) {
    rows = ntkw_i_slab_of_rows(array.n_dimensions, shape, array.offset, array.count);
    array.slabs = &rows;
    array.n_slabs = array.count > 0;
  }
  return append(checkpoint, array, name, unit);
}

ntkw_status ntkw_checkpoint_add_array(ntkw_checkpoint *checkpoint, const char *name, const char *unit, ntkw_dtype dtype,
                                      int n_dimensions, const int64_t shape[], int64_t offset, int64_t count,
                                      const void *values) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_add_array"));
  const pending_array array = {.dtype = dtype,
                               .n_dimensions = n_dimensions,
                               .by_rows = true,
                               .offset = offset,
                               .count = count,
                               .values = values};
  return keep_fault(checkpoint, add_array(checkpoint, name, unit, array, shape));
}

ntkw_status ntkw_checkpoint_add_slabs(ntkw_checkpoint *checkpoint, const char *name, const char *unit, ntkw_dtype dtype,
                                      int n_dimensions, const int64_t shape[], int n_slabs, const ntkw_slab slabs[],
                                      const void *values) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_add_slabs"));
  const pending_array array = {
      .dtype = dtype, .n_dimensions = n_dimensions, .n_slabs = n_slabs, .slabs = (ntkw_slab *)slabs, .values = values};
  return keep_fault(checkpoint, add_array(checkpoint, name, unit, array, shape));
}

ntkw_status ntkw_checkpoint_set_transfer(ntkw_checkpoint *checkpoint, ntkw_checkpoint_transfer transfer) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_transfer"));
  if (transfer != NTKW_TRANSFER_DIRECT && transfer != NTKW_TRANSFER_MPI_IO)
    return keep_fault(checkpoint, ntkw_i_fail(NTKW_ERR_ARGUMENT, "%d is not a way to transfer values", (int)transfer));
  checkpoint->transfer = transfer;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_set_lock(ntkw_checkpoint *checkpoint, const ntkw_folder_lock *lock) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_lock"));
  checkpoint->lock = lock;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_set_info(ntkw_checkpoint *checkpoint, MPI_Info info) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_info"));
  MPI_Info copy = MPI_INFO_NULL;
  if (info != MPI_INFO_NULL) MPI_TRY(MPI_Info_dup(info, &copy));
  if (checkpoint->info != MPI_INFO_NULL) MPI_Info_free(&checkpoint->info);
  checkpoint->info = copy;
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_set_stall(ntkw_checkpoint *checkpoint, double seconds, ntkw_stall on_stall, void *data) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_set_stall"));
  NTKW_CHECK(!on_stall || seconds > 0.0, NTKW_ERR_ARGUMENT, "a wait is a stall after %g seconds; expected more than 0",
             seconds);
  checkpoint->stall = (ntkw_i_stall_options){.on_stall = on_stall, .seconds = seconds, .data = data};
  return NTKW_SUCCESS;
}

void ntkw_checkpoint_destroy(ntkw_checkpoint **checkpoint) {
  if (!checkpoint || !*checkpoint) return;
  ntkw_checkpoint *old = *checkpoint;
  const bool over = ntkw_i_mpi_is_over();
  if (old->publication && over) ntkw_i_publish_abandon(old);
  if (old->publication) ntkw_checkpoint_publish_end(old);
  if (old->info != MPI_INFO_NULL && !over) MPI_Info_free(&old->info);
  for (int i = 0; i < old->n_arrays; i++) free_array(&old->arrays[i]);
  for (int i = 0; i < old->n_attributes; i++) free_attribute(&old->attributes[i]);
  free(old->arrays);
  free(old->attributes);
  free_paths(old);
  ntkw_i_communicator_free(&old->comm);
  free(old);
  *checkpoint = NULL;
}
