/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-argument-text.h"

#include <string.h>

const char *
tw_argument_placeholder (const TwField *field)
{
  if (field->secret)
    return "FILE";
  if (tw_argument_is_tags (field))
    return "TAGS";
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      return "true|false";
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
    case TW_WIRE_DOUBLE:
      return "NUMBER";
    case TW_WIRE_STRING:
      return field->type->binary ? "BASE64" : "TEXT";
    case TW_WIRE_STOP:
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
    default:
      return "JSON";
    }
}

static void
append_limit (GString *text, gboolean has, const char *relation, guint64 value, const char *unit)
{
  if (has)
    g_string_append_printf (text, "; %s %" G_GUINT64_FORMAT " %s%s", relation, value, unit, value == 1 ? "" : "s");
}

static void
append_bounds (GString *text, const TwField *field)
{
  if (field->type->wire == TW_WIRE_DOUBLE)
    {
      if (field->has_ge)
        g_string_append_printf (text, "; from %g", field->ge_real);
      if (field->has_le)
        g_string_append_printf (text, "; up to %g", field->le_real);
    }
  else
    {
      if (field->has_ge)
        g_string_append_printf (text, "; from %" G_GINT64_FORMAT, field->ge);
      if (field->has_le)
        g_string_append_printf (text, "; up to %" G_GINT64_FORMAT, field->le);
    }
}

static const char *
describe_format (int format)
{
  return format == TW_FORMAT_DATE        ? "a date as 2026-12-24"
         : format == TW_FORMAT_DATE_TIME ? "a time as 2026-12-24T10:00:00Z"
                                         : "a date as 2026-12-24, or a time as 2026-12-24T10:00:00Z";
}

static void
append_limits (GString *text, const TwField *field)
{
  const gboolean is_text = field->type->wire == TW_WIRE_STRING;
  const char *unit = !is_text ? "element" : field->type->binary ? "byte" : "character";

  append_limit (text, field->has_min_size, "at least", field->min_size, unit);
  append_limit (text, field->has_max_size, "at most", field->max_size, unit);
  append_limit (text, field->has_max_bytes, "at most", field->max_bytes, "byte");
  append_bounds (text, field);
  if (field->visible)
    g_string_append (text, "; with a character that can be seen");
  if (field->pattern != NULL)
    g_string_append_printf (text, "; matches %s", field->pattern);
  if (field->in != NULL)
    {
      g_autofree char *values = g_strjoinv (", ", field->in);

      g_string_append_printf (text, "; one of %s", values);
    }
  if (field->format != 0)
    g_string_append_printf (text, "; %s", describe_format (field->format));
  if (field->distinct)
    g_string_append (text, "; no two that differ in case and accents alone");
}

char *
tw_argument_describe (const TwField *field)
{
  GString *text = g_string_new (field->doc);
  const gboolean is_text = field->type->wire == TW_WIRE_STRING;

  for (char *at = text->str; *at != '\0'; at++)
    if (*at == '\n')
      *at = ' ';
  g_string_append (text, text->len > 0 ? " (" : "(");
  g_string_append (text, field->presence == TW_REQUIRED ? "required" : "optional");
  if (field->secret && field->presence == TW_REQUIRED)
    g_string_append (text, ", asked for at the terminal if not given");
  append_limits (text, field);
  if (field->elements != NULL)
    {
      g_autoptr (GString) each = g_string_new (NULL);

      append_limits (each, field->elements);
      g_string_append_printf (text, "; each element:%s", each->str + strlen (";"));
    }
  if (field->fallback.set && (!is_text || field->fallback.string[0] != '\0'))
    {
      if (is_text)
        g_string_append_printf (text, "; default %s", field->fallback.string);
      else if (field->type->wire == TW_WIRE_DOUBLE)
        g_string_append_printf (text, "; default %g", field->fallback.real);
      else if (field->type->wire == TW_WIRE_BOOL)
        g_string_append_printf (text, "; default %s", field->fallback.integer != 0 ? "true" : "false");
      else
        g_string_append_printf (text, "; default %" G_GINT64_FORMAT, field->fallback.integer);
    }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}
