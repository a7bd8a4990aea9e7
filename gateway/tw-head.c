/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-head.h"

#include "tw-error.h"

#include <string.h>

#define LINE_END 2 /* bytes of CR LF */
#define CONTINUE "100-continue"

typedef struct
{
  const char *text; /* in lower case */
  gsize length;
} Name;

#define NAME(text) { text, sizeof (text) - 1 }

/* Stand at most once: each ends a body, or names somebody or something, or holds what we hand on as one value. */
static const Name single[] = { NAME ("authorization"), NAME ("content-length"),    NAME ("content-type"),
                               NAME ("cookie"),        NAME ("host"),              NAME ("x-request-id"),
                               NAME ("transfer-encoding") };

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static gboolean
is_named (const TwHeader *header, const char *name, gsize length)
{
  return header->name_length == length && g_ascii_strncasecmp (header->name, name, length) == 0;
}

static const TwHeader *
find (const TwHead *head, const char *name, guint n)
{
  gsize length = strlen (name);

  for (guint i = 0; i < head->n_headers; i++)
    if (is_named (&head->headers[i], name, length) && n-- == 0)
      return &head->headers[i];
  return NULL;
}

const char *
tw_head_find_nth (const TwHead *head, const char *name, guint n, gsize *length)
{
  const TwHeader *header = find (head, name, n);

  if (header == NULL)
    return NULL;
  *length = header->value_length;
  while (*length > 0 && is_blank (header->value[*length - 1]))
    *length -= 1;
  return header->value;
}

const char *
tw_head_find (const TwHead *head, const char *name, gsize *length)
{
  return tw_head_find_nth (head, name, 0, length);
}

static gboolean
is_repeated (const TwHead *head, const char *name, gsize length)
{
  guint n = 0;

  for (guint i = 0; i < head->n_headers; i++)
    n += is_named (&head->headers[i], name, length) ? 1 : 0;
  return n > 1;
}

gboolean
tw_head_is_repeated (const TwHead *head, const char *name)
{
  return is_repeated (head, name, strlen (name));
}

/* Whether the head's parts lie one behind the other with nothing else between them. */
static gboolean
check_layout (const TwHead *head)
{
  const char *at = head->method + strlen (head->method) + 1;

  if (head->target != at)
    return FALSE;
  at += head->target_length + 1;
  if (head->version != at)
    return FALSE;
  at += strlen (head->version) + LINE_END;
  for (guint i = 0; i < head->n_headers; i++)
    {
      const TwHeader *header = &head->headers[i];

      if (header->name != at)
        return FALSE;
      at += header->name_length + 1;
      while (at < header->value && is_blank (*at))
        at++;
      if (header->value != at)
        return FALSE;
      at += header->value_length + LINE_END;
    }
  return at + LINE_END == head->method + head->size;
}

static gboolean
is_token (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return FALSE;
  return length > 0;
}

/* Looks at every byte, without a way out in between, so that the compiler takes many at a time: tokens are long. */
static gboolean
has_control (const char *text, gsize length)
{
  guint8 found = 0;

  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = (guint8) text[i];

      found |= (guint8) ((byte < 0x20) & (byte != '\t')) | (guint8) (byte == 0x7f);
    }
  return found != 0;
}

static gboolean
check_header (const TwHeader *header, GError **error)
{
  if (!is_token (header->name, header->name_length))
    return refuse (error, "A header's name is not a token");
  if (has_control (header->value, header->value_length))
    return refuse (error, "A header's value has a control character");
  return TRUE;
}

static gboolean
check_repeated (const TwHead *head, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (single); i++)
    if (is_repeated (head, single[i].text, single[i].length))
      {
        g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "The header %s stands more than once", single[i].text);
        return FALSE;
      }
  return TRUE;
}

/* Where the host of "HOST:PORT" ends. */
static gsize
host_length (const char *authority, gsize length)
{
  gsize end = length;

  while (end > 0 && g_ascii_isdigit (authority[end - 1]))
    end--;
  return end > 0 && authority[end - 1] == ':' ? end - 1 : length;
}

/* HOST or HOST:PORT (RFC 3986, section 3.2), where nothing is a host too. */
static gboolean
is_authority (const char *text, gsize length)
{
  const gsize end = host_length (text, length);
  const gboolean bracketed = end > 0 && text[0] == '[';

  for (gsize i = 0; i < end; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || strchr (bracketed ? ".:[]" : "-._~%!$&'()*+;=", text[i]) == NULL))
      return FALSE;
  return !bracketed || text[end - 1] == ']';
}

static gboolean
check_host (const TwHead *head, gboolean is_1_1, GError **error)
{
  gsize length = 0;
  const char *host = tw_head_find (head, "host", &length);

  if (host == NULL)
    return is_1_1 ? refuse (error, "The header host is missing") : TRUE;
  return is_authority (host, length) ? TRUE : refuse (error, "The header host is not HOST or HOST:PORT");
}

/* The port that stands behind the host; http's own where none does. */
static guint64
port_of (const char *authority, gsize length)
{
  const gsize end = host_length (authority, length);

  return end + 1 < length ? g_ascii_strtoull (authority + end + 1, NULL, 10) : 80;
}

gboolean
tw_head_check_authority (const TwHead *head, const char *authority, GError **error)
{
  gsize length = strlen (authority), host_size = 0, name = host_length (authority, length);
  const char *host = tw_head_find (head, "host", &host_size);

  if (!is_authority (authority, length))
    return refuse (error, "The target's host is not HOST or HOST:PORT");
  if (host != NULL
      && (host_length (host, host_size) != name || g_ascii_strncasecmp (host, authority, name) != 0
          || port_of (host, host_size) != port_of (authority, length)))
    return refuse (error, "The target and the header host name different hosts");
  return TRUE;
}

gboolean
tw_head_expects_known (const TwHead *head)
{
  gsize length = 0;
  const char *value;

  for (guint n = 0; (value = tw_head_find_nth (head, "expect", n, &length)) != NULL; n++)
    if (length > 0 && (length != strlen (CONTINUE) || g_ascii_strncasecmp (value, CONTINUE, length) != 0))
      return strcmp (head->version, "HTTP/1.0") == 0;
  return TRUE;
}

static gboolean
read_frame (const TwHead *head, gboolean is_1_1, TwBodyFrame *frame, GError **error)
{
  const TwHeader *coding = find (head, "transfer-encoding", 0), *size = find (head, "content-length", 0);

  *frame = (TwBodyFrame) { .chunked = coding != NULL };
  if (coding != NULL && size != NULL)
    return refuse (error, "The headers content-length and transfer-encoding exclude each other");
  /* With its blanks, since libmicrohttpd compares all of it, and waits for ever where it is anything else. */
  if (coding != NULL
      && (!is_1_1 || coding->value_length != strlen ("chunked")
          || g_ascii_strncasecmp (coding->value, "chunked", coding->value_length) != 0))
    return refuse (error, "The only transfer-encoding that is taken is chunked");
  if (size != NULL)
    {
      char digits[20] = "";

      if (size->value_length < sizeof digits)
        memcpy (digits, size->value, size->value_length);
      for (gsize i = 0; i < size->value_length; i++)
        if (!g_ascii_isdigit (size->value[i]))
          return refuse (error, "The header content-length is not a number");
      if (digits[0] == '\0')
        return refuse (error, "The header content-length is out of range");
      if (!g_ascii_string_to_signed (digits, 10, 0, G_MAXINT64, &frame->length, NULL))
        return refuse (error, "The header content-length is out of range");
    }
  return TRUE;
}

gboolean
tw_head_check (const TwHead *head, TwBodyFrame *frame, GError **error)
{
  gboolean is_1_1 = strcmp (head->version, "HTTP/1.0") != 0;

  if (!is_token (head->method, strlen (head->method)))
    return refuse (error, "The method is not a token");
  if (!check_layout (head))
    return refuse (error, "The head of the request is malformed");
  for (guint i = 0; i < head->n_headers; i++)
    if (!check_header (&head->headers[i], error))
      return FALSE;
  return check_repeated (head, error) && check_host (head, is_1_1, error) && read_frame (head, is_1_1, frame, error);
}
