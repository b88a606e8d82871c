#include "pinn/optimizer/optimizer.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define OPTIMIZER_POINTER(id) &optimizer_##id,
static const optimizer_ops *const optimizers[] = {OPTIMIZER_LIST(OPTIMIZER_POINTER)};
enum { N_OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

const char *const *optimizer_names(int *n) {
  static const char *names[N_OPTIMIZERS];
  for (int i = 0; i < N_OPTIMIZERS; i++) names[i] = optimizers[i]->name;
  *n = N_OPTIMIZERS;
  return names;
}

const optimizer_ops *optimizer_find(const char *name) {
  for (int i = 0; i < N_OPTIMIZERS; i++)
    if (strcmp(optimizers[i]->name, name) == 0) return optimizers[i];
  return NULL;
}

optimizer_settings optimizer_defaults(const optimizer_ops *ops) {
  optimizer_settings settings = {.ops = ops, .rate = {.start = ops->rate, .decay = 1.0, .every = 1}};
  for (int i = 0; i < ops->n_options; i++) settings.values[i] = ops->options[i].otherwise;
  return settings;
}

array_entry shard_entry(const shard_layout *layout, const char *name, void *values) {
  return (array_entry){.name = name,
                       .unit = "1",
                       .dtype = layout->precision,
                       .sharded = true,
                       .n_dimensions = 1,
                       .shape = {layout->n_parameters},
                       .offset = layout->offset,
                       .count = layout->count,
                       .values = values};
}

bool option_is_positive(double x) {
  return x > 0.0 && isfinite(x);
}

bool option_is_momentum(double x) {
  return x >= 0.0 && x < 1.0;
}

static void print_option(FILE *to, const optimizer_option *option) {
  fprintf(to, "    %-10s %s (", option->key, option->help);
  for (int i = 0; i < option->n_words; i++) fprintf(to, "%s\"%s\"", i == 0 ? "" : " or ", option->words[i]);
  if (option->n_words > 0) return (void)fprintf(to, ", default \"%s\")\n", option->words[(int)option->otherwise]);
  if (option->allowed)
    fprintf(to, "%s", option->expected);
  else
    fprintf(to, "an integer from %lld to %lld", (long long)option->least, (long long)option->most);
  fprintf(to, ", default %g)\n", option->otherwise);
}

void optimizer_print_options(FILE *to) {
  for (int i = 0; i < N_OPTIMIZERS; i++) {
    const optimizer_ops *ops = optimizers[i];
    fprintf(to, "  %-12s %s\n    %-10s learning rate (default %g)\n", ops->name, ops->summary, "rate", ops->rate);
    for (int k = 0; k < ops->n_options; k++) print_option(to, &ops->options[k]);
    fprintf(to, "    %-10s {factor, every = steps}: multiply the rate by factor^(step / steps) (default: constant)\n",
            "decay");
  }
}
