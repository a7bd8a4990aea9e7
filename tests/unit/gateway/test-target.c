/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-target.h"

#include "tw-error.h"

static void
test_segments_are_decoded_one_by_one (void)
{
  g_auto (TwTarget) target = { 0 };

  g_assert_true (tw_target_parse (&target, "/v1/a%2Fb/%E2%9C%93/x+y", NULL));
  g_assert_cmpuint (target.n_segments, ==, 4);
  g_assert_cmpstr (target.segments[0], ==, "v1");
  g_assert_cmpstr (target.segments[1], ==, "a/b");
  g_assert_cmpstr (target.segments[2], ==, "\342\234\223");
  g_assert_cmpstr (target.segments[3], ==, "x+y");
  g_assert_cmpuint (target.n_parameters, ==, 0);
}

static void
test_path_is_kept_as_sent (void)
{
  g_auto (TwTarget) target = { 0 };

  g_assert_true (tw_target_parse (&target, "/a%20b?secret=x", NULL));
  g_assert_cmpstr (target.path, ==, "/a%20b");
}

static void
test_root_has_no_segment (void)
{
  g_auto (TwTarget) root = { 0 }, slash = { 0 };

  g_assert_true (tw_target_parse (&root, "/?a", NULL));
  g_assert_cmpuint (root.n_segments, ==, 0);
  g_assert_true (tw_target_parse (&slash, "/a/", NULL));
  g_assert_cmpuint (slash.n_segments, ==, 2);
  g_assert_cmpstr (slash.segments[1], ==, "");
}

static void
test_query_is_decoded (void)
{
  g_auto (TwTarget) target = { 0 };

  g_assert_true (tw_target_parse (&target, "/?a=1&&b=x+y%2B%26&c&=d&a=2?", NULL));
  g_assert_cmpuint (target.n_parameters, ==, 5);
  g_assert_cmpstr (target.names[0], ==, "a");
  g_assert_cmpstr (target.values[0], ==, "1");
  g_assert_cmpstr (target.values[1], ==, "x y+&");
  g_assert_cmpstr (target.names[2], ==, "c");
  g_assert_cmpstr (target.values[2], ==, "");
  g_assert_cmpstr (target.names[3], ==, "");
  g_assert_cmpstr (target.values[4], ==, "2?");
}

static void
test_what_is_refused (void)
{
  static const char *const bad[] = {
    "",          "*",         "a",         "http://x/",  "x:80",     "/%",        "/%2",       "/%zz",
    "/a%00b",    "/%ff",      "/%C3%28",   "/%ED%A0%80", "/#a",      "/a b",      "/a\tb",     "/\303\251",
    "/?a=%00",   "/?%00",     "/?a=%f",    "/?a=%FF",    "/?a=b#c",  "/?a=\001",  "/\177",     "/%C0%AF",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (TwTarget) target = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (tw_target_parse (&target, bad[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
    }
}

static void
test_counts_are_bounded (void)
{
  g_autoptr (GString) path = g_string_new (NULL), query = g_string_new ("/?a");
  g_auto (TwTarget) deep = { 0 }, wide = { 0 };

  for (guint i = 0; i <= TW_TARGET_MAX_SEGMENTS; i++)
    g_string_append (path, "/a");
  for (guint i = 0; i < TW_TARGET_MAX_PARAMETERS; i++)
    g_string_append (query, "&a=1");
  g_assert_false (tw_target_parse (&deep, path->str, NULL));
  g_assert_false (tw_target_parse (&wide, query->str, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/segments-are-decoded-one-by-one", test_segments_are_decoded_one_by_one);
  g_test_add_func ("/target/path-is-kept-as-sent", test_path_is_kept_as_sent);
  g_test_add_func ("/target/root-has-no-segment", test_root_has_no_segment);
  g_test_add_func ("/target/query-is-decoded", test_query_is_decoded);
  g_test_add_func ("/target/what-is-refused", test_what_is_refused);
  g_test_add_func ("/target/counts-are-bounded", test_counts_are_bounded);
  return g_test_run ();
}
