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
    "",          "**",        "a",         "https://x/", "x:80",     "/%",        "/%2",       "/%zz",
    "/a%00b",    "/%ff",      "/%C3%28",   "/%ED%A0%80", "/#a",      "/a b",      "/a\tb",     "/\303\251",
    "http://",   "http:///a",  "http://:80/", "http://u@x/",  "http://u:p@x/", "http:/x", "http:x", "ftp://x/",
    "http://x/#a", "http://x/a b", "http://x\303\251/", "http://x/%zz",
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
test_absolute_form_is_the_path_behind_the_host (void)
{
  static const struct
  {
    const char *raw, *authority, *path;
    guint n_segments, n_parameters;
  } cases[] = {
    { "http://example.org/v1/a%2Fb?c=d&e", "example.org", "/v1/a%2Fb", 2, 2 },
    { "HTTP://Example.org:8080/", "Example.org:8080", "/", 0, 0 },
    { "http://[::1]:80", "[::1]:80", "/", 0, 0 },
    { "http://x?a=b", "x", "/", 0, 1 },
    { "http://x//a", "x", "//a", 2, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TwTarget) target = { 0 };

      g_assert_true (tw_target_parse (&target, cases[i].raw, NULL));
      g_assert_cmpint (target.form, ==, TW_TARGET_ABSOLUTE);
      g_assert_cmpstr (target.authority, ==, cases[i].authority);
      g_assert_cmpstr (target.path, ==, cases[i].path);
      g_assert_cmpuint (target.n_segments, ==, cases[i].n_segments);
      g_assert_cmpuint (target.n_parameters, ==, cases[i].n_parameters);
    }
}

static void
test_asterisk_has_no_path (void)
{
  g_auto (TwTarget) target = { 0 };

  g_assert_true (tw_target_parse (&target, "*", NULL));
  g_assert_cmpint (target.form, ==, TW_TARGET_ASTERISK);
  g_assert_cmpstr (target.path, ==, "*");
  g_assert_null (target.authority);
  g_assert_cmpuint (target.n_segments + target.n_parameters, ==, 0);
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
  g_test_add_func ("/target/absolute-form-is-the-path-behind-the-host", test_absolute_form_is_the_path_behind_the_host);
  g_test_add_func ("/target/asterisk-has-no-path", test_asterisk_has_no_path);
  g_test_add_func ("/target/counts-are-bounded", test_counts_are_bounded);
  return g_test_run ();
}
