/* Equations are compiled to two programs: the residuals, and the coefficients of the forward Laplacian. */
#include "pinn/expression/equations.h"
#include "pinn/expression/laplacian.h"
#include "pinn/expression/program.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

struct equations {
  int n, n_outputs;
  stream_set streams;
  program residuals, coefficients;
};

struct equations_workspace {
  const equations *equations;
  program_points at; /* of the last equations_residuals; its pointers are NULL after the call */
  const double *normals;
  double *values, *adjoints, *coefficient_values;
};

/* The derivatives that the network must compute, by input numbers. */
typedef struct closure {
  bool first[MAX_INPUTS], second[MAX_INPUTS][MAX_INPUTS];
  int n_higher;
  stream_derivative higher[MAX_HIGHER + 1]; /* sorted by order, then by inputs; MAX_HIGHER + 1 of them: too many */
} closure;

static int compare_derivatives(const stream_derivative *a, const stream_derivative *b) {
  if (a->order != b->order) return a->order - b->order;
  for (int i = 0; i < a->order; i++)
    if (a->by[i] != b->by[i]) return a->by[i] - b->by[i];
  return 0;
}

static void insert_higher(closure *used, stream_derivative made) {
  int at = used->n_higher;
  for (int k = 0; k < used->n_higher; k++)
    if (compare_derivatives(&used->higher[k], &made) == 0) return;
  if (used->n_higher > MAX_HIGHER) return;
  for (; at > 0 && compare_derivatives(&used->higher[at - 1], &made) > 0; at--) used->higher[at] = used->higher[at - 1];
  used->higher[at] = made;
  used->n_higher++;
}

/* Insert a derivative with all lower ones that it needs: those by every non-empty choice of its inputs. */
static void insert_derivative(closure *used, int order, const int inputs[]) {
  for (int chosen = 1; chosen < 1 << order; chosen++) {
    stream_derivative part = {0};
    for (int i = 0; i < order; i++)
      if (chosen >> i & 1) part.by[part.order++] = inputs[i];
    if (part.order == 1) used->first[part.by[0]] = true;
    if (part.order == 2) used->second[part.by[0]][part.by[1]] = true;
    if (part.order > 2) insert_higher(used, part);
  }
}

/* Collect the derivatives that the roots use, those of lower order that these need, and the first derivatives that the
 * forward Laplacian needs. */
static void collect(const tape *nodes, int n, const node roots[], const combination *found, bool *needed,
                    closure *used) {
  *used = (closure){.n_higher = 0};
  for (int i = 0; i < n; i++) needed[roots[i]] = true;
  for (int k = nodes->n - 1; k >= 0; k--) {
    const tape_entry *r = &nodes->entries[k];
    if (!needed[k] || r->operation < OP_OUTPUT) continue;
    if (r->operation > OP_OUTPUT) {
      needed[r->a] = true;
      if (r->b != NO_NODE) needed[r->b] = true;
      if (r->c != NO_NODE) needed[r->c] = true;
      continue;
    }
    int inputs[MAX_ORDER];
    if (r->b != LAPLACIAN) insert_derivative(used, derivative_unpack(r->b, r->c, inputs), inputs);
  }
  for (int k = 0; k < found->n_pairs; k++) used->first[found->pair[k].a] = used->first[found->pair[k].b] = true;
}

/* Lay out the streams in the order of streams.h, with positions of first derivatives in place of input numbers. */
static void lay_streams(const closure *used, const combination *found, stream_set *streams) {
  int position[MAX_INPUTS] = {0};
  memset(streams, 0, sizeof *streams);
  for (int i = 0; i < MAX_INPUTS; i++) {
    position[i] = streams->n_first;
    if (used->first[i]) streams->first[streams->n_first++] = i;
  }
  for (int i = 0; i < MAX_INPUTS; i++)
    for (int j = i; j < MAX_INPUTS; j++)
      if (used->second[i][j]) streams->second[streams->n_second++] = (stream_pair){position[i], position[j]};
  for (; streams->n_pairs < found->n_pairs; streams->n_pairs++) {
    const stream_pair inputs = found->pair[streams->n_pairs];
    streams->pair[streams->n_pairs] = (stream_pair){position[inputs.a], position[inputs.b]};
  }
  for (; streams->n_higher < used->n_higher; streams->n_higher++) {
    stream_derivative *to = &streams->higher[streams->n_higher];
    *to = used->higher[streams->n_higher];
    for (int i = 0; i < to->order; i++) to->by[i] = position[to->by[i]];
  }
}

static ntkw_status compile(tape *nodes, int n, const node roots[], equations *to) {
  node rewritten[MAX_EQUATIONS];
  combination found;
  const node *used = laplacian_find(nodes, n, roots, rewritten, &found) ? rewritten : roots;
  bool *needed = calloc((size_t)nodes->n + 1, sizeof *needed);
  NTKW_CHECK(needed, NTKW_ERR_MEMORY, "out of memory for the equations");
  closure derivatives;
  collect(nodes, n, used, &found, needed, &derivatives);
  free(needed);
  NTKW_CHECK(derivatives.n_higher <= MAX_HIGHER, NTKW_ERR_PROBLEM,
             "the equations need more than %d derivatives of order three and four (u_xxxy also needs u_xxx and u_xxy); "
             "expected fewer mixed ones, or several conditions",
             MAX_HIGHER);
  lay_streams(&derivatives, &found, &to->streams);
  NTKW_TRY(program_create(nodes, n, used, &to->streams, &to->residuals));
  return program_create(nodes, found.n_pairs, found.coefficient, &to->streams, &to->coefficients);
}

ntkw_status equations_create(tape *nodes, int n, const node roots[], int n_outputs, equations **out) {
  *out = NULL;
  NTKW_CHECK(n >= 1 && n <= MAX_EQUATIONS, NTKW_ERR_ARGUMENT, "there are %d equations; expected 1 to %d", n,
             MAX_EQUATIONS);
  for (int i = 0; i < n; i++)
    NTKW_CHECK(roots[i] >= 0 && roots[i] < nodes->n, NTKW_ERR_ARGUMENT, "equation %d is not a node of the tape", i);
  equations *made = calloc(1, sizeof *made);
  NTKW_CHECK(made, NTKW_ERR_MEMORY, "out of memory for the equations");
  made->n = n;
  made->n_outputs = n_outputs;
  const ntkw_status status = compile(nodes, n, roots, made);
  if (status != NTKW_SUCCESS) equations_destroy(&made);
  *out = made;
  return status;
}

void equations_destroy(equations **set) {
  if (!set || !*set) return;
  program_free(&(*set)->residuals);
  program_free(&(*set)->coefficients);
  free(*set);
  *set = NULL;
}

int equations_count(const equations *set) {
  return set->n;
}

const stream_set *equations_streams(const equations *set) {
  return &set->streams;
}

static bool uses_normals(const program *code) {
  for (int k = 0; k < code->n; k++)
    if (code->list[k].operation == OP_INPUT && code->list[k].a >= NORMAL_ALONG) return true;
  return false;
}

bool equations_use_normals(const equations *set) {
  return uses_normals(&set->residuals) || uses_normals(&set->coefficients);
}

void equations_set_normals(equations_workspace *workspace, const double *normals) {
  workspace->normals = normals;
}

uint64_t equations_fingerprint(const equations *set) {
  uint64_t hash = program_fingerprint(&set->coefficients, (uint64_t)stream_count(&set->streams));
  for (int k = 0; k < set->streams.n_first; k++) hash = hash * 31 + (uint64_t)set->streams.first[k];
  for (int k = 0; k < set->streams.n_pairs; k++)
    hash = (hash * 31 + (uint64_t)set->streams.pair[k].a) * 31 + (uint64_t)set->streams.pair[k].b;
  for (int k = 0; k < set->streams.n_second; k++)
    hash = (hash * 31 + (uint64_t)set->streams.second[k].a) * 31 + (uint64_t)set->streams.second[k].b;
  for (int k = 0; k < set->streams.n_higher; k++)
    for (int i = 0; i < set->streams.higher[k].order; i++)
      hash = hash * 31 + (uint64_t)set->streams.higher[k].by[i] + 1;
  return program_fingerprint(&set->residuals, hash);
}

ntkw_status equations_workspace_create(const equations *set, int max_points, equations_workspace **out) {
  *out = NULL;
  NTKW_CHECK(max_points >= 1, NTKW_ERR_ARGUMENT, "max_points is %d; expected at least 1", max_points);
  equations_workspace *made = calloc(1, sizeof *made);
  NTKW_CHECK(made, NTKW_ERR_MEMORY, "out of memory for a workspace of equations");
  const size_t stride = (size_t)max_points;
  made->equations = set;
  made->at.stride = stride;
  made->values = calloc((size_t)set->residuals.n * stride + 1, sizeof(double));
  made->adjoints = calloc((size_t)set->residuals.n * stride + 1, sizeof(double));
  made->coefficient_values = calloc((size_t)set->coefficients.n * stride + 1, sizeof(double));
  if (!made->values || !made->adjoints || !made->coefficient_values) {
    equations_workspace_destroy(&made);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for equations at %d points", max_points);
  }
  program_constants(&set->residuals, made->values, stride);
  program_constants(&set->coefficients, made->coefficient_values, stride);
  *out = made;
  return NTKW_SUCCESS;
}

void equations_workspace_destroy(equations_workspace **workspace) {
  if (!workspace || !*workspace) return;
  free((*workspace)->values);
  free((*workspace)->adjoints);
  free((*workspace)->coefficient_values);
  free(*workspace);
  *workspace = NULL;
}

static void copy_roots(const program *code, const double *values, size_t stride, int n, double *to) {
  for (int e = 0; e < code->n_roots; e++)
    memcpy(to + (size_t)e * (size_t)n, values + (size_t)code->roots[e] * stride, (size_t)n * sizeof *to);
}

void equations_coefficients(equations_workspace *workspace, int n, int n_inputs, const double *points,
                            double *coefficients) {
  const program *code = &workspace->equations->coefficients;
  const program_points at = {
      .n = n, .n_inputs = n_inputs, .points = points, .stride = workspace->at.stride, .normals = workspace->normals};
  program_forward(code, &at, workspace->coefficient_values);
  copy_roots(code, workspace->coefficient_values, at.stride, n, coefficients);
}

void equations_residuals(equations_workspace *workspace, int n, int n_inputs, const double *points,
                         const double *outputs, double *residuals) {
  const equations *set = workspace->equations;
  program_points *at = &workspace->at;
  *at = (program_points){n, n_inputs, stream_count(&set->streams), points, outputs, at->stride, workspace->normals};
  program_forward(&set->residuals, at, workspace->values);
  copy_roots(&set->residuals, workspace->values, at->stride, n, residuals);
  at->points = at->outputs = at->normals = NULL;
}

void equations_seeds(equations_workspace *workspace, int only, const double *factors, double *seeds) {
  const equations *set = workspace->equations;
  const program *code = &set->residuals;
  const program_points *at = &workspace->at;
  const size_t n = (size_t)at->n;
  memset(workspace->adjoints, 0, (size_t)code->n * at->stride * sizeof(double));
  memset(seeds, 0, (size_t)set->n_outputs * (size_t)at->n_streams * n * sizeof *seeds);
  for (int e = 0; e < set->n; e++) {
    if (only >= 0 && e != only) continue;
    double *adjoint = workspace->adjoints + (size_t)code->roots[e] * at->stride;
    for (size_t p = 0; p < n; p++) adjoint[p] += factors ? factors[(size_t)e * n + p] : 1.0;
  }
  program_reverse(code, at, workspace->values, workspace->adjoints, seeds);
}
