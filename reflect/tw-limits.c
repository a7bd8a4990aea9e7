/* SPDX-License-Identifier: Apache-2.0 */

/* Cheap checks come first: a pattern only ever sees text that is UTF-8 and no longer than its limits say. */

#include "tw-limits.h"

#include "tw-rfc3339.h"
#include "tw-visible.h"

#include <string.h>

/* "must be at least 1 character", "must be at most 500 characters": the unit in its right number. */
static char *
describe_size (const char *how, guint64 n, const char *one, const char *many)
{
  return g_strdup_printf ("%s %" G_GUINT64_FORMAT " %s", how, n, n == 1 ? one : many);
}

static char *
check_size (const TwField *field, guint64 size, const char *one, const char *many)
{
  if (field->has_min_size && size < field->min_size)
    return describe_size ("must be at least", field->min_size, one, many);
  if (field->has_max_size && size > field->max_size)
    return describe_size ("must be at most", field->max_size, one, many);
  return NULL;
}

/* The names in vt.in are those of the contract, so they may be told. */
static char *
describe_in (const TwField *field)
{
  g_autofree char *names = g_strjoinv (", ", field->in);

  return g_strdup_printf ("must be one of: %s", names);
}

/* A pattern tells a person little; the doc comment says in words what is asked for. */
static char *
describe_form (const TwField *field)
{
  if (field->doc[0] == '\0')
    return g_strdup_printf ("must match the pattern %s", field->pattern);
  return g_strdup_printf ("must be of this form: %s", field->doc);
}

static gboolean
has_format (const TwField *field, const char *data, gsize length)
{
  char text[TW_LIMITS_MAX_TIME + 1];
  gint64 ms;

  if (length > TW_LIMITS_MAX_TIME)
    return FALSE;
  memcpy (text, data, length);
  text[length] = '\0';
  return ((field->format & TW_FORMAT_DATE) != 0 && tw_rfc3339_date (text, &ms))
         || ((field->format & TW_FORMAT_DATE_TIME) != 0 && tw_rfc3339_time (text, &ms));
}

static char *
describe_format (const TwField *field)
{
  static const char *const forms[] = {
    [TW_FORMAT_DATE] = "a date, as 2026-12-24",
    [TW_FORMAT_DATE_TIME] = "a time with its offset, as 2026-12-24T10:00:00Z (RFC 3339)",
    [TW_FORMAT_DATE | TW_FORMAT_DATE_TIME]
    = "a date, as 2026-12-24, or a time with its offset, as 2026-12-24T10:00:00Z (RFC 3339)",
  };

  return g_strdup_printf ("must be %s", forms[field->format]);
}

static gboolean
is_in (const TwField *field, const char *data, gsize length)
{
  for (char **name = field->in; *name != NULL; name++)
    if (strlen (*name) == length && memcmp (*name, data, length) == 0)
      return TRUE;
  return FALSE;
}

/* U+0000 is refused although UTF-8 can write it: code that takes strings up to a NUL, as c_glib's does, would see
 * another text than the one that was checked. */
static char *
check_utf8 (const char *data, gsize length)
{
  if (g_utf8_validate_len (data, length, NULL))
    return NULL;
  if (memchr (data, '\0', length) != NULL)
    return g_strdup ("must be UTF-8 without the character U+0000");
  return g_strdup ("must be UTF-8");
}

/* Nearly every text: there a character is a byte. Looks at every byte, without a way out in between, so that the
 * compiler takes many at a time. */
static gboolean
is_ascii (const char *data, gsize length)
{
  guint8 every = 0, zeros = 0;

  for (gsize i = 0; i < length; i++)
    {
      every |= (guint8) data[i];
      zeros |= (guint8) (data[i] == '\0');
    }
  return every < 0x80 && zeros == 0;
}

/* More combining marks in a row than anything that is written has (Unicode's Annex 15, section 13, says 30). */
#define MAX_MARKS 64

static gboolean
has_too_many_marks (const char *data, gsize length)
{
  guint n = 0;

  for (const char *at = data; at < data + length; at += g_utf8_skip[(guchar) *at])
    {
      n = g_unichar_combining_class (g_utf8_get_char (at)) != 0 ? n + 1 : 0;
      if (n > MAX_MARKS)
        return TRUE;
    }
  return FALSE;
}

/* As people see them: "é" is one, whether it came as one code point or as two. Composing never joins more than four
 * code points to one, so that a text which is far from every limit need not be composed to tell. Sorting combining marks
 * takes the square of their number, so that a row of too many counts as it stands: nobody wrote that. */
static guint64
count_composed (const TwField *field, const char *data, gsize length)
{
  guint64 as_it_stands = (guint64) g_utf8_strlen (data, (gssize) length);
  guint64 farthest = 4 * MAX (field->has_min_size ? field->min_size : 0, field->has_max_size ? field->max_size : 0);
  g_autofree char *composed = NULL;

  if (as_it_stands > farthest || (field->has_max_bytes && length > field->max_bytes)
      || has_too_many_marks (data, length))
    return as_it_stands;
  composed = g_utf8_normalize (data, (gssize) length, G_NORMALIZE_DEFAULT_COMPOSE);
  return (guint64) g_utf8_strlen (composed, -1);
}

static guint64
count_characters (const TwField *field, const char *data, gsize length)
{
  return field->composed ? count_composed (field, data, length) : (guint64) g_utf8_strlen (data, (gssize) length);
}

static char *
check_text (const TwField *field, const char *data, gsize length)
{
  const gboolean ascii = is_ascii (data, length);
  char *detail = ascii ? NULL : check_utf8 (data, length);

  if (detail == NULL && (field->has_min_size || field->has_max_size))
    {
      guint64 characters = ascii ? length : count_characters (field, data, length);

      detail = check_size (field, characters, "character", "characters");
    }
  if (detail == NULL && field->has_max_bytes && length > field->max_bytes)
    detail = describe_size ("must be at most", field->max_bytes, "byte", "bytes");
  if (detail == NULL && field->visible && !tw_visible_in (data, length))
    detail = g_strdup ("must have a character that can be seen");
  if (detail == NULL && field->regex != NULL
      && !g_regex_match_full (field->regex, length == 0 ? "" : data, (gssize) length, 0, 0, NULL, NULL))
    detail = describe_form (field);
  if (detail == NULL && field->in != NULL && !is_in (field, data, length))
    detail = describe_in (field);
  if (detail == NULL && field->format != 0 && !has_format (field, data, length))
    detail = describe_format (field);
  return detail;
}

char *
tw_limits_check_string (const TwField *field, const char *data, gsize length)
{
  if (field->type->binary)
    return check_size (field, length, "byte", "bytes");
  return check_text (field, data, length);
}

/* FALSE for an i64, which every gint64 is. */
static gboolean
narrow_range (TwWireType wire, gint64 *lowest, gint64 *highest)
{
  if (wire == TW_WIRE_BYTE)
    *lowest = G_MININT8, *highest = G_MAXINT8;
  else if (wire == TW_WIRE_I16)
    *lowest = G_MININT16, *highest = G_MAXINT16;
  else if (wire == TW_WIRE_I32)
    *lowest = G_MININT32, *highest = G_MAXINT32;
  else
    return FALSE;
  return TRUE;
}

char *
tw_limits_check_integer (const TwField *field, gint64 value)
{
  gint64 lowest, highest;

  if (field->has_ge && value < field->ge)
    return g_strdup_printf ("must be at least %" G_GINT64_FORMAT, field->ge);
  if (field->has_le && value > field->le)
    return g_strdup_printf ("must be at most %" G_GINT64_FORMAT, field->le);
  if (narrow_range (field->type->wire, &lowest, &highest) && (value < lowest || value > highest))
    return g_strdup_printf ("must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, lowest, highest);
  if (field->in != NULL)
    {
      char text[24];

      /* The loader takes the set's numbers only as they are written here. */
      g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
      if (!is_in (field, text, strlen (text)))
        return describe_in (field);
    }
  return NULL;
}

char *
tw_limits_check_real (const TwField *field, double value)
{
  char limit[G_ASCII_DTOSTR_BUF_SIZE];

  /* Written so that NaN, which is neither more nor less than anything, keeps no limit. */
  if (field->has_ge && !(value >= field->ge_real))
    return g_strdup_printf ("must be at least %s", g_ascii_formatd (limit, sizeof limit, "%.15g", field->ge_real));
  if (field->has_le && !(value <= field->le_real))
    return g_strdup_printf ("must be at most %s", g_ascii_formatd (limit, sizeof limit, "%.15g", field->le_real));
  return NULL;
}

char *
tw_limits_check_count (const TwField *field, gsize n)
{
  if (field->has_min_size && n < field->min_size)
    return describe_size ("must have at least", field->min_size, "element", "elements");
  if (field->has_max_size && n > field->max_size)
    return describe_size ("must have at most", field->max_size, "element", "elements");
  return NULL;
}
