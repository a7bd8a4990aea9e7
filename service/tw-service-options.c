/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-service-options.h"

#include "tw-data-dir.h"
#include "tw-error.h"
#include "tw-store-file.h"

/* What was said, as it was said. */
typedef struct
{
  char *listen;
  char *data_dir;
  char *store;
  char *store_file;
  char *plain;
  char *log_level;
  gboolean trusted_network;
} Said;

static void
said_clear (Said *said)
{
  g_free (said->listen);
  g_free (said->data_dir);
  g_free (said->store);
  g_free (said->store_file);
  g_free (said->plain);
  g_free (said->log_level);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

void
tw_service_options_clear (TwServiceOptions *options)
{
  g_clear_pointer (&options->address, tw_address_free);
  g_clear_pointer (&options->store, g_free);
}

static gboolean
read_said (Said *said, const TwServiceSpec *spec, int argc, char **argv, GError **error)
{
  const TwOption common[] = {
    { "listen", spec->listen_environment, TW_OPTION_STRING, &said->listen, "HOST:PORT", "Where to listen", 0, 0 },
    { "data-dir", "TW_DATA_DIR", TW_OPTION_STRING, &said->data_dir, "FOLDER", "Where the data is kept", 0, 0 },
    { "store", "TW_STORE", TW_OPTION_STRING, &said->store, "URI",
      "The database, as sqlite:PATH or mongodb://...; without it, one in the data folder", 0, 0 },
    { "store-file", "TW_STORE_FILE", TW_OPTION_STRING, &said->store_file, "FILE",
      "A file that holds what --store would say, for one with a password", 0, 0 },
    { "trusted-network", "TW_TRUSTED_NETWORK", TW_OPTION_FLAG, &said->trusted_network, NULL,
      "The network is private: whoever reaches the port may act for every user", 0, 0 },
    { "plain", "TW_PLAIN", TW_OPTION_STRING, &said->plain, "NAMES",
      "What to do in the plain way though it takes longer: rows,nowait,finalizers,sieve, or all", 0, 0 },
    { "log-level", "TW_LOG_LEVEL", TW_OPTION_STRING, &said->log_level, "LEVEL", "error, warning, info or debug", 0, 0 },
  };
  g_autoptr (GArray) all = g_array_new (TRUE, FALSE, sizeof (TwOption));

  g_array_append_vals (all, common, G_N_ELEMENTS (common));
  for (const TwOption *own = spec->options; own != NULL && own->name != NULL; own++)
    g_array_append_vals (all, own, 1);
  said->listen = g_strdup_printf ("127.0.0.1:%u", spec->default_port);
  said->data_dir = tw_data_dir_default ();
  said->log_level = g_strdup ("info");
  return tw_config_read ((const TwOption *) (gconstpointer) all->data, spec->summary, argc, argv, NULL, error);
}

/* What is no store of ours may hold a password all the same: it is not repeated. */
static const TwServiceStore *
find_store (const TwServiceStore *stores, const char *uri, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (const TwServiceStore *store = stores; store->scheme != NULL; store++)
    {
      if (g_str_has_prefix (uri, store->scheme) && uri[strlen (store->scheme)] != '\0')
        return store;
      g_string_append_printf (known, "%s%s…", known->len > 0 ? " or " : "", store->scheme);
    }
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--store must be %s", known->str);
  return NULL;
}

/* Where nothing is said it is a file in the data folder. NULL with @error. */
static char *
choose_store (const Said *said, const TwServiceSpec *spec, GError **error)
{
  g_autoptr (GError) failure = NULL;
  char *store = NULL;

  if (said->store != NULL && said->store_file != NULL)
    g_set_error (&failure, TW_ERROR, TW_ERROR_CONFIGURATION, "--store and --store-file are both given: say one");
  else if (said->store_file != NULL)
    store = tw_store_file_read (said->store_file, &failure);
  else if (said->store != NULL)
    store = g_strdup (said->store);
  else if (spec->store_from_environment != NULL)
    store = spec->store_from_environment (&failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return store != NULL ? store : g_strdup_printf ("sqlite:%s/%s", said->data_dir, spec->database_file);
}

gboolean
tw_service_options_read (TwServiceOptions *options, const TwServiceSpec *spec, int argc, char **argv, GError **error)
{
  g_auto (Said) said = { 0 };

  if (!read_said (&said, spec, argc, argv, error)
      || !tw_log_level_parse (said.log_level, &options->log_level, error))
    return FALSE;
  if (!tw_plain_parse (said.plain, &options->plain, error))
    {
      g_prefix_error_literal (error, "--plain: ");
      return FALSE;
    }
  options->trusted_network = said.trusted_network;
  options->address = tw_address_parse (said.listen, TRUE, error);
  if (options->address == NULL)
    {
      g_prefix_error_literal (error, "--listen: ");
      return FALSE;
    }
  options->store = choose_store (&said, spec, error);
  if (options->store == NULL)
    return FALSE;
  options->kind = find_store (spec->stores, options->store, error);
  return options->kind != NULL;
}
