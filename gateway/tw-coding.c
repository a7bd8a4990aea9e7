/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-coding.h"

#include <string.h>

/* What stands for "not named" while a list is read. */
#define UNNAMED G_MAXUINT

/* Behind all that is named, yet taken. */
#define LEAST 1
#define MOST 1000

/* Part of a header's value. */
typedef struct
{
  const char *at;
  gsize length;
} Piece;

static Piece
trimmed (Piece piece)
{
  while (piece.length > 0 && (piece.at[0] == ' ' || piece.at[0] == '\t'))
    piece.at++, piece.length--;
  while (piece.length > 0 && (piece.at[piece.length - 1] == ' ' || piece.at[piece.length - 1] == '\t'))
    piece.length--;
  return piece;
}

/* What stands before @separator in @rest, which then is what stands behind it. */
static Piece
cut (Piece *rest, char separator)
{
  const char *end = rest->length > 0 ? memchr (rest->at, separator, rest->length) : NULL;
  Piece piece = { rest->at, end != NULL ? (gsize) (end - rest->at) : rest->length };
  gsize step = MIN (piece.length + 1, rest->length);

  rest->at += step;
  rest->length -= step;
  return trimmed (piece);
}

static gboolean
is_named (Piece piece, const char *name)
{
  return piece.length == strlen (name) && g_ascii_strncasecmp (piece.at, name, piece.length) == 0;
}

/* "q=0.5" (RFC 9110, section 12.4.2): 0 to 1 with at most three digits behind the point. */
static gboolean
read_weight (Piece piece, guint *weight)
{
  guint place = MOST / 10;

  if (piece.length < 3 || piece.length > strlen ("q=0.000") || g_ascii_tolower (piece.at[0]) != 'q' || piece.at[1] != '='
      || (piece.at[2] != '0' && piece.at[2] != '1') || (piece.length > 3 && piece.at[3] != '.'))
    return FALSE;
  *weight = piece.at[2] == '1' ? MOST : 0;
  for (gsize i = 4; i < piece.length; i++, place /= 10)
    {
      if (!g_ascii_isdigit (piece.at[i]))
        return FALSE;
      *weight += (guint) g_ascii_digit_value (piece.at[i]) * place;
    }
  return *weight <= MOST;
}

static void
note (guint *known, guint weight)
{
  *known = MIN (*known, weight);
}

/* One of a list: "gzip", "gzip;q=0.5". */
static void
read_element (Piece element, TwCodings *named, guint *others)
{
  Piece coding = cut (&element, ';');
  guint weight = MOST;

  if (element.length > 0 && !read_weight (trimmed (element), &weight))
    return;
  /* x-gzip is an old name of the same (RFC 9110, section 8.4.1.3). */
  if (is_named (coding, "gzip") || is_named (coding, "x-gzip"))
    note (&named->gzip, weight);
  else if (is_named (coding, "identity"))
    note (&named->identity, weight);
  else if (is_named (coding, "*"))
    note (others, weight);
}

TwCodings
tw_codings_wanted (const TwRequest *request)
{
  TwCodings named = { UNNAMED, UNNAMED };
  guint others = UNNAMED;
  Piece value = { NULL, 0 };

  for (guint n = 0; (value.at = tw_request_nth_header (request, "accept-encoding", n, &value.length)) != NULL; n++)
    while (value.length > 0)
      read_element (cut (&value, ','), &named, &others);
  if (named.gzip == UNNAMED)
    named.gzip = others != UNNAMED ? others : 0;
  if (named.identity == UNNAMED)
    named.identity = others != UNNAMED ? others : LEAST;
  return named;
}
