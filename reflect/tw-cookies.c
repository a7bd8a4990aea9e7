/* SPDX-License-Identifier: Apache-2.0 */

/* Cookies that stand in for members of the body: what tw.cookie and tw.drops say, and that all who name a cookie mean the
 * same one. Path and age stand once, where an answer sets it; who takes or drops it says its name. */

#include "tw-annotation.h"
#include "tw-inputs.h"

#include <string.h>

/* RFC 6265bis, section 5.5: browsers keep none for longer than 400 days. */
#define MAX_AGE_S (400 * 86400)

/* What is being loaded may still be changed. */
static TwCookie *
writable (const TwCookie *cookie)
{
  return (TwCookie *) (guintptr) cookie;
}

/* --- The annotations. --- */

/* RFC 6265, section 4.1.1, and no blanks. */
static gboolean
is_path (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c) || strchr ("\",;\\", *c) != NULL)
      return FALSE;
  return *text == '/';
}

static gboolean
read_attribute (TwReading *reading, TwCookie *cookie, char *text, GError **error)
{
  const char *path = NULL, *age = NULL;
  guint64 seconds;

  if (g_str_has_prefix (text, "path="))
    path = text + strlen ("path=");
  else if (g_str_has_prefix (text, "max_age="))
    age = text + strlen ("max_age=");
  else
    return TW_READING_FAIL (reading, error, "\"%s\" is neither path=… nor max_age=…", text);
  if ((path != NULL && cookie->path != NULL) || (age != NULL && cookie->max_age_s != 0))
    return TW_READING_FAIL (reading, error, "\"%s\" comes too late: there is one already", text);
  if (path != NULL && !is_path (path))
    return TW_READING_FAIL (reading, error, "\"%s\" can't be the path of a cookie", path);
  if (path != NULL)
    {
      cookie->path = tw_schema_string (reading->schema, path);
      return TRUE;
    }
  if (!g_ascii_string_to_unsigned (age, 10, 1, MAX_AGE_S, &seconds, NULL))
    return TW_READING_FAIL (reading, error, "max_age must be a number of seconds from 1 to %d", MAX_AGE_S);
  cookie->max_age_s = (gint64) seconds;
  return TRUE;
}

/* "name; path=/some/where; max_age=86400" */
gboolean
tw_decode_carrier (TwReading *reading, GError **error)
{
  TwCookie *cookie = tw_schema_new (reading->schema, TwCookie, 1);
  g_auto (GStrv) parts = g_strsplit (reading->value, ";", -1);

  if (parts[0] == NULL || !tw_annotation_is_token (parts[0]))
    return TW_READING_FAIL (reading, error, "\"%s\" can't be the name of a cookie", parts[0] != NULL ? parts[0] : "");
  cookie->name = tw_schema_string (reading->schema, parts[0]);
  for (char **part = parts + 1; *part != NULL; part++)
    if (!read_attribute (reading, cookie, g_strstrip (*part), error))
      return FALSE;
  reading->field->cookie = cookie;
  return TRUE;
}

gboolean
tw_decode_drops (TwReading *reading, GError **error)
{
  TwCookie *cookie = tw_schema_new (reading->schema, TwCookie, 1);

  if (!tw_annotation_is_token (reading->value))
    return TW_READING_FAIL (reading, error, "\"%s\" can't be the name of a cookie", reading->value);
  cookie->name = tw_schema_string (reading->schema, reading->value);
  reading->method->drops = cookie;
  return TRUE;
}

/* --- The schema as a whole. --- */

typedef gboolean (*MethodFunc) (GHashTable *cookies, TwMethod *method, GError **error);

static gboolean
each_route (const TwSchema *schema, GHashTable *cookies, MethodFunc func, GError **error)
{
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      for (guint k = 0; k < service->n_methods; k++)
        if (service->methods[k].verb != NULL && !func (cookies, (TwMethod *) (guintptr) &service->methods[k], error))
          return FALSE;
    }
  return TRUE;
}

/* Fails at @field, of @owner or of @method's arguments, or at the method itself where that is NULL. */
static gboolean
fail_at (const TwMethod *method, const TwStruct *owner, const TwField *field, const TwCookie *cookie, const char *what,
         GError **error)
{
  g_autofree char *own = owner == NULL ? g_strdup_printf ("%s.%s", method->service->name, method->name) : NULL;
  const TwSpot spot = { method->service->document, owner != NULL ? owner->name : own, field != NULL ? field->name : NULL };

  return tw_spot_fail (&spot, field != NULL ? "tw.cookie" : "tw.drops", error, "\"%s\" %s", cookie->name, what);
}

static gboolean
is_same (const TwCookie *a, const TwCookie *b)
{
  return strcmp (a->path, b->path) == 0 && a->max_age_s == b->max_age_s;
}

/* Notes the cookies that @method's answer sets. */
static gboolean
note_set (GHashTable *cookies, TwMethod *method, GError **error)
{
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  for (guint i = 0; reply != NULL && i < reply->n_fields; i++)
    {
      const TwField *field = &reply->fields[i];
      const TwCookie *known;

      if (field->cookie == NULL)
        continue;
      if (field->cookie->path == NULL)
        writable (field->cookie)->path = "/";
      known = g_hash_table_lookup (cookies, field->cookie->name);
      if (known != NULL && !is_same (known, field->cookie))
        return fail_at (method, reply, field, field->cookie, "is set with another path or age too", error);
      g_hash_table_insert (cookies, (gpointer) (guintptr) field->cookie->name, (gpointer) (guintptr) field->cookie);
      method->uses_cookies = TRUE;
    }
  return TRUE;
}

/* Completes @cookie, which says nothing beyond its name, or the same. */
static gboolean
link_one (GHashTable *cookies, TwMethod *method, const TwField *field, TwCookie *cookie, GError **error)
{
  const TwCookie *known = g_hash_table_lookup (cookies, cookie->name);

  method->uses_cookies = TRUE;
  if (known == NULL)
    return fail_at (method, NULL, field, cookie, "is set by no answer", error);
  if (cookie->path == NULL)
    cookie->path = known->path;
  if (cookie->max_age_s == 0)
    cookie->max_age_s = known->max_age_s;
  if (!is_same (known, cookie))
    return fail_at (method, NULL, field, cookie, "is set with another path or age", error);
  return TRUE;
}

/* Links the cookies that @method takes or drops. */
static gboolean
link_method (GHashTable *cookies, TwMethod *method, GError **error)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->cookie != NULL && !link_one (cookies, method, field, writable (field->cookie), error))
      return FALSE;
  return method->drops == NULL || link_one (cookies, method, NULL, writable (method->drops), error);
}

gboolean
tw_cookies_link (const TwSchema *schema, GError **error)
{
  g_autoptr (GHashTable) cookies = g_hash_table_new (g_str_hash, g_str_equal);

  return each_route (schema, cookies, note_set, error) && each_route (schema, cookies, link_method, error);
}
