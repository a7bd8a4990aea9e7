/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-line.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static gboolean
begins_with (const char *text, gsize length, const char *mark)
{
  gsize n = strlen (mark);

  return length >= n && memcmp (text, mark, n) == 0;
}

const char *
tw_line_begin (const char *text, gsize length)
{
  return begins_with (text, length, BYTE_ORDER_MARK) ? text + strlen (BYTE_ORDER_MARK) : text;
}

static gboolean
ends_line (char c)
{
  return c == '\n' || c == '\r';
}

const char *
tw_line_next (const char **at, const char *end, gsize *length)
{
  const char *line = *at, *line_end = line;

  if (line == end)
    return NULL;
  while (line_end < end && !ends_line (*line_end))
    line_end++;
  *length = (gsize) (line_end - line);
  *at = line_end < end ? line_end + 1 : end;
  if (line_end + 1 < end && line_end[0] == '\r' && line_end[1] == '\n')
    *at += 1;
  return line;
}

/* What is wrong with @text as text; NULL if nothing is. */
static const char *
judge (const char *text, gsize length)
{
  if (begins_with (text, length, "\xff\xfe") || begins_with (text, length, "\xfe\xff"))
    return "is UTF-16, not UTF-8";
  if (length > 0 && memchr (text, '\0', length) != NULL)
    return "holds a NUL";
  if (!g_utf8_validate_len (text, length, NULL))
    return "is not UTF-8";
  return NULL;
}

/* Makes *@text the one line that is not blank, without the white space around it. */
static const char *
find_only (const char **text, gsize *length)
{
  while (*length > 0 && g_ascii_isspace (**text))
    *text += 1, *length -= 1;
  while (*length > 0 && g_ascii_isspace ((*text)[*length - 1]))
    *length -= 1;
  if (*length == 0)
    return "holds nothing";
  for (gsize i = 0; i < *length; i++)
    if (ends_line ((*text)[i]))
      return "holds more than one line";
  return NULL;
}

gboolean
tw_line_take (char *text, gsize length, TwLineKind kind, const char **why)
{
  const char *line = tw_line_begin (text, length), *at = line, *end = text + length;
  gsize n = (gsize) (end - line);

  *why = judge (text, length);
  if (*why == NULL && kind == TW_LINE_ONLY)
    *why = find_only (&line, &n);
  else if (*why == NULL && tw_line_next (&at, end, &n) == NULL)
    n = 0;
  if (*why != NULL)
    n = 0;
  if (n > 0)
    memmove (text, line, n);
  explicit_bzero (text + n, length + 1 - n);
  return *why == NULL;
}
