/* Check that arguments are the same on all ranks. */
#ifndef NTKW_RANKS_SAME_ON_RANKS_H
#define NTKW_RANKS_SAME_ON_RANKS_H

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>
#include "ntkw/status.h"

/* Check that a text is neither NULL nor empty and is the same on every rank. Collective.
 *
 * @param[in] comm  The ranks that compare.
 * @param[in] what  The subject of the error message, such as "the path of a checkpoint".
 * @param[in] text  This rank's text.
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_ARGUMENT (NULL or empty), NTKW_ERR_DISAGREE (the message
 * quotes both texts), NTKW_ERR_MEMORY. */
ntkw_status ntkw_i_same_text_on_ranks(MPI_Comm comm, const char *what, const char *text);

/* Named hashes of values that must be the same on all ranks. Starts as {0}. */
enum { NTKW_I_MOST_FIELDS = 10 };
typedef struct ntkw_i_fields {
  int n;
  const char *what[NTKW_I_MOST_FIELDS];
  uint64_t hash[NTKW_I_MOST_FIELDS];
} ntkw_i_fields;

/* Begin a field with these bytes; add bytes to the last field. Not collective. what is borrowed. */
void ntkw_i_fields_begin(ntkw_i_fields *fields, const char *what, const void *bytes, size_t length);
void ntkw_i_fields_add(ntkw_i_fields *fields, const void *bytes, size_t length);

/* Check that every field has the same hash on all ranks. Collective: one MPI_Allreduce.
 *
 * @param[in] owner  Whose fields they are, for the message: "the WHAT of OWNER differ over the ranks".
 * @return the same on every rank: NTKW_SUCCESS, NTKW_ERR_DISAGREE, NTKW_ERR_MPI. */
ntkw_status ntkw_i_fields_compare(MPI_Comm comm, const ntkw_i_fields *fields, const char *owner);

#endif
