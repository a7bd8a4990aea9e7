/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sse.h"

#include <string.h>

static void
assert_event (const char *name, const char *id, const char *data, const char *expected)
{
  g_autoptr (GBytes) event = tw_sse_event (name, id, (const guint8 *) data, strlen (data));
  gsize size;
  const char *bytes = g_bytes_get_data (event, &size);
  g_autofree char *text = g_strndup (bytes, size);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_name_id_and_data (void)
{
  assert_event ("changes", "a.b", "{\"n\":1}", "event: changes\nid: a.b\ndata: {\"n\":1}\n\n");
}

/* Which has its reader forget the last one. */
static void
test_no_id_is_an_empty_one (void)
{
  assert_event ("refetch", "", "{}", "event: refetch\nid\ndata: {}\n\n");
}

static void
test_each_line_stands_by_itself (void)
{
  assert_event ("x", "1", "a\nb", "event: x\nid: 1\ndata: a\ndata: b\n\n");
  assert_event ("x", "1", "a\r\nb\rc\n", "event: x\nid: 1\ndata: a\ndata: b\ndata: c\ndata: \n\n");
  assert_event ("x", "1", "", "event: x\nid: 1\ndata: \n\n");
}

static void
test_an_id_has_no_line_end (void)
{
  g_assert_true (tw_sse_is_id ("abc DEF-_.~"));
  g_assert_true (tw_sse_is_id (""));
  g_assert_false (tw_sse_is_id ("a\nb"));
  g_assert_false (tw_sse_is_id ("a\r"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sse/name-id-and-data", test_name_id_and_data);
  g_test_add_func ("/sse/no-id-is-an-empty-one", test_no_id_is_an_empty_one);
  g_test_add_func ("/sse/each-line-stands-by-itself", test_each_line_stands_by_itself);
  g_test_add_func ("/sse/an-id-has-no-line-end", test_an_id_has_no_line_end);
  return g_test_run ();
}
