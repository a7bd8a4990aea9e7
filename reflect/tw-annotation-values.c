/* SPDX-License-Identifier: Apache-2.0 */

/* What annotations say about a value: where it comes from, its limits, and marks. */

#include "tw-annotation.h"

#include <string.h>

/* Where a value comes from. */

gboolean
tw_annotation_is_token (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;
  return *text != '\0';
}

static gboolean
is_printable (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return FALSE;
  return *text != '\0';
}

static gboolean
claim_source (TwReading *reading, GError **error)
{
  if (reading->source_key != NULL)
    return TW_READING_FAIL (reading, error, "can't stand beside %s: a value comes from one place", reading->source_key);
  reading->source_key = reading->annotation->key;
  return TRUE;
}

gboolean
tw_reading_take_source (TwReading *reading, TwSource source, const char *name, GError **error)
{
  reading->field->source = source;
  reading->field->source_name = tw_schema_string (reading->schema, name);
  return claim_source (reading, error);
}

/* A parameter of path or query. */
static gboolean
take_parameter (TwReading *reading, TwSource source, GError **error)
{
  if (!is_printable (reading->value))
    return TW_READING_FAIL (reading, error, "\"%s\" can't be the name of a parameter", reading->value);
  return tw_reading_take_source (reading, source, reading->value, error);
}

gboolean
tw_decode_path (TwReading *reading, GError **error)
{
  return take_parameter (reading, TW_SOURCE_PATH, error);
}

gboolean
tw_decode_query (TwReading *reading, GError **error)
{
  return take_parameter (reading, TW_SOURCE_QUERY, error);
}

gboolean
tw_decode_header (TwReading *reading, GError **error)
{
  g_autofree char *name = g_ascii_strdown (reading->value, -1);

  if (!tw_annotation_is_token (name))
    return TW_READING_FAIL (reading, error, "\"%s\" can't be the name of a header", reading->value);
  return tw_reading_take_source (reading, TW_SOURCE_HEADER, name, error);
}

gboolean
tw_decode_cookie (TwReading *reading, GError **error)
{
  if (!tw_annotation_is_token (reading->value))
    return TW_READING_FAIL (reading, error, "\"%s\" can't be the name of a cookie", reading->value);
  return tw_reading_take_source (reading, TW_SOURCE_COOKIE, reading->value, error);
}

gboolean
tw_decode_body (TwReading *reading, GError **error)
{
  if (!claim_source (reading, error))
    return FALSE;
  if (reading->place == TW_PLACE_ARGUMENT && tw_annotation_kind (reading->field->type) == TW_KIND_STRUCT)
    return TW_READING_FAIL (reading, error, "can't stand on a struct argument: its fields are the body's members");
  if (*reading->value == '\0')
    return TW_READING_FAIL (reading, error, "must not be empty");
  reading->field->json_name = tw_schema_string (reading->schema, reading->value);
  return TRUE;
}

/* The claims that name somebody, the others are about the token itself; and what no token has. */
gboolean
tw_decode_claim (TwReading *reading, GError **error)
{
  if (strcmp (reading->value, "sub") != 0 && strcmp (reading->value, "sid") != 0
      && strcmp (reading->value, TW_CLAIM_ENDED) != 0)
    return TW_READING_FAIL (reading, error, "must be \"sub\", \"sid\" or \"" TW_CLAIM_ENDED "\"");
  return tw_reading_take_source (reading, TW_SOURCE_CLAIM, reading->value, error);
}

gboolean
tw_decode_internal (TwReading *reading, GError **error)
{
  if (reading->field->presence != TW_OPTIONAL)
    return TW_READING_FAIL (reading, error, "must stand on what is optional");
  reading->field->source = TW_SOURCE_INTERNAL;
  reading->field->source_name = reading->field->name;
  return claim_source (reading, error) && tw_reading_is (reading, "true", error);
}

/* Limits. */

gboolean
tw_decode_size (TwReading *reading, GError **error)
{
  TwField *field = reading->field;
  guint64 size;

  if (!g_ascii_string_to_unsigned (reading->value, 10, 0, G_MAXINT32, &size, NULL))
    return TW_READING_FAIL (reading, error, "must be a whole number from 0 to %d", G_MAXINT32);
  if (strcmp (reading->annotation->key, "vt.min_size") == 0)
    field->has_min_size = TRUE, field->min_size = size;
  else if (strcmp (reading->annotation->key, "vt.max_size") == 0)
    field->has_max_size = TRUE, field->max_size = size;
  else
    field->has_max_bytes = TRUE, field->max_bytes = size;
  return TRUE;
}

gboolean
tw_decode_normalize (TwReading *reading, GError **error)
{
  reading->field->composed = TRUE;
  return tw_reading_is (reading, "nfc", error);
}

static gboolean
parse_integer (const TwType *type, const char *text, gint64 *value)
{
  gint64 lowest = type->wire == TW_WIRE_BYTE  ? G_MININT8
                  : type->wire == TW_WIRE_I16 ? G_MININT16
                  : type->wire == TW_WIRE_I32 ? G_MININT32
                                              : G_MININT64;

  return g_ascii_string_to_signed (text, 10, lowest, -(lowest + 1), value, NULL);
}

static gboolean
parse_real (const char *text, double *value)
{
  char *end;

  if (!g_ascii_isdigit (*text) && *text != '-')
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *value >= -G_MAXDOUBLE && *value <= G_MAXDOUBLE;
}

gboolean
tw_decode_bound (TwReading *reading, GError **error)
{
  TwField *field = reading->field;
  gboolean lower = strcmp (reading->annotation->key, "vt.ge") == 0;

  if (tw_annotation_kind (field->type) == TW_KIND_REAL
        ? !parse_real (reading->value, lower ? &field->ge_real : &field->le_real)
        : !parse_integer (field->type, reading->value, lower ? &field->ge : &field->le))
    return TW_READING_FAIL (reading, error, "\"%s\" is not a number of the field's type", reading->value);
  *(lower ? &field->has_ge : &field->has_le) = TRUE;
  return TRUE;
}

gboolean
tw_decode_visible (TwReading *reading, GError **error)
{
  reading->field->visible = TRUE;
  return tw_reading_is (reading, "true", error);
}

gboolean
tw_decode_pattern (TwReading *reading, GError **error)
{
  g_autoptr (GError) reason = NULL;
  GRegex *regex = tw_pattern_compile (reading->value, &reason);

  if (regex == NULL)
    return TW_READING_FAIL (reading, error, "can't be read: %s", reason->message);
  g_ptr_array_add (reading->schema->regexes, regex);
  reading->field->pattern = tw_schema_string (reading->schema, reading->value);
  reading->field->regex = regex;
  return TRUE;
}

/* Numbers must be written as they are printed, so that a value's text can be looked for in the set. */
static gboolean
is_canonical_integer (const TwType *type, const char *text)
{
  char printed[24];
  gint64 value;

  if (!parse_integer (type, text, &value))
    return FALSE;
  g_snprintf (printed, sizeof printed, "%" G_GINT64_FORMAT, value);
  return strcmp (printed, text) == 0;
}

gboolean
tw_decode_in (TwReading *reading, GError **error)
{
  TwField *field = reading->field;
  g_auto (GStrv) names = g_strsplit (reading->value, ",", -1);
  guint n = g_strv_length (names);

  field->in = tw_schema_new (reading->schema, char *, n + 1);
  if (n == 0)
    return TW_READING_FAIL (reading, error, "must not be empty");
  for (guint i = 0; i < n; i++)
    {
      if (names[i][0] == '\0' || g_ascii_isspace (names[i][0]) || g_ascii_isspace (names[i][strlen (names[i]) - 1]))
        return TW_READING_FAIL (reading, error, "values are parted by a comma alone, and none is empty");
      if (tw_annotation_kind (field->type) == TW_KIND_INTEGER && !is_canonical_integer (field->type, names[i]))
        return TW_READING_FAIL (reading, error, "\"%s\" is not a number of the field's type", names[i]);
      if (g_strv_contains ((const char *const *) field->in, names[i]))
        return TW_READING_FAIL (reading, error, "\"%s\" stands there twice", names[i]);
      field->in[i] = tw_schema_string (reading->schema, names[i]);
    }
  return TRUE;
}

gboolean
tw_decode_format (TwReading *reading, GError **error)
{
  g_auto (GStrv) names = g_strsplit (reading->value, ",", -1);

  for (char **name = names; *name != NULL; name++)
    {
      const int format = strcmp (*name, "date") == 0        ? TW_FORMAT_DATE
                         : strcmp (*name, "date-time") == 0 ? TW_FORMAT_DATE_TIME
                                                            : 0;

      if (format == 0 || (reading->field->format & format) != 0)
        return TW_READING_FAIL (reading, error, "must be \"date\", \"date-time\" or \"date,date-time\"");
      reading->field->format |= format;
    }
  return reading->field->format != 0 || TW_READING_FAIL (reading, error, "must not be empty");
}

gboolean
tw_decode_distinct (TwReading *reading, GError **error)
{
  const TwType *type = reading->field->type;

  if (type->wire != TW_WIRE_LIST || tw_annotation_kind (type->element) != TW_KIND_TEXT)
    return TW_READING_FAIL (reading, error, "is for a list of strings");
  reading->field->distinct = TRUE;
  return tw_reading_is (reading, "folded", error);
}

/* Whether it keeps the field's limits is asked when all of them are read. */
gboolean
tw_decode_example (TwReading *reading, GError **error)
{
  const TwType *type = reading->field->type;

  while (type->element != NULL)
    type = type->element;
  if (type->wire == TW_WIRE_STRUCT)
    return TW_READING_FAIL (reading, error, "can't stand on a container of structs: their fields have examples");
  reading->field->example = tw_schema_string (reading->schema, reading->value);
  return TRUE;
}

gboolean
tw_decode_example_alone (TwReading *reading, GError **error)
{
  reading->field->example_alone = TRUE;
  return tw_reading_is (reading, "true", error);
}

/* Marks. */

gboolean
tw_decode_secret (TwReading *reading, GError **error)
{
  if (strcmp (reading->value, "true") != 0 && strcmp (reading->value, "random") != 0)
    return TW_READING_FAIL (reading, error, "must be \"true\" or \"random\"");
  reading->field->secret = TRUE;
  reading->field->guessable = strcmp (reading->value, "true") == 0;
  return TRUE;
}

gboolean
tw_decode_nulls (TwReading *reading, GError **error)
{
  const TwField *field = reading->field;

  if (field->type->wire != TW_WIRE_SET || tw_annotation_kind (field->type->element) != TW_KIND_TEXT
      || field->presence != TW_OPTIONAL || field->id != 1)
    return TW_READING_FAIL (reading, error, "must stand on an optional set<string> with the number 1");
  reading->field->nulls = TRUE;
  return tw_reading_is (reading, "true", error);
}

gboolean
tw_decode_null (TwReading *reading, GError **error)
{
  reading->field->never_null = TRUE;
  return tw_reading_is (reading, "refused", error);
}

gboolean
tw_decode_error (TwReading *reading, GError **error)
{
  TwKind kind = tw_annotation_kind (reading->field->type);

  if (strcmp (reading->value, "status") == 0)
    reading->field->error_role = TW_ERROR_ROLE_STATUS;
  else if (strcmp (reading->value, "detail") == 0)
    reading->field->error_role = TW_ERROR_ROLE_DETAIL;
  else if (strcmp (reading->value, "location") == 0)
    reading->field->error_role = TW_ERROR_ROLE_LOCATION;
  else if (strcmp (reading->value, "type") == 0)
    reading->field->error_role = TW_ERROR_ROLE_TYPE;
  else
    return TW_READING_FAIL (reading, error, "must be \"status\", \"detail\", \"location\" or \"type\"");
  if (kind != (reading->field->error_role == TW_ERROR_ROLE_STATUS ? TW_KIND_INTEGER : TW_KIND_TEXT))
    return TW_READING_FAIL (reading, error, "a status is an integer, a detail, a location and a type are strings");
  return TRUE;
}
