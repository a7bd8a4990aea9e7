/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-body.h"

#include "tw-error.h"

#include <string.h>

static json_t *
parse (const char *text, gsize length, GError **error)
{
  g_auto (TwBuffer) body = TW_BUFFER_INIT;

  tw_buffer_append (&body, text, length);
  return tw_body_parse (&body, error);
}

static void
test_object_is_read (void)
{
  json_t *json = parse ("{\"a\":[1,{\"b\":\"[[[\\\"{{{\"}]}", 26, NULL);

  g_assert_nonnull (json);
  json_decref (json);
}

static void
assert_refused (const char *text, gsize length, const char *what)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (text, length, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_what_is_refused (void)
{
  static const struct
  {
    const char *text, *what;
  } bad[] = {
    { "{", "ends too early" },
    { "[]", "must be a JSON object" },
    { "\"a\"", "must be a JSON object" },
    { "null", "must be a JSON object" },
    { "{\"a\":1,\"a\":2}", "has a name twice" },
    { "{\"a\":\"\377\"}", "is not UTF-8" },
    { "{\"a\":\"\\u0000\"}", "has a NUL" },
    { "{\"\\u0000\":1}", "has a NUL" },
    { "{} {}", "goes on behind its end" },
    { "{'a':1}", "is not JSON" },
    { "{\"a\":1,}", "is not JSON" },
    { "{\"a\":NaN}", "is not JSON" },
    { "{\"a\":1e999}", "out of range" },
    { "\357\273\277{}", "is not JSON" },
    { "   ", "ends too early" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (bad[i].text, strlen (bad[i].text), bad[i].what);
  assert_refused ("{}\0", 3, "");
}

static void
test_refusal_names_the_place_but_not_the_content (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse ("{\"password\": secret}", 20, &error));
  g_assert_nonnull (strstr (error->message, "line 1"));
  g_assert_null (strstr (error->message, "secret"));
  g_assert_null (strstr (error->message, "password"));
}

static char *
nested (guint depth)
{
  GString *text = g_string_new ("{\"a\":");

  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
test_depth_is_bounded (void)
{
  g_autofree char *most = nested (TW_BODY_MAX_DEPTH), *more = nested (TW_BODY_MAX_DEPTH + 1), *huge = nested (500000);
  json_t *json = parse (most, strlen (most), NULL);

  g_assert_nonnull (json);
  json_decref (json);
  assert_refused (more, strlen (more), "nests deeper");
  assert_refused (huge, strlen (huge), "nests deeper");
}

static void
test_types (void)
{
  static const struct
  {
    const char *verb, *type;
    gboolean taken;
  } types[] = {
    { "POST", "application/json", TRUE },
    { "POST", "Application/JSON ; charset=UTF-8", TRUE },
    { "POST", "application/json;charset=\"utf-8\"", TRUE },
    { "POST", "application/json; charset=latin1", FALSE },
    { "POST", "application/json; charset=\"u\\tf-8\"", TRUE },
    { "POST", "application/json;", TRUE },
    { "POST", "application/json ; ;charset=utf-8 ; ", TRUE },
    { "POST", "application/json; x=y", TRUE },
    { "POST", "application/json; x=\"a;charset=latin1\"; charset=utf-8", TRUE },
    { "POST", "application/json; charset=utf-8; charset=latin1", FALSE },
    { "POST", "application/json; charset", FALSE },
    { "POST", "application/json; charset=", FALSE },
    { "POST", "application/json; charset = utf-8", FALSE },
    { "POST", "application/json; charset=\"utf-8", FALSE },
    { "POST", "application/json; charset=\"utf-8\\", FALSE },
    { "POST", "application/json charset=utf-8", FALSE },
    { "POST", "application/json, text/plain", FALSE },
    { "POST", "application/json; =y", FALSE },
    { "POST", "application/jsonx", FALSE },
    { "POST", "application/merge-patch+json", FALSE },
    { "POST", "text/plain", FALSE },
    { "POST", "", FALSE },
    { "PATCH", "application/merge-patch+json", TRUE },
    { "PATCH", "application/json", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    g_assert_cmpint (tw_body_accepts (types[i].verb, types[i].type, strlen (types[i].type)), ==, types[i].taken);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/body/object-is-read", test_object_is_read);
  g_test_add_func ("/body/what-is-refused", test_what_is_refused);
  g_test_add_func ("/body/refusal-names-the-place-but-not-the-content",
                   test_refusal_names_the_place_but_not_the_content);
  g_test_add_func ("/body/depth-is-bounded", test_depth_is_bounded);
  g_test_add_func ("/body/content-types", test_types);
  return g_test_run ();
}
