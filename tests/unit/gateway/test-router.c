/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-router.h"

#include <string.h>

typedef struct
{
  const char *name, *verb, *path;
} Route;

/* The arguments that a path's parameters are bound to, as the compiler writes them. */
static void
append_arguments (GString *json, const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  guint n = 0;

  for (guint i = 0; segments[i] != NULL; i++)
    if (segments[i][0] == ':')
      {
        g_string_append_printf (json,
                                "%s{\"key\":%u,\"name\":\"%s\",\"typeId\":\"string\",\"required\":\"req_out\","
                                "\"annotations\":{\"api.path\":\"%s\"}}",
                                n == 0 ? "" : ",", n + 1, segments[i] + 1, segments[i] + 1);
        n++;
      }
}

static TwRouter *
router_of (const Route *routes, guint n)
{
  static const char *const name = "test";
  GString *json = g_string_new ("{\"name\":\"test\",\"enums\":[],\"typedefs\":[],\"structs\":[],\"constants\":[],"
                                "\"services\":[{\"name\":\"S\",\"functions\":[");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) document = NULL;
  g_autoptr (TwSchema) schema = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (json,
                              "%s{\"name\":\"%s\",\"returnTypeId\":\"void\",\"oneway\":false,\"annotations\":"
                              "{\"api.%s\":\"%s\",\"tw.auth\":\"none\"},\"exceptions\":[],\"arguments\":[",
                              i == 0 ? "" : ",", routes[i].name, routes[i].verb, routes[i].path);
      append_arguments (json, routes[i].path);
      g_string_append (json, "]}");
    }
  g_string_append (json, "]}]}");
  document = g_string_free_to_bytes (json);
  schema = tw_schema_load ((GBytes *const *) &document, &name, 1, &error);
  g_assert_no_error (error);
  return tw_router_new (schema);
}

static const Route routes[] = {
  { "root", "get", "/" },
  { "list", "get", "/things" },
  { "make", "post", "/things" },
  { "look", "get", "/things/:id" },
  { "drop", "delete", "/things/:id" },
  { "mine", "get", "/things/mine" },
  { "batch", "post", "/things:batch" },
  { "parts", "get", "/things/:thing/parts/:part" },
  { "mineTwice", "get", "/things/mine/twice" },
  { "change", "patch", "/:kind/change/now" },
};

/* Looks a path up; the route's parameters as "name=segment " in *@parameters. */
static TwRouteResult
find (const char *verb, const char *path, char **method, char **parameters, char **allow)
{
  g_autoptr (TwRouter) router = router_of (routes, G_N_ELEMENTS (routes));
  g_auto (GStrv) segments = g_strsplit (path + 1, "/", -1);
  GString *text = g_string_new (NULL);
  const char *allowed = NULL;
  TwRoute route = { .method = NULL };
  TwRouteResult result = tw_router_find (router, verb, (const char *const *) segments,
                                         path[1] == '\0' ? 0 : g_strv_length (segments), &route, &allowed);

  for (guint i = 0; i < route.n_parameters; i++)
    g_string_append_printf (text, "%s=%s ", route.names[i], segments[route.segments[i]]);
  *method = g_strdup (route.method != NULL ? route.method->name : NULL);
  *parameters = g_string_free (text, FALSE);
  *allow = g_strdup (allowed);
  return result;
}

static void
assert_found (const char *verb, const char *path, const char *expected, const char *expected_parameters)
{
  g_autofree char *method = NULL, *parameters = NULL, *allow = NULL;

  g_assert_cmpint (find (verb, path, &method, &parameters, &allow), ==, TW_ROUTE_FOUND);
  g_assert_cmpstr (method, ==, expected);
  g_assert_cmpstr (parameters, ==, expected_parameters);
}

static void
assert_no_path (const char *path)
{
  g_autofree char *method = NULL, *parameters = NULL, *allow = NULL;

  g_assert_cmpint (find ("GET", path, &method, &parameters, &allow), ==, TW_ROUTE_NO_PATH);
  g_assert_null (allow);
}

static void
assert_no_verb (const char *verb, const char *path, const char *expected)
{
  g_autofree char *method = NULL, *parameters = NULL, *allow = NULL;

  g_assert_cmpint (find (verb, path, &method, &parameters, &allow), ==, TW_ROUTE_NO_VERB);
  g_assert_cmpstr (allow, ==, expected);
}

static void
test_literals_and_parameters (void)
{
  assert_found ("GET", "/", "root", "");
  assert_found ("GET", "/things", "list", "");
  assert_found ("POST", "/things", "make", "");
  assert_found ("GET", "/things/7", "look", "id=7 ");
  assert_found ("DELETE", "/things/7", "drop", "id=7 ");
  assert_found ("GET", "/things/7/parts/8", "parts", "thing=7 part=8 ");
}

static void
test_literal_beats_parameter (void)
{
  assert_found ("GET", "/things/mine", "mine", "");
  assert_no_verb ("DELETE", "/things/mine", "GET, HEAD, OPTIONS");
}

static void
test_parameter_is_tried_where_the_literal_leads_nowhere (void)
{
  assert_found ("GET", "/things/mine/parts/8", "parts", "thing=mine part=8 ");
  assert_found ("PATCH", "/things/change/now", "change", "kind=things ");
}

static void
test_colon_inside_a_segment_is_literal (void)
{
  assert_found ("POST", "/things:batch", "batch", "");
  assert_no_path ("/things:other");
}

static void
test_head_goes_where_get_goes (void)
{
  assert_found ("HEAD", "/things/7", "look", "id=7 ");
  assert_no_verb ("HEAD", "/things:batch", "POST, OPTIONS");
}

static void
test_unknown_paths (void)
{
  assert_no_path ("/things/");
  assert_no_path ("/things/7/");
  assert_no_path ("/things//parts/8");
  assert_no_path ("/thing");
  assert_no_path ("/Things");
  assert_no_path ("/things/7/parts");
  assert_no_path ("/things/7/parts/8/9");
}

static void
test_allow_names_every_verb (void)
{
  assert_no_verb ("PUT", "/things", "GET, HEAD, POST, OPTIONS");
  assert_no_verb ("OPTIONS", "/things/7", "GET, HEAD, DELETE, OPTIONS");
  assert_no_verb ("get", "/things", "GET, HEAD, POST, OPTIONS");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/literals-and-parameters", test_literals_and_parameters);
  g_test_add_func ("/router/literal-beats-parameter", test_literal_beats_parameter);
  g_test_add_func ("/router/parameter-is-tried-where-the-literal-leads-nowhere",
                   test_parameter_is_tried_where_the_literal_leads_nowhere);
  g_test_add_func ("/router/colon-inside-a-segment-is-literal", test_colon_inside_a_segment_is_literal);
  g_test_add_func ("/router/head-goes-where-get-goes", test_head_goes_where_get_goes);
  g_test_add_func ("/router/unknown-paths", test_unknown_paths);
  g_test_add_func ("/router/allow-names-every-verb", test_allow_names_every_verb);
  return g_test_run ();
}
