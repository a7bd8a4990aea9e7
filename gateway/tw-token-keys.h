/* SPDX-License-Identifier: Apache-2.0 */

/* The key that signs tokens, and the one before it while keys are rotated.
 *
 * To rotate: write the new key as the first line and the old one as the second, give that file to every gateway and
 * restart them one by one; once the old key's last token has expired, leave its line out.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Immutable, reference-counted, thread-safe. The bytes are wiped with the last reference. */
typedef struct _TwTokenKeys TwTokenKeys;

/* Reads @path: one or two lines (tw-line.h), each "KEY-ID BASE64URL" of at least 32 bytes; the first signs, both verify. A KEY-ID
 * is 1 to 64 of A-Z a-z 0-9 _ -. Where the file is absent and @create, it is made with one new random key, mode 0600,
 * atomically (of several starting together one wins and all read that). Fails with TW_ERROR_CONFIGURATION, in a line
 * that never quotes the file; refuses a file that others can write or read. */
TwTokenKeys *tw_token_keys_load (const char *path, gboolean create, GError **error);
TwTokenKeys *tw_token_keys_ref (TwTokenKeys *keys);
void tw_token_keys_unref (TwTokenKeys *keys);

/* One key, for what makes and checks tokens. */
typedef struct
{
  char *id;
  guint8 *bytes;
  gsize length; /* of @bytes: 32 at least */
  char *header; /* the first part of every token that this key signs */
} TwTokenKey;

/* The key that signs. Valid as long as @keys. */
const TwTokenKey *tw_token_keys_signing (const TwTokenKeys *keys);

/* The key whose tokens begin with the part @header of @length bytes; NULL where there is none. Valid as long as
 * @keys. */
const TwTokenKey *tw_token_keys_find (const TwTokenKeys *keys, const char *header, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTokenKeys, tw_token_keys_unref)

G_END_DECLS
