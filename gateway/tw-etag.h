/* SPDX-License-Identifier: Apache-2.0 */

/* Entity tags (RFC 9110, section 8.8.3), and their lists in If-Match and If-None-Match.
 *
 * A strong tag stands for bytes, so what is sent in gzip has another one than what is sent as it is: the same with
 * "-gzip" before its last quote, by which it is known again when it comes back. A weak one is the same for both.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One tag of a list. */
typedef struct
{
  gboolean any;  /* it is "*", and nothing else is set */
  gboolean weak;
  gboolean gzip; /* it came with gzip */
  const char *text; /* between the quotes, without what says gzip; not NUL-terminated */
  gsize length;
} TwEtag;

/* The next tag of the list at *@at, which is moved behind it with *@left; FALSE at its end. What is no tag is passed
 * over. Thread-safe. */
gboolean tw_etag_next (const char **at, gsize *left, TwEtag *tag);

/* What "tag", with its quotes and a W/ before them where it is weak, is in gzip. Free with g_free(). Thread-safe. */
char *tw_etag_in_gzip (const char *tag);

G_END_DECLS
