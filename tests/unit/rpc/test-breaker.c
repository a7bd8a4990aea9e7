/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-breaker.h"

#define MAX_FAILURES 3
#define MIN_PAUSE 100
#define MAX_PAUSE 350

typedef struct
{
  TwClock *clock;
  TwBreaker breaker;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->clock = tw_clock_new_fixed (1000000);
  tw_breaker_init (&f->breaker, f->clock, MAX_FAILURES, MIN_PAUSE, MAX_PAUSE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  tw_clock_free (f->clock);
}

static void
fail_until_open (Fixture *f)
{
  for (guint i = 0; i < MAX_FAILURES; i++)
    {
      g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_LETS_PASS);
      tw_breaker_failed (&f->breaker);
    }
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_REFUSES);
}

/* It refuses for exactly @pause_ms, then lets one probe through. */
static void
assert_pause (Fixture *f, gint64 pause_ms)
{
  tw_clock_advance (f->clock, pause_ms - 1);
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_REFUSES);
  tw_clock_advance (f->clock, 1);
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_LETS_PROBE);
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_REFUSES);
}

static void
test_opens_after_failures_in_a_row (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    {
      tw_breaker_failed (&f->breaker);
      tw_breaker_failed (&f->breaker);
      tw_breaker_succeeded (&f->breaker);
    }
  fail_until_open (f);
}

static void
test_probe_closes (Fixture *f, gconstpointer data)
{
  fail_until_open (f);
  assert_pause (f, MIN_PAUSE);
  tw_breaker_succeeded (&f->breaker);
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_LETS_PASS);

  /* And all is as it was: the pause too. */
  fail_until_open (f);
  assert_pause (f, MIN_PAUSE);
}

static void
test_failing_probe_opens_for_longer (Fixture *f, gconstpointer data)
{
  fail_until_open (f);
  assert_pause (f, MIN_PAUSE);
  tw_breaker_failed (&f->breaker);
  assert_pause (f, MIN_PAUSE * 2);
  tw_breaker_failed (&f->breaker);
  assert_pause (f, MAX_PAUSE);
  tw_breaker_failed (&f->breaker);
  assert_pause (f, MAX_PAUSE);
}

static void
test_failures_while_open_do_not_prolong (Fixture *f, gconstpointer data)
{
  fail_until_open (f);
  tw_clock_advance (f->clock, MIN_PAUSE / 2);
  tw_breaker_failed (&f->breaker);
  assert_pause (f, MIN_PAUSE / 2);
}

static void
test_late_success_closes (Fixture *f, gconstpointer data)
{
  fail_until_open (f);
  tw_breaker_succeeded (&f->breaker);
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_LETS_PASS);
}

static void
test_abandoned_probe_lets_the_next (Fixture *f, gconstpointer data)
{
  fail_until_open (f);
  assert_pause (f, MIN_PAUSE);
  tw_breaker_abandoned (&f->breaker);
  g_assert_cmpint (tw_breaker_ask (&f->breaker), ==, TW_BREAKER_LETS_PROBE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/breaker/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("opens-after-failures-in-a-row", test_opens_after_failures_in_a_row);
  ADD ("probe-closes", test_probe_closes);
  ADD ("failing-probe-opens-for-longer", test_failing_probe_opens_for_longer);
  ADD ("failures-while-open-do-not-prolong", test_failures_while_open_do_not_prolong);
  ADD ("late-success-closes", test_late_success_closes);
  ADD ("abandoned-probe-lets-the-next", test_abandoned_probe_lets_the_next);
#undef ADD
  return g_test_run ();
}
