#include "grid.h"

#include <math.h>

grid grid_make(void) {
  grid g = {.tensors = world_size() % 2 == 0 ? 2 : 1};
  g.datas = world_size() / g.tensors;
  g.tensor = world_rank() % g.tensors;
  g.data = world_rank() / g.tensors;
  MPI_Comm_split(MPI_COMM_WORLD, g.data, g.tensor, &g.tensor_comm);
  MPI_Comm_split(MPI_COMM_WORLD, g.tensor, g.data, &g.data_comm);
  return g;
}

void grid_free(grid *g) {
  MPI_Comm_free(&g->tensor_comm);
  MPI_Comm_free(&g->data_comm);
}

static double part_of(int condition, int update, int part, int i) {
  uint64_t seed = (uint64_t)(((condition * 100 + update) * 16 + part) * 1000 + i);
  random_bits(&seed);
  return floor((random_uniform(&seed) - 0.5) * 0x1p15) * 0x1p-12 * exp2(-condition);
}

void grid_gradient(const grid *g, int condition, int update, int part, double gradient[PARAMETERS]) {
  for (int i = 0; i < PARAMETERS; i++) {
    gradient[i] = 0;
    for (int p = 0; p < g->datas; p++)
      if (part < 0 || part == p) gradient[i] += part_of(condition, update, p, i);
  }
}

/* Truncate to 16 bits. In float16, magnitudes below 2^-14 become zero. */
static uint16_t cut_to_half(float value, ntkw_dtype dtype) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (dtype == NTKW_BFLOAT16) return (uint16_t)(bits >> 16);
  const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  if (fabsf(value) < 0x1p-14f) return sign;
  return (uint16_t)(sign | ((bits & 0x7fffffff) - (112u << 23)) >> 13);
}

const void *grid_narrow(const double values[], int count, ntkw_dtype dtype, float narrow[]) {
  if (dtype == NTKW_FLOAT64) return values;
  for (int i = 0; i < count; i++) {
    narrow[i] = (float)values[i];
    if (dtype == NTKW_FLOAT32) continue;
    const uint16_t half = cut_to_half(narrow[i], dtype);
    memcpy((char *)narrow + 2 * i, &half, sizeof half); /* overlaps only floats that are converted already */
  }
  return narrow;
}

MPI_Comm layout_comm(const grid *g, layout way) {
  return way == TENSOR ? g->tensor_comm : MPI_COMM_WORLD;
}

/* Add count values from `from` on; with TENSOR_SHARDS, only this data rank's run of them. */
static void add_run(ntkw_weighting *weighting, const grid *g, layout way, int condition, const double *from, int count,
                    int copy, ntkw_dtype dtype) {
  float narrow[PARAMETERS];
  const bool sharded = way == TENSOR_SHARDS;
  const int first = sharded ? count * g->data / g->datas : 0, end = sharded ? count * (g->data + 1) / g->datas : count;
  const void *piece = grid_narrow(from + first, end - first, dtype, narrow);
  CHECK_OK(ntkw_weighting_add_gradient_copy(weighting, condition, piece, (size_t)(end - first), dtype, copy));
}

static void add_flat(ntkw_weighting *weighting, const grid *g, int condition, const double *gradient,
                     ntkw_dtype dtype) {
  const int sharing = world_size() > 2 ? world_size() - 1 : world_size(), rank = world_rank();
  const int first = rank < sharing ? PARAMETERS * rank / sharing : PARAMETERS;
  const int end = rank < sharing ? PARAMETERS * (rank + 1) / sharing : PARAMETERS;
  add_run(weighting, g, FLAT, condition, gradient + first, end - first, 0, dtype);
}

void layout_add(ntkw_weighting *weighting, const grid *g, layout way, int condition, const double gradient[PARAMETERS],
                ntkw_dtype dtype) {
  if (way == FLAT) {
    add_flat(weighting, g, condition, gradient, dtype);
    return;
  }
  const int first = COLUMNS * g->tensor / g->tensors, count = COLUMNS * (g->tensor + 1) / g->tensors - first;
  for (int r = 0; r < ROWS; r++) /* row by row, because a slice of columns is not contiguous */
    add_run(weighting, g, way, condition, gradient + MATRIX + r * COLUMNS + first, count, 0, dtype);
  add_run(weighting, g, way, condition, gradient + COLUMN_BIAS + first, count, 0, dtype);
  add_run(weighting, g, way, condition, gradient + ROW_BIAS, ROWS, g->tensor, dtype);
  /* The first and the last stage both have the embedding and its whole gradient. */
  add_run(weighting, g, way, condition, gradient + EMBEDDING, TIED, g->tensor, dtype);
}
