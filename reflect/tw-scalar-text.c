/* SPDX-License-Identifier: Apache-2.0 */

/* Scalars as text carries them: numbers and bools are their JSON text (RFC 8259, section 6), nothing else is, so that
 * no two readers can take one text for two values. */

#include "tw-binding.h"

#include <math.h>
#include <string.h>

/* Longer than any number that somebody means; the text is copied to the stack to be read. */
#define MAX_NUMBER 64

static gsize
skip_digits (const char *text, gsize length, gsize at)
{
  while (at < length && g_ascii_isdigit (text[at]))
    at += 1;
  return at;
}

/* Where a JSON number's whole part ends; 0 if there is none. */
static gsize
skip_whole (const char *text, gsize length)
{
  gsize start = length > 0 && text[0] == '-' ? 1 : 0;
  gsize end = skip_digits (text, length, start);

  if (end == start || (text[start] == '0' && end > start + 1))
    return 0;
  return end;
}

/* Where the fraction or exponent that starts with one of @signs at @at ends; @at where there is none, 0 if broken. */
static gsize
skip_part (const char *text, gsize length, gsize at, const char *marks, gboolean has_sign)
{
  gsize start = at + 1;

  if (at == length || strchr (marks, text[at]) == NULL)
    return at;
  if (has_sign && start < length && (text[start] == '+' || text[start] == '-'))
    start += 1;
  at = skip_digits (text, length, start);
  return at == start ? 0 : at;
}

static gboolean
is_number (const char *text, gsize length)
{
  gsize at = skip_whole (text, length);

  if (at > 0)
    at = skip_part (text, length, at, ".", FALSE);
  if (at > 0)
    at = skip_part (text, length, at, "eE", TRUE);
  return at > 0 && at == length;
}

/* "-0" is no whole number here: no two texts, and so no two keys of a map, are the same one. */
static gboolean
is_whole (const char *text, gsize length)
{
  return length > 0 && skip_whole (text, length) == length && !(text[0] == '-' && text[1] == '0');
}

static void
bind_integer (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot)
{
  char copy[MAX_NUMBER];
  gint64 value = 0;

  if (length >= sizeof copy || !is_whole (text, length))
    {
      tw_binding_refuse (binding, spot, "must be a whole number");
      tw_bind_integer (binding, &(TwField){ .type = field->type }, 0, spot);
      return;
    }
  memcpy (copy, text, length);
  copy[length] = '\0';
  if (!g_ascii_string_to_signed (copy, 10, G_MININT64, G_MAXINT64, &value, NULL))
    {
      tw_binding_refuse (binding, spot, "must be a whole number of at most 64 bits");
      tw_bind_integer (binding, &(TwField){ .type = field->type }, 0, spot);
      return;
    }
  tw_bind_integer (binding, field, value, spot);
}

static void
bind_real (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot)
{
  char copy[MAX_NUMBER];
  double value = NAN;

  if (length < sizeof copy && is_number (text, length))
    {
      memcpy (copy, text, length);
      copy[length] = '\0';
      value = g_ascii_strtod (copy, NULL);
    }
  if (isfinite (value))
    {
      tw_bind_real (binding, field, value, spot);
      return;
    }
  tw_binding_refuse (binding, spot, "must be a number");
  tw_writer_double (&binding->writer, 0);
}

static void
bind_bool (TwBinding *binding, const char *text, gsize length, const TwSpotIn *spot)
{
  gboolean is_true = length == 4 && memcmp (text, "true", 4) == 0;
  gboolean is_false = length == 5 && memcmp (text, "false", 5) == 0;

  if (!is_true && !is_false)
    tw_binding_refuse (binding, spot, "must be true or false");
  tw_writer_bool (&binding->writer, is_true);
}

void
tw_bind_text (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot)
{
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      bind_bool (binding, text, length, spot);
      return;
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      bind_integer (binding, field, text, length, spot);
      return;
    case TW_WIRE_DOUBLE:
      bind_real (binding, field, text, length, spot);
      return;
    case TW_WIRE_STRING:
      tw_bind_string (binding, field, text, length, spot);
      return;
    case TW_WIRE_STOP:
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
    default:
      /* The loader lets only scalars come from text. */
      g_assert_not_reached ();
    }
}
