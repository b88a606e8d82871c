/* Read network, optimizer, weighting and the settings of the run. problem.h lists the defaults. */
#include "pinn/problem/read_parts.h"
#include "pinn/problem/rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_share(double x) {
  return x >= 0.0 && x <= 1.0;
}
static bool is_decay(double x) {
  return x > 0.0 && x <= 1.0;
}

static void read_hidden(reader *r, const section *s, network_options *to) {
  static const char expected[] = "a list of widths, such as {100, 100, 100}";
  lua_State *L = r->L;
  push_key(r, s, "hidden");
  const section list = section_at_key(r, s, "hidden", "hidden", expected);
  const int n = (int)lua_rawlen(L, -1);
  if (n < 1 || n > MAX_HIDDEN_LAYERS)
    reader_fail(L, list.line, "hidden has %d layers; expected 1 to %d", n, MAX_HIDDEN_LAYERS);
  check_keys(r, &list, NULL, 0, n);
  for (int i = 0; i < n; i++) {
    int whole = 0;
    push_item(r, &list, i + 1);
    const lua_Integer width = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
    if (!whole || width < 1 || width > MAX_WIDTH)
      reader_fail(L, list.line, "a width in hidden is %s; expected an integer from 1 to %d", describe(L, -1),
                  MAX_WIDTH);
    to->hidden[i] = (int)width;
    lua_pop(L, 1);
  }
  to->n_hidden = n;
  lua_pop(L, 1);
}

/* Read the inputs that the network gets as cosines and sines over their range. */
static void read_periodic(reader *r, const section *parent) {
  problem *p = r->made;
  feature_options *to = &p->network.features;
  const char *names[MAX_INPUTS];
  for (int i = 0; i < p->n_inputs; i++) names[i] = p->input_names[i];
  if (push_key(r, parent, "periodic")) {
    const section s = section_at_key(r, parent, "periodic", "periodic", "{ input = harmonics }, such as { x = 1 }");
    check_keys(r, &s, names, p->n_inputs, 0);
    for (int i = 0; i < p->n_inputs; i++) {
      to->harmonics[i] = (int)read_integer(r, &s, names[i], 1, MAX_HARMONICS, 0);
      to->start[i] = p->lower[i];
      to->period[i] = p->upper[i] - p->lower[i];
    }
  }
  lua_pop(r->L, 1);
}

/* Read the standard deviation of the random frequencies: one for all inputs, or one for each. */
static void read_deviations(reader *r, const section *parent) {
  static const char expected[] = "a number above 0", expected_table[] = "a number or one for each input";
  problem *p = r->made;
  double *to = p->network.features.deviation;
  const char *names[MAX_INPUTS];
  for (int i = 0; i < p->n_inputs; i++) names[i] = p->input_names[i];
  push_key(r, parent, "scale");
  if (lua_istable(r->L, -1)) {
    const section s = section_at_key(r, parent, "scale", "scale", expected_table);
    check_keys(r, &s, names, p->n_inputs, 0);
    for (int i = 0; i < p->n_inputs; i++) to[i] = read_number(r, &s, names[i], option_is_positive, expected, 1.0);
  } else {
    const double all = read_number(r, parent, "scale", option_is_positive, expected, 1.0);
    for (int i = 0; i < p->n_inputs; i++) to[i] = all;
  }
  lua_pop(r->L, 1);
}

static void read_fourier(reader *r, const section *parent) {
  static const char *const keys[] = {"features", "scale"};
  static const char expected[] = "{ features = 64, scale = 1 }";
  feature_options *to = &r->made->network.features;
  if (push_key(r, parent, "fourier")) {
    const section s = section_at_key(r, parent, "fourier", "fourier", expected);
    check_keys(r, &s, keys, 2, 0);
    to->n_fourier = (int)read_integer(r, &s, "features", 2, MAX_WIDTH, 0);
    if (to->n_fourier == 0) reader_fail(r->L, s.line, "fourier has no 'features'; expected %s", expected);
    if (to->n_fourier % 2 != 0)
      reader_fail(r->L, line_of_key(r, &s, "features"),
                  "features of fourier is %d; expected an even number: a cosine and a sine for each frequency",
                  to->n_fourier);
    read_deviations(r, &s);
  }
  lua_pop(r->L, 1);
}

/* The word of { "word", ... }, if there is one. */
static bool read_kind(reader *r, const section *s, network_options *to) {
  int n;
  const char *const *const names = network_names(&n);
  push_item(r, s, 1);
  if (lua_type(r->L, -1) == LUA_TSTRING) {
    to->kind = word_at_top(r, line_of_item(r, s, 1), "the network", names, n);
    return true;
  }
  lua_pop(r->L, 1);
  return false;
}

static void read_network(reader *r, const section *parent) {
  static const char *const keys[] = {"hidden", "activation", "init", "scale_inputs", "periodic", "fourier"};
  static const char *const activations[] = {"tanh", "sin"}, *const inits[] = {"xavier", "ntk"};
  problem *p = r->made;
  network_options *to = &p->network;
  if (!push_key(r, parent, "network"))
    reader_fail(r->L, parent->line, "there is no network; expected network = { hidden = {100, 100, 100} }");
  const section s = section_at_key(r, parent, "network", "network", "{ hidden = {100, 100, 100} }");
  check_keys(r, &s, keys, 6, read_kind(r, &s, to) ? 1 : 0);
  to->n_inputs = p->n_inputs;
  to->n_outputs = p->n_outputs;
  read_hidden(r, &s, to);
  if (network_check_kind(to) != NTKW_SUCCESS) reader_fail(r->L, line_of_key(r, &s, "hidden"), "%s", ntkw_last_error());
  to->activation = read_word(r, &s, "activation", activations, 2, 0) == 0 ? ACTIVATION_TANH : ACTIVATION_SIN;
  to->init = read_word(r, &s, "init", inits, 2, 0) == 0 ? INIT_XAVIER : INIT_NTK;
  const bool scale = read_boolean(r, &s, "scale_inputs", false);
  for (int i = 0; i < p->n_inputs; i++) { /* a uniform variable has the variance (to - from)^2 / 12 */
    to->input_shift[i] = scale ? 0.5 * p->lower[i] + 0.5 * p->upper[i] : 0.0;
    to->input_scale[i] = scale ? sqrt(12.0) / (p->upper[i] - p->lower[i]) : 1.0;
  }
  read_periodic(r, &s);
  read_fourier(r, &s);
  lua_pop(r->L, 1);
}

static void read_decay(reader *r, const section *parent) {
  static const char *const keys[] = {"every"};
  static const char expected[] = "{factor, every = steps}, such as {0.9, every = 1000}";
  learning_rate *rate = &r->made->optimizer.rate;
  if (push_key(r, parent, "decay")) {
    const section s = section_at_key(r, parent, "decay", "decay", expected);
    check_keys(r, &s, keys, 1, 1);
    push_item(r, &s, 1);
    rate->decay = lua_type(r->L, -1) == LUA_TNUMBER ? lua_tonumber(r->L, -1) : NAN;
    if (!is_decay(rate->decay))
      reader_fail(r->L, s.line, "the factor of decay is %s; expected a number above 0 and up to 1, as in %s",
                  describe(r->L, -1), expected);
    lua_pop(r->L, 1);
    rate->every = read_integer(r, &s, "every", 1, MAX_COUNT, 0);
    if (rate->every == 0) reader_fail(r->L, s.line, "decay has no 'every'; expected %s", expected);
  }
  lua_pop(r->L, 1);
}

/* The word of { "word", ... } or of "word" alone, at the top of the stack. */
static int leading_word(reader *r, section *s, const char *what, const char *const words[], int n) {
  if (lua_istable(r->L, s->index))
    push_item(r, s, 1);
  else
    lua_pushvalue(r->L, s->index);
  return word_at_top(r, s->line, what, words, n);
}

static section word_or_table(reader *r, const section *parent, const char *key, const char *expected) {
  if (lua_type(r->L, -1) == LUA_TSTRING) return (section){key, lua_gettop(r->L), line_of_key(r, parent, key), -1};
  return section_at_key(r, parent, key, key, expected);
}

static void read_option(reader *r, const section *s, const optimizer_option *option, double *value) {
  if (option->n_words > 0)
    *value = (double)read_word(r, s, option->key, option->words, option->n_words, (int)option->otherwise);
  else if (option->allowed)
    *value = read_number(r, s, option->key, option->allowed, option->expected, option->otherwise);
  else
    *value = (double)read_integer(r, s, option->key, option->least, option->most, (int64_t)option->otherwise);
}

static void read_options(reader *r, const section *s, optimizer_settings *to) {
  const char *keys[2 + MAX_OPTIMIZER_OPTIONS] = {"rate", "decay"};
  const optimizer_ops *ops = to->ops;
  for (int i = 0; i < ops->n_options; i++) keys[2 + i] = ops->options[i].key;
  check_keys(r, s, keys, 2 + ops->n_options, 1);
  to->rate.start = read_number(r, s, "rate", option_is_positive, "a number above 0", ops->rate);
  for (int i = 0; i < ops->n_options; i++) read_option(r, s, &ops->options[i], &to->values[i]);
  read_decay(r, s);
}

static void read_optimizer(reader *r, const section *parent) {
  optimizer_settings *to = &r->made->optimizer;
  int n = 0;
  const char *const *const names = optimizer_names(&n);
  if (push_key(r, parent, "optimizer")) {
    section s = word_or_table(r, parent, "optimizer", "{ \"" DEFAULT_OPTIMIZER "\", rate = 1e-3 }");
    *to = optimizer_defaults(optimizer_find(names[leading_word(r, &s, "the optimizer", names, n)]));
    if (lua_istable(r->L, -1)) read_options(r, &s, to);
  }
  lua_pop(r->L, 1);
}

static void read_weighting(reader *r, const section *parent) {
  static const char *const keys[] = {"update_every", "alpha"};
  problem *p = r->made;
  int n = 0;
  const char *const *const rules = rule_names(&n);
  if (push_key(r, parent, "weighting")) {
    section s = word_or_table(r, parent, "weighting", "{ \"" DEFAULT_RULE "\", update_every = 100, alpha = 0 }");
    const int rule = leading_word(r, &s, "the weighting rule", rules, n);
    snprintf(p->rule, sizeof p->rule, "%s", rules[rule]);
    if (lua_istable(r->L, -1)) {
      check_keys(r, &s, keys, 2, 1);
      p->update_every = read_integer(r, &s, "update_every", 1, MAX_COUNT, p->update_every);
      p->alpha = read_number(r, &s, "alpha", is_share, "a number from 0 to 1", p->alpha);
    }
  }
  lua_pop(r->L, 1);
}

bool is_lane_rows(int64_t rows) {
  return rows == SHORT_LANE_ROWS || (rows > 0 && rows <= MAX_LANE_ROWS && rows % PANEL_ROWS == 0);
}

/* Lanes of whole panels are the fastest. Others are refused, except for the length of old runs. */
static void read_lane_rows(reader *r, const section *s) {
  problem *p = r->made;
  p->says_lane_rows = push_key(r, s, "lane_rows");
  lua_pop(r->L, 1);
  p->lane_rows = (int)read_integer(r, s, "lane_rows", 1, MAX_LANE_ROWS, p->lane_rows);
  if (!is_lane_rows(p->lane_rows))
    reader_fail(r->L, line_of_key(r, s, "lane_rows"), "lane_rows of %s is %d; expected %d or a multiple of %d", s->name,
                p->lane_rows, SHORT_LANE_ROWS, PANEL_ROWS);
}

void read_training(reader *r, const section *s) {
  static const char *const precisions[] = {"float64", "float32"};
  problem *p = r->made;
  read_network(r, s);
  read_optimizer(r, s);
  read_weighting(r, s);
  p->network.precision = read_word(r, s, "precision", precisions, 2, 0) == 0 ? NTKW_FLOAT64 : NTKW_FLOAT32;
  if (p->optimizer.ops->least_squares && p->network.precision == NTKW_FLOAT32)
    reader_fail(r->L, line_of_key(r, s, "precision"),
                "the optimizer \"%s\" solves least-squares problems, for which float32 is too coarse; expected "
                "precision = \"float64\"",
                p->optimizer.ops->name);
  p->resample = read_integer(r, s, "resample", 0, MAX_COUNT, p->resample);
  p->steps = read_integer(r, s, "steps", 1, MAX_COUNT, p->steps);
  problem_set_seed(p, (uint64_t)read_integer(r, s, "seed", 0, INT64_MAX, (int64_t)p->seed));
  p->lanes = (int)read_integer(r, s, "lanes", 1, MAX_LANES, p->lanes);
  read_lane_rows(r, s);
}
