/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-cursor.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-fold.h"
#include "tw-task-filter.h"
#include "tw-task-order.h"
#include "tw-task-request.h"

#include <math.h>
#include <string.h>

static const TwTaskFilter all = { .done = TW_DONE_ANY };
static const TwTaskOrder newest = { TW_TASK_BY_CREATED, .backwards = FALSE };

/* What 0.1.0 made of a task. */
#define OLD "AQAAAaIsFFQOaw1VEy-OEUb5KS5g"

static char *
encode (const TwTaskFilter *filter, const TwTaskOrder *order, const TwTaskPosition *place, const char *name)
{
  return tw_task_cursor_encode (tw_task_filter_stamp (filter, order), order, place, name);
}

static void
test_what_is_made_is_read_back (void)
{
  static const TwTaskPosition places[] = {
    { .created_ms = 0, .id = "000000000000000000000000" },
    { .created_ms = 1700000000123, .id = "65f0aa00bbccddeeff001122", .is_set = TRUE },
    { .created_ms = -1, .id = "ffffffffffffffffffffffff", .is_set = TRUE, .number = 1, .real = -0.5 },
    { .created_ms = G_MAXINT64, .id = "0123456789abcdef01234567", .is_set = TRUE, .number = G_MAXINT64, .real = 1e308 },
    { .created_ms = G_MININT64, .id = "0123456789abcdef01234567", .is_set = TRUE, .number = G_MININT64, .real = 1e-308 },
    { .created_ms = 1, .id = "0123456789abcdef01234567", .is_set = TRUE, .real = INFINITY },
    { .created_ms = 2, .id = "0123456789abcdef01234567", .is_set = TRUE, .real = -INFINITY },
  };
  g_autofree char *ascii = g_strnfill (500, 'x');
  g_autoptr (GString) longest = g_string_new (NULL);
  const char *names[] = { "", "a", "ab", "Straße", ascii, "b", "c" };

  for (guint i = 0; i < 500; i++)
    g_string_append (longest, "🥛");
  for (guint key = 0; key < TW_TASK_KEYS; key++)
    for (guint i = 0; i < G_N_ELEMENTS (places) * 2; i++)
      {
        const TwTaskOrder order = { key, .backwards = i % 2 == 1 };
        const TwTaskPosition *place = &places[i / 2];
        const char *name = i == 0 ? longest->str : names[i / 2];
        g_autofree char *cursor = encode (&all, &order, place, name), *folded = tw_fold_key (name);
        g_auto (TwTaskPosition) read = { .created_ms = 0 };
        g_autoptr (GError) error = NULL;

        g_assert_cmpuint (strlen (cursor), <=, TW_TASK_CURSOR_MAX_LENGTH);
        g_assert_true (tw_task_cursor_decode (cursor, &all, &order, &read, &error));
        g_assert_no_error (error);
        g_assert_cmpint (read.created_ms, ==, place->created_ms);
        g_assert_cmpstr (read.id, ==, place->id);
        if (key == TW_TASK_BY_CREATED)
          continue;
        g_assert_cmpint (read.is_set, ==, place->is_set);
        if (!place->is_set)
          continue;
        if (key == TW_TASK_BY_NAME)
          g_assert_cmpstr (read.text, ==, folded);
        else if (key == TW_TASK_BY_POSITION)
          g_assert_true (memcmp (&read.real, &place->real, sizeof read.real) == 0);
        else
          g_assert_cmpint (read.number, ==, place->number);
      }
}

/* No more of a name is in a cursor than an order knows. */
static void
test_long_name_is_cut (void)
{
  static const TwTaskOrder by_name = { TW_TASK_BY_NAME, .backwards = FALSE };
  static const TwTaskPosition place = { .id = "65f0aa00bbccddeeff001122", .is_set = TRUE };
  g_autofree char *name = g_strnfill (600, 'X'), *folded = tw_fold_key (name);
  g_autofree char *cursor = encode (&all, &by_name, &place, name);
  g_auto (TwTaskPosition) read = { .created_ms = 0 };

  g_assert_true (tw_task_cursor_decode (cursor, &all, &by_name, &read, NULL));
  g_assert_cmpuint (strlen (read.text), ==, 500);
  g_assert_cmpstr (read.text, ==, folded);
}

static void
assert_refused (const char *cursor, const TwTaskFilter *filter, const TwTaskOrder *order, const char *message)
{
  g_autoptr (GError) error = NULL;
  TwTaskPosition read;

  g_assert_false (tw_task_cursor_decode (cursor, filter, order, &read, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (read.text);
}

#define NOT_OURS "cursor is not one that this service made"
#define OF_ANOTHER "cursor is of a page with another filter or sort"

static void
assert_not_ours (const guint8 *bytes, gsize length, const TwTaskOrder *order)
{
  g_autofree char *cursor = tw_base64url_encode (bytes, length);

  assert_refused (cursor, &all, order, NOT_OURS);
}

static void
test_what_was_not_made_here_is_refused (void)
{
  static const TwTaskPosition place = { .created_ms = 1700000000123, .id = "65f0aa00bbccddeeff001122" };
  g_autofree char *cursor = encode (&all, &newest, &place, NULL);
  g_autofree char *longer = g_strconcat (cursor, "AAAA", NULL), *shorter = g_strndup (cursor, strlen (cursor) - 4);
  g_autofree char *odd = g_strndup (cursor, strlen (cursor) - 1), *padded = g_strconcat (odd, "=", NULL);
  g_autofree char *endless = g_strnfill (TW_TASK_CURSOR_MAX_LENGTH + 4, 'A');
  g_autofree char *foreign = g_strnfill (36, '\xff');

  assert_refused ("", &all, &newest, NOT_OURS);
  assert_refused (longer, &all, &newest, NOT_OURS);
  assert_refused (shorter, &all, &newest, NOT_OURS);
  assert_refused (odd, &all, &newest, NOT_OURS);
  assert_refused (padded, &all, &newest, NOT_OURS);
  assert_refused (endless, &all, &newest, NOT_OURS);
  assert_refused (foreign, &all, &newest, NOT_OURS);
  assert_refused ("AAAAAAAAAAAAAAAAAAAAAAAAAA+/", &all, &newest, NOT_OURS);
  assert_refused ("1 OR 1=1 --                 ", &all, &newest, NOT_OURS);
}

/* Whatever the bytes behind the place are: each place is one text, and nothing else is one. */
static void
test_keys_that_are_none_are_refused (void)
{
  for (guint key = TW_TASK_BY_DUE; key < TW_TASK_KEYS; key++)
    {
      const TwTaskOrder order = { key, .backwards = FALSE };
      const TwTaskPosition place = { .id = "65f0aa00bbccddeeff001122", .is_set = TRUE, .real = 1 };
      g_autofree char *cursor = encode (&all, &order, &place, "ab");
      g_autofree guint8 *bytes = NULL;
      const double nothing = NAN;
      guint8 changed[64] = { 0 };
      gsize length;

      bytes = tw_base64url_decode (cursor, strlen (cursor), &length);
      memcpy (changed, bytes, length);
      assert_not_ours (changed, length + 3, &order);
      assert_not_ours (changed, 27, &order);
      changed[0] = 3;
      assert_not_ours (changed, length, &order);
      changed[0] = bytes[0];
      for (guint kind = 0; kind < 256; kind++)
        if (kind != bytes[27])
          {
            changed[27] = (guint8) kind;
            assert_not_ours (changed, length, &order);
          }
      changed[27] = bytes[27];
      if (key == TW_TASK_BY_POSITION)
        {
          for (guint i = 0; i < sizeof nothing; i++)
            changed[28 + i] = ((const guint8 *) &nothing)[sizeof nothing - 1 - i];
          assert_not_ours (changed, length, &order);
        }
      else if (key == TW_TASK_BY_NAME)
        {
          changed[28] = 0xff;
          assert_not_ours (changed, length, &order);
        }
    }
}

static TwTaskFilter
read_filter (const TwPageRequestRecord *request)
{
  TwTaskQuery query = { .user_id = "ann" };
  g_autoptr (GError) error = NULL;

  tw_task_request_read (request, &query, &error);
  g_assert_no_error (error);
  return query.filter;
}

/* A day and its first moment are one question. */
static void
test_is_of_what_is_asked (void)
{
  static const TwTaskPosition place = { .id = "65f0aa00bbccddeeff001122" };
  const TwTaskFilter of_day
      = read_filter (&(TwPageRequestRecord) { .has = TW_PAGE_REQUEST_HAS_DUE_AFTER, .due_after = "2026-12-24" });
  const TwTaskFilter of_moment = read_filter (
    &(TwPageRequestRecord) { .has = TW_PAGE_REQUEST_HAS_DUE_AFTER, .due_after = "2026-12-24T01:00:00+01:00" });
  g_autofree char *cursor = encode (&of_day, &newest, &place, NULL);
  TwTaskPosition read;

  g_assert_true (tw_task_cursor_decode (cursor, &of_moment, &newest, &read, NULL));
  tw_record_conditions_unref (of_day.conditions);
  tw_record_conditions_unref (of_moment.conditions);
}

static void
test_is_of_one_question (void)
{
  static const TwPageRequestRecord asked[] = {
    { .has = 0 },
    { .has = TW_PAGE_REQUEST_HAS_DONE, .done = TRUE },
    { .has = TW_PAGE_REQUEST_HAS_DONE, .done = FALSE },
    { .has = TW_PAGE_REQUEST_HAS_LIST_ID, .list_id = "inbox" },
    { .has = TW_PAGE_REQUEST_HAS_LIST_ID, .list_id = "65f0aa00bbccddeeff001122" },
    { .has = TW_PAGE_REQUEST_HAS_LIST_ID, .list_id = "65f0aa00bbccddeeff001123" },
    { .has = TW_PAGE_REQUEST_HAS_LABEL, .label = "a" },
    { .has = TW_PAGE_REQUEST_HAS_LABEL, .label = "b" },
    { .has = TW_PAGE_REQUEST_HAS_ASSIGNEE_ID, .assignee_id = "a" },
    { .has = TW_PAGE_REQUEST_HAS_Q, .q = "a" },
    { .has = TW_PAGE_REQUEST_HAS_Q, .q = "ab" },
    { .has = TW_PAGE_REQUEST_HAS_Q | TW_PAGE_REQUEST_HAS_LABEL, .q = "a", .label = "b" },
    { .has = TW_PAGE_REQUEST_HAS_Q | TW_PAGE_REQUEST_HAS_LABEL, .q = "b", .label = "a" },
    { .has = TW_PAGE_REQUEST_HAS_PRIORITY },
    { .has = TW_PAGE_REQUEST_HAS_PRIORITY, .priority = 1 },
    { .has = TW_PAGE_REQUEST_HAS_DUE_AFTER, .due_after = "2026-12-24" },
    { .has = TW_PAGE_REQUEST_HAS_DUE_BEFORE, .due_before = "2026-12-24" },
    { .has = TW_PAGE_REQUEST_HAS_DUE_BEFORE, .due_before = "2026-12-24T00:00:00.001Z" },
  };
  TwTaskFilter filters[G_N_ELEMENTS (asked)];
  static const TwTaskPosition place = { .id = "65f0aa00bbccddeeff001122" };

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    filters[i] = read_filter (&asked[i]);
  for (guint i = 0; i < G_N_ELEMENTS (filters) * TW_TASK_KEYS * 2; i++)
    {
      const TwTaskFilter *filter = &filters[i / (TW_TASK_KEYS * 2)];
      const TwTaskOrder order = { i / 2 % TW_TASK_KEYS, i % 2 };
      g_autofree char *cursor = encode (filter, &order, &place, NULL);

      for (guint j = 0; j < G_N_ELEMENTS (filters) * TW_TASK_KEYS * 2; j++)
        {
          const TwTaskFilter *other = &filters[j / (TW_TASK_KEYS * 2)];
          const TwTaskOrder other_order = { j / 2 % TW_TASK_KEYS, j % 2 };
          TwTaskPosition read;

          if (i == j)
            g_assert_true (tw_task_cursor_decode (cursor, other, &other_order, &read, NULL));
          else
            assert_refused (cursor, other, &other_order, OF_ANOTHER);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    tw_record_conditions_unref (filters[i].conditions);
}

static void
test_those_of_a_release_are_taken (void)
{
  static const TwTaskOrder oldest = { TW_TASK_BY_CREATED, .backwards = TRUE }, by_due = { TW_TASK_BY_DUE, .backwards = FALSE };
  static const TwTaskFilter of_done[] = { { .done = TW_DONE_ANY }, { .done = TW_DONE_ONLY }, { .done = TW_OPEN_ONLY } };
  static const TwPageRequestRecord of_more[] = { { .has = TW_PAGE_REQUEST_HAS_LABEL, .label = "a" },
                                                 { .has = TW_PAGE_REQUEST_HAS_LIST_ID, .list_id = "inbox" },
                                                 { .has = TW_PAGE_REQUEST_HAS_DUE_AFTER, .due_after = "2026-12-24" } };

  for (guint i = 0; i < G_N_ELEMENTS (of_done); i++)
    {
      TwTaskPosition read;

      g_assert_true (tw_task_cursor_decode (OLD, &of_done[i], &newest, &read, NULL));
      g_assert_cmpstr (read.id, ==, "6b0d55132f8e1146f9292e60");
      g_assert_cmpint (read.created_ms, ==, 1796035859470);
      assert_refused (OLD, &of_done[i], &oldest, OF_ANOTHER);
      assert_refused (OLD, &of_done[i], &by_due, OF_ANOTHER);
    }
  for (guint i = 0; i < G_N_ELEMENTS (of_more); i++)
    {
      const TwTaskFilter filter = read_filter (&of_more[i]);

      assert_refused (OLD, &filter, &newest, OF_ANOTHER);
      tw_record_conditions_unref (filter.conditions);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-cursor/what-is-made-is-read-back", test_what_is_made_is_read_back);
  g_test_add_func ("/task-cursor/long-name-is-cut", test_long_name_is_cut);
  g_test_add_func ("/task-cursor/what-was-not-made-here-is-refused", test_what_was_not_made_here_is_refused);
  g_test_add_func ("/task-cursor/keys-that-are-none-are-refused", test_keys_that_are_none_are_refused);
  g_test_add_func ("/task-cursor/is-of-what-is-asked", test_is_of_what_is_asked);
  g_test_add_func ("/task-cursor/is-of-one-question", test_is_of_one_question);
  g_test_add_func ("/task-cursor/those-of-a-release-are-taken", test_those_of_a_release_are_taken);
  return g_test_run ();
}
