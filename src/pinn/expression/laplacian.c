/* Find the linear combination of the forward Laplacian.
 *
 * Each node is brought into the form   rest + sum_t factor_t * sum_k c_tk * u_t,k   where u_t,k is the second
 * derivative k of output u_t. The c_tk do not depend on outputs, the factors do, and the rest has no second derivative.
 * Sums, products and quotients keep that form. Other operations on a second derivative (u_xx^2, sin(u_xx), where)
 * settle their operands: each inner sum must be g * l, with one combination l for all terms, and is replaced by g times
 * the stream of l. */
#include "pinn/expression/laplacian.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_TERMS = 16 };
static const node ONE = NO_NODE; /* as a factor */

typedef struct term {
  int output;
  node factor;                 /* ONE or a node that uses outputs */
  node coefficient[MAX_PAIRS]; /* NO_NODE: absent */
} term;

typedef struct form {
  node rest; /* NO_NODE: nothing */
  int n_terms;
  term *terms;
} form;

typedef struct search {
  tape *nodes;
  form *forms; /* of the nodes that the tape had at first */
  bool failed, found;
  node common[MAX_PAIRS]; /* the coefficients of l */
} search;

static int pair_index(int i, int j) {
  return i * MAX_INPUTS - i * (i - 1) / 2 + (j - i);
}

static node kept(search *s, node made) {
  if (made == NO_NODE) s->failed = true;
  return made;
}

static node multiply(search *s, node a, node b) {
  return a == ONE ? b : b == ONE ? a : kept(s, tape_binary(s->nodes, OP_MULTIPLY, a, b));
}

static node add(search *s, node a, node b) {
  return a == NO_NODE ? b : b == NO_NODE ? a : kept(s, tape_binary(s->nodes, OP_ADD, a, b));
}

/* A coefficient as constant * base; base is ONE for a plain constant. */
static double split(const tape *nodes, node coefficient, node *base) {
  const tape_entry *r = &nodes->entries[coefficient];
  double constant = 1.0;
  *base = coefficient;
  if (r->operation == OP_NEGATE) {
    const double inner = split(nodes, r->a, base);
    return -inner;
  }
  if (tape_is_constant(nodes, coefficient, &constant)) {
    *base = ONE;
  } else if (r->operation == OP_MULTIPLY) {
    if (tape_is_constant(nodes, r->a, &constant))
      *base = r->b;
    else if (tape_is_constant(nodes, r->b, &constant))
      *base = r->a;
  }
  return constant;
}

/* A number by which all constants can be divided without rounding: the first constant, or else a power of two near
 * it. */
static double common_constant(const double constants[], int n) {
  int exponent = 0;
  if (constants[0] == 0.0) return 1.0;
  for (int k = 0; k < n; k++) {
    const double ratio = constants[k] / constants[0];
    if (ratio * constants[0] == constants[k] && isfinite(ratio)) continue;
    frexp(constants[0], &exponent);
    return copysign(ldexp(1.0, exponent), constants[0]);
  }
  return constants[0];
}

/* Write the coefficients as g * normal[], so that proportional ones get the same normal; returns g (ONE for 1). */
static node normalise(search *s, const node coefficient[], node normal[]) {
  double constants[MAX_PAIRS];
  node bases[MAX_PAIRS];
  int n = 0, at[MAX_PAIRS];
  for (int k = 0; k < MAX_PAIRS; k++) {
    normal[k] = NO_NODE;
    if (coefficient[k] == NO_NODE) continue;
    at[n] = k;
    constants[n] = split(s->nodes, coefficient[k], &bases[n]);
    n++;
  }
  bool same_base = true;
  for (int i = 1; i < n; i++) same_base &= bases[i] == bases[0];
  const double common = common_constant(constants, n);
  for (int i = 0; i < n; i++) {
    const node constant = kept(s, tape_constant(s->nodes, constants[i] / common));
    normal[at[i]] = same_base ? constant : multiply(s, constant, bases[i]);
  }
  const node g = common == 1.0 ? ONE : kept(s, tape_constant(s->nodes, common));
  return same_base ? multiply(s, g, bases[0]) : g;
}

/* Replace a term: g times its factor times the stream of l. Fails if the term is not g * l. */
static node settle_term(search *s, const term *t) {
  node normal[MAX_PAIRS];
  const node g = normalise(s, t->coefficient, normal);
  for (int k = 0; k < MAX_PAIRS; k++) {
    if (!s->found) s->common[k] = normal[k];
    if (s->common[k] != normal[k]) s->failed = true;
  }
  s->found = true;
  const node stream = kept(s, tape_output(s->nodes, t->output, LAPLACIAN, NO_INPUT));
  return multiply(s, multiply(s, g, t->factor), stream);
}

/* Rewrite a node without second derivatives. */
static node settle(search *s, node k) {
  node sum = NO_NODE;
  for (int t = 0; t < s->forms[k].n_terms; t++) sum = add(s, sum, settle_term(s, &s->forms[k].terms[t]));
  return add(s, sum, s->forms[k].rest);
}

static term *new_term(search *s, form *to, int output, node factor) {
  if (!to->terms) to->terms = malloc(MAX_TERMS * sizeof *to->terms);
  if (!to->terms || to->n_terms == MAX_TERMS) {
    s->failed = true;
    return NULL;
  }
  term *made = &to->terms[to->n_terms++];
  made->output = output;
  made->factor = factor;
  for (int k = 0; k < MAX_PAIRS; k++) made->coefficient[k] = NO_NODE;
  return made;
}

static term *find_term(search *s, form *to, int output, node factor) {
  for (int t = 0; t < to->n_terms; t++)
    if (to->terms[t].output == output && to->terms[t].factor == factor) return &to->terms[t];
  return new_term(s, to, output, factor);
}

/* Add the terms of a form, or subtract them. */
static void add_terms(search *s, form *to, const form *from, bool subtract) {
  for (int t = 0; t < from->n_terms; t++) {
    term *into = find_term(s, to, from->terms[t].output, from->terms[t].factor);
    for (int k = 0; into && k < MAX_PAIRS; k++) {
      node c = from->terms[t].coefficient[k];
      if (c == NO_NODE) continue;
      if (subtract) c = kept(s, tape_unary(s->nodes, OP_NEGATE, c));
      into->coefficient[k] = add(s, into->coefficient[k], c);
    }
  }
}

static form form_of_sum(search *s, const tape_entry *r) {
  form made = {NO_NODE, 0, NULL};
  const form *a = &s->forms[r->a], *b = &s->forms[r->b];
  const bool subtract = r->operation == OP_SUBTRACT;
  add_terms(s, &made, a, false);
  add_terms(s, &made, b, subtract);
  if (subtract && b->rest != NO_NODE)
    made.rest = a->rest == NO_NODE ? kept(s, tape_unary(s->nodes, OP_NEGATE, b->rest))
                                   : kept(s, tape_binary(s->nodes, OP_SUBTRACT, a->rest, b->rest));
  else
    made.rest = add(s, a->rest, b->rest);
  return made;
}

/* x times or divided by y; x may be ONE. */
static node scaled(search *s, operation op, node x, node y) {
  if (x == ONE && op == OP_MULTIPLY) return y;
  return kept(s, tape_binary(s->nodes, op, x == ONE ? tape_constant(s->nodes, 1.0) : x, y));
}

/* A form times or divided by a node without second derivatives. */
static form form_scaled(search *s, operation op, const form *a, node by) {
  form made = {NO_NODE, 0, NULL};
  const bool into_factor = tape_uses_outputs(s->nodes, by);
  if (a->rest != NO_NODE) made.rest = scaled(s, op, a->rest, by);
  for (int t = 0; t < a->n_terms && !s->failed; t++) {
    const term *from = &a->terms[t];
    term *to = new_term(s, &made, from->output, into_factor ? scaled(s, op, from->factor, by) : from->factor);
    for (int k = 0; to && k < MAX_PAIRS; k++) {
      const node c = from->coefficient[k];
      to->coefficient[k] = c == NO_NODE || into_factor ? c : scaled(s, op, c, by);
    }
  }
  return made;
}

/* The form after any other operation, with settled operands. */
static form form_settled(search *s, const tape_entry *r) {
  form made = {NO_NODE, 0, NULL};
  const node a = settle(s, r->a), b = r->b == NO_NODE ? NO_NODE : settle(s, r->b);
  if (s->failed) return made;
  if (r->operation == OP_WHERE) {
    const node c = settle(s, r->c);
    if (!s->failed) made.rest = kept(s, tape_where(s->nodes, a, b, c));
  } else {
    made.rest =
        kept(s, b == NO_NODE ? tape_unary(s->nodes, r->operation, a) : tape_binary(s->nodes, r->operation, a, b));
  }
  return made;
}

static form form_of(search *s, node k) {
  const tape_entry r = s->nodes->entries[k]; /* a copy: the tape grows */
  form made = {NO_NODE, 0, NULL};
  if (r.operation == OP_OUTPUT && r.c != NO_INPUT) {
    term *t = new_term(s, &made, r.a, ONE);
    if (t) t->coefficient[pair_index(r.b, r.c)] = kept(s, tape_constant(s->nodes, 1.0));
    return made;
  }
  made.rest = k;
  if (r.operation <= OP_OUTPUT) return made;
  const form *a = &s->forms[r.a], *b = r.b == NO_NODE ? NULL : &s->forms[r.b];
  if (r.operation == OP_ADD || r.operation == OP_SUBTRACT) return form_of_sum(s, &r);
  if (r.operation == OP_NEGATE) return form_scaled(s, OP_MULTIPLY, a, kept(s, tape_constant(s->nodes, -1.0)));
  if ((r.operation == OP_MULTIPLY || r.operation == OP_DIVIDE) && b->n_terms == 0)
    return form_scaled(s, r.operation, a, b->rest);
  if (r.operation == OP_MULTIPLY && a->n_terms == 0) return form_scaled(s, OP_MULTIPLY, b, a->rest);
  return form_settled(s, &r);
}

/* The nodes that the roots need. */
static void mark(const tape *nodes, int n, const node roots[], bool *needed) {
  for (int i = 0; i < n; i++) needed[roots[i]] = true;
  for (int k = nodes->n - 1; k >= 0; k--) {
    const tape_entry *r = &nodes->entries[k];
    if (!needed[k] || r->operation <= OP_OUTPUT) continue;
    needed[r->a] = true;
    if (r->b != NO_NODE) needed[r->b] = true;
    if (r->c != NO_NODE) needed[r->c] = true;
  }
}

static bool uses_higher(const tape *nodes, const bool *needed) {
  for (int k = 0; k < nodes->n; k++)
    if (needed[k] && nodes->entries[k].operation == OP_OUTPUT && is_higher(nodes->entries[k].c)) return true;
  return false;
}

/* Different second derivatives among the needed nodes. */
static int count_pairs(const tape *nodes, const bool *needed) {
  bool seen[MAX_PAIRS] = {false};
  int n = 0;
  for (int k = 0; k < nodes->n; k++) {
    const tape_entry *r = &nodes->entries[k];
    if (!needed[k] || r->operation != OP_OUTPUT || r->c == NO_INPUT || seen[pair_index(r->b, r->c)]) continue;
    seen[pair_index(r->b, r->c)] = true;
    n++;
  }
  return n;
}

static void rewrite(search *s, int n, const node roots[], const bool *needed, node rewritten[]) {
  const int n_nodes = s->nodes->n;
  for (int k = 0; k < n_nodes && !s->failed; k++)
    if (needed[k]) s->forms[k] = form_of(s, k);
  for (int i = 0; i < n && !s->failed; i++) rewritten[i] = settle(s, roots[i]);
  for (int k = 0; k < n_nodes; k++) free(s->forms[k].terms);
}

static void list_pairs(const search *s, combination *found) {
  found->n_pairs = 0;
  for (int i = 0; i < MAX_INPUTS; i++)
    for (int j = i; j < MAX_INPUTS; j++) {
      if (s->common[pair_index(i, j)] == NO_NODE) continue;
      found->pair[found->n_pairs] = (stream_pair){i, j};
      found->coefficient[found->n_pairs++] = s->common[pair_index(i, j)];
    }
}

bool laplacian_find(tape *nodes, int n, const node roots[], node rewritten[], combination *found) {
  search s = {.nodes = nodes, .forms = calloc((size_t)nodes->n + 1, sizeof(form))};
  bool *needed = calloc((size_t)nodes->n + 1, sizeof *needed);
  found->n_pairs = 0;
  if (s.forms && needed) {
    mark(nodes, n, roots, needed);
    if (!uses_higher(nodes, needed) && count_pairs(nodes, needed) >= 2) {
      rewrite(&s, n, roots, needed, rewritten);
      if (!s.failed && s.found) list_pairs(&s, found);
    }
  }
  free(s.forms);
  free(needed);
  return found->n_pairs > 0;
}
