/* ntkw_checkpoint_publish_begin, test and end: the stages of a publication beside a computation.
 *
 * The stages are cut into steps, each of which ends with one that is agreed on. A step first runs, in the caller's
 * thread, what calls HDF5 (rank 0: a few ms), then the rest in a thread that calls neither HDF5 nor MPI, then agrees by
 * nonblocking operations. Whoever tests moves all this on by as much as is possible without waiting. */
#include "ranks/comm.h"
#include "ranks/agree_async.h"
#include "fileio/hdf5_error.h"
#include "checkpoint/publication.h"
#include "checkpoint/quiet_thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum async_phase {
  PHASE_STEP,       /* a step is to begin */
  PHASE_THREAD,     /* its thread runs */
  PHASE_AGREEMENT,  /* this rank is done with the step */
  PHASE_WITHDRAWAL, /* it has failed: the file is removed, and all wait until it is */
  PHASE_OVER        /* there is a verdict */
} async_phase;

struct ntkw_i_asynchronous {
  ntkw_i_publication publication;
  async_phase phase;
  int first, last; /* stages of the step */
  pthread_t thread;
  atomic_bool finished; /* the thread has nothing more to do */
  ntkw_status status;   /* of this rank in this step */
  char sentence[1024];  /* of that status: each thread has its own last error */
  ntkw_i_agreement consensus;
  ntkw_status verdict;
  char verdict_sentence[1024];
};
typedef struct ntkw_i_asynchronous asynchronous;

/* Large pages make fresh memory several times faster to fill for the first time. */
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

static ntkw_i_place place_of(const asynchronous *of, int stage) {
  return ntkw_i_stage_place(&ntkw_i_stages[stage], of->publication.checkpoint);
}

static void *run_in_thread(void *data) {
  asynchronous *of = data;
  for (int i = of->first; i <= of->last && of->status == NTKW_SUCCESS; i++)
    if (place_of(of, i) == NTKW_I_ANYWHERE) of->status = ntkw_i_stage_run(&ntkw_i_stages[i], &of->publication);
  if (of->status != NTKW_SUCCESS) snprintf(of->sentence, sizeof of->sentence, "%s", ntkw_last_error());
  atomic_store(&of->finished, true);
  return NULL;
}

static void start_agreement(asynchronous *of) {
  const ntkw_i_publication *publication = &of->publication;
  if (of->status != NTKW_SUCCESS) ntkw_i_fail(of->status, "%s", of->sentence);
  ntkw_i_agree_start(&of->consensus, publication->checkpoint->comm, of->status, publication->words,
                     ntkw_i_stages[of->last].settle ? publication->n_words : 0);
  of->phase = PHASE_AGREEMENT;
}

static void run_main_stages(asynchronous *of) {
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  for (int i = of->first; i <= of->last && of->status == NTKW_SUCCESS; i++)
    if (place_of(of, i) == NTKW_I_MAIN) of->status = ntkw_i_stage_run(&ntkw_i_stages[i], &of->publication);
  ntkw_i_hdf5_restore_errors(handler);
  if (of->status != NTKW_SUCCESS) snprintf(of->sentence, sizeof of->sentence, "%s", ntkw_last_error());
}

/* Of a step, what calls HDF5 comes before the rest. */
static void start_step(asynchronous *of) {
  for (of->last = of->first; !ntkw_i_stages[of->last].agreed;) of->last++;
  run_main_stages(of);
  if (of->status != NTKW_SUCCESS || place_of(of, of->last) == NTKW_I_MAIN) {
    start_agreement(of);
    return;
  }
  atomic_store(&of->finished, false);
  if (ntkw_i_quiet_thread(&of->thread, run_in_thread, of) == 0) {
    of->phase = PHASE_THREAD;
    return;
  }
  run_in_thread(of); /* there can be no more threads: then it takes its time here */
  start_agreement(of);
}

static void conclude(asynchronous *of, ntkw_status verdict) {
  of->verdict = verdict;
  if (verdict != NTKW_SUCCESS) snprintf(of->verdict_sentence, sizeof of->verdict_sentence, "%s", ntkw_last_error());
}

static void start_withdrawal(asynchronous *of) {
  const ntkw_i_publication *publication = &of->publication;
  if (publication->made) unlink(publication->temporary);
  ntkw_i_agree_start(&of->consensus, publication->checkpoint->comm, NTKW_SUCCESS, NULL, 0);
  of->phase = PHASE_WITHDRAWAL;
}

/* All ranks have the same verdict on the step. */
static void finish_step(asynchronous *of) {
  const ntkw_i_stage *stage = &ntkw_i_stages[of->last];
  ntkw_status verdict = ntkw_i_agree_verdict(&of->consensus);
  if (verdict == NTKW_SUCCESS && stage->settle) verdict = stage->settle(&of->publication);
  of->first = of->last + 1;
  of->phase = PHASE_STEP;
  if (verdict == NTKW_SUCCESS && of->first < ntkw_i_n_stages) return;
  conclude(of, verdict);
  if (verdict == NTKW_SUCCESS)
    of->phase = PHASE_OVER;
  else
    start_withdrawal(of);
}

static void join(asynchronous *of) {
  pthread_join(of->thread, NULL);
  start_agreement(of);
}

/* One phase further if that needs no waiting. */
static bool move_on(asynchronous *of) {
  switch (of->phase) {
  case PHASE_STEP:
    start_step(of);
    return true;
  case PHASE_THREAD:
    if (!atomic_load(&of->finished)) return false;
    join(of);
    return true;
  case PHASE_AGREEMENT:
    if (!ntkw_i_agree_test(&of->consensus)) return false;
    finish_step(of);
    return true;
  case PHASE_WITHDRAWAL:
    if (!ntkw_i_agree_test(&of->consensus)) return false;
    of->phase = PHASE_OVER;
    return true;
  case PHASE_OVER:
    break;
  }
  return false;
}

/* The stages that are collective, then the copy. */
static ntkw_status begin(asynchronous *of) {
  ntkw_checkpoint *checkpoint = of->publication.checkpoint;
  NTKW_TRY(
      ntkw_i_agree(checkpoint->comm, &checkpoint->stall,
                   checkpoint->transfer == NTKW_TRANSFER_DIRECT
                       ? NTKW_SUCCESS
                       : ntkw_i_fail(NTKW_ERR_ARGUMENT,
                                     "checkpoint %s: the asynchronous mode transfers values directly, not over MPI-IO",
                                     checkpoint->path),
                   NULL, 0));
  for (; place_of(of, of->first) == NTKW_I_COLLECTIVE; of->first++)
    NTKW_TRY(ntkw_i_agree(checkpoint->comm, &checkpoint->stall,
                          ntkw_i_stage_run(&ntkw_i_stages[of->first], &of->publication), NULL, 0));
  of->status = copy_values(checkpoint);
  if (of->status != NTKW_SUCCESS) snprintf(of->sentence, sizeof of->sentence, "%s", ntkw_last_error());
  return NTKW_SUCCESS;
}

static ntkw_status make(ntkw_checkpoint *checkpoint, asynchronous **out) {
  *out = calloc(1, sizeof **out);
  NTKW_CHECK(*out, NTKW_ERR_MEMORY, "out of memory for publishing %s", checkpoint->path);
  return ntkw_i_publication_init(&(*out)->publication, checkpoint);
}

static void destroy(asynchronous *of) {
  if (of && of->publication.checkpoint) ntkw_i_publication_free(&of->publication);
  free(of);
}

ntkw_status ntkw_checkpoint_publish_begin(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(ntkw_i_stated_open(checkpoint, "ntkw_checkpoint_publish_begin"));
  asynchronous *of = NULL;
  ntkw_status status = ntkw_i_agree(checkpoint->comm, &checkpoint->stall, make(checkpoint, &of), NULL, 0);
  if (status == NTKW_SUCCESS) status = begin(of);
  if (status == NTKW_SUCCESS) {
    checkpoint->under_way = of;
    move_on(of);
  } else {
    destroy(of);
  }
  return status;
}

void ntkw_i_asynchronous_abandon(ntkw_checkpoint *checkpoint) {
  asynchronous *of = checkpoint->under_way;
  if (of->phase == PHASE_THREAD) pthread_join(of->thread, NULL);
  if (of->publication.made) unlink(of->publication.temporary);
  checkpoint->under_way = NULL;
  destroy(of);
}

static ntkw_status check_under_way(const ntkw_checkpoint *checkpoint, const char *function) {
  NTKW_CHECK(checkpoint, NTKW_ERR_ARGUMENT, "%s: the checkpoint is NULL", function);
  NTKW_CHECK(checkpoint->under_way, NTKW_ERR_ORDER,
             "%s: no publication of %s is under way; ntkw_checkpoint_publish_begin comes first", function,
             checkpoint->path);
  return NTKW_SUCCESS;
}

ntkw_status ntkw_checkpoint_publish_test(ntkw_checkpoint *checkpoint, bool *done) {
  NTKW_CHECK(done, NTKW_ERR_ARGUMENT, "ntkw_checkpoint_publish_test: done is NULL");
  *done = false;
  NTKW_TRY(check_under_way(checkpoint, "ntkw_checkpoint_publish_test"));
  while (move_on(checkpoint->under_way)) continue;
  *done = checkpoint->under_way->phase == PHASE_OVER;
  return NTKW_SUCCESS;
}

/* What counts as waiting is waiting for others, anew in each phase. */
static void finish(asynchronous *of) {
  const ntkw_checkpoint *checkpoint = of->publication.checkpoint;
  ntkw_i_stall_timer timer = ntkw_i_stall_timer_start(&checkpoint->stall);
  while (of->phase != PHASE_OVER) {
    if (of->phase == PHASE_THREAD) join(of);
    if (move_on(of))
      timer = ntkw_i_stall_timer_start(&checkpoint->stall);
    else
      ntkw_i_stall_timer_pause(&timer);
  }
}

ntkw_status ntkw_checkpoint_publish_end(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(check_under_way(checkpoint, "ntkw_checkpoint_publish_end"));
  asynchronous *of = checkpoint->under_way;
  finish(of);
  const ntkw_status verdict = of->verdict;
  if (verdict != NTKW_SUCCESS) ntkw_i_fail(verdict, "%s", of->verdict_sentence);
  checkpoint->under_way = NULL;
  destroy(of);
  return verdict;
}
