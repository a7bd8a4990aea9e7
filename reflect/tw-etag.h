/* SPDX-License-Identifier: Apache-2.0 */

/* Entity tags (RFC 9110, section 8.8.3): their lists in If-Match and If-None-Match, and those that are made of a struct
 * (tw.tag).
 *
 * A strong tag stands for bytes, so what is sent in gzip has another one than what is sent as it is: the same with
 * "-gzip" before its last quote, by which it is known again when it comes back. A weak one is the same for both.
 *
 * A tag that is made of fields is their texts, parted by "-". What is no letter, digit, "_", "." or ":" of ASCII is written
 * as %XX, byte by byte, and the first letter of a text that is "gzip" too: so two structs have one tag only if the texts
 * are the same, whatever they hold, no tag is "*", and none ends like one that came with gzip.
 */

#pragma once

#include "tw-reader.h"
#include "tw-schema.h"

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

typedef enum
{
  TW_ETAG_END,
  TW_ETAG_FOUND,
  TW_ETAG_WRONG, /* something that is no tag */
} TwEtagStep;

/* The next element of the list at *@at, which is moved behind it with *@left. Empty ones are passed over (RFC 9110, section
 * 5.6.1.2). Thread-safe. */
TwEtagStep tw_etag_step (const char **at, gsize *left, TwEtag *tag);

/* The next tag of the list; FALSE at its end. What is no tag is passed over. Thread-safe. */
gboolean tw_etag_next (const char **at, gsize *left, TwEtag *tag);

/* What "tag", with its quotes and a W/ before them where it is weak, is in gzip. Free with g_free(). Thread-safe. */
char *tw_etag_in_gzip (const char *tag);

/* What stands between the quotes of a tag of these @n texts. Free with g_free(). Thread-safe. */
char *tw_etag_of_texts (const char *const *texts, guint n);

/* The strong tag, with its quotes, of the struct before which @reader stands (not moved); NULL where @structure has no
 * tw.tag, or a field of it is absent. Free with g_free(). Thread-safe. */
char *tw_etag_of_reply (const TwStruct *structure, const TwReader *reader);

G_END_DECLS
