/* Cuts into contiguous parts: every item once, and the largest cost of a part is the least that any cut has, as found by
 * trying all of them. Other promises of balanced_cut.h hold as well, also for many items. */
#include "harness.h"
#include "pinn/training/balanced_cut.h"

#include <stdlib.h>

enum { MOST_ITEMS = 70000, MOST_PARTS = 300 };
static int64_t before[MOST_ITEMS + 1];

static int64_t cost_of(int from, int to) {
  return before[to] - before[from];
}

/* The least largest cost of n_parts parts of the items from .. end - 1, by trying all ends of the first part. */
static int64_t least_by_trial(int from, int end, int n_parts) {
  int64_t least = cost_of(from, end);
  if (n_parts == 1) return least;
  for (int to = from; to <= end; to++) {
    const int64_t own = cost_of(from, to), rest = own < least ? least_by_trial(to, end, n_parts - 1) : own;
    const int64_t most = own > rest ? own : rest;
    if (most < least) least = most;
  }
  return least;
}

static int64_t largest(const int cuts[], int n_parts) {
  int64_t most = 0;
  for (int k = 0; k < n_parts; k++)
    if (cost_of(cuts[k], cuts[k + 1]) > most) most = cost_of(cuts[k], cuts[k + 1]);
  return most;
}

/* The largest cost if an item goes to the part in whose equal share its middle lies. */
static int64_t largest_by_middles(int first, int end, int n_parts) {
  int64_t cost[MOST_PARTS] = {0}, most = 0;
  for (int i = first; i < end; i++) {
    const int64_t middle = cost_of(first, i) + cost_of(first, i + 1);
    cost[middle * n_parts / (2 * cost_of(first, end))] += cost_of(i, i + 1);
  }
  for (int k = 0; k < n_parts; k++)
    if (cost[k] > most) most = cost[k];
  return most;
}

static void check_promises(int first, int end, int n_parts, const int cuts[]) {
  CHECK_EQUAL_INT(cuts[0], first);
  CHECK_EQUAL_INT(cuts[n_parts], end);
  bool ascending = true, none_empty = true, none_of_two = true;
  for (int k = 0; k < n_parts; k++) {
    ascending = ascending && cuts[k] <= cuts[k + 1];
    none_empty = none_empty && cuts[k] < cuts[k + 1];
    none_of_two = none_of_two && cuts[k + 1] - cuts[k] <= 1;
  }
  CHECK(ascending);
  CHECK(end - first >= n_parts ? none_empty : none_of_two);
  CHECK(end == first || largest(cuts, n_parts) <= largest_by_middles(first, end, n_parts));
}

/* Costs of several kinds: equal, of two sizes, of a few large ones among small ones, of any size. */
static void draw_costs(int n, int kind) {
  before[0] = kind * 1000; /* the first cost need not be 0 */
  for (int i = 0; i < n; i++) {
    const int64_t small = 1 + rand() % 3, any = 1 + rand() % 1000;
    const int64_t costs[] = {128, rand() % 2 ? 128 : 24, rand() % 4 ? small : 100 * any, any, any << 40};
    before[i + 1] = before[i] + costs[kind % 5];
  }
}

static void no_cut_is_better(void) {
  int cuts[MOST_PARTS + 1];
  srand(1);
  for (int round = 0; round < 2000; round++) {
    const int n = 1 + rand() % 11, n_parts = 1 + rand() % 5, first = rand() % n;
    draw_costs(n, round);
    balanced_cut(before, first, n, n_parts, cuts);
    check_promises(first, n, n_parts, cuts);
    CHECK(largest(cuts, n_parts) == least_by_trial(first, n, n_parts));
  }
}

static void more_parts_than_items(void) {
  int cuts[MOST_PARTS + 1];
  for (int n = 0; n <= 20; n++)
    for (int n_parts = 1; n_parts <= 40; n_parts++) {
      draw_costs(n, n);
      balanced_cut(before, 0, n, n_parts, cuts);
      check_promises(0, n, n_parts, cuts);
    }
}

static void many_items(void) {
  static const int parts[] = {1, 2, 3, 7, 64, 300};
  int cuts[MOST_PARTS + 1];
  for (int i = 0; i < 6; i++)
    for (int kind = 0; kind < 4; kind++) {
      draw_costs(MOST_ITEMS, kind);
      balanced_cut(before, 5, MOST_ITEMS, parts[i], cuts);
      check_promises(5, MOST_ITEMS, parts[i], cuts);
    }
}

/* Where several cuts are best, the one next to equal shares is taken. */
static void equal_shares_are_preferred(void) {
  static const int64_t costs[] = {10, 1, 1, 1, 1};
  int cuts[3];
  before[0] = 0;
  for (int i = 0; i < 5; i++) before[i + 1] = before[i] + costs[i];
  balanced_cut(before, 0, 5, 2, cuts);
  CHECK_EQUAL_INT(cuts[1], 1);
  for (int i = 0; i < 5; i++) before[i + 1] = before[i] + costs[4 - i];
  balanced_cut(before, 0, 5, 2, cuts);
  CHECK_EQUAL_INT(cuts[1], 4);
  for (int i = 0; i < 6; i++) before[i + 1] = before[i] + 1;
  balanced_cut(before, 0, 6, 2, cuts);
  CHECK_EQUAL_INT(cuts[1], 3);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(no_cut_is_better), TEST(more_parts_than_items), TEST(many_items),
                                    TEST(equal_shares_are_preferred)};
  return run_suite("cuts", cases, sizeof cases / sizeof *cases, argc, argv);
}
