/* SPDX-License-Identifier: Apache-2.0 */

/* The shape of routes: "/" and segments, of which one that begins with ":" is a parameter and any other stands for
 * itself. */

#include "tw-schema-private.h"

#include "tw-error.h"

#include <string.h>

/* What a literal segment may be of: pchar (RFC 3986, section 3.3) without percent-encoding and without "*", which other
 * routers give a meaning. */
#define SEGMENT_PUNCTUATION "-._~!$&'()+,;=:@"

static gboolean
refuse (GError **error, const char *part, const char *what)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "\"%s\" %s", part, what);
  return FALSE;
}

static gboolean
check_segment (const char *path, const char *segment, GError **error)
{
  gboolean parameter = segment[0] == ':';

  if (segment[0] == '\0')
    return refuse (error, path, "has an empty segment");
  if (strcmp (segment, ".") == 0 || strcmp (segment, "..") == 0)
    return refuse (error, segment, "can't be a segment");
  if (parameter && segment[1] == '\0')
    return refuse (error, path, "has a parameter without a name");
  for (const char *c = segment + parameter; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (parameter ? "_-." : SEGMENT_PUNCTUATION, *c) == NULL)
      return refuse (error, segment,
                     parameter ? "is not a whole segment of \":\" and a name"
                               : "has a character that a segment can't have");
  return TRUE;
}

char **
tw_route_parameters (const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) segments = NULL;

  if (path[0] != '/')
    {
      refuse (error, path, "must begin with /");
      return NULL;
    }
  segments = g_strsplit (path + 1, "/", -1);
  for (char **segment = segments; *segment != NULL && strcmp (path, "/") != 0; segment++)
    {
      if (!check_segment (path, *segment, error))
        return NULL;
      if (**segment != ':')
        continue;
      if (!g_hash_table_add (seen, *segment + 1))
        {
          refuse (error, *segment, "stands there twice");
          return NULL;
        }
      g_strv_builder_add (names, *segment + 1);
    }
  return g_strv_builder_end (names);
}

/* "GET /books/:": equal for two routes that no request can tell apart. */
static char *
shape_of (const char *verb, const char *path)
{
  GString *shape = g_string_new (verb);
  g_auto (GStrv) segments = g_strsplit (path + 1, "/", -1);

  for (char **segment = segments; *segment != NULL; segment++)
    g_string_append_printf (shape, " %s", **segment == ':' ? ":" : *segment);
  return g_string_free (shape, FALSE);
}

static gboolean
check_path (GHashTable *shapes, const TwMethod *method, const char *path, GError **error)
{
  g_autofree char *owner = g_strdup_printf ("%s.%s", method->service->name, method->name);
  g_autofree char *shape = shape_of (method->verb, path);
  TwSpot spot = { method->service->document, owner, NULL };
  const TwMethod *other = g_hash_table_lookup (shapes, shape);

  if (other != NULL)
    return tw_spot_fail (&spot, NULL, error, "%s %s is the same route as %s.%s's", method->verb, path,
                         other->service->name, other->name);
  g_hash_table_insert (shapes, g_steal_pointer (&shape), (gpointer) (guintptr) method);
  return TRUE;
}

static gboolean
check_method (GHashTable *shapes, const TwMethod *method, GError **error)
{
  return check_path (shapes, method, method->path, error)
         && (method->stream == NULL || check_path (shapes, method, method->stream->path, error));
}

gboolean
tw_routes_check (const TwSchema *schema, GError **error)
{
  g_autoptr (GHashTable) shapes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      for (guint j = 0; j < service->n_methods; j++)
        if (service->methods[j].verb != NULL && !check_method (shapes, &service->methods[j], error))
          return FALSE;
    }
  return TRUE;
}
