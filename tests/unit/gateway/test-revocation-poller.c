/* SPDX-License-Identifier: Apache-2.0 */

/* The service is the test's own and lives on the same loop: a test turns that loop until what it waits for is there. */

#include "scripted-service.h"
#include "tw-revocation-poller.h"

#include <string.h>

#define NOW_S G_GINT64_CONSTANT (1767225600)
#define INTERVAL_MS 5
#define MAX_SESSIONS 3

/* What the service answers to one call. */
typedef struct
{
  enum
  {
    LIST,
    EXCEPTION, /* a declared one */
    NOTHING,   /* an empty result */
    STRANGE,   /* the right fields with the wrong types */
  } kind;
  gint64 position;
  const char *sessions[MAX_SESSIONS];
} Step;

typedef struct
{
  const Step *steps; /* the last one is for all calls that follow */
  guint n_steps;
  GArray *asked; /* gint64: the since of each call that was answered */

  TwClock *clock;
  TwRevocations *revocations;
  TwRevocationList *list;
  ScriptedService *service;
  TwClient *client;
  TwRevocationPoller *poller;
} Fixture;

static const TwService SERVICE = { .name = "Sessions" };
static const TwMethod METHOD = { .name = "ended", .service = &SERVICE, .retry_safe = TRUE };

static guint
count_sessions (const Step *step)
{
  guint n = 0;

  while (n < MAX_SESSIONS && step->sessions[n] != NULL)
    n++;
  return n;
}

static void
write_list (TwWriter *result, const Step *step)
{
  guint n = count_sessions (step);

  tw_writer_field (result, TW_WIRE_STRUCT, 0);
  tw_writer_struct_begin (result);
  tw_writer_field (result, TW_WIRE_I64, 1);
  tw_writer_i64 (result, step->position);
  tw_writer_field (result, TW_WIRE_LIST, 2);
  tw_writer_list (result, TW_WIRE_STRUCT, n);
  for (guint i = 0; i < n; i++)
    {
      tw_writer_struct_begin (result);
      tw_writer_field (result, TW_WIRE_STRING, 1);
      tw_writer_string (result, step->sessions[i], strlen (step->sessions[i]));
      tw_writer_field (result, TW_WIRE_I64, 2);
      tw_writer_i64 (result, NOW_S + 900);
      tw_writer_field (result, TW_WIRE_BOOL, 3); /* of a newer version */
      tw_writer_bool (result, TRUE);
      tw_writer_struct_end (result);
    }
  tw_writer_struct_end (result);
}

static void
write_exception (TwWriter *result)
{
  tw_writer_field (result, TW_WIRE_STRUCT, 1);
  tw_writer_struct_begin (result);
  tw_writer_field (result, TW_WIRE_I32, 1);
  tw_writer_i32 (result, 503);
  tw_writer_struct_end (result);
}

static void
write_strange (TwWriter *result)
{
  tw_writer_field (result, TW_WIRE_STRUCT, 0);
  tw_writer_struct_begin (result);
  tw_writer_field (result, TW_WIRE_STRING, 1);
  tw_writer_string (result, "1", 1);
  tw_writer_field (result, TW_WIRE_LIST, 2);
  tw_writer_list (result, TW_WIRE_I32, 2);
  tw_writer_i32 (result, 1);
  tw_writer_i32 (result, 2);
  tw_writer_struct_end (result);
}

static void
answer (TwWriter *result, guint call, gint64 since, gpointer data)
{
  Fixture *fixture = data;
  const Step *step = &fixture->steps[MIN (fixture->asked->len, fixture->n_steps - 1)];

  g_array_append_val (fixture->asked, since);
  if (step->kind == LIST)
    write_list (result, step);
  else if (step->kind == EXCEPTION)
    write_exception (result);
  else if (step->kind == STRANGE)
    write_strange (result);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const TwAddress *address;
  TwClientLimits limits = TW_CLIENT_DEFAULT_LIMITS;

  limits.retry_min_ms = limits.retry_max_ms = 1;
  fixture->asked = g_array_new (FALSE, FALSE, sizeof (gint64));
  fixture->clock = tw_clock_new_fixed (NOW_S * 1000);
  fixture->revocations = tw_revocations_new (fixture->clock, 0);
  fixture->list = tw_revocations_expect (fixture->revocations);
  fixture->service = scripted_service_new (answer, fixture);
  address = scripted_service_address (fixture->service);
  fixture->client = tw_client_new (&address, 1, TW_PEER_SIDE_BY_SIDE, &limits);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_revocation_poller_free (fixture->poller);
  tw_client_free (fixture->client);
  scripted_service_free (fixture->service);
  tw_revocations_free (fixture->revocations);
  tw_clock_free (fixture->clock);
  g_array_unref (fixture->asked);
}

#define START(fixture, script) start (fixture, script, G_N_ELEMENTS (script))

static void
start (Fixture *fixture, const Step *steps, guint n_steps)
{
  fixture->steps = steps;
  fixture->n_steps = n_steps;
  fixture->poller = tw_revocation_poller_new (fixture->revocations, fixture->list, fixture->client, &METHOD, INTERVAL_MS);
}

static void
run_until_asked (Fixture *fixture, guint n)
{
  while (fixture->asked->len < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
run_until_loaded (Fixture *fixture)
{
  while (!tw_revocation_list_is_loaded (fixture->list))
    g_main_context_iteration (NULL, TRUE);
}

static void
run_until_known (Fixture *fixture, const char *session)
{
  while (!tw_revocations_contains (fixture->revocations, session))
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_asked (const Fixture *fixture, guint call, gint64 since)
{
  g_assert_cmpint (g_array_index (fixture->asked, gint64, call), ==, since);
}

static void
the_whole_list_is_loaded_first (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = {
    { .position = 10, .sessions = { "a", "b", "c" } },
    { .position = 12, .sessions = { "d", "e" } },
    { .position = 12 },
  };

  START (fixture, script);
  g_assert_false (tw_revocation_list_is_loaded (fixture->list));
  run_until_known (fixture, "d");
  g_assert_false (tw_revocation_list_is_loaded (fixture->list));
  run_until_loaded (fixture);
  assert_asked (fixture, 0, 0);
  assert_asked (fixture, 1, 10);
  assert_asked (fixture, 2, 12);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, 5);
}

static void
later_ends_are_learned (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = {
    { .position = 3 },
    { .position = 3 },
    { .position = 4, .sessions = { "late" } },
    { .position = 4 },
  };

  START (fixture, script);
  run_until_asked (fixture, 6);
  g_assert_true (tw_revocations_contains (fixture->revocations, "late"));
  assert_asked (fixture, 0, 0);
  assert_asked (fixture, 1, 3);
  assert_asked (fixture, 2, 3);
  assert_asked (fixture, 5, 4);
}

static void
failures_are_tried_again (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = {
    { .position = 1, .sessions = { "a" } },
    { .kind = EXCEPTION },
    { .kind = NOTHING },
    { .kind = STRANGE },
    { .position = 1, .sessions = { "stuck" } },
    { .position = 2, .sessions = { "b" } },
    { .position = 2 },
  };

  START (fixture, script);
  run_until_asked (fixture, 5);
  g_assert_false (tw_revocation_list_is_loaded (fixture->list));
  run_until_loaded (fixture);
  for (guint call = 1; call <= 5; call++)
    assert_asked (fixture, call, 1);
  assert_asked (fixture, 6, 2);
  g_assert_true (tw_revocations_contains (fixture->revocations, "b"));
}

static void
a_service_that_was_away_is_asked_again (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { .position = 1, .sessions = { "a" } }, { .position = 1 } };

  scripted_service_hang_up (fixture->service, 3);
  START (fixture, script);
  run_until_loaded (fixture);
  g_assert_true (tw_revocations_contains (fixture->revocations, "a"));
  scripted_service_refuse (fixture->service, 3);
  run_until_asked (fixture, fixture->asked->len + 2);
  g_assert_true (tw_revocation_list_is_loaded (fixture->list));
}

static void
a_list_that_begins_anew_is_read_from_the_start (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = {
    { .position = 50, .sessions = { "old" } },
    { .position = 50 },
    { .position = 2 },
    { .position = 2, .sessions = { "new" } },
    { .position = 2 },
  };

  START (fixture, script);
  run_until_known (fixture, "new");
  assert_asked (fixture, 2, 50);
  assert_asked (fixture, 3, 0);
  g_assert_true (tw_revocations_contains (fixture->revocations, "old"));
}

static void
a_session_is_a_plain_string (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { .position = 1, .sessions = { "", "\xff", "a" } }, { .position = 1 } };

  START (fixture, script);
  run_until_loaded (fixture);
  g_assert_cmpuint (tw_revocations_size (fixture->revocations), ==, 2);
  g_assert_false (tw_revocations_contains (fixture->revocations, ""));
}

static void
it_can_be_freed_with_a_poll_on_its_way (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { .position = 1, .sessions = { "a" } } };

  START (fixture, script);
  g_assert_cmpuint (tw_client_in_flight (fixture->client), ==, 1);
  g_clear_pointer (&fixture->poller, tw_revocation_poller_free);
  g_assert_cmpuint (tw_client_in_flight (fixture->client), ==, 0);
}

/* Runs in a process of its own, whose standard error is looked at. */
static void
fail_and_recover (Fixture *fixture)
{
  static const Step script[] = { { .kind = NOTHING }, { .kind = NOTHING }, { .kind = NOTHING }, { .position = 1 } };

  START (fixture, script);
  run_until_asked (fixture, 6);
}

static void
a_row_of_failures_is_one_line (Fixture *fixture, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      fail_and_recover (fixture);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*level=warning*Sessions.ended: the service gave no list; until it answers, no token is taken here*answers again*");
  g_test_trap_assert_stderr_unmatched ("*gave no list*gave no list*");
  g_test_trap_assert_stderr_unmatched ("*answers again*answers again*");
}

#define ADD(name, func) g_test_add ("/revocation-poller/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("the-whole-list-is-loaded-first", the_whole_list_is_loaded_first);
  ADD ("later-ends-are-learned", later_ends_are_learned);
  ADD ("failures-are-tried-again", failures_are_tried_again);
  ADD ("a-service-that-was-away-is-asked-again", a_service_that_was_away_is_asked_again);
  ADD ("a-list-that-begins-anew-is-read-from-the-start", a_list_that_begins_anew_is_read_from_the_start);
  ADD ("a-session-is-a-plain-string", a_session_is_a_plain_string);
  ADD ("it-can-be-freed-with-a-poll-on-its-way", it_can_be_freed_with_a_poll_on_its_way);
  ADD ("a-row-of-failures-is-one-line", a_row_of_failures_is_one_line);
  return g_test_run ();
}
