/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-rate.h"

#include "tw-error.h"

#define FAR_MS G_GINT64_CONSTANT (9000000000000) /* what is said to be allowed */

static const struct
{
  guint requests, window_s;
} rates[] = {
  { 1, 1 },    { 1, 86400 },  { 3, 3600 },       { 7, 60 },
  { 600, 60 }, { 12000, 60 }, { 999983, 86400 }, { 1000000, 1 },
};

static void
assert_takes (const TwRate *rate, gint64 *full_at, gint64 now_ms, guint n)
{
  TwRateReading reading;

  for (guint i = n; i > 0; i--)
    {
      g_assert_true (tw_rate_take (rate, full_at, now_ms, &reading));
      g_assert_cmpuint (reading.remaining, ==, i - 1);
    }
  g_assert_false (tw_rate_take (rate, full_at, now_ms, &reading));
  g_assert_cmpuint (reading.remaining, ==, 0);
}

static void
test_a_bucket_holds_its_requests_and_is_full_again_after_its_window (void)
{
  static const gint64 starts_ms[] = { 0, FAR_MS };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    for (guint k = 0; k < G_N_ELEMENTS (starts_ms); k++)
      {
        const TwRate rate = tw_rate_make (rates[i].requests, rates[i].window_s);
        gint64 full_at = 0;

        assert_takes (&rate, &full_at, starts_ms[k], rates[i].requests);
        assert_takes (&rate, &full_at, starts_ms[k] + rates[i].window_s * 1000, rates[i].requests);
        /* And never fuller, however long it rests. */
        assert_takes (&rate, &full_at, starts_ms[k] + rates[i].window_s * 5000, rates[i].requests);
      }
}

/* A bucket that keeps a level, in parts of which so many are a request as its window has milliseconds. */
typedef struct
{
  gint64 requests, window_ms, level, at_ms;
} Level;

static gboolean
take_level (Level *level, gint64 now_ms, TwRateReading *reading)
{
  gboolean taken;
  gint64 seconds = 1;

  level->level = MIN (level->level + (now_ms - level->at_ms) * level->requests, level->requests * level->window_ms);
  level->at_ms = now_ms;
  taken = level->level >= level->window_ms;
  if (taken)
    level->level -= level->window_ms;
  reading->remaining = (guint) (level->level / level->window_ms);
  while (level->level + seconds * 1000 * level->requests < (reading->remaining + 1) * level->window_ms)
    seconds++;
  reading->next_s = (guint) seconds;
  return taken;
}

static void
test_requests_flow_back_evenly (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      const TwRate rate = tw_rate_make (rates[i].requests, rates[i].window_s);
      const gint64 window_ms = rates[i].window_s * G_GINT64_CONSTANT (1000);
      /* Mostly as fast as they flow back, or faster. */
      const gint32 pause_ms = (gint32) CLAMP (2 * window_ms / rates[i].requests, 2, 100000);
      Level level = { rates[i].requests, window_ms, rates[i].requests * window_ms, 0 };
      gint64 full_at = 0, now_ms = 0;

      for (guint n = 0; n < 3000; n++)
        {
          TwRateReading reading, expected;

          now_ms += g_test_rand_int_range (0, pause_ms);
          g_assert_true (tw_rate_take (&rate, &full_at, now_ms, &reading) == take_level (&level, now_ms, &expected));
          g_assert_cmpuint (reading.remaining, ==, expected.remaining);
          g_assert_cmpuint (reading.next_s, ==, expected.next_s);
        }
    }
}

static void
test_who_waits_as_told_is_served_and_no_second_less_is_told (void)
{
  const TwRate rate = tw_rate_make (7, 3600);
  gint64 full_at = 0, now_ms = 5999;
  TwRateReading reading, early;

  assert_takes (&rate, &full_at, now_ms, 7);
  for (guint i = 0; i < 100; i++)
    {
      gint64 early_at = full_at;

      g_assert_false (tw_rate_take (&rate, &full_at, now_ms, &reading));
      g_assert_cmpint (full_at, ==, early_at);
      g_assert_false (tw_rate_take (&rate, &early_at, now_ms + (reading.next_s - 1) * 1000, &early));
      now_ms += reading.next_s * 1000;
      g_assert_true (tw_rate_take (&rate, &full_at, now_ms, &reading));
      now_ms += g_test_rand_int_range (0, 1000);
    }
}

/* Of two threads, the one that asks later may have read the clock earlier. */
static void
test_a_time_before_the_last_one_gives_nothing_back (void)
{
  const TwRate rate = tw_rate_make (3, 1);
  gint64 full_at = 0;
  TwRateReading reading;

  assert_takes (&rate, &full_at, 10000, 3);
  assert_takes (&rate, &full_at, 9990, 0);
  g_assert_false (tw_rate_take (&rate, &full_at, 1, &reading));
  g_assert_cmpuint (reading.next_s, ==, 11);
  assert_takes (&rate, &full_at, 11000, 3);
}

static void
test_parsing (void)
{
  static const struct
  {
    const char *text;
    guint requests, window_s;
  } good[] = {
    { "0", 0, 0 },        { "1", 1, 60 },          { "12000", 12000, 60 },          { "3/3600", 3, 3600 },
    { "1/1", 1, 1 },      { "1000000", 1000000, 60 }, { "1000000/86400", 1000000, 86400 },
  };
  static const char *const bad[] = {
    "",    "/",    "/60",   "5/",     "0/60",    "5/0",    "-1",      "5/-1",    "+5",     "5.0",
    " 5",  "5 ",   "5 /60", "5/ 60",  "5/60/60", "5/60s",  "0x10",    "1000001", "5/86401", "99999999999999999999",
    "no",  "5,60", "5/60\n", "00", "\xd9\xa5",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      TwRate rate;

      g_assert_true (tw_rate_parse (good[i].text, &rate, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (rate.requests, ==, good[i].requests);
      g_assert_cmpuint (rate.window_s, ==, good[i].window_s);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      TwRate rate;

      g_assert_false (tw_rate_parse (bad[i], &rate, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate/a-bucket-holds-its-requests-and-is-full-again-after-its-window",
                   test_a_bucket_holds_its_requests_and_is_full_again_after_its_window);
  g_test_add_func ("/rate/requests-flow-back-evenly", test_requests_flow_back_evenly);
  g_test_add_func ("/rate/who-waits-as-told-is-served-and-no-second-less-is-told",
                   test_who_waits_as_told_is_served_and_no_second_less_is_told);
  g_test_add_func ("/rate/a-time-before-the-last-one-gives-nothing-back",
                   test_a_time_before_the_last_one_gives_nothing_back);
  g_test_add_func ("/rate/parsing", test_parsing);
  return g_test_run ();
}
