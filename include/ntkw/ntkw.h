/** @file ntkw.h
 * All headers of libntkw: statuses, exact sums, weighting, recordings, checkpoints. Each header is a manual of its
 * part.
 *
 * | functions                                            | collective?                                     |
 * | ---------------------------------------------------- | ----------------------------------------------- |
 * | ntkw_sum_*, ntkw_rule_*, ntkw_status_name, _meaning  | no                                              |
 * | ntkw_status_agree                                    | yes                                             |
 * | ntkw_weighting_create, _destroy                      | yes                                             |
 * | ntkw_weighting_update                                | yes: one MPI_Allreduce                          |
 * | ntkw_weighting_update_begin, _end                    | yes; _test is not                               |
 * | all other ntkw_weighting_*                           | no; results have the same bits on every rank    |
 * | ntkw_recording_create, _continue, _record, _close    | yes; _steps is not                              |
 * | ntkw_checkpoint_create, _publish, _publish_begin,    | yes; _set_*, _add_*, _publish_test are not      |
 * |   _publish_end, _destroy, _lock, _unlock, _verify,   |                                                 |
 * |   _keep                                              |                                                 |
 * | ntkw_checkpoint_reader_open, _open_newest, _close,   | yes; _get_*, _array_*, _attribute_*, _path,     |
 * |   _read_array, _read_slabs                           |   _find_array are not                           |
 *
 * "Local" and "not collective" mean the same: the function does not communicate.
 *
 * **Ownership.** The caller of a create, open or lock function frees the handle with the destroy, close or unlock
 * function of the same prefix. Strings and arrays that a getter returns belong to the handle and are valid until it is
 * freed. A function copies its arguments, unless its description says "borrowed".
 *
 * **Communicators.** A communicator argument must be an intracommunicator: MPI_COMM_NULL and intercommunicators give
 * NTKW_ERR_ARGUMENT. A call before MPI_Init or after MPI_Finalize gives NTKW_ERR_MPI.
 *
 * **After MPI_Finalize** the program may still call the functions that free a handle, for example from destructors at
 * the end of main. They are local then: they free memory, remove a lock, and give up a publication that still runs.
 * Only ntkw_recording_close then returns an error: NTKW_ERR_ORDER.
 *
 * **NULL.** Every getter accepts a NULL handle and returns NULL, 0, false or NaN. A getter that returns a status
 * returns NTKW_ERR_ARGUMENT.
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
