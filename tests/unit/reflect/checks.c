/* SPDX-License-Identifier: Apache-2.0 */

#include "checks.h"

#include "fields.h"
#include "schemas.h"
#include "tw-check.h"

static void
set_up (CheckFixture *fixture, gconstpointer data)
{
  fixture->schema = schema_from_idl ("books");
  fixture->protocol = (TwProtocol) GPOINTER_TO_INT (data);
  fixture->bytes = (TwBuffer) TW_BUFFER_INIT;
  tw_writer_init (&fixture->writer, fixture->protocol, &fixture->bytes);
}

static void
tear_down (CheckFixture *fixture, gconstpointer data)
{
  tw_buffer_clear (&fixture->bytes);
  tw_schema_unref (fixture->schema);
}

void
assert_checked (CheckFixture *fixture, const char *method, const char *expected)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_autofree char *text = NULL;
  gboolean good = tw_check_struct (schema_find_arguments (fixture->schema, "Books", method), fixture->protocol,
                                   fixture->bytes.data, fixture->bytes.len, problems);

  text = tw_problems_to_string (problems);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (good, ==, tw_problems_count (problems) == 0);
}

void
put_strings (TwWriter *writer, TwWireType container, gint16 id, guint32 n, ...)
{
  va_list texts;

  va_start (texts, n);
  tw_writer_field (writer, container, id);
  if (container == TW_WIRE_SET)
    tw_writer_set (writer, TW_WIRE_STRING, n);
  else
    tw_writer_list (writer, TW_WIRE_STRING, n);
  for (guint32 i = 0; i < n; i++)
    {
      const char *text = va_arg (texts, const char *);

      tw_writer_string (writer, text, strlen (text));
    }
  va_end (texts);
}

void
put_numbers (TwWriter *writer, TwWireType container, gint16 id, guint32 n, gint32 step)
{
  tw_writer_field (writer, container, id);
  if (container == TW_WIRE_SET)
    tw_writer_set (writer, TW_WIRE_I32, n);
  else
    tw_writer_list (writer, TW_WIRE_I32, n);
  for (guint32 i = 0; i < n; i++)
    tw_writer_i32 (writer, (gint32) i * step);
}

void
put_every (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_BOOL, 1);
  tw_writer_bool (writer, TRUE);
  tw_writer_field (writer, TW_WIRE_STRING, 8);
  tw_writer_string (writer, "\xff", 1);
  put_numbers (writer, TW_WIRE_SET, 10, 0, 1);
  tw_writer_field (writer, TW_WIRE_MAP, 11);
  tw_writer_map (writer, TW_WIRE_I64, TW_WIRE_LIST, 0);
  open_struct (writer, 13);
  put_i32 (writer, 1, 5);
  tw_writer_struct_end (writer);
  put_i32 (writer, 40, 1);
}

void
check_add_tests (const CheckTest *tests, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *binary = g_strdup_printf ("/check/binary/%s", tests[i].name);
      g_autofree char *compact = g_strdup_printf ("/check/compact/%s", tests[i].name);

      g_test_add (binary, CheckFixture, GINT_TO_POINTER (TW_PROTOCOL_BINARY), set_up, tests[i].test, tear_down);
      g_test_add (compact, CheckFixture, GINT_TO_POINTER (TW_PROTOCOL_COMPACT), set_up, tests[i].test, tear_down);
    }
}
