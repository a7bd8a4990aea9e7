/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-cursor.h"

#include "tw-base64url.h"
#include "tw-error.h"

#include <string.h>

static void
test_what_is_made_is_read_back (void)
{
  const TwTaskPosition positions[] = {
    { 0, "000000000000000000000000" },
    { 1700000000123, "65f0aa00bbccddeeff001122" },
    { -1, "ffffffffffffffffffffffff" },
    { G_MAXINT64, "0123456789abcdef01234567" },
    { G_MININT64, "0123456789abcdef01234567" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (positions); i++)
    {
      g_autofree char *cursor = tw_task_cursor_encode (&positions[i]);
      g_autoptr (GError) error = NULL;
      TwTaskPosition read;

      g_assert_cmpuint (strlen (cursor), ==, TW_TASK_CURSOR_LENGTH);
      g_assert_true (tw_task_cursor_decode (cursor, &read, &error));
      g_assert_no_error (error);
      g_assert_cmpint (read.created_ms, ==, positions[i].created_ms);
      g_assert_cmpstr (read.id, ==, positions[i].id);
    }
}

static void
assert_refused (const char *cursor)
{
  g_autoptr (GError) error = NULL;
  TwTaskPosition read;

  g_assert_false (tw_task_cursor_decode (cursor, &read, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "cursor is not one that this service made");
}

static void
test_what_was_not_made_here_is_refused (void)
{
  const TwTaskPosition position = { 1700000000123, "65f0aa00bbccddeeff001122" };
  g_autofree char *cursor = tw_task_cursor_encode (&position);
  g_autofree char *longer = g_strconcat (cursor, "A", NULL);
  g_autofree char *shorter = g_strndup (cursor, TW_TASK_CURSOR_LENGTH - 1);
  g_autofree char *padded = g_strconcat (shorter, "=", NULL);
  const guint8 other_version[21] = { 2 };
  g_autofree char *foreign = g_strnfill (TW_TASK_CURSOR_LENGTH, '\xff');
  g_autofree char *newer = tw_base64url_encode (other_version, sizeof other_version);

  assert_refused ("");
  assert_refused (longer);
  assert_refused (shorter);
  assert_refused (padded);
  assert_refused (newer);
  assert_refused ("AAAAAAAAAAAAAAAAAAAAAAAAAA+/");
  assert_refused ("1 OR 1=1 --                 ");
  assert_refused (foreign);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-cursor/what-is-made-is-read-back", test_what_is_made_is_read_back);
  g_test_add_func ("/task-cursor/what-was-not-made-here-is-refused", test_what_was_not_made_here_is_refused);
  return g_test_run ();
}
