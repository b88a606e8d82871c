/* Whole chunks through a network, for tests that compare bits. */
#ifndef NTKW_TEST_LANE_RUN_H
#define NTKW_TEST_LANE_RUN_H

#include "pinn/network/network.h"

/* Forward and backward over n points in panels of panel points (0: the capacity), all results into state, whose size
 * in bytes is returned: outputs by point, diagonal, then the gradient. state may be NULL to ask for the size. */
size_t chunk_run(const network_options *options, int stream_case, int n, int panel, void *state);

#endif
