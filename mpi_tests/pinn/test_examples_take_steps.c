/* Every problem file of examples/ can be read and takes three steps with finite losses and a finite error. All ranks
 * together and each rank alone give the same bits. Networks are narrowed to keep the test fast. */
#include "example_run.h"

#include <dirent.h>
#include <math.h>
#include <string.h>

enum { STEPS = 3, WIDEST = 32, FEWEST_EXAMPLES = 8 };

static void take_steps(const char *name) {
  problem *pde = load_example(name);
  if (!pde) return;
  for (int l = 0; l < pde->network.n_hidden; l++)
    if (pde->network.hidden[l] > WIDEST) pde->network.hidden[l] = WIDEST;
  const example_result together = train_example(MPI_COMM_WORLD, pde, STEPS);
  const example_result alone = train_example(MPI_COMM_SELF, pde, STEPS);
  CHECK(isfinite(together.error) && together.error > 0.01);
  CHECK_EQUAL_DOUBLE(together.error, alone.error);
  for (int c = 0; c < pde->n_conditions; c++) {
    CHECK(isfinite(together.losses[c]));
    CHECK_EQUAL_DOUBLE(together.losses[c], alone.losses[c]);
  }
  problem_destroy(&pde);
}

static void all_examples(void) {
  DIR *folder = opendir(NTKW_EXAMPLES);
  int found = 0;
  CHECK(folder != NULL);
  for (const struct dirent *entry; folder && (entry = readdir(folder));) {
    const size_t length = strlen(entry->d_name);
    if (length < 4 || strcmp(entry->d_name + length - 4, ".lua") != 0) continue;
    take_steps(entry->d_name);
    found++;
  }
  if (folder) closedir(folder);
  CHECK(found >= FEWEST_EXAMPLES);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(all_examples)};
  return run_suite("examples take steps", cases, sizeof cases / sizeof *cases, argc, argv);
}
