/* SPDX-License-Identifier: Apache-2.0 */

#include "http-heads.h"

#include <string.h>

/* The line at @at with its end overwritten by NULs; *@next is behind it. */
static char *
take_line (char *at, char *end, char **next)
{
  char *feed = memchr (at, '\n', (gsize) (end - at));

  g_assert_nonnull (feed);
  *next = feed + 1;
  *feed = '\0';
  if (feed > at && feed[-1] == '\r')
    feed[-1] = '\0';
  return at;
}

/* The line ends before @end, with a carriage return or not. */
static void
read_request_line (char *line, const char *end, TwHead *head)
{
  char *target = strchr (line, ' '), *version = memrchr (line, ' ', (gsize) (end - line));

  g_assert_true (target != NULL && version != target);
  *target++ = '\0';
  while (*target == ' ')
    target++;
  *version++ = '\0';
  head->method = line;
  head->target = target;
  head->target_length = strlen (target);
  head->version = version;
}

static void
read_header (char *line, TwHead *head)
{
  char *value = strchr (line, ':');

  g_assert_nonnull (value);
  *value++ = '\0';
  value += strspn (value, " \t");
  head->headers[head->n_headers++] = (TwHeader) { line, strlen (line), value, strlen (value) };
}

char *
http_head_parse (const char *raw, gsize length, TwHead *head)
{
  char *bytes = g_malloc (length + 1), *end = bytes + length, *at = bytes;

  memcpy (bytes, raw, length);
  bytes[length] = '\0';
  memset (head, 0, sizeof *head);
  take_line (bytes, end, &at);
  read_request_line (bytes, at, head);
  for (char *line = take_line (at, end, &at); line[0] != '\0'; line = take_line (at, end, &at))
    if (line[0] == ' ' || line[0] == '\t')
      head->headers[head->n_headers - 1].name_length += strlen (line);
    else
      read_header (line, head);
  head->size = (gsize) (at - bytes);
  return bytes;
}
