/* Points lie in their places, which have equal numbers of points. They depend only on seed, draw, condition and
 * index. */
#include "pinn/training/sampler.h"
#include "training_fixture.h"

enum { N = 131 };

static void points_lie_on_their_places(void) {
  problem *pde = wave_problem("float64", "none", 1);
  double points[N][2];
  sample_points(pde, 1, 3, 0, N, points[0]);
  for (int p = 0; p < N; p++) { /* 131 = 45 + 43 + 43: the remainder goes to the first place */
    if (p < 45)
      CHECK(points[p][0] == 0.0);
    else
      CHECK(points[p][1] == (p < 88 ? 0.0 : 1.0));
    for (int i = 0; i < 2; i++) CHECK(points[p][i] >= 0.0 && points[p][i] <= 1.0);
  }
  problem_destroy(&pde);
}

static void any_cut_gives_the_same_points(void) {
  problem *pde = wave_problem("float64", "none", 1);
  double whole[N][2], cut[N][2];
  sample_points(pde, 1, 9, 0, N, whole[0]);
  for (int64_t first = 0, count = 1; first < N;
       first += count, count = count * 2 + 1 < N - first ? count * 2 + 1 : N - first)
    sample_points(pde, 1, 9, first, count < N - first ? count : N - first, cut[first]);
  CHECK(memcmp(whole, cut, sizeof whole) == 0);
  problem_destroy(&pde);
}

static void other_draws_give_other_points(void) {
  problem *pde = wave_problem("float64", "none", 1);
  double a[N][2], b[N][2];
  sample_points(pde, 0, 0, 0, N, a[0]);
  sample_points(pde, 0, 1, 0, N, b[0]);
  CHECK(memcmp(a, b, sizeof a) != 0);
  sample_points(pde, 1, 0, 0, N, b[0]);
  CHECK(a[100][0] != b[100][0]);
  pde->seed++;
  sample_points(pde, 0, 0, 0, N, b[0]);
  CHECK(memcmp(a, b, sizeof a) != 0);
  problem_destroy(&pde);
}

static void draws_follow_resample(void) {
  problem *pde = wave_problem("float64", "none", 1);
  pde->resample = 10;
  CHECK_EQUAL_INT(sample_draw(pde, 9), 0);
  CHECK_EQUAL_INT(sample_draw(pde, 10), 1);
  pde->resample = 0;
  CHECK_EQUAL_INT(sample_draw(pde, 1000), 0);
  problem_destroy(&pde);
}

static void points_fill_the_box(void) {
  problem *pde = wave_problem("float64", "none", 1);
  enum { MANY = 20000 };
  static double points[MANY][2];
  double mean = 0.0, square = 0.0;
  pde->conditions[0].n_points = MANY;
  pde->lower[1] = -1.0;
  pde->upper[1] = 3.0;
  sample_points(pde, 0, 0, 0, MANY, points[0]);
  for (int p = 0; p < MANY; p++) {
    mean += points[p][1] / MANY;
    square += points[p][1] * points[p][1] / MANY;
  }
  CHECK_NEAR(mean, 1.0, 0.04); /* five standard errors */
  CHECK_NEAR(square - mean * mean, 16.0 / 12.0, 0.04);
  problem_destroy(&pde);
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(points_lie_on_their_places), TEST(any_cut_gives_the_same_points),
                                    TEST(other_draws_give_other_points), TEST(draws_follow_resample),
                                    TEST(points_fill_the_box)};
  return run_suite("sampler", cases, sizeof cases / sizeof *cases, argc, argv);
}
