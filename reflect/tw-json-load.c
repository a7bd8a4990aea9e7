/* SPDX-License-Identifier: Apache-2.0 */

/* Numbers whose spelling is not that of their kind are spelled anew before jansson sees the text. There are nearly
 * never any, and then the text is looked at, but not copied. */

#include "tw-json-load.h"

#include "tw-number.h"

#include <string.h>

/* Every plain number of so many characters fits in 64 bits. */
#define ALWAYS_FITS 18

/* Where the string that begins at @at ends: behind its quote, or where the text does. */
static const char *
skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at < end ? at + 1 : end;
}

static gboolean
begins_number (char c)
{
  return c == '-' || g_ascii_isdigit (c);
}

static const char *
skip_number (const char *at, const char *end)
{
  while (at < end && (g_ascii_isdigit (*at) || *at == '-' || *at == '+' || *at == '.' || *at == 'e' || *at == 'E'))
    at++;
  return at;
}

/* Appends the number of @length characters to @out as its kind is spelled; FALSE if it is so already. */
static gboolean
respell (const char *number, gsize length, GString **out, const char *before, gsize n_before)
{
  const gboolean plain = tw_number_is_plain (number, length);
  TwNumberKind kind;
  gint64 value = 0;

  if (plain && length <= ALWAYS_FITS)
    return FALSE;
  kind = tw_number_read (number, length, &value);
  if (kind != (plain ? TW_NUMBER_TOO_LARGE : TW_NUMBER_WHOLE))
    return FALSE;
  if (*out == NULL)
    *out = g_string_new (NULL);
  g_string_append_len (*out, before, (gssize) n_before);
  if (plain)
    {
      g_string_append_len (*out, number, (gssize) length);
      g_string_append (*out, ".0");
    }
  else
    g_string_append_printf (*out, "%" G_GINT64_FORMAT, value);
  return TRUE;
}

/* The text with its numbers spelled by their kinds; NULL where they are already. */
static GString *
respell_all (const char *text, gsize length)
{
  const char *end = text + length, *copied = text;
  GString *out = NULL;

  for (const char *at = text; at < end;)
    if (*at == '"')
      at = skip_string (at, end);
    else if (begins_number (*at))
      {
        const char *number = at;

        at = skip_number (at, end);
        if (respell (number, (gsize) (at - number), &out, copied, (gsize) (number - copied)))
          copied = at;
      }
    else
      at++;
  if (out != NULL)
    g_string_append_len (out, copied, (gssize) (end - copied));
  return out;
}

json_t *
tw_json_load (const char *text, gsize length, size_t flags, json_error_t *failure)
{
  g_autoptr (GString) respelled = respell_all (text, length);
  json_t *json = NULL;

  if (respelled != NULL)
    json = json_loadb (respelled->str, respelled->len, flags, failure);
  /* What is wrong is said of the text that came. */
  return json != NULL ? json : json_loadb (text, length, flags, failure);
}
