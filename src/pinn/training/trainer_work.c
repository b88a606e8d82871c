/* The distribution of a trainer's work: chunks to ranks and threads, gradients to the owners of the shards. */
#include "pinn/training/trainer_impl.h"
#include "base/check.h"

#include <stdlib.h>

/* Store the chunks of each rank, first[r] .. first[r + 1] - 1, in the groups: one of all chunks, one per condition. */
static void lay_groups(trainer *t, const int first[]) {
  const int n = t->pde->n_conditions, size = t->size;
  for (int r = 0; r < size; r++) {
    t->combined.chunk_first[r] = first[r];
    t->combined.chunk_end[r] = first[r + 1];
    for (int c = 0; c < n; c++) {
      const int begin = t->plan.condition_first[c], stop = t->plan.condition_first[c + 1];
      const int from = first[r] > begin ? first[r] : begin, to = first[r + 1] < stop ? first[r + 1] : stop;
      t->separate.chunk_first[c * size + r] = from < to ? from - begin : 0;
      t->separate.chunk_end[c * size + r] = from < to ? to - begin : 0;
    }
  }
}

/* Compute the chunks of every rank in each group. */
static ntkw_status create_groups(trainer *t) {
  const int n = t->pde->n_conditions, size = t->size;
  int *first = calloc((size_t)size + 1, sizeof *first);
  t->combined = (group_layout){1, calloc((size_t)size, sizeof(int)), calloc((size_t)size, sizeof(int))};
  t->separate = (group_layout){n, calloc((size_t)(n * size), sizeof(int)), calloc((size_t)(n * size), sizeof(int))};
  const bool complete =
      first && t->combined.chunk_first && t->combined.chunk_end && t->separate.chunk_first && t->separate.chunk_end;
  if (complete) {
    chunk_plan_share(&t->plan, size, first);
    lay_groups(t, first);
  }
  free(first);
  NTKW_CHECK(complete, NTKW_ERR_MEMORY, "out of memory for the layout of %d chunks", t->plan.n_chunks);
  return NTKW_SUCCESS;
}

void trainer_free_work(trainer *t) {
  int **const bounds[] = {&t->combined.chunk_first, &t->combined.chunk_end, &t->separate.chunk_first,
                          &t->separate.chunk_end};
  trainer_squares_destroy(t); /* it uses the engine's threads */
  gradient_engine_destroy(&t->engine);
  sharding_destroy(&t->sharding);
  chunk_plan_free(&t->plan);
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
    free(*bounds[i]);
    *bounds[i] = NULL;
  }
}

/* Create the chunks and this rank's gradient engine. n_workers: number of threads of all ranks. */
static ntkw_status create_work(trainer *t, int n_threads, int n_workers) {
  NTKW_TRY(t->order == ORDER_FREE ? chunk_plan_create_free(t->pde, n_workers, &t->plan)
                                  : chunk_plan_create(t->pde, &t->plan));
  NTKW_TRY(create_groups(t));
  const int first = t->combined.chunk_first[t->rank], end = t->combined.chunk_end[t->rank];
  return gradient_engine_create(t->pde, t->model, &t->plan, first, end, n_threads, &t->engine);
}

ntkw_status trainer_share_work(trainer *t, int n_threads, sum_order order) {
  const group_layout *layouts[] = {&t->combined, &t->separate};
  int most_threads = n_threads;
  trainer_free_work(t); /* before new memory is allocated */
  t->order = order;
  NTKW_CHECK(MPI_Allreduce(MPI_IN_PLACE, &most_threads, 1, MPI_INT, MPI_MAX, t->comm) == MPI_SUCCESS, NTKW_ERR_MPI,
             "MPI_Allreduce of the numbers of threads failed");
  NTKW_TRY(ntkw_status_agree(t->comm, create_work(t, n_threads, t->size * most_threads)));
  NTKW_TRY(sharding_create(t->comm, t->n_parameters, t->pde->network.precision, layouts, 2,
                           gradient_engine_memory(t->engine), &t->sharding));
  void *nodes = sharding_node_memory(t->sharding);
  NTKW_TRY(ntkw_status_agree(t->comm, nodes ? gradient_engine_use_memory(t->engine, nodes) : NTKW_SUCCESS));
  return trainer_squares_create(t);
}

ntkw_status trainer_set_threads(trainer *t, int n) {
  return trainer_share_work(t, n, t->order);
}

ntkw_status trainer_set_order(trainer *t, sum_order order) {
  return trainer_share_work(t, trainer_threads(t), order);
}

sum_order trainer_order(const trainer *t) {
  return t->order;
}

int trainer_threads(const trainer *t) {
  return gradient_engine_threads(t->engine);
}
