/* ntkw_trainer_save: write a checkpoint. */
#include "pinn/api/handles.h"
#include "pinn/training/reference_solution.h"
#include "pinn/state/training_checkpoint.h"
#include "base/check.h"
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_in_h5(const char *path) {
  const size_t length = strlen(path);
  return length > 3 && strcmp(path + length - 3, ".h5") == 0;
}

/* Set the path of the checkpoint file and of its folder. The caller must free both. Not collective. */
static ntkw_status name_file(const ntkw_trainer *t, const char *path, bool is_folder, char **file, char **folder) {
  const size_t size = strlen(path) + 32;
  NTKW_CHECK(is_folder || ends_in_h5(path), NTKW_ERR_FILE,
             "%s is not an existing folder; expected one, or a file name that ends in .h5", path);
  *file = malloc(size);
  if (*file && is_folder)
    snprintf(*file, size, "%s/step-%010lld.h5", path, (long long)trainer_steps_done(t->run.inner));
  else if (*file)
    snprintf(*file, size, "%s", path);
  *folder = *file ? ntkw_i_path_folder(*file) : NULL;
  NTKW_CHECK(*folder, NTKW_ERR_MEMORY, "%s: out of memory for the name of a checkpoint", path);
  return NTKW_SUCCESS;
}

static ntkw_status publish(ntkw_trainer *t, const char *path, const char *folder) {
  ntkw_checkpoint *file = NULL;
  NTKW_TRY(training_checkpoint_check(t->run.inner, t->problem->pde));
  NTKW_TRY(reference_remember(t->comm, t->problem->pde, folder));
  NTKW_TRY(training_checkpoint_prepare(t->run.inner, t->problem->pde, &t->run.past, path, NULL, &file));
  const ntkw_status status = ntkw_checkpoint_publish(file);
  ntkw_checkpoint_destroy(&file);
  return status;
}

ntkw_status ntkw_trainer_save(ntkw_trainer *t, const char *path) {
  char *file = NULL, *folder = NULL;
  NTKW_CHECK(t, NTKW_ERR_ARGUMENT, "ntkw_trainer_save: trainer is NULL");
  NTKW_TRY(api_check_path(t->comm, path, "ntkw_trainer_save"));
  const bool is_folder = api_is_folder(t->comm, path);
  ntkw_status status = ntkw_status_agree(t->comm, name_file(t, path, is_folder, &file, &folder));
  if (status == NTKW_SUCCESS) status = publish(t, file, folder);
  free(file);
  free(folder);
  return status;
}
