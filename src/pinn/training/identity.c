#include "pinn/training/identity.h"
#include "status/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct writer {
  char *text;
  size_t used, size;
} writer;

static void __attribute__((format(printf, 2, 3))) put(writer *w, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(w->text + w->used, w->size - w->used, format, arguments);
  va_end(arguments);
  w->used += (size_t)n < w->size - w->used ? (size_t)n : w->size - w->used - 1;
}

/* Nothing for a network that sees its inputs as they are. */
static void put_features(writer *w, const network_options *net) {
  const feature_options *features = &net->features;
  for (int i = 0; i < net->n_inputs; i++)
    if (features->harmonics[i] > 0)
      put(w, "\nperiodic input %d: %d from %.17g by %.17g", i, features->harmonics[i], features->start[i],
          features->period[i]);
  if (features->n_fourier == 0) return;
  put(w, "\nfourier features %d deviations", features->n_fourier); /* the seed comes with the checkpoint */
  for (int i = 0; i < net->n_inputs; i++) put(w, " %.17g", features->deviation[i]);
}

static void put_network(writer *w, const network_options *net) {
  put(w, "network %d", net->n_inputs);
  for (int l = 0; l < net->n_hidden; l++) put(w, "-%d", net->hidden[l]);
  put(w, "-%d %s", net->n_outputs, net->activation == ACTIVATION_TANH ? "tanh" : "sin");
  for (int i = 0; i < net->n_inputs; i++) put(w, " %.17g*%.17g", net->input_shift[i], net->input_scale[i]);
  put_features(w, net);
  put(w, "\nprecision %s\n", net->precision == NTKW_FLOAT32 ? "float32" : "float64");
}

static void put_condition(writer *w, const problem *pde, const condition *cond) {
  put(w, "condition '%s' on", cond->name);
  for (int k = 0; k < cond->n_places; k++) {
    put(w, " {");
    for (int i = 0; i < pde->n_inputs; i++)
      if (cond->places[k].fixed[i]) put(w, " %s=%.17g", pde->input_names[i], cond->places[k].value[i]);
    put(w, " }");
  }
  put(w, " equations %d:%016" PRIx64 "\n", equations_count(cond->equations), equations_fingerprint(cond->equations));
}

void problem_identity(const problem *pde, char text[IDENTITY_LENGTH]) {
  writer w = {text, 0, IDENTITY_LENGTH};
  put(&w, "inputs");
  for (int i = 0; i < pde->n_inputs; i++)
    put(&w, " %s [%.17g, %.17g]", pde->input_names[i], pde->lower[i], pde->upper[i]);
  put(&w, "\noutputs");
  for (int o = 0; o < pde->n_outputs; o++) put(&w, " %s", pde->output_names[o]);
  put(&w, "\n");
  put_network(&w, &pde->network);
  for (int c = 0; c < pde->n_conditions; c++) put_condition(&w, pde, &pde->conditions[c]);
}

void problem_settings(const problem *pde, char text[IDENTITY_LENGTH]) {
  writer w = {text, 0, IDENTITY_LENGTH};
  for (int c = 0; c < pde->n_conditions; c++)
    put(&w, "condition '%s': %lld points\n", pde->conditions[c].name, (long long)pde->conditions[c].n_points);
  put(&w, "resample %lld\n", (long long)pde->resample);
  put(&w, "adam rate %.17g beta1 %.17g beta2 %.17g epsilon %.17g decay %.17g every %lld\n", pde->learning_rate,
      pde->beta1, pde->beta2, pde->epsilon, pde->decay, (long long)pde->decay_every);
  put(&w, "weighting %s alpha %.17g update_every %lld\n", pde->rule, pde->alpha, (long long)pde->update_every);
  put(&w, "seed %llu\n", (unsigned long long)pde->seed);
}

/* Length of what two lines of conditions have in common if they differ in nothing but the equations, of which they have
 * a fingerprint; else 0. */
static int same_but_equations(const char *a, int n, const char *b) {
  static const char mark[] = " equations ";
  const char *end = memmem(a, (size_t)n, mark, sizeof mark - 1);
  return end && strncmp(a, b, (size_t)(end - a) + sizeof mark - 1) == 0 ? (int)(end - a) : 0;
}

ntkw_status problem_identity_compare(const char *path, const char *a, const char *b) {
  while (*a || *b) {
    const int n = (int)strcspn(a, "\n"), m = (int)strcspn(b, "\n");
    const bool same = n == m && memcmp(a, b, (size_t)n) == 0;
    const int common = same ? 0 : same_but_equations(a, n, b);
    NTKW_CHECK(!common, NTKW_ERR_PROBLEM,
               "%s: is a checkpoint of another problem: it has other equations for \"%.*s\" than the problem file",
               path, common, a);
    NTKW_CHECK(same, NTKW_ERR_PROBLEM,
               "%s: is a checkpoint of another problem: it has \"%.*s\", the problem file says \"%.*s\"", path, n, a, m,
               b);
    a += n + (a[n] != '\0');
    b += m + (b[m] != '\0');
  }
  return NTKW_SUCCESS;
}
