/* SPDX-License-Identifier: Apache-2.0 */

/* What the accounts' database holds, as documents of MongoDB and back (tw-account-store-mongo.h has their fields).
 *
 * Documents that are made here are freed with bson_destroy(). Reading one that lacks what it must have, or has it in
 * another type, fails with INTERNAL: nobody but the service writes them, and a session or a revocation must not be
 * guessed at. */

#pragma once

#include "tw-session-tokens.h"

#include <mongoc/mongoc.h>

G_BEGIN_DECLS

#define TW_ACCOUNT_COLLECTION "accounts"
#define TW_SESSION_COLLECTION "sessions"
#define TW_KEY_COLLECTION "keys"
#define TW_FAILURE_COLLECTION "failures"
#define TW_ORIGIN_COLLECTION "origins"
#define TW_TOKEN_COLLECTION "tokens"
#define TW_USE_COLLECTION "uses"
#define TW_REVOCATION_COLLECTION "revocations"

bson_t *tw_account_document_new (const TwAccountRecord *account);
TwAccountRecord *tw_account_document_read (const bson_t *document, GError **error);

/* An open session, until @expires_ms. */
typedef struct
{
  TwSessionRecord session;
  TwSessionTokens tokens;
  gint64 expires_ms;
} TwSessionDocument;

bson_t *tw_session_document_new (const TwSessionDocument *session);
gboolean tw_session_document_read (const bson_t *document, TwSessionDocument *session, GError **error);

/* What changes the tokens of a session: for tw_mongo_update(). The filter fits where it still has those of @tokens. */
bson_t *tw_session_document_filter (const char *id, const TwSessionTokens *tokens);
bson_t *tw_session_document_exchange (const guint8 *last, const guint8 *before, gint64 expires_ms);

bson_t *tw_key_document_new (const TwAccountKey *key);
gboolean tw_key_document_read (const bson_t *document, TwAccountKey *key, GError **error);

/* A token of the first version. */
typedef struct
{
  TwRefreshRecord refresh;
  char session_id[TW_ID_SIZE];
} TwTokenDocument;

bson_t *tw_token_document_new (const TwTokenDocument *token);
gboolean tw_token_document_read (const bson_t *document, TwTokenDocument *token, GError **error);

/* That such a token was used. */
bson_t *tw_use_document_new (const TwRefreshRecord *token);

typedef struct
{
  gint64 position;
  char session_id[TW_ID_SIZE];
  gint64 expires_s;
} TwRevocationDocument;

/* @after: the position of the one before it, or 0. */
bson_t *tw_revocation_document_new (const TwRevocationDocument *revocation, gint64 after);
gboolean tw_revocation_document_read (const bson_t *document, TwRevocationDocument *revocation, GError **error);

/* A failed attempt to sign in, by an id as tw_id_new() makes. */
typedef struct
{
  char id[TW_ID_SIZE];
  TwAttempt attempt;
  gboolean strange;
  gint64 at_ms;
} TwFailureDocument;

bson_t *tw_failure_document_new (const TwFailureDocument *failure);
gboolean tw_failure_document_read (const bson_t *document, TwFailureDocument *failure, GError **error);

/* From where somebody has signed in. What it is known by is the account and the origin. */
bson_t *tw_origin_document_new (const TwAttempt *attempt, gint64 seen_ms);
gboolean tw_origin_document_read (const bson_t *document, TwAttempt *attempt, gint64 *seen_ms, GError **error);

/* { field: value }, a filter. */
bson_t *tw_document_with_text (const char *field, const char *value);
bson_t *tw_document_with_hash (const guint8 hash[TW_REFRESH_HASH_SIZE]); /* as its _id */

G_END_DECLS
