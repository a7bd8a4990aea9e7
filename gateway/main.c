/* SPDX-License-Identifier: Apache-2.0 */

/* The gateway's program: reads what it is told, and hands it to the library, which knows no IDL and no service. */

#include "tw-cidr.h"
#include "tw-config.h"
#include "tw-cors.h"
#include "tw-data-dir.h"
#include "tw-error.h"
#include "tw-gateway.h"
#include "tw-idl.h"
#include "tw-log.h"
#include "tw-notify.h"
#include "tw-output.h"
#include "tw-signals.h"
#include "tw-socket.h"
#include "tw-webui-resource.h"

#include <sodium.h>
#include <string.h>

#define WEBUI_PREFIX "/taskwire/webui/"
#define MAX_WORKERS 256
#define MAX_LIFETIME_S 86400

/* What nobody reaches who asks one thing after the other, from farther away than this machine: ten thousand tasks may be
 * imported one by one. It is there so that a loop that has run wild, or a flood from one place, leaves the others what a
 * gateway can do, which is some hundred times as much. */
#define USUAL_REQUESTS_PER_ACCOUNT "12000/60"
#define USUAL_REQUESTS_PER_ADDRESS "24000/60"

/* Where the services of the built-in IDL are, unless told otherwise. */
static const struct
{
  const char *service;
  const char *upstream;
} default_upstreams[] = {
  { "Tasks", "Tasks=127.0.0.1:6001" },
  { "Accounts", "Accounts=127.0.0.1:6002" },
};

typedef struct
{
  char *listen, *admin_listen, *public_url, *data_dir, *token_key_file, *log_level, *trusted_proxies;
  char *requests_per_address, *requests_per_account;
  char **idl, **upstreams, **cors_origins;
  gint64 workers, token_lifetime_s, revocations_max_age_s, upstream_timeout_ms, max_connections_per_client;
  gint64 streams, streams_per_user;
  gboolean require_if_match;
} Settings;

static void
settings_clear (Settings *settings)
{
  g_free (settings->listen);
  g_free (settings->admin_listen);
  g_free (settings->public_url);
  g_free (settings->data_dir);
  g_free (settings->token_key_file);
  g_free (settings->log_level);
  g_free (settings->trusted_proxies);
  g_free (settings->requests_per_address);
  g_free (settings->requests_per_account);
  g_strfreev (settings->idl);
  g_strfreev (settings->upstreams);
  g_strfreev (settings->cors_origins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static gboolean
read_settings (Settings *settings, int argc, char **argv, GError **error)
{
  const TwOption options[] = {
    { "listen", "TW_HTTP_LISTEN", TW_OPTION_STRING, &settings->listen, "HOST:PORT",
      "Where to serve HTTP", 0, 0 },
    { "admin-listen", "TW_ADMIN_LISTEN", TW_OPTION_STRING, &settings->admin_listen, "HOST:PORT",
      "Where to serve /healthz, /readyz and /metrics", 0, 0 },
    { "public-url", "TW_PUBLIC_URL", TW_OPTION_STRING, &settings->public_url, "URL",
      "Where browsers reach it; http://… lets cookies go over HTTP", 0, 0 },
    { "upstream", NULL, TW_OPTION_STRINGS, &settings->upstreams, "SERVICE=HOST:PORT[,HOST:PORT...]",
      "Where a service is; repeatable (Tasks=127.0.0.1:6001, Accounts=127.0.0.1:6002)", 0, 0 },
    { "idl", NULL, TW_OPTION_STRINGS, &settings->idl, "FILE.json",
      "What 'thrift --gen json:merge' wrote, in place of the built-in API; repeatable", 0, 0 },
    { "workers", "TW_WORKERS", TW_OPTION_INTEGER, &settings->workers, "N",
      "Threads that serve HTTP; by default half as many as processors", 1, MAX_WORKERS },
    { "data-dir", "TW_DATA_DIR", TW_OPTION_STRING, &settings->data_dir, "FOLDER",
      "Where the token key is kept", 0, 0 },
    { "token-key-file", "TW_TOKEN_KEY_FILE", TW_OPTION_STRING, &settings->token_key_file, "FILE",
      "The key that signs access tokens; made if absent (token.key in the data folder)", 0, 0 },
    { "token-lifetime", "TW_TOKEN_LIFETIME", TW_OPTION_INTEGER, &settings->token_lifetime_s, "SECONDS",
      "How long an access token is valid", 1, MAX_LIFETIME_S },
    { "revocations-max-age", "TW_REVOCATIONS_MAX_AGE", TW_OPTION_INTEGER, &settings->revocations_max_age_s, "SECONDS",
      "How old the list of ended sessions may be before tokens are refused; 0: as old as it likes", 0,
      MAX_LIFETIME_S },
    { "upstream-timeout-ms", "TW_UPSTREAM_TIMEOUT_MS", TW_OPTION_INTEGER, &settings->upstream_timeout_ms, "MS",
      "How long a service may take to answer", 1, G_MAXINT32 },
    { "max-connections-per-client", "TW_MAX_CONNECTIONS_PER_CLIENT", TW_OPTION_INTEGER,
      &settings->max_connections_per_client, "N",
      "Connections that one address (of IPv6: /64) may have, loopback and trusted proxies aside; 0: any number", 0,
      G_MAXINT32 },
    { "streams", "TW_STREAMS", TW_OPTION_INTEGER, &settings->streams, "N",
      "Streams of events that may be open; 0: any number", 0, 1000000 },
    { "streams-per-user", "TW_STREAMS_PER_USER", TW_OPTION_INTEGER, &settings->streams_per_user, "N",
      "The same of one account; 0: any number", 0, 1000000 },
    { "requests-per-address", "TW_REQUESTS_PER_ADDRESS", TW_OPTION_STRING, &settings->requests_per_address,
      "N[/SECONDS]",
      "Requests that one address (of IPv6: /64) may send in a minute, or so many seconds; 0: any number "
      "(" USUAL_REQUESTS_PER_ADDRESS ", but for loopback)", 0, 0 },
    { "requests-per-account", "TW_REQUESTS_PER_ACCOUNT", TW_OPTION_STRING, &settings->requests_per_account,
      "N[/SECONDS]",
      "The same for one account, wherever it is used from (" USUAL_REQUESTS_PER_ACCOUNT ", but for loopback)", 0, 0 },
    { "trusted-proxies", "TW_TRUSTED_PROXIES", TW_OPTION_STRING, &settings->trusted_proxies, "CIDR[,CIDR...]",
      "Proxies whose Forwarded and X-Forwarded-For headers are believed", 0, 0 },
    { "cors-origin", "TW_CORS_ORIGIN", TW_OPTION_STRINGS, &settings->cors_origins, "ORIGIN",
      "Whose pages may use it from a browser: https://HOST[:PORT], or * for everybody's, without cookies; repeatable", 0,
      0 },
    { "require-if-match", "TW_REQUIRE_IF_MATCH", TW_OPTION_FLAG, &settings->require_if_match, NULL,
      "Answer 428 to whoever changes what has a version without saying which one", 0, 0 },
    { "log-level", "TW_LOG_LEVEL", TW_OPTION_STRING, &settings->log_level, "LEVEL",
      "error, warning, info or debug", 0, 0 },
    { .name = NULL },
  };

  settings->listen = g_strdup ("127.0.0.1:8080");
  settings->admin_listen = g_strdup ("127.0.0.1:9080");
  settings->data_dir = tw_data_dir_default ();
  settings->log_level = g_strdup ("info");
  /* The services want processors too: they do about half of the work. */
  settings->workers = (g_get_num_processors () + 1) / 2;
  settings->token_lifetime_s = 900;
  settings->revocations_max_age_s = 60;
  settings->upstream_timeout_ms = 5000;
  settings->max_connections_per_client = 512;
  settings->streams = 10000;
  settings->streams_per_user = 20;
  settings->trusted_proxies = g_strdup ("");
  return tw_config_read (options, "Turns REST calls into Thrift calls, by the annotations of an IDL.", argc, argv, NULL, error);
}

static gboolean
set_log_level (const Settings *settings, GError **error)
{
  TwLogLevel level;

  if (!tw_log_level_parse (settings->log_level, &level, error))
    return FALSE;
  tw_log_set_level (level);
  return TRUE;
}

static TwSchema *
load_files (char **paths, GError **error)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      char *text;
      gsize length;

      if (!g_file_get_contents (paths[i], &text, &length, error))
        return NULL;
      g_ptr_array_add (documents, g_bytes_new_take (text, length));
    }
  return tw_schema_load ((GBytes *const *) documents->pdata, (const char *const *) paths, documents->len, error);
}

static TwSchema *
load_schema (const Settings *settings, GError **error)
{
  TwSchema *schema = settings->idl != NULL ? load_files (settings->idl, error) : tw_idl_load (error);

  if (schema == NULL && settings->idl != NULL)
    g_prefix_error_literal (error, "--idl: ");
  return schema;
}

static TwAddress *
read_address (const char *flag, const char *text, GError **error)
{
  TwAddress *address = tw_address_parse (text, TRUE, error);

  if (address == NULL)
    g_prefix_error (error, "%s: ", flag);
  return address;
}

static TwCidrs *
read_trusted_proxies (const Settings *settings, GError **error)
{
  TwCidrs *proxies = tw_cidrs_parse (settings->trusted_proxies, error);

  if (proxies == NULL)
    g_prefix_error_literal (error, "--trusted-proxies: ");
  return proxies;
}

static gboolean
read_rate_limit (const char *flag, const char *text, const char *usual, TwRateLimit *limit, GError **error)
{
  if (tw_rate_limit_parse (text, usual, limit, error))
    return TRUE;
  g_prefix_error (error, "%s: ", flag);
  return FALSE;
}

static gboolean
read_rate_limits (const Settings *settings, TwRateLimit limits[TW_N_RATE_POLICIES], GError **error)
{
  return read_rate_limit ("--requests-per-address", settings->requests_per_address, USUAL_REQUESTS_PER_ADDRESS,
                          &limits[TW_RATE_POLICY_ADDRESS], error)
         && read_rate_limit ("--requests-per-account", settings->requests_per_account, USUAL_REQUESTS_PER_ACCOUNT,
                             &limits[TW_RATE_POLICY_ACCOUNT], error);
}

static TwCors *
read_cors (const Settings *settings, const TwSchema *schema, GError **error)
{
  TwCors *cors = tw_cors_new ((const char *const *) settings->cors_origins, schema, error);

  if (cors == NULL)
    g_prefix_error_literal (error, "--cors-origin: ");
  return cors;
}

static TwUpstreams *
read_upstreams (const Settings *settings, GError **error)
{
  g_autoptr (TwUpstreams) upstreams = tw_upstreams_new ();

  for (guint i = 0; settings->upstreams != NULL && settings->upstreams[i] != NULL; i++)
    if (!tw_upstreams_add (upstreams, settings->upstreams[i], error))
      {
        g_prefix_error_literal (error, "--upstream: ");
        return NULL;
      }
  for (guint i = 0; settings->idl == NULL && i < G_N_ELEMENTS (default_upstreams); i++)
    if (!tw_upstreams_contains (upstreams, default_upstreams[i].service)
        && !tw_upstreams_add (upstreams, default_upstreams[i].upstream, error))
      return NULL;
  return g_steal_pointer (&upstreams);
}

/* Whether cookies may go over HTTPS alone: unless browsers are known to come over HTTP. */
static gboolean
read_public_url (const Settings *settings, gboolean *secure, GError **error)
{
  g_autoptr (GUri) url = settings->public_url != NULL ? g_uri_parse (settings->public_url, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *scheme = url != NULL ? g_uri_get_scheme (url) : "https";

  *secure = strcmp (scheme, "http") != 0;
  if (settings->public_url == NULL)
    return TRUE;
  if (url == NULL || (*secure && strcmp (scheme, "https") != 0) || g_uri_get_host (url) == NULL
      || *g_uri_get_host (url) == '\0' || g_uri_get_userinfo (url) != NULL || g_uri_get_query (url) != NULL
      || g_uri_get_fragment (url) != NULL || (*g_uri_get_path (url) != '\0' && strcmp (g_uri_get_path (url), "/") != 0))
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                           "--public-url must be https://HOST[:PORT] or http://HOST[:PORT], and nothing more");
      return FALSE;
    }
  return TRUE;
}

static TwTokenKeys *
load_keys (const Settings *settings, GError **error)
{
  g_autofree char *path = g_strdup (settings->token_key_file);

  if (path == NULL)
    {
      if (!tw_data_dir_make (settings->data_dir, error))
        return NULL;
      path = g_build_filename (settings->data_dir, "token.key", NULL);
    }
  return tw_token_keys_load (path, TRUE, error);
}

static gboolean
on_stop_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
say_ready (const TwAddress *address, const TwAddress *admin, const TwNotify *notify)
{
  g_autofree char *text = tw_address_to_string (address);
  g_autofree char *admin_text = tw_address_to_string (admin);
  g_autofree char *status = g_strdup_printf ("Listening on %s", text);

  tw_log_info ("listening on %s", text);
  tw_log_info ("admin on %s", admin_text);
  tw_notify_ready (notify, status);
}

static gboolean
serve (const Settings *settings, const TwNotify *notify, GError **error)
{
  g_autoptr (TwSchema) schema = load_schema (settings, error);
  g_autoptr (TwUpstreams) upstreams = schema != NULL ? read_upstreams (settings, error) : NULL;
  g_autoptr (TwAddress) address = upstreams != NULL ? read_address ("--listen", settings->listen, error) : NULL;
  g_autoptr (TwAddress) admin = address != NULL ? read_address ("--admin-listen", settings->admin_listen, error) : NULL;
  g_autoptr (TwCidrs) proxies = admin != NULL ? read_trusted_proxies (settings, error) : NULL;
  g_autoptr (TwCors) cors = proxies != NULL ? read_cors (settings, schema, error) : NULL;
  g_autoptr (TwTokenKeys) keys = cors != NULL ? load_keys (settings, error) : NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TwGateway) gateway = NULL;
  TwGatewayConfig config;
  TwRateLimit rate_limits[TW_N_RATE_POLICIES] = { 0 };
  gboolean secure = TRUE;

  if (keys == NULL || !read_public_url (settings, &secure, error) || !read_rate_limits (settings, rate_limits, error))
    return FALSE;
  config = (TwGatewayConfig) {
    .schema = schema,
    .upstreams = upstreams,
    .listen = address,
    .admin_listen = admin,
    .workers = (guint) settings->workers,
    .keys = keys,
    .token_lifetime_s = settings->token_lifetime_s,
    .revocations_max_age_s = settings->revocations_max_age_s,
    .upstream_timeout_ms = (guint) settings->upstream_timeout_ms,
    .require_if_match = settings->require_if_match,
    .secure_cookies = secure,
    .max_connections_per_client = (guint) settings->max_connections_per_client,
    .max_streams = (guint) settings->streams,
    .max_streams_per_user = (guint) settings->streams_per_user,
    .rate_limits = { rate_limits[TW_RATE_POLICY_ADDRESS], rate_limits[TW_RATE_POLICY_ACCOUNT] },
    .trusted_proxies = proxies,
    .cors = cors,
    /* The page speaks the built-in API alone. */
    .files = settings->idl == NULL ? tw_webui_get_resource () : NULL,
    .files_prefix = WEBUI_PREFIX,
  };
  tw_signals_init (on_stop_signal, loop);
  gateway = tw_gateway_start (&config, error);
  if (gateway == NULL)
    return FALSE;
  address->port = tw_gateway_port (gateway);
  admin->port = tw_gateway_admin_port (gateway);
  say_ready (address, admin, notify);
  g_main_loop_run (loop);
  tw_log_info ("stopping");
  tw_notify_stopping (notify);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Settings) settings = { .listen = NULL };
  g_autoptr (TwNotify) notify = tw_notify_new ();
  g_autoptr (GError) error = NULL;

  tw_output_init ();
  tw_log_init ("gateway", TW_LOG_INFO);
  tw_log_start ();
  tw_socket_raise_limit ();
  if (sodium_init () < 0) /* chooses the code that this processor is fastest with */
    g_error ("libsodium can't be started");
  if (read_settings (&settings, argc, argv, &error) && set_log_level (&settings, &error)
      && serve (&settings, notify, &error))
    return 0;
  tw_log_error ("%s", error->message);
  return 1;
}
