#include "pinn/training/balanced_cut.h"

#include <stdbool.h>

typedef struct item_list {
  const int64_t *before; /* cost_before of balanced_cut */
  int first, end, n_parts;
} item_list;

static int64_t cost_of(const item_list *r, int from, int to) {
  return r->before[to] - r->before[from];
}

static int smaller(int a, int b) {
  return a < b ? a : b;
}
static int larger(int a, int b) {
  return a > b ? a : b;
}

/* The end of the longest part that starts with item `from` and costs at most `limit`. */
static int longest_from(const item_list *r, int from, int64_t limit) {
  int low = from, high = r->end;
  while (low < high) {
    const int middle = high - (high - low) / 2;
    if (cost_of(r, from, middle) <= limit)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

/* The start of the longest part that ends before item `to` and costs at most `limit`. */
static int longest_to(const item_list *r, int to, int64_t limit) {
  int low = r->first, high = to;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (cost_of(r, middle, to) <= limit)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

static bool fits(const item_list *r, int64_t limit) {
  int at = r->first;
  for (int k = 0; k < r->n_parts && at < r->end; k++) at = longest_from(r, at, limit);
  return at == r->end;
}

/* The smallest largest cost of a part, by bisection. */
static int64_t least_limit(const item_list *r) {
  int64_t low = 0, high = cost_of(r, r->first, r->end);
  for (int i = r->first; i < r->end; i++)
    if (cost_of(r, i, i + 1) > low) low = cost_of(r, i, i + 1);
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (fits(r, middle))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* Does the middle of the item lie in the first k of n_parts equal shares of the cost? */
static bool is_in_shares(const item_list *r, int item, int k) {
  const int64_t middle = cost_of(r, r->first, item) + cost_of(r, r->first, item + 1); /* doubled */
  const int64_t all = cost_of(r, r->first, r->end);
  return (__extension__(__int128) middle * r->n_parts) < (__extension__(__int128) all * 2 * k);
}

/* The first cuts from which the parts behind them fit, with cuts[n_parts] = end. */
static void lay_earliest(const item_list *r, int64_t limit, int cuts[]) {
  cuts[r->n_parts] = r->end;
  for (int k = r->n_parts - 1; k >= 0; k--) cuts[k] = longest_to(r, cuts[k + 1], limit);
}

void balanced_cut(const int64_t cost_before[], int first, int end, int n_parts, int cuts[]) {
  const item_list r = {cost_before, first, end, n_parts};
  const int64_t limit = least_limit(&r);
  const bool enough = end - first >= n_parts;
  lay_earliest(&r, limit, cuts);
  cuts[0] = first;
  for (int k = 1, equal = first; k < n_parts; k++) {
    const int before = cuts[k - 1], one_each = end - (n_parts - k); /* the later parts have one item each */
    const int least = larger(cuts[k], enough ? before + 1 : larger(before, one_each));
    const int most = smaller(longest_from(&r, before, limit), enough ? one_each : before + 1);
    while (equal < end && is_in_shares(&r, equal, k)) equal++;
    cuts[k] = smaller(larger(equal, least), most);
  }
}
