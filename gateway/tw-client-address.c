/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-address.h"

#include <string.h>

/* A part of a header. */
typedef struct
{
  const char *text;
  gsize length;
} Piece;

/* Reads the address in one element of a list. */
typedef gboolean (*ReadElement) (Piece element, TwIp *ip);

static Piece
trim (Piece piece)
{
  while (piece.length > 0 && (piece.text[0] == ' ' || piece.text[0] == '\t'))
    {
      piece.text++;
      piece.length--;
    }
  while (piece.length > 0 && (piece.text[piece.length - 1] == ' ' || piece.text[piece.length - 1] == '\t'))
    piece.length--;
  return piece;
}

/* How far it is to the next @separator, where @quotes outside of quoted strings (RFC 9110, section 5.6.4); all of it where
 * there is none. */
static gsize
find_separator (Piece piece, char separator, gboolean quotes)
{
  gboolean quoted = FALSE;

  for (gsize i = 0; i < piece.length; i++)
    if (quoted && piece.text[i] == '\\')
      i++;
    else if (quotes && piece.text[i] == '"')
      quoted = !quoted;
    else if (!quoted && piece.text[i] == separator)
      return i;
  return piece.length;
}

/* Takes what is before the next @separator from @rest. */
static Piece
take (Piece *rest, char separator, gboolean quotes)
{
  gsize length = find_separator (*rest, separator, quotes), behind = MIN (length + 1, rest->length);
  Piece taken = { rest->text, length };

  *rest = (Piece) { rest->text + behind, rest->length - behind };
  return trim (taken);
}

/* --- An address and a port. --- */

/* Digits, or a hidden port (RFC 7239, section 6). */
static gboolean
is_port (Piece piece)
{
  const gboolean hidden = piece.length > 1 && piece.text[0] == '_';

  if (piece.length == 0 || (!hidden && piece.length > 5))
    return FALSE;
  for (gsize i = hidden ? 1 : 0; i < piece.length; i++)
    if (!g_ascii_isdigit (piece.text[i])
        && !(hidden && (g_ascii_isalpha (piece.text[i]) || strchr ("._-", piece.text[i]) != NULL)))
      return FALSE;
  return TRUE;
}

/* "192.0.2.1", "[2001:db8::1]", each with ":PORT" or without. */
static gboolean
read_node (Piece node, TwIp *ip)
{
  const gboolean bracketed = node.length > 0 && node.text[0] == '[';
  const char *end = node.length > 0 ? memchr (node.text, bracketed ? ']' : ':', node.length) : NULL;
  Piece host, port;

  if (bracketed && end == NULL)
    return FALSE;
  host = (Piece) { node.text + bracketed, end != NULL ? (gsize) (end - node.text) - bracketed : node.length };
  port = (Piece) { host.text + host.length + bracketed, node.length - host.length - 2 * bracketed };
  if (port.length > 0 && (port.text[0] != ':' || !is_port ((Piece) { port.text + 1, port.length - 1 })))
    return FALSE;
  return (memchr (host.text, ':', host.length) != NULL) == bracketed && tw_ip_parse (host.text, host.length, ip);
}

/* X-Forwarded-For has no specification: IPv6 addresses come with brackets and without. */
static gboolean
read_plain (Piece element, TwIp *ip)
{
  return read_node (element, ip) || tw_ip_parse (element.text, element.length, ip);
}

/* --- An element of Forwarded. --- */

/* Where a quoted string ends that begins @piece (RFC 9110, section 5.6.4): behind its quote; 0 where none begins, or it has
 * no end. */
static gsize
quoted_length (Piece piece)
{
  if (piece.length == 0 || piece.text[0] != '"')
    return 0;
  for (gsize i = 1; i < piece.length; i++)
    if (piece.text[i] == '\\')
      i++;
    else if (piece.text[i] == '"')
      return i + 1;
  return 0;
}

static gboolean
is_token (Piece piece)
{
  for (gsize i = 0; i < piece.length; i++)
    if (!g_ascii_isalnum (piece.text[i]) && (piece.text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", piece.text[i]) == NULL))
      return FALSE;
  return piece.length > 0;
}

/* A token with a port behind it is none, but what careless proxies write. */
static gboolean
is_value (Piece piece)
{
  const char *colon = piece.length > 0 ? memchr (piece.text, ':', piece.length) : NULL;
  Piece name = { piece.text, colon != NULL ? (gsize) (colon - piece.text) : piece.length };

  if (quoted_length (piece) == piece.length && piece.length > 0)
    return TRUE;
  return is_token (name) && (colon == NULL || is_port ((Piece) { colon + 1, piece.length - name.length - 1 }));
}

/* A quoted string's text, which is no longer than TW_IP_TEXT_SIZE and a port where it is an address. */
static gboolean
unquote (Piece quoted, char *text, gsize size, gsize *length)
{
  *length = 0;
  for (gsize i = 1; i + 1 < quoted.length; i++)
    {
      if (quoted.text[i] == '\\')
        i++;
      if (*length == size)
        return FALSE;
      text[(*length)++] = quoted.text[i];
    }
  return TRUE;
}

static gboolean
read_value (Piece value, TwIp *ip)
{
  char text[2 * TW_IP_TEXT_SIZE];
  gsize length;

  /* What is not quoted is a token, in which no colon or bracket can stand. */
  if (value.length == 0 || value.text[0] != '"')
    return memchr (value.text, ':', value.length) == NULL && read_node (value, ip);
  return unquote (value, text, sizeof text, &length) && read_node ((Piece) { text, length }, ip);
}

/* "for=192.0.2.1;proto=https;by=_proxy": the names in any case and order, each once. What is of no interest has to be
 * well-formed too: else a quote that a client leaves open would swallow what its proxy adds on the same line, and the
 * client's own words would stand for it. */
static gboolean
read_forwarded (Piece element, TwIp *ip)
{
  guint n = 0;

  while (element.length > 0)
    {
      Piece pair = take (&element, ';', TRUE), value = pair, name = take (&value, '=', TRUE);

      if (pair.length == 0)
        continue;
      if (name.length == pair.length || !is_token (name) || !is_value (value))
        return FALSE;
      if (name.length == 3 && g_ascii_strncasecmp (name.text, "for", 3) == 0 && (n++ > 0 || !read_value (value, ip)))
        return FALSE;
    }
  return n == 1;
}

/* --- The lists. --- */

static gboolean
is_named (const TwHeader *header, const char *name)
{
  return header->name_length == strlen (name) && g_ascii_strncasecmp (header->name, name, header->name_length) == 0;
}

/* The elements of all headers called @name, in their order (RFC 9110, section 5.3); empty ones are none. Owned by the
 * caller; NULL where there is no such header. */
static GArray *
elements_of (const TwHead *head, const char *name, gboolean quotes)
{
  GArray *elements = NULL;

  for (guint i = 0; i < head->n_headers; i++)
    {
      const TwHeader *header = &head->headers[i];
      Piece rest = { header->value, header->value_length };

      if (!is_named (header, name))
        continue;
      if (elements == NULL)
        elements = g_array_new (FALSE, FALSE, sizeof (Piece));
      while (rest.length > 0)
        {
          Piece element = take (&rest, ',', quotes);

          if (element.length > 0)
            g_array_append_val (elements, element);
        }
    }
  return elements;
}

/* What one of the headers says. */
static TwClientNamed
walk (const TwHead *head, const char *name, gboolean quotes, ReadElement read, const TwCidrs *trusted,
      TwIp *client)
{
  g_autoptr (GArray) elements = elements_of (head, name, quotes);

  if (elements == NULL)
    return TW_CLIENT_NAMED_NOT;
  for (guint i = elements->len; i > 0; i--)
    {
      if (!read (g_array_index (elements, Piece, i - 1), client))
        return TW_CLIENT_NAMED_UNCLEAR;
      if (!tw_cidrs_contain (trusted, client))
        return TW_CLIENT_NAMED;
    }
  return elements->len > 0 ? TW_CLIENT_NAMED : TW_CLIENT_NAMED_NOT;
}

TwClientNamed
tw_client_address_find (const TwHead *head, const TwCidrs *trusted, TwIp *client)
{
  TwIp other = { 0 };
  TwClientNamed standard = walk (head, "forwarded", TRUE, read_forwarded, trusted, client);
  TwClientNamed usual = walk (head, "x-forwarded-for", FALSE, read_plain, trusted, &other);

  if (standard == TW_CLIENT_NAMED_UNCLEAR || usual == TW_CLIENT_NAMED_UNCLEAR)
    return TW_CLIENT_NAMED_UNCLEAR;
  if (usual == TW_CLIENT_NAMED_NOT)
    return standard;
  if (standard == TW_CLIENT_NAMED && memcmp (client, &other, sizeof other) != 0)
    return TW_CLIENT_NAMED_UNCLEAR;
  *client = other;
  return usual;
}
