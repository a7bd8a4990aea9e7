/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-variables.h"

#include "tw-error.h"

#include <string.h>

static const char *const variables[] = {
  "MONGO_HOST", "MONGO_PORT_27017_TCP_ADDR", "MONGODB_PORT_27017_TCP_ADDR",
  "MONGO_PORT", "MONGO_PORT_27017_TCP_PORT", "MONGODB_PORT_27017_TCP_PORT", "MONGODB_DATABASE",
};

/* Sets the variables of @line, "NAME=VALUE NAME=VALUE", and no others, and reads them. */
static char *
read_line (const char *line, GError **error)
{
  g_auto (GStrv) settings = g_strsplit (line, " ", -1);

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
  for (guint i = 0; settings[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (settings[i], "=", 2);

      g_setenv (parts[0], parts[1], TRUE);
    }
  return tw_mongo_variables_read (error);
}

static void
assert_uri (const char *line, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = read_line (line, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (uri, ==, expected);
}

static void
test_none_is_no_uri (void)
{
  assert_uri ("", NULL);
  assert_uri ("MONGO_HOST= MONGO_PORT= MONGODB_DATABASE=", NULL);
}

static void
test_the_rest_has_defaults (void)
{
  assert_uri ("MONGO_HOST=db", "mongodb://db:27017/tasks-db");
  assert_uri ("MONGO_PORT=27018", "mongodb://localhost:27018/tasks-db");
  assert_uri ("MONGODB_DATABASE=other", "mongodb://localhost:27017/other");
  assert_uri ("MONGO_HOST=db.example.org MONGO_PORT=1 MONGODB_DATABASE=x", "mongodb://db.example.org:1/x");
}

static void
test_order_is_kept (void)
{
  assert_uri ("MONGODB_PORT_27017_TCP_ADDR=c MONGODB_PORT_27017_TCP_PORT=3", "mongodb://c:3/tasks-db");
  assert_uri ("MONGODB_PORT_27017_TCP_ADDR=c MONGODB_PORT_27017_TCP_PORT=3"
              " MONGO_PORT_27017_TCP_ADDR=b MONGO_PORT_27017_TCP_PORT=2", "mongodb://b:2/tasks-db");
  assert_uri ("MONGODB_PORT_27017_TCP_ADDR=c MONGODB_PORT_27017_TCP_PORT=3"
              " MONGO_PORT_27017_TCP_ADDR=b MONGO_PORT_27017_TCP_PORT=2"
              " MONGO_HOST=a MONGO_PORT=1", "mongodb://a:1/tasks-db");
  assert_uri ("MONGO_HOST= MONGO_PORT_27017_TCP_ADDR=b", "mongodb://b:27017/tasks-db");
}

static void
test_a_container_link_is_no_port (void)
{
  assert_uri ("MONGO_PORT=tcp://172.17.0.5:27017 MONGO_PORT_27017_TCP_ADDR=172.17.0.5 MONGO_PORT_27017_TCP_PORT=27017",
              "mongodb://172.17.0.5:27017/tasks-db");
  assert_uri ("MONGO_PORT=tcp://172.17.0.5:27017", NULL);
}

static void
test_ipv6_gets_brackets (void)
{
  assert_uri ("MONGO_HOST=::1", "mongodb://[::1]:27017/tasks-db");
}

static void
test_nonsense_is_refused_by_name (void)
{
  static const struct
  {
    const char *line, *name;
  } cases[] = {
    { "MONGO_HOST=a/b?w=0", "MONGO_HOST" },
    { "MONGO_HOST=user:secret@db", "MONGO_HOST" },
    { "MONGO_HOST=tcp://db", "MONGO_HOST" },
    { "MONGO_PORT=0", "MONGO_PORT" },
    { "MONGO_PORT=65536", "MONGO_PORT" },
    { "MONGO_PORT=27017x", "MONGO_PORT" },
    { "MONGODB_PORT_27017_TCP_PORT=secret", "MONGODB_PORT_27017_TCP_PORT" },
    { "MONGODB_DATABASE=a/b", "MONGODB_DATABASE" },
    { "MONGODB_DATABASE=a?w=0", "MONGODB_DATABASE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_line (cases[i].line, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_true (g_str_has_prefix (error->message, cases[i].name));
      g_assert_null (strstr (error->message, "secret"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mongo-variables/none-is-no-uri", test_none_is_no_uri);
  g_test_add_func ("/mongo-variables/the-rest-has-defaults", test_the_rest_has_defaults);
  g_test_add_func ("/mongo-variables/order-is-kept", test_order_is_kept);
  g_test_add_func ("/mongo-variables/a-container-link-is-no-port", test_a_container_link_is_no_port);
  g_test_add_func ("/mongo-variables/ipv6-gets-brackets", test_ipv6_gets_brackets);
  g_test_add_func ("/mongo-variables/nonsense-is-refused-by-name", test_nonsense_is_refused_by_name);
  return g_test_run ();
}
