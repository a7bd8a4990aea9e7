/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-json-text.h"

#include <math.h>

/* The longest 64-bit integer, with its sign. */
#define MAX_DIGITS 20

/* The longest double that "%.17g" writes, with its NUL. */
#define MAX_DOUBLE 32

/* What follows the backslash; 0: no escape. */
/* clang-format off: two rows of sixteen */
static const guint8 ESCAPES[128] = {
  'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
  'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
  ['"'] = '"', ['\\'] = '\\',
};
/* clang-format on */

/* The length of the UTF-8 sequence (RFC 3629) that starts at @at, where a byte above 0x7f stands; 0: there is none. */
static gsize
sequence_length (const guint8 *at, gsize left)
{
  guint8 low = 0x80, high = 0xbf;
  gsize length;

  if (at[0] >= 0xc2 && at[0] <= 0xdf)
    length = 2;
  else if (at[0] >= 0xe0 && at[0] <= 0xef)
    length = 3;
  else if (at[0] >= 0xf0 && at[0] <= 0xf4)
    length = 4;
  else
    return 0;
  if (left < length)
    return 0;

  /* No overlong forms, no surrogates, nothing above U+10FFFF. */
  if (at[0] == 0xe0)
    low = 0xa0;
  else if (at[0] == 0xed)
    high = 0x9f;
  else if (at[0] == 0xf0)
    low = 0x90;
  else if (at[0] == 0xf4)
    high = 0x8f;
  if (at[1] < low || at[1] > high)
    return 0;
  for (gsize i = 2; i < length; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  return length;
}

#define EACH(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

/* Whether one of the eight bytes is such a one ("hasless" and "haszero" of Sean Anderson's Bit Twiddling Hacks). */
static inline gboolean
eight_need_care (const guint8 *at)
{
  guint64 word, quote, backslash;

  memcpy (&word, at, sizeof word);
  quote = word ^ EACH ('"');
  backslash = word ^ EACH ('\\');
  return ((word | (word - EACH (0x20)) | (quote - EACH (1)) | (backslash - EACH (1))) & EACH (0x80)) != 0;
}

/* How many bytes from @at on can stand in a JSON string as they are. */
static inline gsize
plain_run (const guint8 *at, gsize left)
{
  gsize run = 0;

  while (run < left)
    if (left - run >= 8 && !eight_need_care (at + run))
      run += 8;
    else if (at[run] >= 0x80)
      {
        gsize length = sequence_length (at + run, left - run);

        if (length == 0)
          break;
        run += length;
      }
    else if (ESCAPES[at[run]] == 0)
      run += 1;
    else
      break;
  return run;
}

static void
write_escape (TwBuffer *out, guint8 byte)
{
  static const char HEX[] = "0123456789abcdef";

  if (byte >= 0x80)
    tw_buffer_append (out, "\xef\xbf\xbd", 3);
  else if (ESCAPES[byte] == 'u')
    {
      const char escape[] = { '\\', 'u', '0', '0', HEX[byte >> 4], HEX[byte & 15] };

      tw_buffer_append (out, escape, sizeof escape);
    }
  else
    {
      tw_buffer_append_byte (out, '\\');
      tw_buffer_append_byte (out, ESCAPES[byte]);
    }
}

static void
write_escaped (TwBuffer *out, const guint8 *at, gsize length)
{
  tw_buffer_append_byte (out, '"');
  for (gsize i = 0; i < length;)
    {
      gsize run = plain_run (at + i, length - i);

      tw_buffer_append (out, at + i, run);
      i += run;
      if (i < length)
        write_escape (out, at[i++]);
    }
  tw_buffer_append_byte (out, '"');
}

void
tw_json_write_string (TwBuffer *out, const char *data, gsize length)
{
  guint8 *to = tw_buffer_reserve (out, length + 2);

  if (G_UNLIKELY (plain_run ((const guint8 *) data, length) < length))
    {
      write_escaped (out, (const guint8 *) data, length);
      return;
    }
  to[0] = '"';
  if (length > 0)
    memcpy (to + 1, data, length);
  to[length + 1] = '"';
  out->len += length + 2;
}

void
tw_json_write_integer (TwBuffer *out, gint64 value)
{
  guint8 digits[MAX_DIGITS];
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;
  gsize at = sizeof digits;

  if (value >= 0 && value < 10)
    {
      tw_buffer_append_byte (out, (guint8) ('0' + value));
      return;
    }
  do
    digits[--at] = (guint8) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    digits[--at] = '-';
  tw_buffer_append (out, digits + at, sizeof digits - at);
}

static gboolean
is_same (double a, double b)
{
  return memcmp (&a, &b, sizeof a) == 0;
}

/* Most numbers that people and programs choose have few digits: such a one is a whole number by a power of ten, exactly,
 * and that division is what reading its text would do (William D. Clinger: How to Read Floating Point Numbers Accurately,
 * 1990). FALSE where there is none of up to 15 digits, or an exponent would be written. */
static gboolean
write_few_digits (TwBuffer *out, double value)
{
  static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
  const double size = value < 0 ? -value : value;

  if (size >= 1e15 || (size < 1e-4 && !is_same (value, 0)))
    return FALSE;
  for (guint places = 0; places < G_N_ELEMENTS (powers) && size * powers[places] < 1e15; places++)
    {
      const gint64 digits = (gint64) (size * powers[places] + 0.5);
      gint64 fraction;

      if (!is_same ((double) digits / powers[places], size))
        continue;
      fraction = digits % (gint64) powers[places];
      if (value < 0)
        tw_buffer_append_byte (out, '-');
      tw_json_write_integer (out, digits / (gint64) powers[places]);
      if (places == 0)
        return TRUE;
      tw_buffer_append_byte (out, '.');
      for (gint64 place = (gint64) powers[places - 1]; place > 0; fraction %= place, place /= 10)
        tw_buffer_append_byte (out, (guint8) ('0' + fraction / place));
      return TRUE;
    }
  return FALSE;
}

/* The shortest text that reads as the same number. */
void
tw_json_write_double (TwBuffer *out, double value)
{
  char text[MAX_DOUBLE];
  const char *formats[] = { "%.15g", "%.16g", "%.17g" };

  if (!isfinite (value))
    {
      tw_buffer_append_string (out, "null");
      return;
    }
  if (write_few_digits (out, value))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      double again;

      g_ascii_formatd (text, sizeof text, formats[i], value);
      again = g_ascii_strtod (text, NULL);
      if (is_same (again, value))
        break;
    }
  tw_buffer_append_string (out, text);
}
