#include "pinn/state/problem_settings.h"
#include "base/dtype.h"
#include "ntkw/rule.h"
#include "ntkw/weighting.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void settings_list_free(settings_list *s) {
  for (int i = 0; i < s->n; i++) {
    free(s->list[i].key);
    free(s->list[i].value);
  }
  free(s->list);
}

/* Append a setting. Takes ownership of key and value; NULL: out of memory. */
static void add(settings_list *s, change_kind kind, char *key, char *value) {
  if (s->n == s->room) {
    const int room = 2 * s->room + 64;
    setting *longer = realloc(s->list, (size_t)room * sizeof *longer);
    if (longer) s->list = longer, s->room = room;
  }
  if (!key || !value || s->n == s->room) {
    s->complete = false;
    free(key);
    free(value);
    return;
  }
  s->list[s->n++] = (setting){.kind = kind, .key = key, .value = value};
}

static char *__attribute__((format(printf, 1, 2))) text_of(const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  va_end(arguments);
  return text;
}

/* A text that is written piece by piece. finish() returns it. */
typedef struct text_stream {
  FILE *stream;
  char *text;
  size_t size;
} text_stream;

static bool start(text_stream *p) {
  *p = (text_stream){0};
  p->stream = open_memstream(&p->text, &p->size);
  return p->stream != NULL;
}

static char *finish(text_stream *p) {
  if (fclose(p->stream) == 0) return p->text;
  free(p->text);
  return NULL;
}

/* Write the shortest decimal number that reads as x. */
static void put_number(FILE *to, double x) {
  char text[40];
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, x);
    if (strtod(text, NULL) == x) break;
  }
  fputs(text, to);
}

static char *number(double x) {
  text_stream p;
  if (!start(&p)) return NULL;
  put_number(p.stream, x);
  return finish(&p);
}

static void add_text(settings_list *s, change_kind kind, const char *key, const char *value) {
  add(s, kind, strdup(key), text_of("\"%s\"", value));
}

static void add_integer(settings_list *s, change_kind kind, const char *key, int64_t value) {
  add(s, kind, strdup(key), text_of("%" PRId64, value));
}

static void add_number(settings_list *s, change_kind kind, const char *key, double value) {
  add(s, kind, strdup(key), number(value));
}

static void add_function(settings_list *s, change_kind kind, char *key, const equations *eqs) {
  add(s, kind, key, eqs ? text_of("%d:%016" PRIx64, equations_count(eqs), equations_fingerprint(eqs)) : strdup("none"));
  if (s->n > 0 && eqs) s->list[s->n - 1].function = true;
}

static void add_inputs(settings_list *s, const problem *pde) {
  text_stream p;
  if (!start(&p)) return (void)(s->complete = false);
  for (int i = 0; i < pde->n_inputs; i++) {
    fprintf(p.stream, "%s{\"%s\", ", i ? ", " : "{ ", pde->input_names[i]);
    put_number(p.stream, pde->lower[i]);
    fputs(", ", p.stream);
    put_number(p.stream, pde->upper[i]);
    fputc('}', p.stream);
  }
  fputs(" }", p.stream);
  add(s, CHANGE_REFUSED, strdup("inputs"), finish(&p));
  if (!start(&p)) return (void)(s->complete = false);
  for (int o = 0; o < pde->n_outputs; o++) fprintf(p.stream, "%s\"%s\"", o ? ", " : "{ ", pde->output_names[o]);
  fputs(" }", p.stream);
  add(s, CHANGE_REFUSED, strdup("outputs"), finish(&p));
}

static char *hidden_of(const network_options *net) {
  text_stream p;
  if (!start(&p)) return NULL;
  for (int l = 0; l < net->n_hidden; l++) fprintf(p.stream, "%s%d", l ? ", " : "{", net->hidden[l]);
  fputc('}', p.stream);
  return finish(&p);
}

static char *periodic_of(const problem *pde) {
  text_stream p;
  int n = 0;
  if (!start(&p)) return NULL;
  for (int i = 0; i < pde->n_inputs; i++)
    if (pde->network.features.harmonics[i] > 0)
      fprintf(p.stream, "%s%s = %d", n++ ? ", " : "{ ", pde->input_names[i], pde->network.features.harmonics[i]);
  fputs(n ? " }" : "none", p.stream);
  return finish(&p);
}

static char *fourier_of(const problem *pde) {
  const feature_options *features = &pde->network.features;
  text_stream p;
  if (features->n_fourier == 0) return strdup("none");
  if (!start(&p)) return NULL;
  fprintf(p.stream, "{ features = %d, scale = {", features->n_fourier);
  for (int i = 0; i < pde->n_inputs; i++) {
    fprintf(p.stream, "%s%s = ", i ? ", " : " ", pde->input_names[i]);
    put_number(p.stream, features->deviation[i]);
  }
  fputs(" } }", p.stream);
  return finish(&p);
}

static bool scales_inputs(const network_options *net) {
  for (int i = 0; i < net->n_inputs; i++)
    if (net->input_shift[i] != 0.0 || net->input_scale[i] != 1.0) return true;
  return false;
}

static void add_network(settings_list *s, const problem *pde) {
  const network_options *net = &pde->network;
  add_text(s, CHANGE_REFUSED, "network", network_name(net));
  add(s, CHANGE_REFUSED, strdup("network.hidden"), hidden_of(net));
  add_text(s, CHANGE_REFUSED, "network.activation", net->activation == ACTIVATION_TANH ? "tanh" : "sin");
  add_text(s, CHANGE_STAYS, "network.init", net->init == INIT_XAVIER ? "xavier" : "ntk");
  add(s, CHANGE_REFUSED, strdup("network.scale_inputs"), strdup(scales_inputs(net) ? "true" : "false"));
  add(s, CHANGE_REFUSED, strdup("network.periodic"), periodic_of(pde));
  add(s, CHANGE_REFUSED, strdup("network.fourier"), fourier_of(pde));
  add_text(s, CHANGE_REFUSED, "precision", ntkw_dtype_name(net->precision));
}

/* A list of the numbers of a region. */
typedef struct number_list {
  FILE *to;
  int n;
} number_list;

static void put_named_number(void *context, const char *name, double value) {
  number_list *list = context;
  fprintf(list->to, "%s%s=", list->n++ ? ", " : "", name);
  put_number(list->to, value);
}

/* Write WORD{x=0, y=1}. */
static void put_region(FILE *to, const problem *pde, const char *word, const region *from) {
  const input_space space = problem_space(pde);
  fprintf(to, "%s{", word);
  from->ops->describe(from, &space, put_named_number, &(number_list){to, 0});
  fputc('}', to);
}

static void put_place(FILE *to, const problem *pde, const place *at) {
  if (at->surface_of) {
    fputs("boundary(", to);
    put_region(to, pde, at->surface_of->ops->word, at->surface_of);
    fputc(')', to);
  } else if (at->region->n_named > 0) {
    put_region(to, pde, "boundary", at->region);
  } else {
    fputs("interior()", to);
  }
}

static void add_domain(settings_list *s, const problem *pde) {
  text_stream p;
  if (pde->domain.n_removed == 0) return;
  if (!start(&p)) return (void)(s->complete = false);
  fputs("box()", p.stream);
  for (int k = 0; k < pde->domain.n_removed; k++) {
    fputs(" - ", p.stream);
    put_region(p.stream, pde, pde->domain.removed[k]->ops->word, pde->domain.removed[k]);
  }
  add(s, CHANGE_REFUSED, strdup("domain"), finish(&p));
}

static char *places_of(const problem *pde, const condition *cond) {
  text_stream p;
  if (!start(&p)) return NULL;
  for (int k = 0; k < cond->n_places; k++) {
    fputs(k ? ", " : cond->n_places > 1 ? "{ " : "", p.stream);
    put_place(p.stream, pde, &cond->places[k]);
  }
  if (cond->n_places > 1) fputs(" }", p.stream);
  return finish(&p);
}

static void add_conditions(settings_list *s, const problem *pde) {
  for (int c = 0; c < pde->n_conditions; c++)
    add(s, CHANGE_REFUSED, text_of("condition %d", c + 1), text_of("\"%s\"", pde->conditions[c].name));
  for (int c = 0; c < pde->n_conditions; c++) {
    const condition *cond = &pde->conditions[c];
    const int first = s->n;
    add(s, CHANGE_TAKEN, text_of("points of condition '%s'", cond->name), text_of("%" PRId64, cond->n_points));
    add(s, CHANGE_REFUSED, text_of("'on' of condition '%s'", cond->name), places_of(pde, cond));
    add_function(s, CHANGE_REFUSED, text_of("the equation of condition '%s'", cond->name), cond->equations);
    for (int i = first; i < s->n; i++) s->list[i].inner = true;
  }
}

/* Options belong to their optimizer: another one does not have them. */
static void add_options(settings_list *s, const optimizer_settings *optimizer) {
  const int first = s->n;
  for (int i = 0; i < optimizer->ops->n_options; i++) {
    const optimizer_option *option = &optimizer->ops->options[i];
    const double value = optimizer->values[i];
    add(s, CHANGE_TAKEN, text_of("optimizer.%s", option->key),
        option->n_words > 0 ? text_of("\"%s\"", option->words[(int)value]) : number(value));
  }
  for (int i = first; i < s->n; i++) s->list[i].inner = true;
}

static void add_optimizer(settings_list *s, const optimizer_settings *optimizer) {
  const learning_rate *rate = &optimizer->rate;
  text_stream p;
  add_text(s, CHANGE_TAKEN, "optimizer", optimizer->ops->name);
  add_number(s, CHANGE_TAKEN, "optimizer.rate", rate->start);
  add_options(s, optimizer);
  if (rate->decay == 1.0) return add(s, CHANGE_TAKEN, strdup("optimizer.decay"), strdup("none"));
  if (!start(&p)) return (void)(s->complete = false);
  fputc('{', p.stream);
  put_number(p.stream, rate->decay);
  fprintf(p.stream, ", every = %" PRId64 "}", rate->every);
  add(s, CHANGE_TAKEN, strdup("optimizer.decay"), finish(&p));
}

/* Uses the rule's defaults where the file has no numbers. The numbers belong to their rule. */
static void add_weighting(settings_list *s, const problem *pde) {
  const ntkw_rule_info *rule = ntkw_rule_find(pde->rule);
  add_text(s, CHANGE_STAYS, "weighting", pde->rule);
  if (!rule) return;
  const int64_t every = pde->update_every > 0 ? pde->update_every : rule->update_every;
  const double alpha = pde->alpha == NTKW_RULE_ALPHA ? rule->alpha : pde->alpha;
  const int first = s->n;
  add(s, CHANGE_STAYS, text_of("update_every of weighting '%s'", pde->rule), text_of("%" PRId64, every));
  add(s, CHANGE_STAYS, text_of("alpha of weighting '%s'", pde->rule), number(alpha));
  for (int i = first; i < s->n; i++) s->list[i].inner = true;
}

static char *ntk_of(const ntk_watch *watch) {
  text_stream p;
  if (watch->every == 0 && watch->n_steps == 0) return strdup("none");
  if (!start(&p)) return NULL;
  if (watch->every > 0)
    fprintf(p.stream, "{ every = %" PRId64, watch->every);
  else
    fputs("{ steps = {", p.stream);
  for (int i = 0; i < watch->n_steps; i++) fprintf(p.stream, "%s%" PRId64, i ? ", " : "", watch->steps[i]);
  fprintf(p.stream, "%s, points = %" PRId64 " }", watch->every > 0 ? "" : "}", watch->points);
  return finish(&p);
}

void settings_list_make(settings_list *s, const problem *pde) {
  *s = (settings_list){.complete = true};
  add_inputs(s, pde);
  add_domain(s, pde);
  add_network(s, pde);
  add_conditions(s, pde);
  for (int o = 0; o < pde->n_outputs; o++)
    add_function(s, CHANGE_TAKEN, text_of("exact.%s", pde->output_names[o]), pde->exact[o]);
  if (pde->reference[0])
    add_text(s, CHANGE_TAKEN, "reference", pde->reference);
  else
    add(s, CHANGE_TAKEN, strdup("reference"), strdup("none"));
  add_integer(s, CHANGE_TAKEN, "resample", pde->resample);
  add_optimizer(s, &pde->optimizer);
  add_weighting(s, pde);
  add_integer(s, CHANGE_FREE, "steps", pde->steps);
  add(s, CHANGE_STAYS, strdup("seed"), text_of("%" PRIu64, pde->seed));
  add_integer(s, CHANGE_STAYS, "lanes", pde->lanes);
  add_integer(s, CHANGE_STAYS, "lane_rows", pde->lane_rows);
  add(s, CHANGE_TAKEN, strdup("ntk"), ntk_of(&pde->ntk));
}
