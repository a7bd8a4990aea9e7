/* SPDX-License-Identifier: Apache-2.0 */

/* The timeouts are such that an operation ends by itself within its deadline although it is attempted twice
 * where a server falls silent: the second time its connection is a new one, whose first answer is waited for as long as
 * that of the operation was. Measured with a stopped server: twice socketTimeoutMS. */

#include "tw-mongo-uri.h"

#include "tw-error.h"
#include "tw-mongo-log.h"
#include "tw-mongo.h"

#include <string.h>
#include <unistd.h>

#define WHAT "the connection string of the database: "

#define BADLY_ENCODED "user name and password must be percent-encoded"

#define DEFAULT_THREADS 32
#define MAX_THREADS 256
#define WTIMEOUT_MS 1000

/* Replaces what may be secret: what stands before the last @, and values of options that hold passwords or tokens. */
static char *
without_credentials (const char *uri)
{
  static const char *const secrets = "([?&][^=&]*(?:password|properties)[^=&]*=)[^&]*";
  g_autoptr (GRegex) options = g_regex_new (secrets, G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL);
  const char *authority = strstr (uri, "://");
  const char *at = strrchr (uri, '@');
  g_autofree char *shown = NULL;

  if (at != NULL && authority != NULL && at > authority)
    shown = g_strdup_printf ("%.*s://user:password%s", (int) (authority - uri), uri, at);
  else
    shown = g_strdup (uri);
  return g_regex_replace (options, shown, -1, 0, "\\1hidden", 0, NULL);
}

/* Why @uri can't be used, without its credentials: what is said of the same one with others. */
static void
set_public_complaint (const char *uri, GError **error)
{
  g_autofree char *shown = without_credentials (uri);
  g_autofree char *complaint = NULL;
  TwMongoUri *parsed = tw_mongo_parse (shown, &complaint);

  g_clear_pointer (&parsed, mongoc_uri_destroy);
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, WHAT "%s", complaint != NULL ? complaint : BADLY_ENCODED);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, WHAT "%s", what);
  return FALSE;
}

/* Where a password has an @ in it, libmongoc takes what follows for a part of the host, which its errors name; where it
 * has a / behind digits, the user for the host, and the rest for the database. */
static gboolean
check_hosts (const TwMongoUri *uri, GError **error)
{
  const char *database = mongoc_uri_get_database (uri);

  if (database != NULL && strchr (database, '@') != NULL && mongoc_uri_get_username (uri) == NULL)
    return refuse (error, BADLY_ENCODED);
  for (const mongoc_host_list_t *host = mongoc_uri_get_hosts (uri); host != NULL; host = host->next)
    if (strchr (host->host, '@') != NULL)
      return refuse (error, BADLY_ENCODED);
  return TRUE;
}

/* Twice, and a reserve. */
static gint32
socket_timeout_ms (gint64 deadline_ms)
{
  return (gint32) (deadline_ms * 2 / 5);
}

static gboolean
set_timeouts (TwMongoUri *uri, gint64 deadline_ms, GError **error)
{
  const struct
  {
    const char *option;
    gint32 ms;
  } timeouts[] = {
    { MONGOC_URI_CONNECTTIMEOUTMS, 1000 },
    { MONGOC_URI_SOCKETTIMEOUTMS, socket_timeout_ms (deadline_ms) },
    { MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 1200 },
    { MONGOC_URI_WAITQUEUETIMEOUTMS, 500 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    {
      const char *option = timeouts[i].option;

      if (!mongoc_uri_has_option (uri, option))
        mongoc_uri_set_option_as_int32 (uri, option, timeouts[i].ms);
      else if (mongoc_uri_get_option_as_int32 (uri, option, 0) <= 0)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                       WHAT "%s must be at least 1: without it an operation "
                            "may take for ever",
                       option);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
set_write_concern (TwMongoUri *uri, GError **error)
{
  mongoc_write_concern_t *concern = mongoc_write_concern_copy (mongoc_uri_get_write_concern (uri));
  gint32 w = mongoc_write_concern_get_w (concern);
  gboolean acknowledged = w != MONGOC_WRITE_CONCERN_W_UNACKNOWLEDGED && w != MONGOC_WRITE_CONCERN_W_ERRORS_IGNORED;

  if (w == MONGOC_WRITE_CONCERN_W_DEFAULT)
    mongoc_write_concern_set_w (concern, MONGOC_WRITE_CONCERN_W_MAJORITY);
  if (!mongoc_write_concern_journal_is_set (concern))
    mongoc_write_concern_set_journal (concern, true);
  if (!mongoc_uri_has_option (uri, MONGOC_URI_WTIMEOUTMS))
    mongoc_write_concern_set_wtimeout_int64 (concern, WTIMEOUT_MS);
  if (acknowledged)
    mongoc_uri_set_write_concern (uri, concern);
  mongoc_write_concern_destroy (concern);
  return acknowledged || refuse (error, "w=0 is not possible: what is written must be acknowledged");
}

static void
set_retries (TwMongoUri *uri)
{
  static const char *const retries[] = { MONGOC_URI_RETRYWRITES, MONGOC_URI_RETRYREADS };

  for (guint i = 0; i < G_N_ELEMENTS (retries); i++)
    if (!mongoc_uri_has_option (uri, retries[i]))
      mongoc_uri_set_option_as_bool (uri, retries[i], true);
}

/* libmongoc notices what is wrong with a file only when it connects, and says so in its log alone. */
static gboolean
check_files (const TwMongoUri *uri, GError **error)
{
  static const char *const files[] = { MONGOC_URI_TLSCAFILE, MONGOC_URI_TLSCERTIFICATEKEYFILE };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      const char *path = mongoc_uri_get_option_as_utf8 (uri, files[i], NULL);

      if (path != NULL && access (path, R_OK) != 0)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, WHAT "%s: can't read %s: %s", files[i], path,
                       g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

guint
tw_mongo_uri_threads (const TwMongoUri *uri)
{
  return (guint) mongoc_uri_get_option_as_int32 (uri, MONGOC_URI_MAXPOOLSIZE, DEFAULT_THREADS + 1) - 1;
}

gint64
tw_mongo_uri_max_time_ms (const TwMongoUri *uri, gint64 deadline_ms)
{
  gint64 socket_ms = mongoc_uri_get_option_as_int32 (uri, MONGOC_URI_SOCKETTIMEOUTMS, socket_timeout_ms (deadline_ms));

  return MAX (1, MIN (socket_ms, deadline_ms) * 4 / 5);
}

static void
set_pool_size (TwMongoUri *uri)
{
  gint32 threads = mongoc_uri_get_option_as_int32 (uri, MONGOC_URI_MAXPOOLSIZE, DEFAULT_THREADS);

  mongoc_uri_set_option_as_int32 (uri, MONGOC_URI_MAXPOOLSIZE, CLAMP (threads, 1, MAX_THREADS) + 1);
}

TwMongoUri *
tw_mongo_uri_new (const char *uri, const char *program, gint64 deadline_ms, GError **error)
{
  g_autofree char *complaint = NULL;
  g_autoptr (TwMongoUri) parsed = NULL;

  tw_mongo_init ();
  parsed = tw_mongo_parse (uri, &complaint);
  if (complaint != NULL)
    {
      set_public_complaint (uri, error);
      return NULL;
    }
  if (mongoc_read_prefs_get_mode (mongoc_uri_get_read_prefs_t (parsed)) != MONGOC_READ_PRIMARY)
    {
      refuse (error, "a readPreference other than primary is not possible: what has been written must be read");
      return NULL;
    }
  if (!check_hosts (parsed, error) || !set_timeouts (parsed, deadline_ms, error) || !set_write_concern (parsed, error)
      || !check_files (parsed, error))
    return NULL;
  set_retries (parsed);
  set_pool_size (parsed);
  if (mongoc_uri_get_appname (parsed) == NULL)
    mongoc_uri_set_appname (parsed, program);
  return g_steal_pointer (&parsed);
}
