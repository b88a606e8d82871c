/* ntkw verify: check a checkpoint, or all checkpoints of a folder. */
#include "cli/checkpoint_files.h"
#include "cli/command.h"
#include "base/check.h"

#include <stdio.h>

/* Verify a checkpoint, and print a line: "good", or "not good" with the reason. Collective. */
static ntkw_status verify_one(const char *path) {
  const ntkw_status status = ntkw_checkpoint_verify(MPI_COMM_WORLD, path);
  if (status == NTKW_SUCCESS)
    say("good     %s\n", path);
  else
    say("not good %s\n", ntkw_last_error());
  return status;
}

/* Verify all checkpoints of a folder. Collective. *n_bad: number of files that are not good. */
static ntkw_status verify_folder(const char *folder, int *n_bad) {
  file_names found = {0};
  const ntkw_status status = file_names_share(folder, FILES_NUMBERED, &found);
  for (int i = 0; i < found.n && status == NTKW_SUCCESS; i++) {
    char path[4600];
    snprintf(path, sizeof path, "%s/%s", folder, found.list[i]);
    *n_bad += verify_one(path) != NTKW_SUCCESS;
  }
  const bool any = found.n > 0;
  file_names_free(&found);
  NTKW_TRY(status);
  NTKW_CHECK(any, NTKW_ERR_FILE, "%s holds no checkpoint <name><digits>.h5", folder);
  return NTKW_SUCCESS;
}

static exit_code run(int argc, char **argv) {
  const char *path = NULL;
  char nothing;
  int n_bad = 0;
  if (options_parse(NULL, 0, &nothing, "FILE|DIR", &path, argc, argv) != NTKW_SUCCESS)
    return usage_error("verify", "%s", ntkw_last_error());
  if (path_kind_of(path) != PATH_FOLDER) return exit_code_of(verify_one(path));
  const ntkw_status status = verify_folder(path, &n_bad);
  if (status != NTKW_SUCCESS) return command_failed(status);
  return n_bad ? EXIT_FILE : EXIT_DONE;
}

const command verify_command = {
    .name = "verify",
    .summary = "check a checkpoint, or all of a folder",
    .help = "Usage: ntkw verify FILE|DIR\n"
            "       mpirun -n RANKS ntkw verify FILE|DIR\n"
            "\n"
            "Check a checkpoint against all its own digests: user block, digest of the whole file, structure, and\n"
            "the digest of every array. Prints a line for each file: good, or not good and why. In a folder, all\n"
            "files <name><digits>.h5 are checked. The output does not depend on the number of ranks.\n",
    .run = run,
    .notes = "Exit codes:\n"
             "  0  all are good      2  wrong arguments      4  a file cannot be read or is damaged, or there is none\n"
             "  6  out of memory, or MPI failed\n"
             "\n"
             "Example:\n"
             "  mpirun -n 4 ntkw verify wave.run\n"};
