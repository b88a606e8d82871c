/* ntkw_checkpoint_publish_begin, test and end: a publication while the caller computes.
 *
 * The stages form steps; a step ends with a stage that the ranks agree on. In a step the calling thread first runs the
 * stages that call HDF5 (rank 0: a few ms), then a thread runs the others, which call neither HDF5 nor MPI, then the
 * ranks agree by nonblocking operations. Each test advances all this as far as it can without blocking. */
#include "ranks/comm.h"
#include "base/dtype.h"
#include "base/failure.h"
#include "ranks/agree.h"
#include "fileio/hdf5_error.h"
#include "checkpoint/publication.h"
#include "base/thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum async_phase {
  PHASE_STEP,       /* a step begins next */
  PHASE_THREAD,     /* its thread runs */
  PHASE_AGREEMENT,  /* this rank has finished the step */
  PHASE_WITHDRAWAL, /* the step failed: the file is removed, and all ranks wait for that */
  PHASE_OVER        /* the verdict is known */
} async_phase;

struct ntkw_i_async_publication {
  ntkw_i_publication publication;
  async_phase phase;
  int first, last; /* stages of the step */
  pthread_t thread;
  atomic_bool finished; /* the thread has nothing more to do */
  ntkw_i_failure mine;  /* the status of this rank in this step; the thread writes it */
  ntkw_i_agreement agreement;
  ntkw_i_failure verdict;
};
typedef struct ntkw_i_async_publication async_publication;

/* With large pages the first write to fresh memory is several times faster. */
static void *allocate(size_t size) {
  enum { LARGE_PAGE = 1 << 21 };
  if (size < 2 * LARGE_PAGE) return malloc(size + 1);
  void *memory = aligned_alloc(LARGE_PAGE, (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE);
#ifdef MADV_HUGEPAGE
  if (memory) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memory;
}

static ntkw_status copy_values(ntkw_checkpoint *checkpoint) {
  for (int i = 0; i < checkpoint->n_arrays; i++) {
    pending_array *array = &checkpoint->arrays[i];
    const size_t size = (size_t)ntkw_i_slabs_length(array->n_dimensions, array->n_slabs, array->slabs) *
                        ntkw_i_value_size(array->dtype);
    array->copy = allocate(size);
    NTKW_CHECK(array->copy, NTKW_ERR_MEMORY, "checkpoint %s, rank %d: out of memory for the copy of array \"%s\"",
               checkpoint->path, checkpoint->rank, array->name);
    if (size > 0) memcpy(array->copy, array->values, size);
  }
  return NTKW_SUCCESS;
}

static ntkw_i_site site_of(const async_publication *async, int stage) {
  return ntkw_i_stage_site(&ntkw_i_stages[stage], async->publication.checkpoint);
}

/* Run the stages of the step that belong to a site, up to the first that fails. */
static void run_stages_of(async_publication *async, ntkw_i_site site) {
  for (int i = async->first; i <= async->last && async->mine.status == NTKW_SUCCESS; i++)
    if (site_of(async, i) == site)
      ntkw_i_failure_keep(&async->mine, ntkw_i_stage_run(&ntkw_i_stages[i], &async->publication));
}

static void *run_in_thread(void *data) {
  async_publication *async = data;
  run_stages_of(async, NTKW_I_ANY_THREAD);
  atomic_store(&async->finished, true);
  return NULL;
}

static void start_agreement(async_publication *async) {
  const ntkw_i_publication *publication = &async->publication;
  const ntkw_status mine = ntkw_i_failure_report(&async->mine);
  int n_sums;
  uint64_t *sums = ntkw_i_stage_sums(&ntkw_i_stages[async->last], publication, &n_sums);
  ntkw_i_agree_start(&async->agreement, publication->checkpoint->comm, mine, sums, n_sums);
  async->phase = PHASE_AGREEMENT;
}

static void run_main_stages(async_publication *async) {
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  run_stages_of(async, NTKW_I_CALLING_THREAD);
  ntkw_i_hdf5_restore_errors(handler);
}

/* In a step, the stages that call HDF5 run before the others. */
static void start_step(async_publication *async) {
  for (async->last = async->first; !ntkw_i_stages[async->last].agreed;) async->last++;
  run_main_stages(async);
  if (async->mine.status != NTKW_SUCCESS || site_of(async, async->last) == NTKW_I_CALLING_THREAD) {
    start_agreement(async);
    return;
  }
  atomic_store(&async->finished, false);
  if (ntkw_i_thread_start_masked(&async->thread, run_in_thread, async) == 0) {
    async->phase = PHASE_THREAD;
    return;
  }
  run_in_thread(async); /* the system allows no further thread: run the stages here */
  start_agreement(async);
}

static void start_withdrawal(async_publication *async) {
  const ntkw_i_publication *publication = &async->publication;
  if (publication->created) unlink(publication->temporary);
  ntkw_i_agree_start(&async->agreement, publication->checkpoint->comm, NTKW_SUCCESS, NULL, 0);
  async->phase = PHASE_WITHDRAWAL;
}

/* After the agreement: all ranks have the same verdict on the step. */
static void finish_step(async_publication *async) {
  const ntkw_i_stage *stage = &ntkw_i_stages[async->last];
  ntkw_status verdict = ntkw_i_agree_verdict(&async->agreement);
  if (verdict == NTKW_SUCCESS && stage->decide) verdict = stage->decide(&async->publication);
  async->first = async->last + 1;
  async->phase = PHASE_STEP;
  if (verdict == NTKW_SUCCESS && async->first < ntkw_i_n_stages) return;
  if (ntkw_i_failure_keep(&async->verdict, verdict) == NTKW_SUCCESS)
    async->phase = PHASE_OVER;
  else
    start_withdrawal(async);
}

static void join(async_publication *async) {
  pthread_join(async->thread, NULL);
  start_agreement(async);
}

/* Enter the next phase if that needs no waiting. @return false: it does. */
static bool advance(async_publication *async) {
  switch (async->phase) {
  case PHASE_STEP:
    start_step(async);
    return true;
  case PHASE_THREAD:
    if (!atomic_load(&async->finished)) return false;
    join(async);
    return true;
  case PHASE_AGREEMENT:
    if (!ntkw_i_agree_test(&async->agreement)) return false;
    finish_step(async);
    return true;
  case PHASE_WITHDRAWAL:
    if (!ntkw_i_agree_test(&async->agreement)) return false;
    async->phase = PHASE_OVER;
    return true;
  case PHASE_OVER:
    break;
  }
  return false;
}

/* Run the collective stages, then copy the values. */
static ntkw_status begin(async_publication *async) {
  ntkw_checkpoint *checkpoint = async->publication.checkpoint;
  NTKW_TRY(
      ntkw_i_agree(checkpoint->comm, &checkpoint->stall,
                   checkpoint->transfer == NTKW_TRANSFER_DIRECT
                       ? NTKW_SUCCESS
                       : ntkw_i_fail(NTKW_ERR_ARGUMENT,
                                     "checkpoint %s: the asynchronous mode transfers values directly, not over MPI-IO",
                                     checkpoint->path),
                   NULL, 0));
  for (; site_of(async, async->first) == NTKW_I_COLLECTIVE; async->first++)
    NTKW_TRY(ntkw_i_agree(checkpoint->comm, &checkpoint->stall,
                          ntkw_i_stage_run(&ntkw_i_stages[async->first], &async->publication), NULL, 0));
  ntkw_i_failure_keep(&async->mine, copy_values(checkpoint));
  return NTKW_SUCCESS;
}

static ntkw_status make(ntkw_checkpoint *checkpoint, async_publication **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for publishing %s", checkpoint->path);
  return ntkw_i_publication_init(&(*out)->publication, checkpoint);
}

static void destroy(async_publication *async) {
  if (async && async->publication.checkpoint) ntkw_i_publication_free(&async->publication);
  free(async);
}

ntkw_status ntkw_checkpoint_publish_begin(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(ntkw_i_writer_check_idle(checkpoint, "ntkw_checkpoint_publish_begin"));
  async_publication *async = NULL;
  ntkw_status status = ntkw_i_agree(checkpoint->comm, &checkpoint->stall, make(checkpoint, &async), NULL, 0);
  if (status == NTKW_SUCCESS) status = begin(async);
  if (status == NTKW_SUCCESS) {
    checkpoint->publication = async;
    advance(async);
  } else {
    destroy(async);
  }
  return status;
}

void ntkw_i_publish_abandon(ntkw_checkpoint *checkpoint) {
  async_publication *async = checkpoint->publication;
  if (async->phase == PHASE_THREAD) pthread_join(async->thread, NULL);
  if (async->publication.created) unlink(async->publication.temporary);
  checkpoint->publication = NULL;
  destroy(async);
}

static ntkw_status check_publishing(const ntkw_checkpoint *checkpoint, const char *function) {
  NTKW_CHECK(checkpoint, NTKW_ERR_ARGUMENT, "%s: the checkpoint is NULL", function);
  NTKW_CHECK(checkpoint->publication, NTKW_ERR_ORDER,
             "%s: no publication of %s is under way; ntkw_checkpoint_publish_begin comes first", function,
             checkpoint->path);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_publish_test(ntkw_checkpoint *checkpoint, bool *done) {
  NTKW_CHECK(done, NTKW_ERR_ARGUMENT, "ntkw_checkpoint_publish_test: done is NULL");
  *done = false;
  NTKW_TRY(check_publishing(checkpoint, "ntkw_checkpoint_publish_test"));
  while (advance(checkpoint->publication)) continue;
  *done = checkpoint->publication->phase == PHASE_OVER;
  return NTKW_SUCCESS;
}

/* Only waiting for other ranks counts towards a stall, and the timer restarts in each phase. */
static void finish(async_publication *async) {
  const ntkw_checkpoint *checkpoint = async->publication.checkpoint;
  ntkw_i_stall_timer timer = ntkw_i_stall_timer_start(&checkpoint->stall);
  while (async->phase != PHASE_OVER) {
    if (async->phase == PHASE_THREAD) join(async);
    if (advance(async))
      timer = ntkw_i_stall_timer_start(&checkpoint->stall);
    else
      ntkw_i_stall_timer_pause(&timer);
  }
}

ntkw_status ntkw_checkpoint_publish_end(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(check_publishing(checkpoint, "ntkw_checkpoint_publish_end"));
  async_publication *async = checkpoint->publication;
  finish(async);
  const ntkw_status verdict = ntkw_i_failure_report(&async->verdict);
  checkpoint->publication = NULL;
  destroy(async);
  return verdict;
}
