#include "pinn/training/changes.h"
#include "ntkw/rule.h"
#include "ntkw/weighting.h"
#include "base/check.h"
#include "base/dtype.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A key of a problem file and its value. */
typedef struct statement {
  change_kind kind;
  bool function; /* the value is a fingerprint, which nobody wants to see */
  bool inner;    /* of a condition or rule: means nothing where there is no such one */
  char *key, *value;
} statement;

typedef struct statements {
  statement *list;
  int n, room;
  bool complete; /* false: out of memory */
} statements;

static void free_statements(statements *s) {
  for (int i = 0; i < s->n; i++) {
    free(s->list[i].key);
    free(s->list[i].value);
  }
  free(s->list);
}

/* Takes over key and value; NULL: out of memory. */
static void add(statements *s, change_kind kind, char *key, char *value) {
  if (s->n == s->room) {
    const int room = 2 * s->room + 64;
    statement *longer = realloc(s->list, (size_t)room * sizeof *longer);
    if (longer) s->list = longer, s->room = room;
  }
  if (!key || !value || s->n == s->room) {
    s->complete = false;
    free(key);
    free(value);
    return;
  }
  s->list[s->n++] = (statement){.kind = kind, .key = key, .value = value};
}

static char *__attribute__((format(printf, 1, 2))) text_of(const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&text, format, arguments) < 0) text = NULL;
  va_end(arguments);
  return text;
}

/* A text that is written piece by piece; finish() makes a value of it. */
typedef struct pen {
  FILE *stream;
  char *text;
  size_t size;
} pen;

static bool start(pen *p) {
  *p = (pen){0};
  p->stream = open_memstream(&p->text, &p->size);
  return p->stream != NULL;
}

static char *finish(pen *p) {
  if (fclose(p->stream) == 0) return p->text;
  free(p->text);
  return NULL;
}

/* The shortest decimal number that reads as x. */
static void put_number(FILE *to, double x) {
  char text[40];
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, x);
    if (strtod(text, NULL) == x) break;
  }
  fputs(text, to);
}

static char *number(double x) {
  pen p;
  if (!start(&p)) return NULL;
  put_number(p.stream, x);
  return finish(&p);
}

static void state_text(statements *s, change_kind kind, const char *key, const char *value) {
  add(s, kind, strdup(key), text_of("\"%s\"", value));
}

static void state_integer(statements *s, change_kind kind, const char *key, int64_t value) {
  add(s, kind, strdup(key), text_of("%" PRId64, value));
}

static void state_number(statements *s, change_kind kind, const char *key, double value) {
  add(s, kind, strdup(key), number(value));
}

static void state_function(statements *s, change_kind kind, char *key, const equations *eqs) {
  add(s, kind, key, eqs ? text_of("%d:%016" PRIx64, equations_count(eqs), equations_fingerprint(eqs)) : strdup("none"));
  if (s->n > 0 && eqs) s->list[s->n - 1].function = true;
}

static void state_inputs(statements *s, const problem *pde) {
  pen p;
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
  pen p;
  if (!start(&p)) return NULL;
  for (int l = 0; l < net->n_hidden; l++) fprintf(p.stream, "%s%d", l ? ", " : "{", net->hidden[l]);
  fputc('}', p.stream);
  return finish(&p);
}

static char *periodic_of(const problem *pde) {
  pen p;
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
  pen p;
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

static void state_network(statements *s, const problem *pde) {
  const network_options *net = &pde->network;
  state_text(s, CHANGE_REFUSED, "network", network_name(net));
  add(s, CHANGE_REFUSED, strdup("network.hidden"), hidden_of(net));
  state_text(s, CHANGE_REFUSED, "network.activation", net->activation == ACTIVATION_TANH ? "tanh" : "sin");
  state_text(s, CHANGE_STAYS, "network.init", net->init == INIT_XAVIER ? "xavier" : "ntk");
  add(s, CHANGE_REFUSED, strdup("network.scale_inputs"), strdup(scales_inputs(net) ? "true" : "false"));
  add(s, CHANGE_REFUSED, strdup("network.periodic"), periodic_of(pde));
  add(s, CHANGE_REFUSED, strdup("network.fourier"), fourier_of(pde));
  state_text(s, CHANGE_REFUSED, "precision", ntkw_dtype_name(net->precision));
}

/* Numbers of a region, written one after the other. */
typedef struct number_list {
  FILE *to;
  int n;
} number_list;

static void put_named_number(void *context, const char *name, double value) {
  number_list *list = context;
  fprintf(list->to, "%s%s=", list->n++ ? ", " : "", name);
  put_number(list->to, value);
}

/* WORD{x=0, y=1} */
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

static void state_shapes(statements *s, const problem *pde) {
  pen p;
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
  pen p;
  if (!start(&p)) return NULL;
  for (int k = 0; k < cond->n_places; k++) {
    fputs(k ? ", " : cond->n_places > 1 ? "{ " : "", p.stream);
    put_place(p.stream, pde, &cond->places[k]);
  }
  if (cond->n_places > 1) fputs(" }", p.stream);
  return finish(&p);
}

static void state_conditions(statements *s, const problem *pde) {
  for (int c = 0; c < pde->n_conditions; c++)
    add(s, CHANGE_REFUSED, text_of("condition %d", c + 1), text_of("\"%s\"", pde->conditions[c].name));
  for (int c = 0; c < pde->n_conditions; c++) {
    const condition *cond = &pde->conditions[c];
    const int first = s->n;
    add(s, CHANGE_TAKEN, text_of("points of condition '%s'", cond->name), text_of("%" PRId64, cond->n_points));
    add(s, CHANGE_REFUSED, text_of("'on' of condition '%s'", cond->name), places_of(pde, cond));
    state_function(s, CHANGE_REFUSED, text_of("the equation of condition '%s'", cond->name), cond->equations);
    for (int i = first; i < s->n; i++) s->list[i].inner = true;
  }
}

/* An option means nothing to another optimizer. */
static void state_options(statements *s, const optimizer_settings *optimizer) {
  const int first = s->n;
  for (int i = 0; i < optimizer->ops->n_options; i++)
    add(s, CHANGE_TAKEN, text_of("optimizer.%s", optimizer->ops->options[i].key), number(optimizer->values[i]));
  for (int i = first; i < s->n; i++) s->list[i].inner = true;
}

static void state_optimizer(statements *s, const optimizer_settings *optimizer) {
  const learning_rate *rate = &optimizer->rate;
  pen p;
  state_text(s, CHANGE_TAKEN, "optimizer", optimizer->ops->name);
  state_number(s, CHANGE_TAKEN, "optimizer.rate", rate->start);
  state_options(s, optimizer);
  if (rate->decay == 1.0) return add(s, CHANGE_TAKEN, strdup("optimizer.decay"), strdup("none"));
  if (!start(&p)) return (void)(s->complete = false);
  fputc('{', p.stream);
  put_number(p.stream, rate->decay);
  fprintf(p.stream, ", every = %" PRId64 "}", rate->every);
  add(s, CHANGE_TAKEN, strdup("optimizer.decay"), finish(&p));
}

/* With the rule's own numbers where the file has none; they mean nothing to another rule. */
static void state_weighting(statements *s, const problem *pde) {
  const ntkw_rule_info *rule = ntkw_rule_find(pde->rule);
  state_text(s, CHANGE_STAYS, "weighting", pde->rule);
  if (!rule) return;
  const int64_t every = pde->update_every > 0 ? pde->update_every : rule->update_every;
  const double alpha = pde->alpha == NTKW_RULE_ALPHA ? rule->alpha : pde->alpha;
  const int first = s->n;
  add(s, CHANGE_STAYS, text_of("update_every of weighting '%s'", pde->rule), text_of("%" PRId64, every));
  add(s, CHANGE_STAYS, text_of("alpha of weighting '%s'", pde->rule), number(alpha));
  for (int i = first; i < s->n; i++) s->list[i].inner = true;
}

static char *ntk_of(const ntk_watch *watch) {
  pen p;
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

static void state_problem(statements *s, const problem *pde) {
  *s = (statements){.complete = true};
  state_inputs(s, pde);
  state_shapes(s, pde);
  state_network(s, pde);
  state_conditions(s, pde);
  for (int o = 0; o < pde->n_outputs; o++)
    state_function(s, CHANGE_TAKEN, text_of("exact.%s", pde->output_names[o]), pde->exact[o]);
  if (pde->reference[0])
    state_text(s, CHANGE_TAKEN, "reference", pde->reference);
  else
    add(s, CHANGE_TAKEN, strdup("reference"), strdup("none"));
  state_integer(s, CHANGE_TAKEN, "resample", pde->resample);
  state_optimizer(s, &pde->optimizer);
  state_weighting(s, pde);
  state_integer(s, CHANGE_FREE, "steps", pde->steps);
  add(s, CHANGE_STAYS, strdup("seed"), text_of("%" PRIu64, pde->seed));
  state_integer(s, CHANGE_STAYS, "lanes", pde->lanes);
  add(s, CHANGE_TAKEN, strdup("ntk"), ntk_of(&pde->ntk));
}

static const statement *find(const statements *s, const char *key) {
  for (int i = 0; i < s->n; i++)
    if (strcmp(s->list[i].key, key) == 0) return &s->list[i];
  return NULL;
}

/* a: before, b: now; one of them may be NULL. */
static void compare(const statement *a, const statement *b, changes *out, bool *complete) {
  const statement *one = a ? a : b;
  const char *before = a ? a->value : "none", *now = b ? b->value : "none";
  if (strcmp(before, now) == 0 || ((!a || !b) && one->inner)) return;
  if (a && a->function) before = "a function";
  if (b && b->function) now = a && a->function ? "another function" : "a function";
  change *to = &out->list[out->n++];
  *to = (change){one->kind, strdup(one->key), strdup(before), strdup(now)};
  *complete = *complete && to->key && to->before && to->now;
}

ntkw_status changes_find(const problem *before, const problem *now, changes *out) {
  statements a, b;
  state_problem(&a, before);
  state_problem(&b, now);
  *out = (changes){calloc((size_t)(a.n + b.n + 1), sizeof(change)), 0};
  bool complete = a.complete && b.complete && out->list;
  for (int i = 0; complete && i < a.n; i++) compare(&a.list[i], find(&b, a.list[i].key), out, &complete);
  for (int i = 0; complete && i < b.n; i++)
    if (!find(&a, b.list[i].key)) compare(NULL, &b.list[i], out, &complete);
  free_statements(&a);
  free_statements(&b);
  if (complete) return NTKW_SUCCESS;
  changes_free(out);
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory to compare two problem files");
}

void changes_free(changes *found) {
  for (int i = 0; i < found->n; i++) {
    free(found->list[i].key);
    free(found->list[i].before);
    free(found->list[i].now);
  }
  free(found->list);
  *found = (changes){0};
}

void changes_describe(const changes *found, change_kind kind, char *text, size_t size) {
  enum { MOST = 3, WIDTH = 120 };
  int n = 0;
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < found->n; i++) {
    const change *c = &found->list[i];
    if (c->kind != kind || n++ >= MOST || used >= size) continue;
    used += (size_t)snprintf(text + used, size - used, "%s%s is %.*s%s in the checkpoint, %.*s%s in the problem file",
                             n > 1 ? "; " : "", c->key, WIDTH, c->before, strlen(c->before) > WIDTH ? "..." : "", WIDTH,
                             c->now, strlen(c->now) > WIDTH ? "..." : "");
  }
  if (n > MOST && used < size) snprintf(text + used, size - used, "; and %d more differences", n - MOST);
}
