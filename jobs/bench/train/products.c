#include "products.h"
#include "pinn/arithmetic/matrix.h"
#include "pinn/network/network.h"
#include "pinn/training/chunks.h"
#include "base/check.h"

#include <stdlib.h>

enum { MAX_LAYERS = MAX_HIDDEN_LAYERS + 1, ALIGNMENT = 64 }; /* as in src/pinn/network */

typedef struct layer {
  int in, out, in_padded, out_padded;
  void *weights, *transposed; /* [in][out_padded], [out][in_padded] */
  void *h, *z;                /* [PANEL_ROWS][in_padded], [PANEL_ROWS][out_padded] */
  void *d_weights;            /* [in][out_padded] */
} layer;

struct products {
  const problem *pde;
  multiplier *multiplier;
  chunk_plan plan;
  int first, end, n_layers;
  layer layers[MAX_LAYERS];
  void *adjoint[2];
  double operations;
};

static void *filled(ntkw_dtype precision, int64_t rows, int64_t columns) {
  const size_t count = (size_t)(rows * columns), bytes = count * (precision == NTKW_FLOAT32 ? 4 : 8);
  void *matrix = aligned_alloc(ALIGNMENT, (bytes / ALIGNMENT + 1) * ALIGNMENT);
  for (size_t i = 0; matrix && i < count; i++) {
    const double value = (double)(i * 7919 % 1009) / 1009.0 - 0.5;
    if (precision == NTKW_FLOAT64)
      ((double *)matrix)[i] = value;
    else
      ((float *)matrix)[i] = (float)value;
  }
  return matrix;
}

static bool allocate_layer(const products *all, layer *l) {
  const ntkw_dtype precision = all->pde->network.precision;
  l->weights = filled(precision, l->in, l->out_padded);
  l->transposed = filled(precision, l->out, l->in_padded);
  l->h = filled(precision, PANEL_ROWS, l->in_padded);
  l->z = filled(precision, PANEL_ROWS, l->out_padded);
  l->d_weights = filled(precision, l->in, l->out_padded);
  return l->weights && l->transposed && l->h && l->z && l->d_weights;
}

static ntkw_status create_layers(products *all) {
  const network_options *options = &all->pde->network;
  int in = options->n_inputs, widest = padded_width(options->precision, in);
  all->n_layers = options->n_hidden + 1;
  for (int i = 0; i < all->n_layers; i++) {
    layer *l = &all->layers[i];
    l->in = in;
    l->out = i < options->n_hidden ? options->hidden[i] : options->n_outputs;
    l->in_padded = padded_width(options->precision, l->in);
    l->out_padded = padded_width(options->precision, l->out);
    if (l->out_padded > widest) widest = l->out_padded;
    NTKW_CHECK(allocate_layer(all, l), NTKW_ERR_MEMORY, "out of memory for the matrices of layer %d", i);
    in = l->out;
  }
  for (int i = 0; i < 2; i++) all->adjoint[i] = filled(options->precision, PANEL_ROWS, widest);
  NTKW_CHECK(all->adjoint[0] && all->adjoint[1], NTKW_ERR_MEMORY, "out of memory for a panel of width %d", widest);
  return NTKW_SUCCESS;
}

/* The chunks of this rank. */
static ntkw_status take_share(products *all, int rank, int size) {
  int *first = calloc((size_t)size + 1, sizeof *first);
  NTKW_CHECK(first, NTKW_ERR_MEMORY, "out of memory for the chunks of %d ranks", size);
  chunk_plan_share(&all->plan, size, first);
  all->first = first[rank];
  all->end = first[rank + 1];
  free(first);
  return NTKW_SUCCESS;
}

static ntkw_status create_parts(products *all, int rank, int size) {
  kernel_variant variant;
  NTKW_TRY(kernels_choose(&variant));
  NTKW_TRY(multiplier_create(variant, all->pde->network.precision, &all->multiplier));
  NTKW_TRY(chunk_plan_create(all->pde, &all->plan));
  NTKW_TRY(take_share(all, rank, size));
  return create_layers(all);
}

ntkw_status products_create(const problem *pde, int rank, int size, products **out) {
  products *all = *out = calloc(1, sizeof *all);
  NTKW_CHECK(all, NTKW_ERR_MEMORY, "out of memory for the products of a step");
  all->pde = pde;
  const ntkw_status status = create_parts(all, rank, size);
  if (status != NTKW_SUCCESS) products_destroy(out);
  return status;
}

void products_destroy(products **handle) {
  products *all = *handle;
  if (!all) return;
  for (int i = 0; i < MAX_LAYERS; i++) {
    const layer *l = &all->layers[i];
    void *const matrices[] = {l->weights, l->transposed, l->h, l->z, l->d_weights};
    for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++) free(matrices[k]);
  }
  for (int i = 0; i < 2; i++) free(all->adjoint[i]);
  chunk_plan_free(&all->plan);
  if (all->multiplier) multiplier_destroy(&all->multiplier);
  free(all);
  *handle = NULL;
}

static void forward(products *all, int rows) {
  for (int l = 0; l < all->n_layers; l++) {
    const layer *own = &all->layers[l];
    const product_shape product = {.rows = rows,
                                   .width = own->out_padded,
                                   .inner = own->in,
                                   .lda = own->in_padded,
                                   .ldb = own->out_padded,
                                   .ldc = own->out_padded};
    multiply(all->multiplier, &product, own->h, own->weights, own->z);
  }
}

static void accumulate(products *all, int l, int rows, const void *adjoint, bool first_panel) {
  const layer *own = &all->layers[l];
  const product_shape product = {.rows = own->in,
                                 .width = own->out_padded,
                                 .inner = rows,
                                 .lda = own->in_padded,
                                 .ldb = own->out_padded,
                                 .ldc = own->out_padded,
                                 .a_transposed = true,
                                 .accumulate = !first_panel};
  multiply(all->multiplier, &product, own->h, adjoint, own->d_weights);
}

/* What goes down is thrown away: from layer to layer it would grow until nothing but infinities were multiplied. */
static void descend(products *all, int l, int rows) {
  const layer *own = &all->layers[l];
  const product_shape product = {.rows = rows,
                                 .width = own->in_padded,
                                 .inner = own->out,
                                 .lda = own->out_padded,
                                 .ldb = own->in_padded,
                                 .ldc = own->in_padded};
  multiply(all->multiplier, &product, all->adjoint[0], own->transposed, all->adjoint[1]);
}

static void run_panel(products *all, int rows, bool first_panel) {
  forward(all, rows);
  for (int l = all->n_layers - 1; l >= 0; l--) {
    const layer *own = &all->layers[l];
    accumulate(all, l, rows, all->adjoint[0], first_panel);
    if (l > 0) descend(all, l, rows);
    all->operations += (l > 0 ? 6.0 : 4.0) * rows * own->in * own->out;
  }
}

void products_run(products *all) {
  all->operations = 0.0;
  for (int l = all->first; l < all->end; l++) {
    const chunk *piece = &all->plan.chunks[l];
    const stream_set *streams = equations_streams(all->pde->conditions[piece->condition].equations);
    const int most = PANEL_ROWS / stream_count(streams);
    for (int64_t done = 0; done < piece->count; done += most) {
      const int64_t left = piece->count - done;
      run_panel(all, (int)(left < most ? left : most) * stream_count(streams), done == 0);
    }
  }
}

double products_operations(const products *all) {
  return all->operations;
}
