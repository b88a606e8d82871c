#include "pinn/state/problem_signature.h"
#include "base/dtype.h"
#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes nothing for a network without features of its inputs. */
static void put_features(FILE *to, const network_options *net) {
  const feature_options *features = &net->features;
  for (int i = 0; i < net->n_inputs; i++)
    if (features->harmonics[i] > 0)
      fprintf(to, "\nperiodic input %d: %d from %.17g by %.17g", i, features->harmonics[i], features->start[i],
              features->period[i]);
  if (features->n_fourier == 0) return;
  fprintf(to, "\nfourier features %d deviations", features->n_fourier); /* the seed is a setting of the checkpoint */
  for (int i = 0; i < net->n_inputs; i++) fprintf(to, " %.17g", features->deviation[i]);
}

static void put_network(FILE *to, const network_options *net) {
  fprintf(to, "network ");
  if (net->kind != 0) fprintf(to, "%s ", network_name(net)); /* the text of a perceptron must not change */
  fprintf(to, "%d", net->n_inputs);
  for (int l = 0; l < net->n_hidden; l++) fprintf(to, "-%d", net->hidden[l]);
  fprintf(to, "-%d %s", net->n_outputs, net->activation == ACTIVATION_TANH ? "tanh" : "sin");
  for (int i = 0; i < net->n_inputs; i++) fprintf(to, " %.17g*%.17g", net->input_shift[i], net->input_scale[i]);
  put_features(to, net);
  fprintf(to, "\nprecision %s\n", ntkw_dtype_name(net->precision));
}

static void put_number(void *to, const char *name, double value) {
  fprintf(to, " %s=%.17g", name, value);
}

static void put_region(FILE *to, const problem *pde, const region *from) {
  const input_space space = problem_space(pde);
  fprintf(to, " {");
  from->ops->describe(from, &space, put_number, to);
  fprintf(to, " }");
}

/* Writes nothing for a domain that is the whole box. */
static void put_domain(FILE *to, const problem *pde) {
  if (pde->domain.n_removed == 0) return;
  fprintf(to, "domain box");
  for (int k = 0; k < pde->domain.n_removed; k++) {
    fprintf(to, " - %s", pde->domain.removed[k]->ops->word);
    put_region(to, pde, pde->domain.removed[k]);
  }
  fprintf(to, "\n");
}

static void put_condition(FILE *to, const problem *pde, const condition *cond) {
  fprintf(to, "condition '%s' on", cond->name);
  for (int k = 0; k < cond->n_places; k++) {
    const place *on = &cond->places[k];
    if (on->surface_of) fprintf(to, " boundary of %s", on->surface_of->ops->word);
    put_region(to, pde, on->region ? on->region : on->surface_of);
  }
  fprintf(to, " equations %d:%016" PRIx64 "\n", equations_count(cond->equations),
          equations_fingerprint(cond->equations));
}

static void put_problem(FILE *to, const problem *pde) {
  fprintf(to, "inputs");
  for (int i = 0; i < pde->n_inputs; i++)
    fprintf(to, " %s [%.17g, %.17g]", pde->input_names[i], pde->lower[i], pde->upper[i]);
  fprintf(to, "\noutputs");
  for (int o = 0; o < pde->n_outputs; o++) fprintf(to, " %s", pde->output_names[o]);
  fprintf(to, "\n");
  put_domain(to, pde);
  put_network(to, &pde->network);
  for (int c = 0; c < pde->n_conditions; c++) put_condition(to, pde, &pde->conditions[c]);
  if (pde->lane_rows != SHORT_LANE_ROWS) fprintf(to, "lanes of %d rows\n", pde->lane_rows);
}

ntkw_status problem_signature(const problem *pde, char **text) {
  size_t size = 0;
  *text = NULL;
  FILE *to = open_memstream(text, &size);
  if (to) put_problem(to, pde);
  if (to && fclose(to) == 0) return NTKW_SUCCESS;
  free(*text);
  *text = NULL;
  return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for the signature of the problem");
}

/* Compare the lines of two conditions up to the fingerprints of their equations.
 * @return the length of that common text; 0: it differs. */
static int same_but_equations(const char *a, int n, const char *b) {
  static const char mark[] = " equations ";
  const char *end = memmem(a, (size_t)n, mark, sizeof mark - 1);
  return end && strncmp(a, b, (size_t)(end - a) + sizeof mark - 1) == 0 ? (int)(end - a) : 0;
}

ntkw_status problem_signature_compare(const char *path, const char *a, const char *b) {
  while (*a || *b) {
    const int n = (int)strcspn(a, "\n"), m = (int)strcspn(b, "\n");
    const bool same = n == m && memcmp(a, b, (size_t)n) == 0;
    const int common = same ? 0 : same_but_equations(a, n, b);
    NTKW_CHECK(!common, NTKW_ERR_PROBLEM,
               "%s is a checkpoint of another problem: it has other equations for \"%.*s\" than the problem file", path,
               common, a);
    NTKW_CHECK(same, NTKW_ERR_PROBLEM,
               "%s is a checkpoint of another problem: it has \"%.*s\", the problem file says \"%.*s\"", path, n, a, m,
               b);
    a += n + (a[n] != '\0');
    b += m + (b[m] != '\0');
  }
  return NTKW_SUCCESS;
}
