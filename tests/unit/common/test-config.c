/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-config.h"

#include "tw-error.h"

typedef struct
{
  gboolean flag;
  gint64 port;
  char *path;
  char **names;
} Settings;

static void
settings_clear (Settings *settings)
{
  g_free (settings->path);
  g_strfreev (settings->names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static gboolean
read_settings (Settings *settings, const char *command_line, char ***rest, GError **error)
{
  const TwOption options[] = {
    { .name = "flag", .environment = "TW_TEST_FLAG", .kind = TW_OPTION_FLAG, .target = &settings->flag,
      .description = "A flag" },
    { .name = "port", .environment = "TW_TEST_PORT", .kind = TW_OPTION_INTEGER, .target = &settings->port,
      .argument = "PORT", .description = "A port", .minimum = 1, .maximum = 65535 },
    { .name = "path", .environment = "TW_TEST_PATH", .kind = TW_OPTION_STRING, .target = &settings->path,
      .argument = "PATH", .description = "A path" },
    { .name = "name", .environment = "TW_TEST_NAMES", .kind = TW_OPTION_STRINGS, .target = &settings->names,
      .argument = "NAME", .description = "Names" },
    { .name = NULL },
  };
  g_autofree char *whole = g_strconcat ("program ", command_line, NULL);
  g_auto (GStrv) argv = NULL;
  int argc;

  g_assert_true (g_shell_parse_argv (whole, &argc, &argv, NULL));
  return tw_config_read (options, "A program", argc, argv, rest, error);
}

static void
set_environment (const char *flag, const char *port, const char *path, const char *names)
{
  g_setenv ("TW_TEST_FLAG", flag, TRUE);
  g_setenv ("TW_TEST_PORT", port, TRUE);
  g_setenv ("TW_TEST_PATH", path, TRUE);
  g_setenv ("TW_TEST_NAMES", names, TRUE);
}

static void
test_order (void)
{
  g_auto (Settings) defaults = { .port = 7, .path = g_strdup ("default") }, environment = { .port = 7 },
                    flags = { .port = 7 };
  g_autoptr (GError) error = NULL;

  set_environment ("", "", "", "");
  g_assert_true (read_settings (&defaults, "", NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (defaults.port, ==, 7);
  g_assert_cmpstr (defaults.path, ==, "default");
  g_assert_null (defaults.names);

  set_environment ("yes", "8", "from-environment", "a,b");
  g_assert_true (read_settings (&environment, "", NULL, &error));
  g_assert_true (environment.flag);
  g_assert_cmpint (environment.port, ==, 8);
  g_assert_cmpstr (environment.path, ==, "from-environment");
  g_assert_cmpuint (g_strv_length (environment.names), ==, 2);

  g_assert_true (read_settings (&flags, "--port 9 --path=given --name x", NULL, &error));
  g_assert_cmpint (flags.port, ==, 9);
  g_assert_cmpstr (flags.path, ==, "given");
  g_assert_cmpuint (g_strv_length (flags.names), ==, 1);
  g_assert_cmpstr (flags.names[0], ==, "x");
}

static void
test_bad_values (void)
{
  static const struct
  {
    const char *command_line, *environment_port, *message;
  } cases[] = {
    { "--port 0", "", "--port must be a whole number from 1 to 65535, not \"0\"" },
    { "--port 70000", "", "--port must be a whole number from 1 to 65535, not \"70000\"" },
    { "--port 8080x", "", "--port must be a whole number from 1 to 65535, not \"8080x\"" },
    { "", "many", "TW_TEST_PORT must be a whole number from 1 to 65535, not \"many\"" },
    { "--path ''", "", "--path must not be empty" },
    { "surplus", "", "unexpected argument \"surplus\": see --help" },
    { "--no-such-flag", "", "Unknown option --no-such-flag: see --help" },
    { "--port", "", "Missing argument for --port: see --help" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Settings) settings = { .port = 7 };
      g_autoptr (GError) error = NULL;

      set_environment ("", cases[i].environment_port, "", "");
      g_assert_false (read_settings (&settings, cases[i].command_line, NULL, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_rest (void)
{
  g_auto (Settings) settings = { 0 };
  g_auto (GStrv) rest = NULL;

  set_environment ("", "", "", "");
  g_assert_true (read_settings (&settings, "one --flag two", &rest, NULL));
  g_assert_true (settings.flag);
  g_assert_cmpuint (g_strv_length (rest), ==, 2);
  g_assert_cmpstr (rest[1], ==, "two");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/flags-over-environment-over-defaults", test_order);
  g_test_add_func ("/config/bad-value-is-one-clear-line", test_bad_values);
  g_test_add_func ("/config/rest-is-handed-on", test_rest);
  return g_test_run ();
}
