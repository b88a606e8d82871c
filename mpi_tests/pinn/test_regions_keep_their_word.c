/* Conformance test of every kind of region in REGION_LIST: points are inside and uniform, the measure is correct,
 * surface points have unit normals out of the region, and a region created from its description is equal.
 *
 * A new kind needs a row in ROWS. */
#include "harness.h"
#include "pinn/arithmetic/random.h"
#include "pinn/geometry/region.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { D = 3, N = 40000, DRAWS = 12 };
static const double LOWER[D] = {0.0, -1.0, 2.0}, UPPER[D] = {2.0, 1.0, 3.0};
static const input_space space = {.n = D, .names = {"t", "x", "y"}, .lower = LOWER, .upper = UPPER};

static const struct {
  const char *word;
  unread_region given;
} ROWS[] = {
    {"box", {.n = 0}},
    {"box", {.n = 1, .names = {"x"}, .values = {-1.0}}},
    {"box", {.n = 2, .names = {"t", "y"}, .values = {0.5, 3.0}}},
    {"disk", {.n = 3, .names = {"radius", "x", "y"}, .values = {0.25, 0.5, 2.5}}},
    {"disk", {.n = 3, .names = {"radius", "t", "y"}, .values = {2.0, -1.0, 2.0}}},
};

static region *row(size_t k) {
  region *made = NULL;
  CHECK_OK(region_create(region_find(ROWS[k].word), &space, &ROWS[k].given, &made));
  return made;
}

/* Compute the draws of a point, and set all its inputs from them. */
static void begin(int64_t index, double draws[DRAWS], double x[D]) {
  for (int b = 0; b < DRAWS / 4; b++)
    random_uniform4(1, RANDOM_POINTS, 0, 0, (uint64_t)index, (uint64_t)b, draws + 4 * b);
  for (int i = 0; i < D; i++) x[i] = LOWER[i] + (UPPER[i] - LOWER[i]) * draws[i];
}

static bool within(const double x[], const double lower[], const double upper[], double slack) {
  for (int i = 0; i < D; i++)
    if (!(x[i] >= lower[i] - slack && x[i] <= upper[i] + slack)) return false;
  return true;
}

/* Compare points of the region with uniform points of its bounding box that lie in the region: along each input the
 * same fraction is in the first 30 % of the box. The fraction of the box inside the region gives the measure. */
static void check_points(const region *of) {
  double draws[DRAWS], x[D], lower[D], upper[D];
  int64_t drawn[D] = {0}, counted[D] = {0}, inside = 0;
  of->ops->bounds(of, &space, lower, upper);
  for (int p = 0; p < N; p++) {
    begin(p, draws, x);
    of->ops->points(of, &space, 1, DRAWS, draws, x);
    CHECK(of->ops->contains(of, &space, x, true) && within(x, lower, upper, 1e-12));
    for (int i = 0; i < D; i++) drawn[i] += x[i] < lower[i] + 0.3 * (upper[i] - lower[i]);
    begin(N + p, draws, x);
    for (int i = 0; i < D; i++) x[i] = lower[i] + (upper[i] - lower[i]) * draws[i];
    if (!of->ops->contains(of, &space, x, true)) continue;
    inside++;
    for (int i = 0; i < D; i++) counted[i] += x[i] < lower[i] + 0.3 * (upper[i] - lower[i]);
  }
  double around = 1.0;
  for (int i = 0; i < D; i++)
    if (upper[i] > lower[i]) around *= upper[i] - lower[i];
  const double share = (double)inside / N;
  CHECK_NEAR(share * around, of->ops->measure(of, &space), 5.0 * around * sqrt(0.25 / N));
  for (int i = 0; i < D; i++)
    CHECK_NEAR((double)drawn[i] / N, (double)counted[i] / (double)inside, 5.0 * sqrt(0.5 / (double)inside));
}

/* A small step along the normal leaves the region, and a step against it enters the region. */
static void check_surface(const region *of) {
  const double step = 1e-6;
  double draws[DRAWS], x[D], normal[D], to[D];
  for (int piece = 0; piece < of->ops->n_pieces(of, &space); piece++) {
    CHECK(of->ops->piece_measure(of, &space, piece) > 0.0);
    for (int p = 0; p < 500; p++) {
      double length = 0.0;
      begin(p, draws, x);
      of->ops->surface_point(of, &space, piece, draws, x, normal);
      for (int i = 0; i < D; i++) length += normal[i] * normal[i];
      CHECK_NEAR(length, 1.0, 1e-15 * 4);
      for (int i = 0; i < D; i++) to[i] = x[i] - step * normal[i];
      CHECK(of->ops->contains(of, &space, to, false));
      for (int i = 0; i < D; i++) to[i] = x[i] + step * normal[i];
      CHECK(!of->ops->contains(of, &space, to, true));
    }
  }
}

static void tell(void *context, const char *name, double value) {
  unread_region *to = context;
  snprintf(to->names[to->n], sizeof to->names[0], "%s", name);
  to->values[to->n++] = value;
}

static void check_description(const region *of) {
  unread_region told = {.n = 0};
  region *again = NULL;
  of->ops->describe(of, &space, tell, &told);
  CHECK_OK(region_create(of->ops, &space, &told, &again));
  CHECK_EQUAL_INT(again->n_named, of->n_named);
  CHECK_EQUAL_INT(again->n_numbers, of->n_numbers);
  CHECK(memcmp(again->named, of->named, sizeof of->named) == 0);
  for (int k = 0; k < of->n_numbers; k++) CHECK_EQUAL_DOUBLE(again->numbers[k], of->numbers[k]);
  region_destroy(&again);
}

static void every_kind(void) {
  for (size_t k = 0; k < sizeof ROWS / sizeof *ROWS; k++) {
    region *made = row(k);
    check_points(made);
    check_surface(made);
    check_description(made);
    region_destroy(&made);
  }
}

static void every_kind_has_a_row(void) {
  for (int k = 0; region_kind(k); k++) {
    int rows = 0;
    for (size_t r = 0; r < sizeof ROWS / sizeof *ROWS; r++) rows += strcmp(ROWS[r].word, region_kind(k)->word) == 0;
    CHECK(rows > 0);
    CHECK(region_find(region_kind(k)->word) == region_kind(k));
  }
  CHECK(region_find("blob") == NULL);
}

static void measures_are_closed_forms(void) {
  const double pi = 3.14159265358979323846, expected[] = {4.0, 2.0, 2.0, pi / 16.0 * 2.0, pi * 4.0 * 2.0};
  const double surface[] = {16.0, 6.0, 2.0, pi / 2.0 * 2.0, pi * 4.0 * 2.0};
  for (size_t k = 0; k < sizeof ROWS / sizeof *ROWS; k++) {
    region *made = row(k);
    double total = 0.0;
    for (int piece = 0; piece < made->ops->n_pieces(made, &space); piece++)
      total += made->ops->piece_measure(made, &space, piece);
    CHECK_NEAR(made->ops->measure(made, &space), expected[k], 1e-12);
    CHECK_NEAR(total, surface[k], 1e-12);
    region_destroy(&made);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(every_kind), TEST(every_kind_has_a_row), TEST(measures_are_closed_forms)};
  return run_suite("regions", cases, sizeof cases / sizeof *cases, argc, argv);
}
