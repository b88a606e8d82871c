/* A set of names is refused if and only if a field of p has two readings. The test compares with a list of all
 * readings. The message shows both readings. */
#include "pinn/problem/readings.h"
#include "problem_fixture.h"

#include <string.h>

enum { MOST = 16, SETS = 3000 };

/* Each reading is a line: the field, a space, and its meaning with the inputs in order. */
typedef struct reading_list {
  int n, capacity;
  char (*lines)[2 * LONGEST_FIELD];
} reading_list;

static void note(reading_list *list, const char *field, const char *meaning) {
  if (list->n == list->capacity) {
    list->capacity = 2 * list->capacity + 64;
    list->lines = realloc(list->lines, (size_t)list->capacity * sizeof *list->lines);
  }
  snprintf(list->lines[list->n++], sizeof *list->lines, "%s %s", field, meaning);
}

static int by_text(const void *a, const void *b) {
  return strcmp(a, b);
}

/* Append all readings of derivatives that extend `field`. counts: how often it contains each input; order: their
 * sum. */
static void note_derivatives(reading_list *list, const char *const inputs[], int n_inputs, const char *field,
                             const char *output, int counts[], int order) {
  for (int i = 0; order < MAX_ORDER && i < n_inputs; i++) {
    char longer[LONGEST_FIELD], meaning[LONGEST_FIELD];
    counts[i]++;
    snprintf(longer, sizeof longer, "%s%s", field, inputs[i]);
    size_t used = (size_t)snprintf(meaning, sizeof meaning, "%s by", output);
    for (int k = 0; k < n_inputs; k++)
      for (int times = 0; times < counts[k]; times++)
        used += (size_t)snprintf(meaning + used, sizeof meaning - used, " %d", k);
    note(list, longer, meaning);
    note_derivatives(list, inputs, n_inputs, longer, output, counts, order + 1);
    counts[i]--;
  }
}

/* Does a field have two meanings? Then two neighbours of the sorted lines have the same field but differ. */
static bool has_two(const char *const inputs[], int n_inputs, const char *const outputs[], int n_outputs) {
  reading_list list = {0};
  bool found = false;
  for (int i = 0; i < n_inputs; i++) note(&list, inputs[i], "input");
  for (int o = 0; o < n_outputs; o++) {
    char field[MAX_NAME + 1];
    int counts[MOST] = {0};
    note(&list, outputs[o], "output");
    snprintf(field, sizeof field, "%s_", outputs[o]);
    note_derivatives(&list, inputs, n_inputs, field, outputs[o], counts, 0);
  }
  qsort(list.lines, (size_t)list.n, sizeof *list.lines, by_text);
  for (int k = 1; k < list.n && !found; k++) {
    const size_t field = strcspn(list.lines[k], " ") + 1;
    found = strncmp(list.lines[k - 1], list.lines[k], field) == 0 && strcmp(list.lines[k - 1], list.lines[k]) != 0;
  }
  free(list.lines);
  return found;
}

static void check_found(const char *const inputs[], int n_inputs, const char *const outputs[], int n_outputs,
                        bool expected) {
  double_reading two;
  CHECK_OK(double_reading_find(inputs, n_inputs, outputs, n_outputs, &two));
  CHECK_EQUAL_INT(two.found, expected);
  if (two.found != expected) printf("    %s %s %s: %s %s\n", inputs[0], inputs[1], inputs[2], outputs[0], outputs[1]);
}

/* Draw a random name of up to `most` of these letters. It begins with the first of them. */
static void draw_name(unsigned *state, const char *letters, int most, char *name) {
  int n = 0;
  do {
    *state = *state * 1103515245 + 12345;
    name[n] = letters[(*state >> 16) % (n == 0 ? 1 : strlen(letters))];
    *state = *state * 1103515245 + 12345;
  } while (++n < most && (*state >> 16) % 3 != 0);
  name[n] = '\0';
}

static bool is_new(const char names[][8], int n) {
  for (int k = 0; k < n; k++)
    if (strcmp(names[k], names[n]) == 0) return false;
  return true;
}

static void agrees_with_all_readings(void) {
  static const char *const alphabets[] = {"xy", "xyz", "x_y", "x_", "xab_"};
  unsigned state = 7;
  int n_found = 0;
  for (int set = 0; set < SETS; set++) {
    char names[5][8];
    const char *pointers[5];
    for (int k = 0; k < 5; k++) {
      do draw_name(&state, alphabets[set % 5], 6, names[k]);
      while (!is_new(names, k));
      pointers[k] = names[k];
    }
    const int n_inputs = 2 + set % 2;
    const bool expected = has_two(pointers, n_inputs, pointers + n_inputs, 2);
    check_found(pointers, n_inputs, pointers + n_inputs, 2, expected);
    n_found += expected;
  }
  CHECK(n_found > SETS / 10 && n_found < SETS - SETS / 10);
}

static void many_long_names(void) {
  static const char *const outputs[] = {"u", "u_u", "u_u_u", "u_u_u_u", "v", "w", "w_x", "w_x_x"};
  char names[MOST][MAX_NAME];
  const char *inputs[MOST];
  for (int i = 0; i < MOST; i++) {
    snprintf(names[i], sizeof names[i], "x%d", i + 1);
    inputs[i] = names[i];
  }
  check_found(inputs, MOST, outputs, 8, false);
  snprintf(names[15], sizeof names[15], "x1x1x2");
  check_found(inputs, MOST, outputs, 8, true);
  for (int i = 0; i < MOST; i++) {
    memset(names[i], 'x', MAX_NAME - 1);
    names[i][MAX_NAME - 2] = (char)('a' + i);
    names[i][MAX_NAME - 1] = '\0';
  }
  check_found(inputs, MOST, outputs, 8, false);
}

/* A problem with these inputs (line 1), outputs (line 2), and an equation that is this field of p (line 3). */
static const char *text_of(const char *inputs, const char *outputs, const char *field) {
  static char text[8192];
  snprintf(text, sizeof text,
           "return problem { inputs = { %s },\noutputs = { %s }, conditions = { { 'c', points = 1, on = interior(),\n"
           "equation = function(p) return p.%s end } }, network = { hidden = {4} } }",
           inputs, outputs, field);
  return text;
}

static void refused_with_both_readings(void) {
  static const struct {
    const char *inputs, *outputs;
    int line;
    const char *first, *second;
  } list[] = {
      {"{'t', 0, 1}, {'tt', 0, 1}", "'u'", 1, "p.u_tt has two readings, the derivative of 'u' by tt and",
       "the derivative of 'u' by t, t"},
      {"{'xx', 0, 1}, {'x', 0, 1}", "'u'", 1, "p.u_xx", "by x, x"},
      {"{'x', 0, 1}, {'y', 0, 1},\n{'xy', 0, 1}", "'u'", 2, "p.u_xy", "by x, y"},
      {"{'x', 0, 1}, {'xxxx', 0, 1}", "'u'", 1, "p.u_xxxx", "by x, x, x, x"},
      {"{'xx', 0, 1}, {'xxx', 0, 1}", "'u'", 1, "p.u_xxxxxx has two readings", "by xx, xx, xx"},
      {"{'ab', 0, 1}, {'b', 0, 1}, {'aba', 0, 1}, {'ba', 0, 1}", "'u'", 1, "p.u_abab", "by aba, b"},
      {"{'x', 0, 1}, {'x_x', 0, 1}", "'u', 'u_x'", 2, "'u' and 'u_x'", "derivative"},
      {"{'y', 0, 1}, {'x_y', 0, 1}", "'u', 'u_x'", 2, "p.u_x_y has two readings, the derivative of 'u' by x_y",
       "the derivative of 'u_x' by y"},
      {"{'x', 0, 1}, {'u_x', 0, 1}", "'u'", 1, "p.u_x has two readings, the derivative of 'u' by x", "the input 'u_x'"},
      {"{'x', 0, 1}, {'v_xx', 0, 1}", "'u', 'v'", 2, "p.v_xx", "the input 'v_xx'"},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    check_refused(text_of(list[i].inputs, list[i].outputs, "u"), list[i].line, list[i].first, list[i].second);
}

static void accepted(void) {
  static const char *const list[][2] = {
      {"{'x1', 0, 1}, {'x2', 0, 1}, {'x11', 0, 1}, {'x12', 0, 1}", "'u', 'u1', 'u11'"},
      {"{'x', 0, 1}, {'x_x', 0, 1}", "'u'"},     /* u_x_x can only be the derivative by x_x: inputs have no separator */
      {"{'x', 0, 1}, {'xxxxx', 0, 1}", "'u'"},   /* derivatives of order five have no names */
      {"{'x', 0, 1}, {'xi', 0, 1}", "'u', 'v'"}, /* u_xi is the derivative by xi only: no input has the name i */
      {"{'x', 0, 1}, {'y', 0, 1}", "'u_x', 'u_y'"},
      {"{'x', 0, 1}, {'X', 0, 1}", "'u', 'U'"},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    problem *made = NULL;
    CHECK_OK(problem_from_lua("good.lua", text_of(list[i][0], list[i][1], i == 4 ? "u_x" : "u"), &made));
    problem_destroy(&made);
  }
}

/* A field of 2000 letters is read in linear time, although xxxxx has two readings. */
static void long_fields_end(void) {
  static const char inputs[] = "{'x', 0, 1}, {'xxxxx', 0, 1}";
  char field[2003] = "u_";
  memset(field + 2, 'x', 2000);
  check_refused(text_of(inputs, "'u'", field), 3, "xx... is a derivative of order 400;", "up to 4");
  field[2001] = 'y';
  check_refused(text_of(inputs, "'u'", field), 3, "xx... is unknown;", "a derivative such as u_x");
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(agrees_with_all_readings), TEST(many_long_names),
                                    TEST(refused_with_both_readings), TEST(accepted), TEST(long_fields_end)};
  return run_suite("problem: readings of names", cases, sizeof cases / sizeof *cases, argc, argv);
}
