/* SPDX-License-Identifier: Apache-2.0 */

/* The service is the test's own and lives on the same loop: a test turns that loop until what it waits for is there. */

#include "scripted-service.h"
#include "tw-stream-hints.h"

#include <string.h>

/* What the service answers to one call. */
typedef struct
{
  enum
  {
    NOTHING,
    SOMEBODY,
    ANYBODY,
    STRANGE, /* an empty result */
  } kind;
  gint64 at;
  const char *users[2];
} Step;

typedef struct
{
  const Step *steps; /* the last one is for all calls that follow */
  guint n_steps;
  GArray *asked;   /* gint64: after what each call asked */
  GString *heard;  /* a word for each hint */
  TwSchema *schema;
  TwUpstreams *upstreams;
  ScriptedService *service;
  TwStreamHints *hints;
} Fixture;

static void
write_hints (TwWriter *result, const Step *step)
{
  guint n = 0;

  while (n < G_N_ELEMENTS (step->users) && step->users[n] != NULL)
    n++;
  tw_writer_field (result, TW_WIRE_STRUCT, 0);
  tw_writer_struct_begin (result);
  tw_writer_field (result, TW_WIRE_I64, 1);
  tw_writer_i64 (result, step->at);
  tw_writer_field (result, TW_WIRE_LIST, 2);
  tw_writer_list (result, TW_WIRE_STRING, n);
  for (guint i = 0; i < n; i++)
    tw_writer_string (result, step->users[i], strlen (step->users[i]));
  tw_writer_field (result, TW_WIRE_BOOL, 3);
  tw_writer_bool (result, step->kind == ANYBODY);
  tw_writer_field (result, TW_WIRE_I64, 4); /* of a newer version */
  tw_writer_i64 (result, 1);
  tw_writer_struct_end (result);
}

static void
answer (TwWriter *result, guint call, gint64 after, gpointer data)
{
  Fixture *fixture = data;
  const Step *step = &fixture->steps[MIN (fixture->asked->len, fixture->n_steps - 1)];

  g_array_append_val (fixture->asked, after);
  if (step->kind != STRANGE)
    write_hints (result, step);
}

static void
on_hint (TwStreamHint *hint, gpointer data)
{
  Fixture *fixture = data;

  g_string_append (fixture->heard, hint->kind == TW_STREAM_HINT_DOWN  ? "down"
                                   : hint->kind == TW_STREAM_HINT_ALL ? "all"
                                                                      : "users");
  for (guint i = 0; hint->users != NULL && i < hint->users->len; i++)
    g_string_append_printf (fixture->heard, " %s", (const char *) g_ptr_array_index (hint->users, i));
  g_string_append (fixture->heard, hint->down ? "?\n" : "\n");
}

static TwSchema *
load_address_book (void)
{
  const char *path = g_getenv ("ADDRESS_BOOK_JSON"), *name = "address-book";
  g_autoptr (GError) error = NULL;
  char *text;
  gsize length;
  TwSchema *schema;

  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, length);
  schema = tw_schema_load (&bytes, &name, 1, &error);
  g_assert_no_error (error);
  return schema;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = NULL, *upstream = NULL;

  fixture->asked = g_array_new (FALSE, FALSE, sizeof (gint64));
  fixture->heard = g_string_new (NULL);
  fixture->schema = load_address_book ();
  fixture->service = scripted_service_new (answer, fixture);
  fixture->upstreams = tw_upstreams_new ();
  address = tw_address_to_string (scripted_service_address (fixture->service));
  upstream = g_strconcat ("AddressBook=", address, NULL);
  g_assert_true (tw_upstreams_add (fixture->upstreams, upstream, NULL));
  fixture->hints = tw_stream_hints_new (fixture->schema, fixture->upstreams);
  tw_stream_hints_add_listener (fixture->hints, on_hint, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_stream_hints_stop (fixture->hints);
  tw_stream_hints_free (fixture->hints);
  scripted_service_free (fixture->service);
  tw_upstreams_free (fixture->upstreams);
  tw_schema_unref (fixture->schema);
  g_array_unref (fixture->asked);
  g_string_free (fixture->heard, TRUE);
}

static void
want (Fixture *fixture, gboolean wanted)
{
  tw_stream_hints_want (fixture->hints, tw_schema_find_service (fixture->schema, "AddressBook"), wanted);
}

#define START(fixture, script) start (fixture, script, G_N_ELEMENTS (script))

static void
start (Fixture *fixture, const Step *steps, guint n_steps)
{
  fixture->steps = steps;
  fixture->n_steps = n_steps;
  want (fixture, TRUE);
}

static void
run_until_asked (Fixture *fixture, guint n)
{
  while (fixture->asked->len < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
run_until_heard (Fixture *fixture, const char *end)
{
  while (!g_str_has_suffix (fixture->heard->str, end))
    g_main_context_iteration (NULL, TRUE);
}

static void
users_are_told_as_they_come (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = {
    { ANYBODY, 100, { NULL } },
    { SOMEBODY, 102, { "a", "b" } },
    { SOMEBODY, 103, { "b" } },
    { NOTHING, 103, { NULL } },
  };

  START (fixture, script);
  run_until_heard (fixture, "users b\n");
  /* Nobody is heard at first; then anybody may have something new; then it is known who has. */
  g_assert_cmpstr (fixture->heard->str, ==, "all?\nall\nusers a b\nusers b\n");
  run_until_asked (fixture, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (g_array_index (fixture->asked, gint64, i), ==, ((const gint64[]) { 0, 100, 102, 103 })[i]);
}

static void
nothing_is_asked_before_it_is_wanted_nor_after (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { ANYBODY, 5, { NULL } }, { SOMEBODY, 6, { "a" } } };
  guint asked;

  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (scripted_service_calls (fixture->service), ==, 0);
  START (fixture, script);
  run_until_heard (fixture, "users a\n");
  want (fixture, FALSE);
  /* The call that is under way is the last. */
  do
    {
      asked = fixture->asked->len;
      for (guint i = 0; i < 100; i++)
        g_main_context_iteration (NULL, FALSE);
    }
  while (fixture->asked->len != asked);
  /* Whoever comes then begins anew. */
  g_string_truncate (fixture->heard, 0);
  want (fixture, TRUE);
  run_until_heard (fixture, "users a\n");
  g_assert_true (g_str_has_prefix (fixture->heard->str, "all?\nall\n"));
  g_assert_cmpint (g_array_index (fixture->asked, gint64, asked), ==, 0);
}

static void
one_that_breaks_off_is_down_and_then_all_may_have (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { ANYBODY, 5, { NULL } }, { SOMEBODY, 6, { "a" } }, { NOTHING, 6, { NULL } } };

  START (fixture, script);
  run_until_heard (fixture, "users a\n");
  scripted_service_refuse (fixture->service, 2);
  run_until_heard (fixture, "down?\n");
  run_until_heard (fixture, "all\n");
  g_assert_cmpstr (fixture->heard->str, ==, "all?\nall\nusers a\ndown?\nall\n");
}

static void
what_is_no_answer_is_none (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { ANYBODY, 5, { NULL } }, { STRANGE, 0, { NULL } }, { ANYBODY, 9, { NULL } },
                                 { NOTHING, 9, { NULL } } };

  START (fixture, script);
  run_until_asked (fixture, 4);
  g_assert_cmpstr (fixture->heard->str, ==, "all?\nall\ndown?\nall\n");
  g_assert_cmpint (g_array_index (fixture->asked, gint64, 2), ==, 0);
}

/* An instance that has forgotten where it was says so. */
static void
all_may_have_where_the_service_says_so (Fixture *fixture, gconstpointer data)
{
  static const Step script[] = { { ANYBODY, 5, { NULL } }, { ANYBODY, 7, { "a" } }, { NOTHING, 7, { NULL } } };

  START (fixture, script);
  run_until_asked (fixture, 3);
  g_assert_cmpstr (fixture->heard->str, ==, "all?\nall\nall\n");
}

#define ADD(test) g_test_add ("/stream-hints/" #test, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (users_are_told_as_they_come);
  ADD (nothing_is_asked_before_it_is_wanted_nor_after);
  ADD (one_that_breaks_off_is_down_and_then_all_may_have);
  ADD (what_is_no_answer_is_none);
  ADD (all_may_have_where_the_service_says_so);
  return g_test_run ();
}
