/* Cut a list of items into contiguous parts whose largest cost is least: chunks for ranks, and chunks of a rank for its
 * threads. */
#ifndef NTKW_PINN_BALANCED_CUT_H
#define NTKW_PINN_BALANCED_CUT_H

#include <stdint.h>

/* Cut the items first .. end - 1 into n_parts >= 1 parts. No other contiguous parts have a smaller largest cost. Among
 * those that reach it, cuts lie as near as possible to equal shares. If there are enough items, no part is empty;
 * otherwise no part has two items. The result depends on the arguments only. Not collective.
 *
 * @param[in]  cost_before  cost_before[i] is the cost of all items before item i, for first <= i <= end. Each item has
 *                          a cost above 0.
 * @param[out] cuts         n_parts + 1 values: part k has the items cuts[k] .. cuts[k + 1] - 1. */
void balanced_cut(const int64_t cost_before[], int first, int end, int n_parts, int cuts[]);

#endif
