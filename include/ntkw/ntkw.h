/** @file ntkw.h
 * Everything of libntkw: statuses, exact sums, weighting, traces, checkpoints. Each header is a manual of its part.
 *
 * | function                        | collective?                                                 |
 * | ------------------------------- | ----------------------------------------------------------- |
 * | ntkw_sum_*                      | local                                                       |
 * | ntkw_weighting_create, _destroy | collective                                                  |
 * | ntkw_gradient_*, ntkw_trace_add | local                                                       |
 * | ntkw_weighting_update           | collective: one MPI_Allreduce                               |
 * | ..._update_begin, _test, _end   | collective, local, collective                               |
 * | ntkw_weights, ntkw_norms, ...   | local, the same bits on every rank                          |
 * | ntkw_aggregate                  | local                                                       |
 * | ntkw_trace_create, _record,     | collective                                                  |
 * |   _close                        |                                                             |
 * | ntkw_checkpoint_*               | collective, unless its description says local               |
 */
#ifndef NTKW_NTKW_H
#define NTKW_NTKW_H

#include "ntkw/checkpoint.h"
#include "ntkw/status.h"
#include "ntkw/sum.h"
#include "ntkw/trace.h"
#include "ntkw/weighting.h"

#endif
