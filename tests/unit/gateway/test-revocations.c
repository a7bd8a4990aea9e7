/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-revocations.h"

#include <stdatomic.h>

#define NOW_S G_GINT64_CONSTANT (1767225600)
#define MANY 1000
#define MAX_AGE_MS 60000
#define READERS 3

typedef struct
{
  TwClock *clock;
  TwRevocations *revocations;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->clock = tw_clock_new_fixed (NOW_S * 1000);
  fixture->revocations = tw_revocations_new (fixture->clock, MAX_AGE_MS);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_revocations_free (fixture->revocations);
  tw_clock_free (fixture->clock);
}

static void
an_ended_session_is_known (Fixture *fixture, gconstpointer data)
{
  g_assert_false (tw_revocations_contains (fixture->revocations, "s1"));
  tw_revocations_add (fixture->revocations, "s1", NOW_S + 900);
  g_assert_true (tw_revocations_contains (fixture->revocations, "s1"));
  g_assert_false (tw_revocations_contains (fixture->revocations, "s2"));
  g_assert_false (tw_revocations_contains (fixture->revocations, ""));
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, 1);
}

static void
it_is_known_until_it_expires (Fixture *fixture, gconstpointer data)
{
  tw_revocations_add (fixture->revocations, "s1", NOW_S + 900);
  tw_clock_advance (fixture->clock, 900 * 1000 - 1);
  g_assert_true (tw_revocations_contains (fixture->revocations, "s1"));
  tw_clock_advance (fixture->clock, 1);
  g_assert_false (tw_revocations_contains (fixture->revocations, "s1"));
}

static void
the_later_expiry_holds (Fixture *fixture, gconstpointer data)
{
  tw_revocations_add (fixture->revocations, "s1", NOW_S + 10);
  tw_revocations_add (fixture->revocations, "s1", NOW_S + 20);
  tw_revocations_add (fixture->revocations, "s1", NOW_S + 5);
  tw_revocations_add (fixture->revocations, "s1", NOW_S - 5);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, 1);
  tw_clock_advance (fixture->clock, 19 * 1000);
  g_assert_true (tw_revocations_contains (fixture->revocations, "s1"));
  tw_clock_advance (fixture->clock, 1000);
  g_assert_false (tw_revocations_contains (fixture->revocations, "s1"));
}

static void
what_has_expired_already_is_not_held (Fixture *fixture, gconstpointer data)
{
  tw_revocations_add (fixture->revocations, "s1", NOW_S);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, 0);
}

static void
add_many (Fixture *fixture, const char *prefix, gint64 expires_s)
{
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *session = g_strdup_printf ("%s-%u", prefix, i);

      tw_revocations_add (fixture->revocations, session, expires_s);
    }
}

static void
what_has_expired_is_dropped (Fixture *fixture, gconstpointer data)
{
  add_many (fixture, "early", NOW_S + 900);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, MANY);
  tw_clock_advance (fixture->clock, 1000 * 1000);
  add_many (fixture, "late", NOW_S + 1900);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, MANY);
  g_assert_true (tw_revocations_contains (fixture->revocations, "late-999"));
  g_assert_false (tw_revocations_contains (fixture->revocations, "early-999"));
}

static gint64
now_ms (const Fixture *fixture)
{
  return tw_clock_monotonic_ms (fixture->clock);
}

#define ASSERT_STATE(fixture, state)                                                                                   \
  g_assert_cmpint (tw_revocations_state ((fixture)->revocations), ==, TW_REVOCATIONS_##state)

static void
a_table_without_lists_is_current (Fixture *fixture, gconstpointer data)
{
  ASSERT_STATE (fixture, CURRENT);
  tw_clock_advance (fixture->clock, 10 * MAX_AGE_MS);
  ASSERT_STATE (fixture, CURRENT);
}

static void
a_list_that_was_never_loaded_is_missing (Fixture *fixture, gconstpointer data)
{
  TwRevocationList *first = tw_revocations_expect (fixture->revocations);
  TwRevocationList *second = tw_revocations_expect (fixture->revocations);

  ASSERT_STATE (fixture, MISSING);
  tw_revocation_list_loaded (second, now_ms (fixture));
  g_assert_true (tw_revocation_list_is_loaded (second));
  g_assert_false (tw_revocation_list_is_loaded (first));
  ASSERT_STATE (fixture, MISSING);
  tw_revocation_list_loaded (first, now_ms (fixture));
  ASSERT_STATE (fixture, CURRENT);
}

static void
the_oldest_list_says_how_old_the_table_is (Fixture *fixture, gconstpointer data)
{
  TwRevocationList *first = tw_revocations_expect (fixture->revocations);
  TwRevocationList *second = tw_revocations_expect (fixture->revocations);

  tw_revocation_list_loaded (first, now_ms (fixture));
  tw_revocation_list_loaded (second, now_ms (fixture));
  tw_clock_advance (fixture->clock, MAX_AGE_MS);
  tw_revocation_list_loaded (second, now_ms (fixture));
  ASSERT_STATE (fixture, CURRENT);
  tw_clock_advance (fixture->clock, 1);
  ASSERT_STATE (fixture, STALE);
  tw_revocation_list_loaded (first, now_ms (fixture));
  ASSERT_STATE (fixture, CURRENT);
}

static void
a_list_of_any_age_will_do_where_none_is_too_old (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRevocations) patient = tw_revocations_new (fixture->clock, 0);
  TwRevocationList *list = tw_revocations_expect (patient);

  g_assert_cmpint (tw_revocations_state (patient), ==, TW_REVOCATIONS_MISSING);
  tw_revocation_list_loaded (list, now_ms (fixture));
  tw_clock_advance (fixture->clock, 1000 * MAX_AGE_MS);
  g_assert_cmpint (tw_revocations_state (patient), ==, TW_REVOCATIONS_CURRENT);
}

typedef struct
{
  TwRevocations *revocations;
  atomic_bool stop;
} Readers;

static gpointer
read_all_the_time (gpointer data)
{
  Readers *readers = data;

  while (!atomic_load (&readers->stop))
    {
      g_assert_true (tw_revocations_contains (readers->revocations, "known"));
      g_assert_false (tw_revocations_contains (readers->revocations, "unknown"));
    }
  return NULL;
}

static void
readers_and_writers_get_along (Fixture *fixture, gconstpointer data)
{
  Readers readers = { .revocations = fixture->revocations };
  GThread *threads[READERS];

  atomic_init (&readers.stop, FALSE);
  tw_revocations_add (fixture->revocations, "known", NOW_S + 9000);
  for (guint i = 0; i < READERS; i++)
    threads[i] = g_thread_new ("reader", read_all_the_time, &readers);
  add_many (fixture, "a", NOW_S + 900);
  tw_clock_advance (fixture->clock, 1000 * 1000);
  add_many (fixture, "b", NOW_S + 1900);
  atomic_store (&readers.stop, TRUE);
  for (guint i = 0; i < READERS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, MANY + 1);
}

#define ADD(name, func) g_test_add ("/revocations/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("an-ended-session-is-known", an_ended_session_is_known);
  ADD ("it-is-known-until-it-expires", it_is_known_until_it_expires);
  ADD ("the-later-expiry-holds", the_later_expiry_holds);
  ADD ("what-has-expired-already-is-not-held", what_has_expired_already_is_not_held);
  ADD ("what-has-expired-is-dropped", what_has_expired_is_dropped);
  ADD ("readers-and-writers-get-along", readers_and_writers_get_along);
  ADD ("a-table-without-lists-is-current", a_table_without_lists_is_current);
  ADD ("a-list-that-was-never-loaded-is-missing", a_list_that_was_never_loaded_is_missing);
  ADD ("the-oldest-list-says-how-old-the-table-is", the_oldest_list_says_how_old_the_table_is);
  ADD ("a-list-of-any-age-will-do-where-none-is-too-old", a_list_of_any_age_will_do_where_none_is_too_old);
  return g_test_run ();
}
