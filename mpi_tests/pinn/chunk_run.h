/* Whole chunks through a network, for tests that compare bits. */
#ifndef NTKW_TEST_LANE_RUN_H
#define NTKW_TEST_LANE_RUN_H

#include "pinn/network/network.h"

/* Run forward and backward passes over n points in panels of `panel` points (0: the capacity of the workspace).
 *
 * @param[in]  stream_case  index for oracle_streams.
 * @param[out] state        the outputs by point, the NTK diagonal, then the gradient. NULL: compute only the size.
 * @return the size of state in bytes. */
size_t chunk_run(const network_options *options, int stream_case, int n, int panel, void *state);

#endif
