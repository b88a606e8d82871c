/** @file ntkw.h
 * Everything of libntkw: statuses, exact sums, weighting, traces, checkpoints. Each header is a manual of its part.
 *
 * | function                        | collective?                                                 |
 * | ------------------------------- | ----------------------------------------------------------- |
 * | ntkw_sum_*                      | local                                                       |
 * | ntkw_weighting_create, _destroy | collective                                                  |
 * | ntkw_gradient_*, ntkw_weighting_add_ntk_diagonal | local                                                       |
 * | ntkw_weighting_update           | collective: one MPI_Allreduce                               |
 * | ..._update_begin, _test, _end   | collective, local, collective                               |
 * | ntkw_weighting_weights, ntkw_weighting_norms, ...   | local, the same bits on every rank                          |
 * | ntkw_weighting_aggregate                  | local                                                       |
 * | ntkw_recording_create, _record,     | collective                                                  |
 * |   _close                        |                                                             |
 * | ntkw_checkpoint_*               | collective, unless its description says local               |
 *
 * **Communicators.** Where a function takes a communicator, it takes an intracommunicator: MPI_COMM_NULL and
 * intercommunicators are NTKW_ERR_ARGUMENT, and a call before MPI_Init or after MPI_Finalize is NTKW_ERR_MPI.
 *
 * **After MPI_Finalize** the functions that free a handle may still be called, as destructors at the end of main do.
 * They are local then and free memory; a lock is removed, and a publication that is still under way is given up. Only
 * ntkw_recording_close has something to report then: NTKW_ERR_ORDER.
 *
 * **NULL.** Every function that asks something of a handle takes NULL and answers with NULL, 0, false or NaN.
 */
#ifndef NTKW_NTKW_H
#define NTKW_NTKW_H

#include "ntkw/api.h"
#include "ntkw/checkpoint.h"
#include "ntkw/dtype.h"
#include "ntkw/recording.h"
#include "ntkw/rule.h"
#include "ntkw/status.h"
#include "ntkw/sum.h"
#include "ntkw/version.h"
#include "ntkw/weighting.h"

#ifndef NTKW_NO_DEPRECATED
#include "ntkw/deprecated.h"
#endif

#endif
