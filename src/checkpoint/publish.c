/* ntkw_checkpoint_publish: the stages in order, the verdict agreed after each. */
#include "ranks/comm.h"
#include "ranks/agree_async.h"
#include "fileio/hdf5_error.h"
#include "checkpoint/publication.h"

#include <stdio.h>
#include <unistd.h>

static ntkw_status run_stages(ntkw_i_publication *publication) {
  for (int i = 0; i < ntkw_i_n_stages; i++) {
    const ntkw_i_stage *stage = &ntkw_i_stages[i];
    const ntkw_status mine = ntkw_i_stage_run(stage, publication);
    NTKW_TRY(ntkw_i_agree(publication->checkpoint->comm, &publication->checkpoint->stall, mine, publication->words,
                          stage->settle ? publication->n_words : 0));
    if (stage->settle) NTKW_TRY(stage->settle(publication));
  }
  return NTKW_SUCCESS;
}

/* Collective: nobody leaves before the temporary file is gone. A file that only some ranks could open over MPI-IO stays
 * open, for closing it would wait for the others. */
static void withdraw(ntkw_i_publication *publication, ntkw_status status) {
  const ntkw_checkpoint *checkpoint = publication->checkpoint;
  int opened = publication->file >= 0, by_all = 0;
  if (MPI_Allreduce(&opened, &by_all, 1, MPI_INT, MPI_MIN, checkpoint->comm) == MPI_SUCCESS && by_all) {
    char sentence[1024];
    snprintf(sentence, sizeof sentence, "%s", ntkw_last_error());
    ntkw_i_mpi_io_end(publication);
    ntkw_i_fail(status, "%s", sentence);
  }
  if (publication->made) unlink(publication->temporary);
  MPI_Barrier(checkpoint->comm);
}

ntkw_status ntkw_checkpoint_publish(ntkw_checkpoint *checkpoint) {
  NTKW_TRY(ntkw_i_stated_open(checkpoint, "ntkw_checkpoint_publish"));
  ntkw_i_publication publication;
  /* the first agreement is also where those who are here wait for those who come late */
  ntkw_status status =
      ntkw_i_agree(checkpoint->comm, &checkpoint->stall, ntkw_i_publication_init(&publication, checkpoint), NULL, 0);
  const ntkw_i_hdf5_handler handler = ntkw_i_hdf5_suppress_errors();
  if (status == NTKW_SUCCESS) {
    status = run_stages(&publication);
    if (status != NTKW_SUCCESS) withdraw(&publication, status);
  }
  ntkw_i_publication_free(&publication);
  ntkw_i_hdf5_restore_errors(handler);
  return status;
}
