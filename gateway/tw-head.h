/* SPDX-License-Identifier: Apache-2.0 */

/* A request's head, judged again after libmicrohttpd, which takes too much (docs/http.md has the list).
 *
 * Its parser works in place: line ends and colons become NULs and the strings that it hands out point into the bytes
 * that came. So a head that was well-formed lies there without gaps: request line, then name, colon, blanks, value, two
 * bytes of line end, and so on to the empty line. Bare line feeds, folded lines, NULs and doubled blanks all break that
 * chain, and are refused. After that come the rules of RFC 9110 and RFC 9112: names are tokens, values have no
 * control character, and what says where a body ends or whom the request is for is said once and plainly.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_HEAD_MAX_HEADERS 64

typedef struct
{
  const char *name;
  gsize name_length;
  const char *value; /* without the blanks before it */
  gsize value_length;
} TwHeader;

/* Points into libmicrohttpd's buffer: valid as long as the request. */
typedef struct
{
  const char *method; /* where the head begins */
  const char *target; /* as it came */
  gsize target_length;
  const char *version; /* "HTTP/1.1" */
  gsize size;          /* from the method's first byte to behind the empty line */
  guint n_headers;
  TwHeader headers[TW_HEAD_MAX_HEADERS];
} TwHead;

/* Where the body ends. */
typedef struct
{
  gboolean chunked;
  gint64 length; /* of Content-Length; 0 where there is none, or chunked */
} TwBodyFrame;

/* Whether the head keeps all rules. Fails with TW_ERROR_INVALID; then nothing that follows on the connection can be
 * trusted. */
gboolean tw_head_check (const TwHead *head, TwBodyFrame *frame, GError **error);

/* Whether @authority, of a target in absolute form, names the same host and port as the header host; there must be one,
 * but for HTTP/1.0. Fails with TW_ERROR_INVALID. */
gboolean tw_head_check_authority (const TwHead *head, const char *authority, GError **error);

/* Whether all that the client expects is 100-continue (RFC 9110, section 10.1.1). */
gboolean tw_head_expects_known (const TwHead *head);

/* The value of the header @name (any case), without blanks around it; NULL where it is absent. Not NUL-terminated. The
 * first one where it is repeated, which the check refuses for those that matter. */
const char *tw_head_find (const TwHead *head, const char *name, gsize *length);

/* The same of the @n-th one with this name, from 0. */
const char *tw_head_find_nth (const TwHead *head, const char *name, guint n, gsize *length);

/* Whether the header @name (any case) stands there more than once. */
gboolean tw_head_is_repeated (const TwHead *head, const char *name);

G_END_DECLS
