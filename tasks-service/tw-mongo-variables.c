/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-variables.h"

#include "tw-error.h"

#include <string.h>

#define MAX_DATABASE 63 /* bytes: https://www.mongodb.com/docs/manual/reference/limits/ */

typedef gboolean (*IsUsable) (const char *value);

static gboolean
is_host (const char *value)
{
  return strspn (value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:") == strlen (value);
}

static gboolean
is_port (const char *value)
{
  return g_ascii_string_to_unsigned (value, 10, 1, 65535, NULL, NULL);
}

static gboolean
is_database (const char *value)
{
  return strlen (value) <= MAX_DATABASE && strpbrk (value, "/\\. \"$*<>:|?") == NULL
         && g_utf8_validate (value, -1, NULL);
}

/* Where a container is linked, or a Kubernetes service is called mongo, MONGO_PORT is an address and says nothing that
 * the variables behind it do not say. */
static gboolean
is_link (const char *name, const char *value)
{
  return strcmp (name, "MONGO_PORT") == 0 && g_str_has_prefix (value, "tcp://");
}

/* The first of @names that is set; NULL where none is. */
static const char *
first_of (const char *const *names, IsUsable is_usable, gboolean *failed, GError **error)
{
  for (; *names != NULL; names++)
    {
      const char *value = g_getenv (*names);

      if (value == NULL || value[0] == '\0' || is_link (*names, value))
        continue;
      if (is_usable (value))
        return value;
      *failed = TRUE;
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s can't be used", *names);
      return NULL;
    }
  return NULL;
}

char *
tw_mongo_variables_read (GError **error)
{
  static const char *const hosts[]
      = { "MONGO_HOST", "MONGO_PORT_27017_TCP_ADDR", "MONGODB_PORT_27017_TCP_ADDR", NULL };
  static const char *const ports[]
      = { "MONGO_PORT", "MONGO_PORT_27017_TCP_PORT", "MONGODB_PORT_27017_TCP_PORT", NULL };
  static const char *const databases[] = { "MONGODB_DATABASE", NULL };
  gboolean failed = FALSE;
  const char *host = first_of (hosts, is_host, &failed, error);
  const char *port = failed ? NULL : first_of (ports, is_port, &failed, error);
  const char *database = failed ? NULL : first_of (databases, is_database, &failed, error);
  g_autofree char *escaped = NULL;

  if (failed || (host == NULL && port == NULL && database == NULL))
    return NULL;
  host = host != NULL ? host : "localhost";
  escaped = g_uri_escape_string (database != NULL ? database : "tasks-db", NULL, FALSE);
  return g_strdup_printf (strchr (host, ':') != NULL ? "mongodb://[%s]:%s/%s" : "mongodb://%s:%s/%s", host,
                          port != NULL ? port : "27017", escaped);
}
