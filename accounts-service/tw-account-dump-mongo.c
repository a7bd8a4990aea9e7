/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-dump.h"

#include "tw-account-documents.h"
#include "tw-account-store-mongo.h"
#include "tw-mongo-dump.h"

#include <string.h>

/* Floating. */
static GVariant *
bytes_new (const guint8 *bytes, gsize n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, n, 1);
}

/* FALSE where @value is not @n bytes. */
static gboolean
read_bytes (GVariant *value, guint8 *bytes, gsize n)
{
  gsize length;
  gconstpointer there = g_variant_get_fixed_array (value, &length, 1);

  if (length != n)
    return FALSE;
  memcpy (bytes, there, n);
  return TRUE;
}

/* Each kind's functions: TwMongoDumpKind. None passes over what can't be read: nobody but the service writes these. */

static GVariant *
pack_account (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
              GError **error)
{
  g_autoptr (TwAccountRecord) account = tw_account_document_read (document, error);

  if (account == NULL)
    return NULL;
  return g_variant_new ("(ssmssx@mayms)", account->id, account->email, account->name, account->password_hash,
                        account->created_ms,
                        g_variant_new_maybe (G_VARIANT_TYPE_BYTESTRING,
                                             account->has_signup_key ? bytes_new ((const guint8 *) &account->signup_key,
                                                                                  sizeof account->signup_key)
                                                                     : NULL),
                        account->has_signup_key ? account->signup_session : NULL);
}

static bson_t *
unpack_account (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  g_autofree char *id = NULL, *email = NULL, *name = NULL, *password_hash = NULL;
  g_autoptr (GVariant) maybe_key = NULL, key = NULL;
  const char *session = NULL;
  TwAccountRecord account = { 0 };

  g_variant_get (record, "(ssmssx@maym&s)", &id, &email, &name, &password_hash, &account.created_ms, &maybe_key,
                 &session);
  key = g_variant_get_maybe (maybe_key);
  account.has_signup_key = key != NULL && session != NULL;
  if (account.has_signup_key && !read_bytes (key, (guint8 *) &account.signup_key, sizeof account.signup_key))
    return NULL;
  g_strlcpy (account.signup_session, session != NULL ? session : "", sizeof account.signup_session);
  account.id = id;
  account.email = email;
  account.name = name;
  account.password_hash = password_hash;
  return tw_account_document_new (&account);
}

static GVariant *
pack_key (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
          GError **error)
{
  TwAccountKey key;

  if (!tw_key_document_read (document, &key, error))
    return NULL;
  return g_variant_new ("(s@ay)", TW_ACCOUNT_KEY_NAME, bytes_new (key.bytes, sizeof key.bytes));
}

static bson_t *
unpack_key (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  g_autoptr (GVariant) bytes = g_variant_get_child_value (record, 1);
  TwAccountKey key;

  return read_bytes (bytes, key.bytes, sizeof key.bytes) ? tw_key_document_new (&key) : NULL;
}

/* Not those of a signing up that came to nothing, nor those that have ended. */
enum
{
  SESSION_HAS_ACCOUNT,
  SESSION_HAS_ENDED,
};

static GVariant *
pack_session (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
              GError **error)
{
  TwSessionDocument read;
  const TwSessionRecord *session = &read.session;
  const TwSessionTokens *tokens = &read.tokens;

  if (!tw_session_document_read (document, &read, error) || !peers[SESSION_HAS_ACCOUNT] || peers[SESSION_HAS_ENDED])
    return NULL;
  return g_variant_new ("(ssxxx@ay@ay)", session->id, session->user_id, session->created_ms,
                        session->ends_ms, read.expires_ms,
                        bytes_new (tokens->last, tokens->n > 0 ? TW_REFRESH_HASH_SIZE : 0),
                        bytes_new (tokens->before, tokens->n > 1 ? TW_REFRESH_HASH_SIZE : 0));
}

static bson_t *
unpack_session (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  TwSessionDocument document = { 0 };
  TwSessionRecord *session = &document.session;
  g_autoptr (GVariant) last = NULL, last_but_one = NULL;
  const char *id, *user_id;

  g_variant_get (record, "(&s&sxxx@ay@ay)", &id, &user_id, &session->created_ms, &session->ends_ms,
                 &document.expires_ms, &last, &last_but_one);
  g_strlcpy (session->id, id, sizeof session->id);
  g_strlcpy (session->user_id, user_id, sizeof session->user_id);
  if (read_bytes (last, document.tokens.last, TW_REFRESH_HASH_SIZE))
    document.tokens.n = read_bytes (last_but_one, document.tokens.before, TW_REFRESH_HASH_SIZE) ? 2 : 1;
  return tw_session_document_new (&document);
}

enum
{
  TOKEN_HAS_USE,
};

static GVariant *
pack_token (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
            GError **error)
{
  TwTokenDocument token;

  if (!tw_token_document_read (document, &token, error))
    return NULL;
  return g_variant_new ("(@aysbx)", bytes_new (token.refresh.hash, sizeof token.refresh.hash), token.session_id,
                        peers[TOKEN_HAS_USE], token.refresh.expires_ms);
}

static gboolean
read_token (GVariant *record, TwTokenDocument *token, gboolean *used)
{
  g_autoptr (GVariant) hash = NULL;
  const char *session_id;

  g_variant_get (record, "(@ay&sbx)", &hash, &session_id, used, &token->refresh.expires_ms);
  g_strlcpy (token->session_id, session_id, sizeof token->session_id);
  return read_bytes (hash, token->refresh.hash, TW_REFRESH_HASH_SIZE);
}

static bson_t *
unpack_token (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  TwTokenDocument token;
  gboolean used;

  return read_token (record, &token, &used) ? tw_token_document_new (&token) : NULL;
}

static bson_t *
unpack_use (const TwMongoDumpKind *kind, GVariant *record)
{
  TwTokenDocument token;
  gboolean used;

  return read_token (record, &token, &used) && used ? tw_use_document_new (&token.refresh) : NULL;
}

static GVariant *
pack_failure (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
              GError **error)
{
  TwFailureDocument failure;
  const TwAttempt *attempt = &failure.attempt;

  if (!tw_failure_document_read (document, &failure, error))
    return NULL;
  return g_variant_new ("(s@ay@aybx)", failure.id, bytes_new (attempt->account, TW_ATTEMPT_HASH_SIZE),
                        bytes_new (attempt->origin, TW_ATTEMPT_HASH_SIZE), failure.strange, failure.at_ms);
}

static bson_t *
unpack_failure (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  TwFailureDocument failure = { .strange = FALSE };
  g_autoptr (GVariant) account = NULL, origin = NULL;
  const char *id;

  g_variant_get (record, "(&s@ay@aybx)", &id, &account, &origin, &failure.strange, &failure.at_ms);
  g_strlcpy (failure.id, id, sizeof failure.id);
  read_bytes (account, failure.attempt.account, TW_ATTEMPT_HASH_SIZE);
  read_bytes (origin, failure.attempt.origin, TW_ATTEMPT_HASH_SIZE);
  return tw_failure_document_new (&failure);
}

static GVariant *
pack_origin (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
             GError **error)
{
  TwAttempt attempt;
  gint64 seen_ms;

  if (!tw_origin_document_read (document, &attempt, &seen_ms, error))
    return NULL;
  return g_variant_new ("(@ay@ayx)", bytes_new ((const guint8 *) &attempt, sizeof attempt),
                        bytes_new (attempt.account, TW_ATTEMPT_HASH_SIZE), seen_ms);
}

static bson_t *
unpack_origin (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  g_autoptr (GVariant) key = NULL;
  TwAttempt attempt;
  gint64 seen_ms;

  g_variant_get (record, "(@ay@ayx)", &key, NULL, &seen_ms);
  return read_bytes (key, (guint8 *) &attempt, sizeof attempt) ? tw_origin_document_new (&attempt, seen_ms) : NULL;
}

static GVariant *
pack_revocation (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
                 GError **error)
{
  TwRevocationDocument revocation;

  if (!tw_revocation_document_read (document, &revocation, error))
    return NULL;
  return g_variant_new (kind->type, revocation.position, revocation.session_id, revocation.expires_s);
}

static bson_t *
unpack_revocation (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  TwRevocationDocument revocation;
  const char *session_id;
  gint64 after = 0;

  if (before != NULL)
    g_variant_get_child (before, 0, "x", &after);
  g_variant_get (record, "(x&sx)", &revocation.position, &session_id, &revocation.expires_s);
  g_strlcpy (revocation.session_id, session_id, sizeof revocation.session_id);
  return tw_revocation_document_new (&revocation, after);
}

/* The sections are those of SQLite's dump, in its order. */
static const TwMongoDumpKind kinds[] = {
  { .name = "accounts", .type = TW_ACCOUNT_DUMP_ACCOUNT, .collection = TW_ACCOUNT_COLLECTION,
    .pack = pack_account, .unpack = unpack_account },
  { .name = "keys", .type = TW_ACCOUNT_DUMP_KEY, .collection = TW_KEY_COLLECTION,
    .pack = pack_key, .unpack = unpack_key },
  { .name = "sessions", .type = TW_ACCOUNT_DUMP_SESSION, .collection = TW_SESSION_COLLECTION,
    .pack = pack_session, .unpack = unpack_session,
    .peers = { [SESSION_HAS_ACCOUNT] = { "userId", TW_ACCOUNT_COLLECTION, "_id" },
               [SESSION_HAS_ENDED] = { "_id", TW_REVOCATION_COLLECTION, "sessionId" } } },
  { .name = "tokens", .type = TW_ACCOUNT_DUMP_TOKEN, .collection = TW_TOKEN_COLLECTION,
    .pack = pack_token, .unpack = unpack_token,
    .peers = { [TOKEN_HAS_USE] = { "_id", TW_USE_COLLECTION, "_id" } },
    .unpack_aside = unpack_use, .aside = TW_USE_COLLECTION },
  { .name = "failures", .type = TW_ACCOUNT_DUMP_FAILURE, .collection = TW_FAILURE_COLLECTION,
    .pack = pack_failure, .unpack = unpack_failure },
  { .name = "origins", .type = TW_ACCOUNT_DUMP_ORIGIN, .collection = TW_ORIGIN_COLLECTION,
    .pack = pack_origin, .unpack = unpack_origin },
  { .name = "revocations", .type = TW_ACCOUNT_DUMP_REVOCATION, .collection = TW_REVOCATION_COLLECTION,
    .pack = pack_revocation, .unpack = unpack_revocation, .is_chain = TRUE },
};

TwDump *
tw_account_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  return tw_mongo_dump_open (uri, role, &tw_account_store_mongo_spec, kinds, G_N_ELEMENTS (kinds), error);
}
