/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-service-options.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <string.h>

static const TwServiceStore stores[] = {
  { "sqlite:", TRUE, NULL },
  { "mongodb://", FALSE, NULL },
  { NULL, FALSE, NULL },
};

static const char *const variables[] = { "TW_X_LISTEN", "TW_DATA_DIR", "TW_STORE", "TW_STORE_FILE",
                                         "TW_TRUSTED_NETWORK", "TW_PLAIN", "TW_LOG_LEVEL",
                                         "X_HOST" };

static void
set_up (gpointer *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
}

/* What a service may bring with it: a variable of its own. */
static char *
store_from_environment (GError **error)
{
  const char *host = g_getenv ("X_HOST");

  if (host == NULL || strcmp (host, "bad") != 0)
    return host != NULL ? g_strdup_printf ("mongodb://%s", host) : NULL;
  g_set_error_literal (error, TW_ERROR, TW_ERROR_CONFIGURATION, "X_HOST can't be used");
  return NULL;
}

/* Reads @line, split at its spaces, as the command line. */
static gboolean
read_line (TwServiceOptions *options, const TwOption *own, const char *line, GError **error)
{
  const TwServiceSpec spec = {
    .program = "x-service", .summary = "Tests.", .service = "X", .default_port = 6009,
    .listen_environment = "TW_X_LISTEN", .database_file = "x.db", .stores = stores, .options = own,
    .store_from_environment = store_from_environment,
  };
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autofree char **passed = g_memdup2 (argv, (g_strv_length (argv) + 1) * sizeof *argv);

  return tw_service_options_read (options, &spec, (int) g_strv_length (argv), passed, error);
}

static void
test_defaults_are_local (gpointer *fixture, gconstpointer data)
{
  g_auto (TwServiceOptions) options = { 0 };
  g_autofree char *store = g_strdup_printf ("sqlite:%s/taskwire/x.db", g_get_user_data_dir ());
  g_autoptr (GError) error = NULL;

  g_assert_true (read_line (&options, NULL, "x", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (options.address->host, ==, "127.0.0.1");
  g_assert_cmpuint (options.address->port, ==, 6009);
  g_assert_cmpstr (options.store, ==, store);
  g_assert_true (options.kind == &stores[0]);
  g_assert_false (options.trusted_network);
  g_assert_cmpint (options.plain, ==, TW_PLAIN_NOTHING);
  g_assert_cmpint (options.log_level, ==, TW_LOG_INFO);
}

static void
test_flags_are_over_environment (gpointer *fixture, gconstpointer data)
{
  g_auto (TwServiceOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  g_setenv ("TW_X_LISTEN", "127.0.0.1:1", TRUE);
  g_setenv ("TW_DATA_DIR", "/from/environment", TRUE);
  g_setenv ("TW_TRUSTED_NETWORK", "1", TRUE);
  g_assert_true (read_line (&options, NULL, "x --listen 127.0.0.1:2 --log-level debug", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (options.address->port, ==, 2);
  g_assert_cmpstr (options.store, ==, "sqlite:/from/environment/x.db");
  g_assert_true (options.trusted_network);
  g_assert_cmpint (options.log_level, ==, TW_LOG_DEBUG);
}

static void
test_plain_is_a_list_of_names (gpointer *fixture, gconstpointer data)
{
  g_auto (TwServiceOptions) said = { 0 };
  g_auto (TwServiceOptions) set = { 0 };
  g_auto (TwServiceOptions) bad = { 0 };
  g_autoptr (GError) error = NULL;

  g_setenv ("TW_PLAIN", "finalizers", TRUE);
  g_assert_true (read_line (&set, NULL, "x", NULL));
  g_assert_cmpint (set.plain, ==, TW_PLAIN_FINALIZERS);
  g_assert_true (read_line (&said, NULL, "x --plain rows,nowait", NULL));
  g_assert_cmpint (said.plain, ==, TW_PLAIN_ROWS | TW_PLAIN_NOWAIT);
  g_assert_false (read_line (&bad, NULL, "x --plain fast", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_true (g_str_has_prefix (error->message, "--plain: \"fast\""));
}

static void
test_store_is_chosen_by_how_it_begins (gpointer *fixture, gconstpointer data)
{
  g_auto (TwServiceOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (read_line (&options, NULL, "x --store mongodb://a:b@c/d", &error));
  g_assert_no_error (error);
  g_assert_true (options.kind == &stores[1]);
  g_assert_cmpstr (options.store, ==, "mongodb://a:b@c/d");
}

static void
test_store_comes_from_a_file (gpointer *fixture, gconstpointer data)
{
  g_autofree char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  g_autofree char *line = g_strdup_printf ("x --store-file %s", path);
  g_autofree char *both = g_strdup_printf ("x --store-file %s --store sqlite:x", path);
  g_auto (TwServiceOptions) options = { 0 };
  g_auto (TwServiceOptions) none = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "mongodb://a:b@c/d\n", -1, NULL));
  g_assert_true (read_line (&options, NULL, line, &error));
  g_assert_no_error (error);
  g_assert_true (options.kind == &stores[1]);
  g_assert_cmpstr (options.store, ==, "mongodb://a:b@c/d");
  g_assert_false (read_line (&none, NULL, both, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  tw_temporary_folder_remove (folder);
}

static void
test_a_services_own_variables_are_under_the_store (gpointer *fixture, gconstpointer data)
{
  g_auto (TwServiceOptions) own = { 0 };
  g_auto (TwServiceOptions) said = { 0 };
  g_auto (TwServiceOptions) bad = { 0 };
  g_autoptr (GError) error = NULL;

  g_setenv ("X_HOST", "host", TRUE);
  g_assert_true (read_line (&own, NULL, "x", NULL));
  g_assert_cmpstr (own.store, ==, "mongodb://host");
  g_assert_true (read_line (&said, NULL, "x --store sqlite:/x.db", NULL));
  g_assert_cmpstr (said.store, ==, "sqlite:/x.db");
  g_setenv ("X_HOST", "bad", TRUE);
  g_assert_false (read_line (&bad, NULL, "x", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
}

static void
test_unknown_store_is_refused_and_not_repeated (gpointer *fixture, gconstpointer data)
{
  const char *const lines[] = { "x --store mysql://root:hunter2@host", "x --store sqlite:", "x --store hunter2" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (TwServiceOptions) options = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (read_line (&options, NULL, lines[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_nonnull (strstr (error->message, "sqlite:"));
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
test_nonsense_is_refused (gpointer *fixture, gconstpointer data)
{
  const char *const lines[] = { "x --listen nowhere", "x --log-level loud", "x --nonsense", "x more" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (TwServiceOptions) options = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (read_line (&options, NULL, lines[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
    }
}

static void
test_a_service_adds_flags (gpointer *fixture, gconstpointer data)
{
  g_auto (TwServiceOptions) options = { 0 };
  gint64 cost = 1;
  const TwOption own[] = {
    { "cost", NULL, TW_OPTION_INTEGER, &cost, "N", "How much", 1, 10 },
    { NULL, NULL, TW_OPTION_FLAG, NULL, NULL, NULL, 0, 0 },
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (read_line (&options, own, "x --cost 7", &error));
  g_assert_no_error (error);
  g_assert_cmpint (cost, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/service-options/" name, gpointer, NULL, set_up, func, NULL)
  ADD ("defaults-are-local", test_defaults_are_local);
  ADD ("flags-are-over-environment", test_flags_are_over_environment);
  ADD ("plain-is-a-list-of-names", test_plain_is_a_list_of_names);
  ADD ("store-is-chosen-by-how-it-begins", test_store_is_chosen_by_how_it_begins);
  ADD ("store-comes-from-a-file", test_store_comes_from_a_file);
  ADD ("a-services-own-variables-are-under-the-store", test_a_services_own_variables_are_under_the_store);
  ADD ("unknown-store-is-refused-and-not-repeated", test_unknown_store_is_refused_and_not_repeated);
  ADD ("nonsense-is-refused", test_nonsense_is_refused);
  ADD ("a-service-adds-flags", test_a_service_adds_flags);
  return g_test_run ();
}
