/* SPDX-License-Identifier: Apache-2.0 */

/* Refresh tokens: 256 random bits in base64url for the client, their hash for the store.
 *
 * A token of that much entropy needs no salt and no slow hash; its hash in the database buys nothing. */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

/* A new token; free with tw_refresh_token_free(). Thread-safe. */
char *tw_refresh_token_new (void);

/* Wipes, then frees. */
void tw_refresh_token_free (char *token);

/* BLAKE2b-256 (RFC 7693) of the bytes that @token, which anyone may have made up, stands for. FALSE where it is not the
 * text of 256 bits. Thread-safe. */
gboolean tw_refresh_token_hash (const char *token, guint8 hash[TW_REFRESH_HASH_SIZE]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
