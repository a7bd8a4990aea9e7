/* SPDX-License-Identifier: Apache-2.0 */

/* What is empty is as good as any: a sanitizer sees to it that nothing is added to a NULL. */

#include "tw-buffer.h"

static void
test_grows (void)
{
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;

  for (guint i = 0; i < 1000; i++)
    {
      tw_buffer_append_byte (&buffer, (guint8) ('a' + i % 26));
      tw_buffer_append_string (&buffer, "0123456789");
    }
  g_assert_cmpuint (buffer.len, ==, 11000);
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_cmpint (*tw_buffer_at (&buffer, 11 * i), ==, 'a' + i % 26);
      g_assert_cmpmem (tw_buffer_at (&buffer, 11 * i + 1), 10, "0123456789", 10);
    }
}

static void
test_nothing_to_nothing (void)
{
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;

  tw_buffer_append (&buffer, NULL, 0);
  tw_buffer_append (&buffer, "x", 0);
  tw_buffer_append_string (&buffer, "");
  g_assert_null (tw_buffer_reserve (&buffer, 0));
  g_assert_null (tw_buffer_at (&buffer, 0));
  g_assert_cmpuint (buffer.len, ==, 0);
  g_assert_cmpuint (buffer.capacity, ==, 0);
}

static void
test_nothing_to_something (void)
{
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;
  const guint8 *end;

  tw_buffer_append_string (&buffer, "some");
  tw_buffer_append (&buffer, NULL, 0);
  g_assert_cmpmem (buffer.data, buffer.len, "some", 4);
  end = tw_buffer_reserve (&buffer, 0);
  g_assert_true (end == buffer.data + 4);
}

static void
test_steal_empty (void)
{
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;
  g_autoptr (GBytes) bytes = tw_buffer_steal_bytes (&buffer);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buffer/grows-as-it-is-written-to", test_grows);
  g_test_add_func ("/buffer/nothing/an-empty-one-stays-without-memory", test_nothing_to_nothing);
  g_test_add_func ("/buffer/nothing/changes-none", test_nothing_to_something);
  g_test_add_func ("/buffer/nothing/can-be-given-away", test_steal_empty);
  return g_test_run ();
}
