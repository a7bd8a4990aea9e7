/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-number.h"

#include <string.h>

/* More than any exponent that matters, and far from overflowing where a text's length is added. */
#define MAX_EXPONENT G_GINT64_CONSTANT (1000000000000)

/* The parts of a number, as they stand in its text. */
typedef struct
{
  gboolean negative;
  const char *whole, *fraction;
  gsize n_whole, n_fraction;
  gint64 exponent; /* at most MAX_EXPONENT either way */
} Parts;

static gsize
skip_digits (const char *text, gsize length, gsize at)
{
  while (at < length && g_ascii_isdigit (text[at]))
    at += 1;
  return at;
}

/* Where the whole part ends; 0 if there is none. */
static gsize
skip_whole (const char *text, gsize length)
{
  gsize start = length > 0 && text[0] == '-' ? 1 : 0;
  gsize end = skip_digits (text, length, start);

  if (end == start || (text[start] == '0' && end > start + 1))
    return 0;
  return end;
}

/* Where the fraction that may start at @at ends; 0 if it is broken. */
static gsize
read_fraction (const char *text, gsize length, gsize at, Parts *parts)
{
  gsize end;

  if (at == length || text[at] != '.')
    return at;
  end = skip_digits (text, length, at + 1);
  parts->fraction = text + at + 1;
  parts->n_fraction = end - at - 1;
  return parts->n_fraction > 0 ? end : 0;
}

/* Where the exponent that may start at @at ends; 0 if it is broken. */
static gsize
read_exponent (const char *text, gsize length, gsize at, Parts *parts)
{
  gboolean negative = FALSE;
  gsize start = at + 1, end;

  if (at == length || (text[at] != 'e' && text[at] != 'E'))
    return at;
  if (start < length && (text[start] == '+' || text[start] == '-'))
    negative = text[start++] == '-';
  end = skip_digits (text, length, start);
  for (at = start; at < end; at++)
    parts->exponent = MIN (parts->exponent * 10 + (text[at] - '0'), MAX_EXPONENT);
  if (negative)
    parts->exponent = -parts->exponent;
  return end > start ? end : 0;
}

static gboolean
take_apart (const char *text, gsize length, Parts *parts)
{
  gsize end = skip_whole (text, length);

  if (end == 0)
    return FALSE;
  *parts = (Parts) { .negative = text[0] == '-', .whole = text, .n_whole = end };
  if (parts->negative)
    parts->whole++, parts->n_whole--;
  end = read_fraction (text, length, end, parts);
  if (end > 0)
    end = read_exponent (text, length, end, parts);
  return end > 0 && end == length;
}

/* Digit @i of those of both parts. */
static guint
digit (const Parts *parts, gsize i)
{
  return (guint) ((i < parts->n_whole ? parts->whole[i] : parts->fraction[i - parts->n_whole]) - '0');
}

TwNumberKind
tw_number_read (const char *text, gsize length, gint64 *value)
{
  Parts parts;
  gsize first = 0, n;
  gint64 zeros; /* that follow the digits: what the exponent leaves */
  guint64 size = 0, most;

  if (!take_apart (text, length, &parts))
    return TW_NUMBER_NONE;

  /* The digits that count, and by how many places they are moved. */
  n = parts.n_whole + parts.n_fraction;
  zeros = parts.exponent - (gint64) parts.n_fraction;
  while (n > 0 && digit (&parts, n - 1) == 0)
    n--, zeros++;
  while (first < n && digit (&parts, first) == 0)
    first++;
  if (n == 0)
    {
      *value = 0;
      return TW_NUMBER_WHOLE;
    }
  if (zeros < 0)
    return TW_NUMBER_FRACTIONAL;

  most = (guint64) G_MAXINT64 + (parts.negative ? 1 : 0);
  for (gsize i = first; i < n || zeros > 0; i++)
    {
      guint next = i < n ? digit (&parts, i) : 0;

      if (i >= n)
        zeros--;
      if (size > (most - next) / 10)
        return TW_NUMBER_TOO_LARGE;
      size = size * 10 + next;
    }
  *value = parts.negative ? (gint64) -size : (gint64) size;
  return TW_NUMBER_WHOLE;
}

gboolean
tw_number_is_plain (const char *text, gsize length)
{
  return length > 0 && skip_whole (text, length) == length && !(text[0] == '-' && text[1] == '0');
}
