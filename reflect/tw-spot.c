/* SPDX-License-Identifier: Apache-2.0 */

/* Places in a document, and what is found missing there. */

#include "tw-schema-private.h"

#include "tw-error.h"

gboolean
tw_spot_fail (const TwSpot *spot, const char *key, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (what, "\r\n", ' '); /* one line, whatever the document says */
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s: %s%s%s%s%s%s%s", spot->document,
               spot->owner != NULL ? spot->owner : "", spot->field != NULL ? "." : "",
               spot->field != NULL ? spot->field : "", spot->owner != NULL ? ": " : "", key != NULL ? key : "",
               key != NULL ? ": " : "", what);
  return FALSE;
}

gboolean
tw_spot_get_string (const TwSpot *spot, const json_t *object, const char *member, const char **value, GError **error)
{
  *value = json_string_value (json_object_get (object, member));
  if (*value == NULL)
    return tw_spot_fail (spot, NULL, error, "not what the Thrift compiler writes: no string \"%s\"", member);
  return TRUE;
}

gboolean
tw_spot_get_array (const TwSpot *spot, const json_t *object, const char *member, const json_t **value, GError **error)
{
  *value = json_object_get (object, member);
  if (!json_is_array (*value))
    return tw_spot_fail (spot, NULL, error, "not what the Thrift compiler writes: no list \"%s\"", member);
  return TRUE;
}
