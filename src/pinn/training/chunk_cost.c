#include "pinn/training/chunk_cost.h"
#include "pinn/arithmetic/kernels.h"

/* Measured with tanh networks 3x20 to 3x500 on AVX2, in multiply-adds of a product. PARAMETER is what a panel costs for
 * each parameter, and a gradient as much once more; FAR_PARAMETER is added for those beyond CACHED, which do not fit
 * into the second-level cache. float32 and float64 differ less than machines do. */
enum {
  ACTIVATION = 4,       /* each unit, in every row */
  VALUE_ACTIVATION = 9, /* each unit, in the row of a value */
  POINT = 1000,         /* equations and copies */
  PANEL = 12000,
  PARAMETER = 4,
  FAR_PARAMETER = 4,
  CACHED = 65536
};

/* Sizes of a network, with widths padded as for the matrix products. */
typedef struct network_size {
  int64_t products; /* multiply-adds of a row */
  int64_t units, parameters;
} network_size;

static network_size size_of(const network_options *net) {
  network_size size = {0};
  int in = network_feature_count(net);
  for (int l = 0; l <= net->n_hidden; l++) {
    const int out = l < net->n_hidden ? net->hidden[l] : net->n_outputs;
    const int64_t padded = padded_width(net->precision, out);
    size.products += in * padded;
    size.units += padded;
    size.parameters += ((int64_t)in + 1) * out;
    in = out;
  }
  return size;
}

chunk_cost chunk_cost_of(const network_options *net) {
  const network_size size = size_of(net);
  const int64_t row = size.products + ACTIVATION * size.units;
  const int64_t far = size.parameters > CACHED ? size.parameters - CACHED : 0;
  const int64_t parameters = PARAMETER * size.parameters + FAR_PARAMETER * far;
  return (chunk_cost){.point = (POINT + VALUE_ACTIVATION * size.units) * ROW_COST / row,
                      .panel = (PANEL + parameters) * ROW_COST / row,
                      .gradient = parameters * ROW_COST / row};
}

int64_t chunk_cost_of_points(const chunk_cost *cost, const stream_set *streams, int64_t n_points) {
  const int64_t of_panel = panel_points(streams), n_panels = (n_points + of_panel - 1) / of_panel;
  return n_points * (ROW_COST * stream_count(streams) + cost->point) + n_panels * cost->panel + cost->gradient;
}
