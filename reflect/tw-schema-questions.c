/* SPDX-License-Identifier: Apache-2.0 */

/* What a struct's fields ask of records. Nothing here asks anything: gen/questions.py makes tables of it, and looks
 * whether there are such records, with such fields. Here the annotations are held to how they are written, for every
 * IDL. */

#include "tw-annotation.h"

#include <string.h>

#define NONE "; none="

gboolean
tw_decode_asks (TwReading *reading, GError **error)
{
  reading->structure->asks = TRUE;
  return *reading->value != '\0' || TW_READING_FAIL (reading, error, "must be the name of a record");
}

static gboolean
are_names (const char *names)
{
  g_auto (GStrv) parts = g_strsplit (names, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *c = parts[i];

      while (g_ascii_isalnum (*c) || *c == '_')
        c++;
      if (c == parts[i] || *c != '\0')
        return FALSE;
    }
  return parts[0] != NULL;
}

static gboolean
is_number (const char *text)
{
  return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, NULL, NULL);
}

gboolean
tw_decode_filter (TwReading *reading, GError **error)
{
  static const char *const operators[] = { "=", "<", "<=", ">", ">=", "has", "words", NULL };
  const char *none = strstr (reading->value, NONE);
  g_autofree char *filter = none != NULL ? g_strndup (reading->value, (gsize) (none - reading->value))
                                         : g_strdup (reading->value);
  char *operator = strchr (filter, ' ');

  reading->field->asks = "tw.filter";
  if (operator != NULL)
    *operator++ = '\0';
  if (operator == NULL || !are_names (filter) || !g_strv_contains (operators, operator))
    return TW_READING_FAIL (reading, error,
                            "must be fields of a record, a blank, and one of =, <, <=, >, >=, has and words");
  if (none != NULL && !(strcmp (operator, "=") == 0 && is_number (none + strlen (NONE))))
    return TW_READING_FAIL (reading, error, "can have \"none=\" and a number behind \"=\" alone");
  return TRUE;
}

gboolean
tw_decode_order (TwReading *reading, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (reading->value, ",", -1);

  reading->field->asks = "tw.order";
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (g_strstrip (parts[i]), "=", 2);

      if (g_strv_length (pair) != 2 || !are_names (pair[0]) || !are_names (pair[1]))
        return TW_READING_FAIL (reading, error, "must be words, each with = and a record's field behind it");
    }
  return parts[0] != NULL || TW_READING_FAIL (reading, error, "must have a word");
}

gboolean
tw_questions_check (const TwSpot *spot, const TwStruct *structure, GError **error)
{
  for (guint i = 0; !structure->asks && i < structure->n_fields; i++)
    {
      const TwSpot at = { spot->document, spot->owner, structure->fields[i].name };

      if (structure->fields[i].asks != NULL)
        return tw_spot_fail (&at, structure->fields[i].asks, error, "stands on fields of a struct with tw.query");
    }
  return TRUE;
}
