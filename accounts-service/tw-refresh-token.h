/* SPDX-License-Identifier: Apache-2.0 */

/* Refresh tokens: which session, a secret of 256 bits, and a tag that says that it was made here; in base64url for the
 * client, the secret's hash for the store.
 *
 * The next token of a session follows from the one before and a key that the store keeps: whoever asks a second time,
 * because an answer was lost, gets the same one. The tag lets a token that is no more known be told from one that
 * somebody made up. Tokens of the first released version are the secret alone; their successors are like all others.
 *
 * A secret of that much entropy needs no salt and no slow hash; neither its hash nor the key, nor both, buy anything.
 */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

#define TW_REFRESH_SECRET_SIZE 32

/* Wipe it with tw_refresh_token_clear(). */
typedef struct
{
  char session_id[TW_ID_SIZE]; /* "" in one of the first version */
  guint8 secret[TW_REFRESH_SECRET_SIZE];
} TwRefreshToken;

/* The first token of a session, which has such an id as tw_id_new() makes. All functions are thread-safe. */
void tw_refresh_token_first (const char *session_id, TwRefreshToken *token);

/* The one that @token, of this session, is exchanged for: always the same. */
void tw_refresh_token_next (const TwRefreshToken *token, const char *session_id, const TwAccountKey *key,
                            TwRefreshToken *next);

/* BLAKE2b-256 (RFC 7693) of the secret. */
void tw_refresh_token_hash (const TwRefreshToken *token, guint8 hash[TW_REFRESH_HASH_SIZE]);

void tw_refresh_token_clear (TwRefreshToken *token);

/* As text; free with tw_refresh_token_free(). It names its session. */
char *tw_refresh_token_write (const TwRefreshToken *token, const TwAccountKey *key);

/* Reads @text, which anyone may have made up. FALSE where it is not the text of a token, or its tag is not of this
 * @key. */
gboolean tw_refresh_token_read (const char *text, const TwAccountKey *key,
                                TwRefreshToken *token) G_GNUC_WARN_UNUSED_RESULT;

/* Wipes, then frees. */
void tw_refresh_token_free (char *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwRefreshToken, tw_refresh_token_clear)

G_END_DECLS
