/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-records-mongo.h"

#include "tw-account-documents.h"
#include "tw-error.h"

#include <string.h>

/* What a batch of documents leaves open is asked for at once: which of their values another collection has. */

static gboolean
keep_text (const bson_t *document, gpointer user_data)
{
  GHashTable *there = user_data;
  bson_iter_t iter;

  if (bson_iter_init (&iter, document) && bson_iter_next (&iter) && BSON_ITER_HOLDS_UTF8 (&iter))
    g_hash_table_add (there, g_strdup (bson_iter_utf8 (&iter, NULL)));
  return TRUE;
}

static gboolean
keep_hash (const bson_t *document, gpointer user_data)
{
  GHashTable *there = user_data;
  guint8 hash[TW_REFRESH_HASH_SIZE];

  if (tw_use_document_read (document, hash, NULL))
    g_hash_table_add (there, g_bytes_new (hash, sizeof hash));
  return TRUE;
}

/* Hands each document of @collection whose @key is the @field of one of @documents, with that alone, to @keep. */
static gboolean
find_others (TwMongoSession *session, const GPtrArray *documents, const char *field, const char *collection,
             const char *key, TwMongoRowFunc keep, GHashTable *there, GError **error)
{
  g_autoptr (TwBson) values = bson_new ();
  g_autoptr (TwBson) filter = NULL;
  g_autoptr (TwBson) options = g_str_equal (key, "_id")
                                 ? BCON_NEW ("projection", "{", "_id", BCON_INT32 (1), "}")
                                 : BCON_NEW ("projection", "{", "_id", BCON_INT32 (0), key, BCON_INT32 (1), "}");

  for (guint i = 0; i < documents->len; i++)
    tw_document_collect (g_ptr_array_index (documents, i), field, values);
  filter = tw_document_with_any (key, values);
  return bson_empty (values) || tw_mongo_find (session, collection, filter, options, keep, there, error);
}

static void
add_record (GPtrArray *records, GVariant *record)
{
  g_ptr_array_add (records, g_variant_ref_sink (record));
}

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

static gboolean
append_text_key (bson_t *document, const char *name, GVariant *record)
{
  const char *id;

  g_variant_get_child (record, 0, "&s", &id);
  return BSON_APPEND_UTF8 (document, name, id);
}

static gboolean
pack_accounts (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      g_autoptr (TwAccountRecord) account = tw_account_document_read (g_ptr_array_index (documents, i), error);

      if (account == NULL)
        return FALSE;
      add_record (records, g_variant_new (TW_ACCOUNT_DUMP_ACCOUNT, account->id, account->email, account->name,
                                          account->password_hash, account->created_ms));
    }
  return TRUE;
}

bson_t *
tw_account_records_account_document (GVariant *record)
{
  g_autofree char *id = NULL, *email = NULL, *name = NULL, *password_hash = NULL;
  TwAccountRecord account = { 0 };

  g_variant_get (record, TW_ACCOUNT_DUMP_ACCOUNT, &id, &email, &name, &password_hash, &account.created_ms);
  account.id = id;
  account.email = email;
  account.name = name;
  account.password_hash = password_hash;
  return tw_account_document_new (&account);
}

static gboolean
pack_keys (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      TwAccountKey key;

      if (!tw_key_document_read (g_ptr_array_index (documents, i), &key, error))
        return FALSE;
      add_record (records, g_variant_new ("(s@ay)", TW_ACCOUNT_KEY_NAME, bytes_new (key.bytes, sizeof key.bytes)));
    }
  return TRUE;
}

bson_t *
tw_account_records_key_document (GVariant *record)
{
  g_autoptr (GVariant) bytes = g_variant_get_child_value (record, 1);
  TwAccountKey key = { 0 };

  read_bytes (bytes, key.bytes, sizeof key.bytes);
  return tw_key_document_new (&key);
}

/* Not those of a signing up that came to nothing, nor those that have ended. */
static gboolean
pack_sessions (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  g_autoptr (GHashTable) accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) ended = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!find_others (session, documents, "userId", TW_ACCOUNT_COLLECTION, "_id", keep_text, accounts, error)
      || !find_others (session, documents, "_id", TW_REVOCATION_COLLECTION, "sessionId", keep_text, ended, error))
    return FALSE;
  for (guint i = 0; i < documents->len; i++)
    {
      TwSessionDocument document;
      const TwSessionRecord *session_of = &document.session;

      if (!tw_session_document_read (g_ptr_array_index (documents, i), &document, error))
        return FALSE;
      if (g_hash_table_contains (accounts, session_of->user_id) && !g_hash_table_contains (ended, session_of->id))
        add_record (records, g_variant_new (
                               "(ssxxx@ay@ay)", session_of->id, session_of->user_id, session_of->created_ms,
                               session_of->ends_ms, document.expires_ms,
                               bytes_new (document.tokens.last, document.tokens.n > 0 ? TW_REFRESH_HASH_SIZE : 0),
                               bytes_new (document.tokens.before, document.tokens.n > 1 ? TW_REFRESH_HASH_SIZE : 0)));
    }
  return TRUE;
}

bson_t *
tw_account_records_session_document (GVariant *record)
{
  TwSessionDocument document = { 0 };
  TwSessionRecord *session = &document.session;
  g_autoptr (GVariant) last = NULL, before = NULL;
  const char *id, *user_id;

  g_variant_get (record, "(&s&sxxx@ay@ay)", &id, &user_id, &session->created_ms, &session->ends_ms,
                 &document.expires_ms, &last, &before);
  g_strlcpy (session->id, id, sizeof session->id);
  g_strlcpy (session->user_id, user_id, sizeof session->user_id);
  if (read_bytes (last, document.tokens.last, TW_REFRESH_HASH_SIZE))
    document.tokens.n = read_bytes (before, document.tokens.before, TW_REFRESH_HASH_SIZE) ? 2 : 1;
  return tw_session_document_new (&document);
}

static gboolean
append_hash_key (bson_t *document, const char *name, GVariant *record)
{
  g_autoptr (GVariant) key = g_variant_get_child_value (record, 0);
  gsize length;
  const guint8 *hash = g_variant_get_fixed_array (key, &length, 1);

  G_STATIC_ASSERT (sizeof (TwAttempt) == TW_REFRESH_HASH_SIZE);
  return length == TW_REFRESH_HASH_SIZE
         && BSON_APPEND_BINARY (document, name, BSON_SUBTYPE_BINARY, hash, (guint32) length);
}

static gboolean
pack_tokens (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  g_autoptr (GHashTable) used
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);

  if (!find_others (session, documents, "_id", TW_USE_COLLECTION, "_id", keep_hash, used, error))
    return FALSE;
  for (guint i = 0; i < documents->len; i++)
    {
      TwTokenDocument token;
      g_autoptr (GBytes) hash = NULL;

      if (!tw_token_document_read (g_ptr_array_index (documents, i), &token, error))
        return FALSE;
      hash = g_bytes_new (token.refresh.hash, sizeof token.refresh.hash);
      add_record (records,
                  g_variant_new ("(@aysbx)", bytes_new (token.refresh.hash, sizeof token.refresh.hash),
                                 token.session_id, g_hash_table_contains (used, hash), token.refresh.expires_ms));
    }
  return TRUE;
}

static gboolean
unpack_token (GVariant *record, TwTokenDocument *token)
{
  g_autoptr (GVariant) hash = NULL;
  const char *session_id;
  gboolean used;
  gsize length;
  gconstpointer bytes;

  g_variant_get (record, "(@ay&sbx)", &hash, &session_id, &used, &token->refresh.expires_ms);
  bytes = g_variant_get_fixed_array (hash, &length, 1);
  memcpy (token->refresh.hash, bytes, TW_REFRESH_HASH_SIZE);
  g_strlcpy (token->session_id, session_id, sizeof token->session_id);
  return used;
}

bson_t *
tw_account_records_token_document (GVariant *record)
{
  TwTokenDocument token;

  unpack_token (record, &token);
  return tw_token_document_new (&token);
}

bson_t *
tw_account_records_use_document (GVariant *record)
{
  TwTokenDocument token;

  return unpack_token (record, &token) ? tw_use_document_new (&token.refresh) : NULL;
}

static gboolean
pack_failures (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      TwFailureDocument failure;
      const TwAttempt *attempt = &failure.attempt;

      if (!tw_failure_document_read (g_ptr_array_index (documents, i), &failure, error))
        return FALSE;
      add_record (records,
                  g_variant_new ("(s@ay@aybx)", failure.id, bytes_new (attempt->account, TW_ATTEMPT_HASH_SIZE),
                                 bytes_new (attempt->origin, TW_ATTEMPT_HASH_SIZE), failure.strange, failure.at_ms));
    }
  return TRUE;
}

bson_t *
tw_account_records_failure_document (GVariant *record)
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

static gboolean
pack_origins (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      TwAttempt attempt;
      gint64 seen_ms;

      if (!tw_origin_document_read (g_ptr_array_index (documents, i), &attempt, &seen_ms, error))
        return FALSE;
      add_record (records, g_variant_new ("(@ay@ayx)", bytes_new ((const guint8 *) &attempt, sizeof attempt),
                                          bytes_new (attempt.account, TW_ATTEMPT_HASH_SIZE), seen_ms));
    }
  return TRUE;
}

bson_t *
tw_account_records_origin_document (GVariant *record)
{
  TwAttempt attempt = { { 0 }, { 0 } };
  g_autoptr (GVariant) key = NULL;
  gint64 seen_ms;

  g_variant_get (record, "(@ay@ayx)", &key, NULL, &seen_ms);
  read_bytes (key, (guint8 *) &attempt, sizeof attempt);
  return tw_origin_document_new (&attempt, seen_ms);
}

static gboolean
append_position (bson_t *document, const char *name, GVariant *record)
{
  return BSON_APPEND_INT64 (document, name, tw_account_records_position (record));
}

gint64
tw_account_records_position (GVariant *record)
{
  gint64 position;

  g_variant_get_child (record, 0, "x", &position);
  return position;
}

static gboolean
pack_revocations (TwMongoSession *session, const GPtrArray *documents, GPtrArray *records, GError **error)
{
  for (guint i = 0; i < documents->len; i++)
    {
      TwRevocationDocument revocation;

      if (!tw_revocation_document_read (g_ptr_array_index (documents, i), &revocation, error))
        return FALSE;
      add_record (records, g_variant_new (TW_ACCOUNT_DUMP_REVOCATION, revocation.position, revocation.session_id,
                                          revocation.expires_s));
    }
  return TRUE;
}

bson_t *
tw_account_records_revocation_document (GVariant *record, gint64 after)
{
  TwRevocationDocument revocation;
  const char *session_id;

  g_variant_get (record, "(x&sx)", &revocation.position, &session_id, &revocation.expires_s);
  g_strlcpy (revocation.session_id, session_id, sizeof revocation.session_id);
  return tw_revocation_document_new (&revocation, after);
}

const TwAccountRecordKind tw_account_records_accounts
    = { TW_ACCOUNT_COLLECTION, append_text_key, pack_accounts };
const TwAccountRecordKind tw_account_records_keys = { TW_KEY_COLLECTION, append_text_key, pack_keys };
const TwAccountRecordKind tw_account_records_sessions
    = { TW_SESSION_COLLECTION, append_text_key, pack_sessions };
const TwAccountRecordKind tw_account_records_tokens
    = { TW_TOKEN_COLLECTION, append_hash_key, pack_tokens };
const TwAccountRecordKind tw_account_records_failures = { TW_FAILURE_COLLECTION, append_text_key, pack_failures };
const TwAccountRecordKind tw_account_records_origins = { TW_ORIGIN_COLLECTION, append_hash_key, pack_origins };
const TwAccountRecordKind tw_account_records_revocations
    = { TW_REVOCATION_COLLECTION, append_position, pack_revocations };
