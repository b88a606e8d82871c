/* A domain that is a box minus disks: points are in the domain and uniform, also on circles and faces. They are the
 * same for any cut and on all ranks. Shares of places are those of closed forms. Normals point out of the domain. */
#include "pinn/training/sampler.h"
#include "problem_fixture.h"

#include <string.h>

enum { N = 40000, T = 0, X = 1, Y = 2, D = 3 };
static const double PI = 3.14159265358979323846;

/* The unit square minus a disk inside it and a disk around a corner; the input t is free. */
static problem *plate(void) {
  static const char text[] =
      "local hole, corner = disk{ x=0.5, y=0.375, radius=0.25 }, disk{ x=1, y=1, radius=0.5 }\n"
      "local function zero(p) return p.u end\n"
      "return problem {\n"
      "  inputs = { {'t', 0, 2}, {'x', 0, 1}, {'y', 0, 1} }, outputs = { 'u' }, seed = 3,\n"
      "  domain = box() - hole - corner,\n"
      "  conditions = {\n"
      "    { 'inside', points = 40000, on = interior(), equation = zero },\n"
      "    { 'hole', points = 40000, on = boundary(hole), equation = function(p) return p.u_x*p.nx + p.u_y*p.ny end "
      "},\n"
      "    { 'corner', points = 40000, on = boundary(corner), equation = zero },\n"
      "    { 'wall', points = 40000, on = boundary{x=1}, equation = function(p) return p.u + p.nt + p.nx end },\n"
      "  },\n"
      "  network = { hidden = {8} }, steps = 10,\n"
      "}\n";
  problem *made = NULL;
  CHECK_OK(problem_from_lua("plate.lua", text, &made));
  if (!made) exit(1);
  return made;
}

static double x[N][D], normal[N][D];

static void sample(const problem *pde, int cond) {
  sample_points_and_normals(pde, cond, 7, 0, N, x[0], normal[0]);
}

static bool in_disk(const double p[D], double cx, double cy, double r) {
  return (p[X] - cx) * (p[X] - cx) + (p[Y] - cy) * (p[Y] - cy) < r * r * (1.0 - 1e-14);
}

static void points_are_in_the_domain(void) {
  problem *pde = plate();
  for (int c = 0; c < pde->n_conditions; c++) {
    sample(pde, c);
    for (int p = 0; p < N; p++) {
      CHECK(x[p][T] >= 0.0 && x[p][T] <= 2.0 && x[p][X] >= 0.0 && x[p][X] <= 1.0 && x[p][Y] >= 0.0 && x[p][Y] <= 1.0);
      CHECK(!in_disk(x[p], 0.5, 0.375, 0.25) && !in_disk(x[p], 1.0, 1.0, 0.5));
    }
  }
  problem_destroy(&pde);
}

/* Check that chi^2 of the counts is within five deviations of its mean for a uniform distribution. */
static void check_uniform(const int counts[], int n, int total) {
  double chi = 0.0;
  for (int k = 0; k < n; k++) chi += pow(counts[k] - (double)total / n, 2) / ((double)total / n);
  CHECK(chi < n - 1 + 5.0 * sqrt(2.0 * (n - 1)));
  CHECK(chi > n - 1 - 5.0 * sqrt(2.0 * (n - 1)));
}

/* Cells (squares of the plane times slices of time) that lie completely in the domain have equal numbers of points. */
static void the_interior_is_uniform(void) {
  enum { CELLS = 8, SLICES = 4 };
  problem *pde = plate();
  int counts[CELLS * CELLS * SLICES] = {0}, whole[CELLS * CELLS * SLICES], n = 0, total = 0;
  sample(pde, 0);
  for (int p = 0; p < N; p++)
    counts[((int)(x[p][X] * CELLS) * CELLS + (int)(x[p][Y] * CELLS)) * SLICES + (int)(x[p][T] * SLICES / 2.0)]++;
  for (int k = 0; k < CELLS * CELLS * SLICES; k++) {
    bool clear = true;
    for (int at = 0; at < 121; at++) {
      const double p[D] = {0.0, (k / SLICES / CELLS + at / 11 / 10.0) / CELLS,
                           (k / SLICES % CELLS + at % 11 / 10.0) / CELLS};
      clear = clear && !in_disk(p, 0.5, 0.375, 0.25) && !in_disk(p, 1.0, 1.0, 0.5);
    }
    if (clear) total += whole[n++] = counts[k];
  }
  CHECK(n >= 100);
  check_uniform(whole, n, total);
  /* Their share of all points is their share of the domain's measure. */
  const double area = 1.0 - PI / 16.0 - PI / 16.0, share = (double)n / (CELLS * CELLS * SLICES) / area;
  CHECK_NEAR((double)total / N, share, 5.0 * sqrt(0.25 / N));
  problem_destroy(&pde);
}

/* Arcs of equal length between the angles from and to (in turns) have equal numbers of points; normals point to the
 * centre. */
static void check_circle(const problem *pde, int cond, double cx, double cy, double r, double from, double to) {
  enum { ARCS = 64 };
  int counts[ARCS] = {0};
  sample(pde, cond);
  for (int p = 0; p < N; p++) {
    double angle = atan2(x[p][Y] - cy, x[p][X] - cx) / (2.0 * PI);
    if (angle < 0.0) angle += 1.0;
    CHECK(angle >= from && angle <= to);
    counts[(int)((angle - from) / (to - from) * ARCS * (1.0 - 1e-12))]++;
    CHECK_NEAR(hypot(x[p][X] - cx, x[p][Y] - cy), r, 1e-15);
    CHECK(normal[p][T] == 0.0);
    CHECK_NEAR(normal[p][X], (cx - x[p][X]) / r, 1e-14);
    CHECK_NEAR(normal[p][Y], (cy - x[p][Y]) / r, 1e-14);
  }
  check_uniform(counts, ARCS, N);
}

static void circles_are_uniform(void) {
  problem *pde = plate();
  check_circle(pde, 1, 0.5, 0.375, 0.25, 0.0, 1.0);
  check_circle(pde, 2, 1.0, 1.0, 0.5, 0.5, 0.75);
  problem_destroy(&pde);
}

static void faces_are_what_is_left_of_them(void) {
  enum { PARTS = 50 };
  problem *pde = plate();
  int counts[PARTS] = {0};
  sample(pde, 3);
  for (int p = 0; p < N; p++) {
    CHECK(x[p][X] == 1.0 && x[p][Y] <= 0.5);
    CHECK(normal[p][T] == 0.0 && normal[p][X] == 1.0 && normal[p][Y] == 0.0);
    counts[(int)(x[p][Y] * 2.0 * PARTS * (1.0 - 1e-12))]++;
  }
  check_uniform(counts, PARTS, N);
  problem_destroy(&pde);
}

static void shares_are_closed_forms(void) {
  problem *pde = plate();
  const input_space space = problem_space(pde);
  const double expected[] = {1.0 - PI / 16.0 - PI / 16.0, 1.0, 0.25, 0.5};
  for (int c = 0; c < 4; c++) {
    const place_share share = place_measure(&pde->conditions[c].places[0], &pde->domain, &space);
    CHECK(share.tried >= 1000);
    CHECK_NEAR((double)share.inside / (double)share.tried, expected[c], 5.0 * sqrt(0.25 / (double)share.tried));
  }
  problem_destroy(&pde);
}

/* The points have the same bits on every rank and for any cut into ranges. */
static void any_cut_gives_the_same_points(void) {
  static double cut[N][D], cut_normal[N][D];
  problem *pde = plate();
  for (int c = 0; c < pde->n_conditions; c++) {
    sample(pde, c);
    for (int64_t first = 0, n = 1; first < 3000; first += n, n = n * 2 + 1)
      sample_points_and_normals(pde, c, 7, first, n, cut[first], cut_normal[first]);
    CHECK(memcmp(x, cut, 3000 * sizeof *x) == 0);
    if (c > 0) CHECK(memcmp(normal, cut_normal, 3000 * sizeof *normal) == 0);
    CHECK_SAME_ON_ALL_RANKS(x);
    sample_points(pde, c, 8, 0, N, cut[0]);
    CHECK(memcmp(x, cut, sizeof x) != 0);
  }
  problem_destroy(&pde);
}

/* p.nx and p.ny in equations are the normals at the points. */
static void equations_see_the_normals(void) {
  enum { SOME = 16 };
  problem *pde = plate();
  for (int c = 1; c <= 3; c += 2) {
    const equations *eqs = pde->conditions[c].equations;
    const int n_streams = stream_count(equations_streams(eqs));
    equations_workspace *work = NULL;
    double outputs[3 * SOME] = {0}, residuals[SOME];
    CHECK(equations_use_normals(eqs) && !equations_use_normals(pde->conditions[0].equations));
    CHECK_EQUAL_INT(n_streams, c == 1 ? 3 : 1);
    for (int p = 0; p < SOME && c == 1; p++) outputs[SOME + p] = 3.0, outputs[2 * SOME + p] = -2.0;
    sample(pde, c);
    CHECK_OK(equations_workspace_create(eqs, SOME, &work));
    equations_set_normals(work, normal[0]);
    equations_residuals(work, SOME, D, x[0], outputs, residuals);
    for (int p = 0; p < SOME; p++)
      CHECK_EQUAL_DOUBLE(residuals[p], c == 1 ? 3.0 * normal[p][X] + -2.0 * normal[p][Y] : 1.0);
    equations_workspace_destroy(&work);
  }
  problem_destroy(&pde);
}

/* Points whose first draw is in the domain equal those of the whole box; only the others are drawn again. */
static void first_attempts_are_those_of_the_box(void) {
  problem *pde = plate();
  int same = 0;
  static double whole[N][D];
  sample(pde, 0);
  const int removed = pde->domain.n_removed;
  pde->domain.n_removed = 0;
  sample_points(pde, 0, 7, 0, N, whole[0]);
  pde->domain.n_removed = removed;
  for (int p = 0; p < N; p++) same += memcmp(x[p], whole[p], sizeof *x) == 0;
  CHECK_NEAR((double)same / N, 1.0 - PI / 8.0, 5.0 * sqrt(0.25 / N));
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(points_are_in_the_domain),  TEST(the_interior_is_uniform),
                                    TEST(circles_are_uniform),       TEST(faces_are_what_is_left_of_them),
                                    TEST(shares_are_closed_forms),   TEST(any_cut_gives_the_same_points),
                                    TEST(equations_see_the_normals), TEST(first_attempts_are_those_of_the_box)};
  return run_suite("domain without disks", cases, sizeof cases / sizeof *cases, argc, argv);
}
