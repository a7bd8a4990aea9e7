/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-etag.h"

#include "tw-json.h"
#include "tw-reply.h"

#include <string.h>

#define GZIP "gzip"
#define GZIP_END "-" GZIP

/* Reads *@tag from the @length bytes at @at, of which it has to begin at the first. Gives its length; 0 where there is
 * none. */
static gsize
read_tag (const char *at, gsize length, TwEtag *tag)
{
  gsize start = length >= 2 && at[0] == 'W' && at[1] == '/' ? 2 : 0, end = start + 1;

  *tag = (TwEtag) { .weak = start > 0 };
  if (length > 0 && at[0] == '*')
    {
      tag->any = TRUE;
      return 1;
    }
  if (start == length || at[start] != '"')
    return 0;
  while (end < length && (guint8) at[end] > ' ' && at[end] != '"' && at[end] != 0x7f)
    end++;
  if (end == length || at[end] != '"')
    return 0;
  tag->text = at + start + 1;
  tag->length = end - start - 1;
  /* A proxy may have made it weak on its way. */
  if (tag->length >= strlen (GZIP_END)
      && memcmp (at + end - strlen (GZIP_END), GZIP_END, strlen (GZIP_END)) == 0)
    {
      tag->gzip = TRUE;
      tag->length -= strlen (GZIP_END);
    }
  return end + 1;
}

/* How many of the @length bytes at @at are blanks before anything else. */
static gsize
blanks (const char *at, gsize length)
{
  gsize n = 0;

  while (n < length && (at[n] == ' ' || at[n] == '\t'))
    n++;
  return n;
}

TwEtagStep
tw_etag_step (const char **at, gsize *left, TwEtag *tag)
{
  while (*left > 0)
    {
      gsize start = blanks (*at, *left), found = read_tag (*at + start, *left - start, tag);
      gsize end = start + found + blanks (*at + start + found, *left - start - found);
      const gboolean ended = end == *left || (*at)[end] == ',';
      const char *comma = memchr (*at + end, ',', *left - end);
      gsize step = comma != NULL ? (gsize) (comma - *at) + 1 : *left;

      *at += step;
      *left -= step;
      if (found > 0 || !ended)
        return found > 0 && ended ? TW_ETAG_FOUND : TW_ETAG_WRONG;
    }
  return TW_ETAG_END;
}

gboolean
tw_etag_next (const char **at, gsize *left, TwEtag *tag)
{
  TwEtagStep step;

  do
    step = tw_etag_step (at, left, tag);
  while (step == TW_ETAG_WRONG);
  return step == TW_ETAG_FOUND;
}

char *
tw_etag_in_gzip (const char *tag)
{
  const gsize length = strlen (tag);

  if (length < 2 || tag[0] != '"' || tag[length - 1] != '"')
    return g_strdup (tag);
  return g_strdup_printf ("%.*s" GZIP_END "\"", (int) length - 1, tag);
}

static void
append_text (TwBuffer *tag, const char *text)
{
  static const char digits[] = "0123456789ABCDEF";
  const gboolean is_gzip = strcmp (text, GZIP) == 0;

  for (const char *at = text; *at != '\0'; at++)
    if ((is_gzip && at == text) || (!g_ascii_isalnum (*at) && strchr ("_.:", *at) == NULL))
      tw_buffer_append (tag, (const char[]) { '%', digits[(guint8) *at >> 4], digits[(guint8) *at & 15] }, 3);
    else
      tw_buffer_append_byte (tag, (guint8) *at);
}

static gboolean
is_whole (const TwType *type)
{
  return type->wire == TW_WIRE_BYTE || type->wire == TW_WIRE_I16 || type->wire == TW_WIRE_I32 || type->wire == TW_WIRE_I64;
}

/* Mostly a version, whose digits stand as they are: only a minus would not. */
static gboolean
append_value (TwBuffer *tag, const TwReader *value, const TwType *type)
{
  const gsize start = tag->len;
  g_autofree char *text = NULL;

  if (is_whole (type))
    {
      TwReader at = *value;

      if (!tw_json_write (tag, type, &at, TW_JSON_PLAIN))
        return FALSE;
      if (tag->data[start] != '-')
        return TRUE;
      tag->len = start;
    }
  text = tw_reply_text (value, type);
  if (text != NULL)
    append_text (tag, text);
  return text != NULL;
}

/* The text, which is the caller's. */
static char *
take_text (TwBuffer *tag)
{
  char *text;

  tw_buffer_append_byte (tag, '\0');
  text = (char *) tag->data;
  *tag = (TwBuffer) TW_BUFFER_INIT;
  return text;
}

char *
tw_etag_of_texts (const char *const *texts, guint n)
{
  TwBuffer tag = TW_BUFFER_INIT;

  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        tw_buffer_append_byte (&tag, '-');
      append_text (&tag, texts[i]);
    }
  return take_text (&tag);
}

char *
tw_etag_of_reply (const TwStruct *structure, const TwReader *reader)
{
  g_auto (TwBuffer) tag = TW_BUFFER_INIT;

  if (structure->n_tag == 0)
    return NULL;
  tw_buffer_append_byte (&tag, '"');
  for (guint i = 0; i < structure->n_tag; i++)
    {
      TwReader value;

      if (i > 0)
        tw_buffer_append_byte (&tag, '-');
      if (!tw_reply_find (reader, structure->tag[i], &value) || !append_value (&tag, &value, structure->tag[i]->type))
        return NULL;
    }
  tw_buffer_append_byte (&tag, '"');
  return take_text (&tag);
}
