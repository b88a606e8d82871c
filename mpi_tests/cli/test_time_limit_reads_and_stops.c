/* Durations are read as users and Slurm write them. A run with known times of steps and checkpoints stops so that its
 * last checkpoint is in time. */
#include "cli/train/duration.h"
#include "cli/signals.h"
#include "cli/train/time_limit.h"
#include "harness.h"

#include <math.h>
#include <signal.h>

static void check_read(const char *text, double expected) {
  double seconds = NAN;
  CHECK_OK(duration_read("--time", text, &seconds));
  CHECK_EQUAL_DOUBLE(seconds, expected);
}

static void lengths_of_time_are_read(void) {
  check_read("1", 1);
  check_read("90", 90);
  check_read("007", 7);
  check_read("1:30", 90);
  check_read("100:00", 6000);
  check_read("00:05:00", 300);
  check_read("36:00:01", 129601);
  check_read("1-00:00:00", 86400);
  check_read("2-12", 216000);
  check_read("2-12:30", 217800);
  check_read("0-00:00:01", 1);
  check_read("999999999-00", 999999999.0 * 86400);
  check_read("UNLIMITED", INFINITY);
}

static void other_texts_are_refused(void) {
  static const char *const wrong[] = {"",         "0",     "00:00", "-1",      "+1",          "1.5",      "1s",
                                      " 1",       "1 ",    "1:",    ":1",      "1:60",        "1:1:60",   "1:60:1",
                                      "1:2:3:4",  "1-",    "-1:00", "1-24",    "1-1-1",       "1--1",     "1-0:60:0",
                                      "1-0:0:60", "1:1-1", "nan",   "0-0:0:0", "10000000000", "unlimited"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    double seconds = NAN;
    CHECK_STATUS(duration_read("--time", wrong[i], &seconds), NTKW_ERR_ARGUMENT);
    CHECK_TEXT_HAS(ntkw_last_error(), "expected seconds, MM:SS");
  }
}

/* Simulate a run from 100 s on, with `step` seconds per step and a checkpoint of `write` seconds after every 10th step.
 * Returns the time of its end, or NaN if it does not stop within `most` steps. */
static double time_of_end(time_limit watch, double step, double write, int most) {
  double now = 100.0;
  for (int i = 1; i <= most; i++) {
    const bool last = time_limit_stops_after(&watch, now, i % 10 == 0);
    now += step;
    if (last || i % 10 == 0) {
      now += write;
      time_limit_add_checkpoint(&watch, write);
    }
    if (last) return now;
  }
  return NAN;
}

static void the_last_checkpoint_is_in_time(void) {
  const double steps[] = {1e-3, 0.1, 2.0}, writes[] = {1e-3, 0.5, 3.0}, limit = 60.0;
  for (int s = 0; s < 3; s++)
    for (int w = 0; w < 3; w++) {
      const time_limit watch = time_limit_start(100.0, limit, NULL, 0.0, 1000);
      const double end = time_of_end(watch, steps[s], writes[w], 1000000);
      CHECK(end <= 100.0 + limit - 1.0);
      CHECK(end >= 100.0 + limit - 1.0 - 3.0 * steps[s] - 5.0 * writes[w]); /* not much too early */
    }
}

static void at_least_one_step_is_done(void) {
  time_limit watch = time_limit_start(100.0, 1.0, NULL, 0.0, 0);
  CHECK(time_limit_stops_after(&watch, 500.0, false)); /* the step is made, and it is the last */
  CHECK(strcmp(time_limit_cause(&watch), "the time limit") == 0);
}

static void a_checkpoint_not_yet_measured_is_guessed_by_its_size(void) {
  time_limit small = time_limit_start(0.0, 60.0, NULL, 0.0, 1000),
             large = time_limit_start(0.0, 60.0, NULL, 0.0, 3000000000);
  CHECK(!time_limit_stops_after(&small, 0.0, false));
  CHECK(time_limit_stops_after(&large, 0.0, false));
  time_limit fast = time_limit_start(0.0, 60.0, NULL, 0.0, 3000000000);
  time_limit_add_checkpoint(&fast, 5.0);
  CHECK(!time_limit_stops_after(&fast, 0.0, false));
}

static void the_end_of_the_job_counts_if_it_comes_first(void) {
  CHECK(isnan(time_of_end(time_limit_start(100.0, INFINITY, NULL, 1e9, 0), 0.1, 0.1, 1000)));
  CHECK(time_of_end(time_limit_start(100.0, INFINITY, "1000000060", 1e9, 0), 0.1, 0.1, 1000) <= 145.0);
  CHECK(time_of_end(time_limit_start(100.0, 30.0, "1000000060", 1e9, 0), 0.1, 0.1, 1000) <= 129.0);
  CHECK(time_of_end(time_limit_start(100.0, 30.0, "1000000030", 1e9, 0), 0.1, 0.1, 1000) <= 115.0);
  static const char *const no_limit[] = {"", "soon", "999999999", "10 o'clock"};
  for (size_t i = 0; i < sizeof no_limit / sizeof *no_limit; i++)
    CHECK(isnan(time_of_end(time_limit_start(100.0, INFINITY, no_limit[i], 1e9, 0), 0.1, 0.1, 1000)));
}

static void a_slow_step_is_not_remembered_for_ever(void) {
  time_limit watch = time_limit_start(0.0, 1000.0, NULL, 0.0, 0);
  double now = 0.0;
  CHECK(!time_limit_stops_after(&watch, now, false));
  now += 100.0; /* for example, the process was suspended */
  CHECK(!time_limit_stops_after(&watch, now, false));
  CHECK(watch.step_time == 100.0);
  for (int i = 0; i < 20000; i++) CHECK(!time_limit_stops_after(&watch, now += 0.01, false));
  CHECK(watch.step_time < 0.02);
}

static void signals_stop_it(void) {
  static const int all[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGHUP, SIGINT};
  sigset_t some;
  sigemptyset(&some);
  sigaddset(&some, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &some, NULL); /* as inherited from a parent process */
  signals_begin();
  signals_catch();
  for (int i = 0; i < 6; i++) {
    time_limit watch = time_limit_start(0.0, INFINITY, NULL, 0.0, 0);
    if (i == 0) CHECK(!time_limit_stops_after(&watch, 1.0, false));
    raise(all[i]);
    CHECK(time_limit_stops_after(&watch, 2.0, false));
    CHECK(strcmp(time_limit_cause(&watch), "a signal") == 0);
  }
}

int main(int argc, char **argv) {
  static const test_case cases[] = {TEST(lengths_of_time_are_read),
                                    TEST(other_texts_are_refused),
                                    TEST(the_last_checkpoint_is_in_time),
                                    TEST(at_least_one_step_is_done),
                                    TEST(a_checkpoint_not_yet_measured_is_guessed_by_its_size),
                                    TEST(the_end_of_the_job_counts_if_it_comes_first),
                                    TEST(a_slow_step_is_not_remembered_for_ever),
                                    TEST(signals_stop_it)};
  return run_suite("time_limit_reads_and_stops", cases, sizeof cases / sizeof *cases, argc, argv);
}
