/* Every key of a problem file that changes between a checkpoint and a resume is refused, reported with the value that
 * is used, or free to change. The signature of a problem has any length. Old checkpoints that hold only its beginning
 * are compared completely. */
#include "pinn/state/changes.h"
#include "pinn/state/problem_signature.h"
#include "pinn/state/training_checkpoint.h"
#include "training_checkpoint_fixture.h"
#include "training_fixture.h"

#include <stdlib.h>

static const char SOUND[] =
    "return problem {\n"
    "  inputs = { {'t', 0, 1}, {'x', -0.1, 1} }, outputs = { 'u', 'v' },\n"
    "  exact = { v = function(p) return sin(p.x) end },\n"
    "  conditions = {\n"
    "    { 'residual', points = 10, on = interior(), equation = function(p) return p.u_t - p.v_xx end },\n"
    "    { 'wall', points = 5, on = { boundary{x=-0.1}, boundary{t=0, x=1} },\n"
    "      equation = function(p) return p.u, p.v - 2*p.t end },\n"
    "  },\n"
    "  resample = 1, network = { hidden = {8, 9}, init = 'xavier', scale_inputs = true },\n"
    "  optimizer = { 'adam', rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 },\n"
    "  weighting = { 'gradient-share', update_every = 2 },\n"
    "  precision = 'float64', steps = 10, seed = 3, lanes = 8, ntk = { every = 5, points = 30 },\n"
    "}\n";

/* Replacing `from` by `to` in SOUND must be reported as a change of `key` from `before` to `now`. */
typedef struct row {
  const char *problem_key, *from, *to;
  change_kind kind;
  const char *key, *before, *now;
} row;

static const row rows[] = {
    {"inputs", "{'t', 0, 1}", "{'t', 0, 2}", CHANGE_REFUSED, "inputs", "{ {\"t\", 0, 1}, {\"x\", -0.1, 1} }",
     "{ {\"t\", 0, 2}, {\"x\", -0.1, 1} }"},
    {"domain", "{ 'u', 'v' }", "{ 'u', 'v' }, domain = box() - disk{ t=0.5, x=0.5, radius=0.1 }", CHANGE_REFUSED,
     "domain", "none", "box() - disk{t=0.5, x=0.5, radius=0.1}"},
    {"outputs", "{ 'u', 'v' }", "{ 'u', 'v', 'w' }", CHANGE_REFUSED, "outputs", "{ \"u\", \"v\" }",
     "{ \"u\", \"v\", \"w\" }"},
    {"exact", "sin(p.x)", "cos(p.x)", CHANGE_TAKEN, "exact.v", "a function", "another function"},
    {"exact", "exact = { v =", "exact = { u =", CHANGE_TAKEN, "exact.u", "none", "a function"},
    {"reference", "exact = { v = function(p) return sin(p.x) end }", "reference = 'a.h5'", CHANGE_TAKEN, "reference",
     "none", "\"a.h5\""},
    {"conditions", "points = 10", "points = 11", CHANGE_TAKEN, "points of condition 'residual'", "10", "11"},
    {"conditions", "interior()", "boundary{t=0}", CHANGE_REFUSED, "'on' of condition 'residual'", "interior()",
     "boundary{t=0}"},
    {"conditions", "boundary{t=0, x=1}", "interior()", CHANGE_REFUSED, "'on' of condition 'wall'",
     "{ boundary{x=-0.1}, boundary{t=0, x=1} }", "{ boundary{x=-0.1}, interior() }"},
    {"conditions", "2*p.t", "3*p.t", CHANGE_REFUSED, "the equation of condition 'wall'", "a function",
     "another function"},
    {"conditions", "'wall'", "'edge'", CHANGE_REFUSED, "condition 2", "\"wall\"", "\"edge\""},
    {"resample", "resample = 1", "resample = 0", CHANGE_TAKEN, "resample", "1", "0"},
    {"network", "{8, 9}", "{8, 10}", CHANGE_REFUSED, "network.hidden", "{8, 9}", "{8, 10}"},
    {"network", "hidden = {8, 9}", "'residual', hidden = {8, 8}", CHANGE_REFUSED, "network", "\"perceptron\"",
     "\"residual\""},
    {"network", "init = 'xavier'", "activation = 'sin'", CHANGE_REFUSED, "network.activation", "\"tanh\"", "\"sin\""},
    {"network", "init = 'xavier'", "init = 'ntk'", CHANGE_STAYS, "network.init", "\"xavier\"", "\"ntk\""},
    {"network", "scale_inputs = true", "scale_inputs = false", CHANGE_REFUSED, "network.scale_inputs", "true", "false"},
    {"network", "init = 'xavier'", "periodic = { x = 3 }", CHANGE_REFUSED, "network.periodic", "none", "{ x = 3 }"},
    {"network", "init = 'xavier'", "fourier = { features = 4, scale = 2.5 }", CHANGE_REFUSED, "network.fourier", "none",
     "{ features = 4, scale = { t = 2.5, x = 2.5 } }"},
    {"optimizer", "rate = 0.001", "rate = 0.01", CHANGE_TAKEN, "optimizer.rate", "0.001", "0.01"},
    {"optimizer", "beta1 = 0.9", "beta1 = 0.8", CHANGE_TAKEN, "optimizer.beta1", "0.9", "0.8"},
    {"optimizer", "beta2 = 0.999", "beta2 = 0.99", CHANGE_TAKEN, "optimizer.beta2", "0.999", "0.99"},
    {"optimizer", "epsilon = 1e-8", "epsilon = 1e-7", CHANGE_TAKEN, "optimizer.epsilon", "1e-08", "1e-07"},
    {"optimizer", "epsilon = 1e-8", "decay = {0.9, every = 100}", CHANGE_TAKEN, "optimizer.decay", "none",
     "{0.9, every = 100}"},
    {"optimizer", "'adam', rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8", "'lbfgs', rate = 0.001",
     CHANGE_TAKEN, "optimizer", "\"adam\"", "\"lbfgs\""},
    {"weighting", "{ 'gradient-share', update_every = 2 }", "'none'", CHANGE_STAYS, "weighting", "\"gradient-share\"",
     "\"none\""},
    {"weighting", ", update_every = 2", "", CHANGE_STAYS, "update_every of weighting 'gradient-share'", "2", "1"},
    {"weighting", "update_every = 2", "update_every = 2, alpha = 0.25", CHANGE_STAYS,
     "alpha of weighting 'gradient-share'", "0.5", "0.25"},
    {"precision", "'float64'", "'float32'", CHANGE_REFUSED, "precision", "\"float64\"", "\"float32\""},
    {"steps", "steps = 10", "steps = 20", CHANGE_FREE, "steps", "10", "20"},
    {"seed", "seed = 3", "seed = 4", CHANGE_STAYS, "seed", "3", "4"},
    {"lanes", "lanes = 8", "lanes = 16", CHANGE_STAYS, "lanes", "8", "16"},
    {"lane_rows", "lanes = 8", "lanes = 8, lane_rows = 256", CHANGE_STAYS, "lane_rows", "128", "256"},
    {"ntk", "every = 5, points = 30", "steps = {0, 4}, points = 30", CHANGE_TAKEN, "ntk", "{ every = 5, points = 30 }",
     "{ steps = {0, 4}, points = 30 }"},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

/* The text with `from` replaced by `to`. The caller must free it. */
static char *replaced(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  char *made = malloc(strlen(text) + strlen(to) + 1);
  CHECK(at != NULL);
  if (at && made) sprintf(made, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  return made;
}

static void check_row(const row *r, const problem *before) {
  char *text = replaced(SOUND, r->from, r->to), *one = NULL, *other = NULL;
  problem *now = NULL;
  changes found = {0};
  const change *same_key = NULL;
  bool refused = false;
  CHECK_OK(problem_from_lua("a.lua", text, &now));
  CHECK_OK(changes_find(before, now, &found));
  for (int i = 0; i < found.n; i++) {
    if (strcmp(found.list[i].key, r->key) == 0) same_key = &found.list[i];
    refused = refused || found.list[i].kind == CHANGE_REFUSED;
  }
  CHECK_TEXT_HAS(same_key ? same_key->key : "no such change", r->key);
  if (same_key) {
    CHECK_EQUAL_INT(same_key->kind, r->kind);
    CHECK(strcmp(same_key->before, r->before) == 0);
    CHECK(strcmp(same_key->now, r->now) == 0);
  }
  CHECK_EQUAL_INT(refused, r->kind == CHANGE_REFUSED); /* a change is refused if and only if the signatures differ */
  now->lane_rows = before->lane_rows;                  /* as training_checkpoint_read_settings does */
  CHECK_OK(problem_signature(before, &one));
  CHECK_OK(problem_signature(now, &other));
  CHECK_EQUAL_INT(refused, strcmp(one, other) != 0);
  free(one);
  free(other);
  free(text);
  changes_free(&found);
  problem_destroy(&now);
}

static void every_key_is_of_a_kind(void) {
  problem *before = NULL;
  changes none = {0};
  int n = 0;
  const char *const *keys = problem_keys(&n);
  CHECK_OK(problem_from_lua("a.lua", SOUND, &before));
  CHECK_OK(changes_find(before, before, &none));
  CHECK_EQUAL_INT(none.n, 0);
  changes_free(&none);
  for (int i = 0; i < N_ROWS; i++) check_row(&rows[i], before);
  for (int k = 0; k < n; k++) {
    int count = 0;
    for (int i = 0; i < N_ROWS; i++) count += strcmp(rows[i].problem_key, keys[k]) == 0;
    CHECK_TEXT_HAS(count > 0 ? keys[k] : "a key without a row", keys[k]);
  }
  problem_destroy(&before);
}

/* A problem whose signature is longer than SIGNATURE_CUT_AT, with many conditions. last: the residual of the last
 * one. */
static problem *long_problem(const char *last, const char *comment) {
  static const char format[] =
      "%s\nlocal conditions = {}\n"
      "for c = 1, 60 do\n"
      "  local places = {}\n"
      "  for k = 1, 8 do places[k] = boundary{ x = (c*0.618033988749895 + k/7) %% 1, t = (c*0.732050807568877) %% 1 } "
      "end\n"
      "  conditions[c] = { 'a group of probes with number ' .. c, points = 8, on = places,\n"
      "                    equation = c < 60 and function(p) return p.u - c end or function(p) return %s end }\n"
      "end\n"
      "return problem { inputs = { {'t', 0, 1}, {'x', 0, 1} }, outputs = { 'u' }, conditions = conditions,\n"
      "                 network = { hidden = {5} }, weighting = 'none', steps = 3, seed = 1 }\n";
  char text[2048];
  problem *made = NULL;
  snprintf(text, sizeof text, format, comment, last);
  CHECK_OK(problem_from_lua("long.lua", text, &made));
  return made;
}

/* Write a checkpoint. cut: store only the beginning of the signature, as old programs did. */
static void write_long(const problem *pde, bool cut, const char *path) {
  trainer *t = NULL;
  history past = {0};
  ntkw_checkpoint *file = NULL;
  char *identity = NULL;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  CHECK_OK(training_checkpoint_prepare(t, pde, &past, path, NULL, &file));
  CHECK_OK(problem_signature(pde, &identity));
  CHECK(strlen(identity) > SIGNATURE_CUT_AT);
  if (cut) identity[SIGNATURE_CUT_AT] = '\0';
  CHECK_OK(ntkw_checkpoint_set_text(file, "problem_identity", identity));
  CHECK_OK(ntkw_checkpoint_publish(file));
  ntkw_checkpoint_destroy(&file);
  trainer_destroy(&t);
  free(identity);
}

/* Programs that do not know lane_rows compare signatures: they must not continue runs with other lanes than theirs. */
static void only_short_lanes_are_not_signed(void) {
  char *signatures[3];
  problem *pde = NULL;
  CHECK_OK(problem_from_lua("a.lua", SOUND, &pde));
  for (int i = 0; i < 3; i++) {
    pde->lane_rows = (int[]){SHORT_LANE_ROWS, 128, 256}[i];
    CHECK_OK(problem_signature(pde, &signatures[i]));
  }
  CHECK(strstr(signatures[0], "lanes") == NULL);
  CHECK(strncmp(signatures[0], signatures[1], strlen(signatures[0])) == 0);
  CHECK(strcmp(signatures[1] + strlen(signatures[0]), "lanes of 128 rows\n") == 0);
  CHECK_STATUS(problem_signature_compare("c.h5", signatures[1], signatures[2]), NTKW_ERR_PROBLEM);
  CHECK_TEXT_HAS(ntkw_last_error(), "it has \"lanes of 128 rows\", the problem file says \"lanes of 256 rows\"");
  for (int i = 0; i < 3; i++) free(signatures[i]);
  problem_destroy(&pde);
}

/* Number of changes that are reported if a run that began with the problem file `began` and has these lane_rows is
 * resumed with the file `now`. */
static int changes_of(const char *began, int lane_rows, const char *now) {
  const char *path = scratch_path("lanes.h5");
  problem *first = NULL, *second = NULL;
  trainer *t = NULL;
  history past = {0};
  ntkw_checkpoint_reader *reader = NULL;
  changes found = {0};
  char *texts[] = {replaced(SOUND, "lanes = 8", began), replaced(SOUND, "lanes = 8", now)};
  CHECK_OK(problem_from_lua("a.lua", texts[0], &first));
  CHECK_OK(problem_from_lua("a.lua", texts[1], &second));
  first->lane_rows = lane_rows;
  CHECK_OK(trainer_create(MPI_COMM_WORLD, first, &t));
  publish_training_checkpoint(t, first, &past, path);
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_OK(training_checkpoint_changes(reader, second, &found));
  CHECK_OK(training_checkpoint_read_settings(reader, path, second));
  CHECK_EQUAL_INT(second->lane_rows, lane_rows);
  for (int i = 0; i < found.n; i++) CHECK_TEXT_HAS(found.list[i].key, "lane_rows");
  const int n = found.n;
  changes_free(&found);
  ntkw_checkpoint_reader_close(&reader);
  trainer_destroy(&t);
  problem_destroy(&first);
  problem_destroy(&second);
  for (int i = 0; i < 2; i++) free(texts[i]);
  return n;
}

/* A run continues with the lanes with which it began. Only a file that has the key can differ from it. */
static void lanes_stay_those_of_the_run(void) {
  CHECK_EQUAL_INT(changes_of("lanes = 8", 64, "lanes = 8"), 0);
  CHECK_EQUAL_INT(changes_of("lanes = 8", 128, "lanes = 8"), 0);
  CHECK_EQUAL_INT(changes_of("lanes = 8", 64, "lanes = 8, lane_rows = 64"), 0);
  CHECK_EQUAL_INT(changes_of("lanes = 8", 64, "lanes = 8, lane_rows = 128"), 1);
  CHECK_EQUAL_INT(changes_of("lanes = 8, lane_rows = 256", 256, "lanes = 8"), 1);
  CHECK_EQUAL_INT(changes_of("lanes = 8, lane_rows = 256", 256, "lanes = 8, lane_rows = 256"), 0);
  CHECK_EQUAL_INT(changes_of("lanes = 8, lane_rows = 256", 64, "lanes = 8, lane_rows = 256"), 1);
}

/* A checkpoint whose lane_rows no run can have is refused. */
static void impossible_lanes_are_refused(void) {
  static const int64_t values[] = {0, 100, -128, (int64_t)1 << 40};
  const char *path = scratch_path("impossible.h5");
  problem *pde = NULL;
  trainer *t = NULL;
  history past = {0};
  CHECK_OK(problem_from_lua("a.lua", SOUND, &pde));
  CHECK_OK(trainer_create(MPI_COMM_WORLD, pde, &t));
  for (int i = 0; i < 4; i++) {
    ntkw_checkpoint *file = NULL;
    ntkw_checkpoint_reader *reader = NULL;
    CHECK_OK(training_checkpoint_prepare(t, pde, &past, path, NULL, &file));
    CHECK_OK(ntkw_checkpoint_set_integer(file, "lane_rows", values[i]));
    CHECK_OK(ntkw_checkpoint_publish(file));
    ntkw_checkpoint_destroy(&file);
    CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
    CHECK_STATUS(training_checkpoint_read_settings(reader, path, pde), NTKW_ERR_FORMAT);
    CHECK_TEXT_HAS(ntkw_last_error(), "expected 64 or a multiple of 128");
    CHECK_EQUAL_INT(pde->lane_rows, DEFAULT_LANE_ROWS);
    ntkw_checkpoint_reader_close(&reader);
  }
  trainer_destroy(&t);
  problem_destroy(&pde);
}

static void check_adopted(const char *path, problem *pde, ntkw_status expected) {
  ntkw_checkpoint_reader *reader = NULL;
  CHECK_OK(ntkw_checkpoint_reader_open(MPI_COMM_WORLD, path, &reader));
  CHECK_STATUS(training_checkpoint_read_settings(reader, path, pde), expected);
  if (expected != NTKW_SUCCESS)
    CHECK_TEXT_HAS(ntkw_last_error(), "the equation of condition 'a group of probes with number 60' is a function in "
                                      "the checkpoint, another function in the problem file");
  ntkw_checkpoint_reader_close(&reader);
  problem_destroy(&pde);
}

static void long_identities_are_compared_to_the_end(void) {
  problem *pde = long_problem("p.u - 50", "");
  for (int cut = 0; cut < 2; cut++) {
    const char *path = scratch_path(cut ? "cut.h5" : "long.h5");
    write_long(pde, cut, path);
    check_adopted(path, long_problem("p.u - 50", ""), NTKW_SUCCESS);
    check_adopted(path, long_problem("p.u - 50", "-- another comment"), NTKW_SUCCESS);
    check_adopted(path, long_problem("p.u_xx + p.u_tt - 1000*p.u", ""), NTKW_ERR_PROBLEM);
  }
  problem_destroy(&pde);
}

/* A file name that is too long is refused rather than cut, because the cut name could be that of another file. */
static void long_names_are_kept_or_refused(void) {
  char name[MAX_PATH_BYTES + 1];
  problem *made = NULL;
  memset(name, 'n', sizeof name - 1);
  name[MAX_PATH_BYTES] = '\0';
  CHECK_STATUS(problem_from_lua(name, SOUND, &made), NTKW_ERR_PROBLEM);
  CHECK_TEXT_HAS(ntkw_last_error(), "has 4096 bytes; expected up to 4095");
  name[MAX_PATH_BYTES - 1] = '\0';
  CHECK_OK(problem_from_lua(name, SOUND, &made));
  CHECK(made && strcmp(made->file, name) == 0);
  problem_destroy(&made);
  CHECK_STATUS(problem_from_lua(name, "return problem { stepz = 1 }", &made), NTKW_ERR_PROBLEM);
  CHECK_TEXT_HAS(ntkw_last_error(), "nnn:1: "); /* the message has room for the mistake after the long name */
  CHECK_TEXT_HAS(ntkw_last_error(), "stepz");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_key_is_of_a_kind),
                                    TEST(only_short_lanes_are_not_signed),
                                    TEST(lanes_stay_those_of_the_run),
                                    TEST(impossible_lanes_are_refused),
                                    TEST(long_identities_are_compared_to_the_end),
                                    TEST(long_names_are_kept_or_refused)};
  return run_suite("resuming tells what changed", cases, sizeof cases / sizeof *cases, argc, argv);
}
