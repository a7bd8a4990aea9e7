/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-documents.h"

#include "tw-error.h"

#include <string.h>

static void
append_hash (bson_t *document, const char *field, const guint8 *hash)
{
  BSON_APPEND_BINARY (document, field, BSON_SUBTYPE_BINARY, hash, TW_REFRESH_HASH_SIZE);
}

bson_t *
tw_document_with_text (const char *field, const char *value)
{
  bson_t *document = bson_new ();

  BSON_APPEND_UTF8 (document, field, value);
  return document;
}

bson_t *
tw_document_with_hash (const guint8 hash[TW_REFRESH_HASH_SIZE])
{
  bson_t *document = bson_new ();

  append_hash (document, "_id", hash);
  return document;
}

/* The readers of single fields: FALSE with INTERNAL where it is not there or of another type. */

static gboolean
find (const bson_t *document, const char *field, bson_type_t type, bson_iter_t *iter, GError **error)
{
  if (bson_iter_init_find (iter, document, field) && bson_iter_type (iter) == type)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "A document in the database has no %s, or not of its type", field);
  return FALSE;
}

static gboolean
read_text (const bson_t *document, const char *field, char **text, GError **error)
{
  bson_iter_t iter;
  const char *value;
  guint32 length;

  if (!find (document, field, BSON_TYPE_UTF8, &iter, error))
    return FALSE;
  value = bson_iter_utf8 (&iter, &length);
  if (!g_utf8_validate_len (value, length, NULL))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "A document in the database has a %s that is not UTF-8", field);
      return FALSE;
    }
  *text = g_strndup (value, length);
  return TRUE;
}

static gboolean
read_id (const bson_t *document, const char *field, char id[TW_ID_SIZE], GError **error)
{
  g_autofree char *text = NULL;

  if (!read_text (document, field, &text, error))
    return FALSE;
  if (g_strlcpy (id, text, TW_ID_SIZE) < TW_ID_SIZE)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "A document in the database has a %s that is too long", field);
  return FALSE;
}

static gboolean
read_date (const bson_t *document, const char *field, gint64 *ms, GError **error)
{
  bson_iter_t iter;

  if (!find (document, field, BSON_TYPE_DATE_TIME, &iter, error))
    return FALSE;
  *ms = bson_iter_date_time (&iter);
  return TRUE;
}

static gboolean
read_int64 (const bson_t *document, const char *field, gint64 *number, GError **error)
{
  bson_iter_t iter;

  if (!find (document, field, BSON_TYPE_INT64, &iter, error))
    return FALSE;
  *number = bson_iter_int64 (&iter);
  return TRUE;
}

static gboolean
read_bytes (const bson_t *document, const char *field, guint8 *bytes, gsize n, GError **error)
{
  bson_iter_t iter;
  bson_subtype_t subtype;
  const guint8 *there;
  guint32 length;

  if (!find (document, field, BSON_TYPE_BINARY, &iter, error))
    return FALSE;
  bson_iter_binary (&iter, &subtype, &length, &there);
  if (length != n)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "A document in the database has a %s of %u bytes", field,
                   length);
      return FALSE;
    }
  memcpy (bytes, there, n);
  return TRUE;
}

static gboolean
read_hash (const bson_t *document, guint8 hash[TW_REFRESH_HASH_SIZE], GError **error)
{
  return read_bytes (document, "_id", hash, TW_REFRESH_HASH_SIZE, error);
}

bson_t *
tw_account_document_new (const TwAccountRecord *account)
{
  bson_t *document = bson_new ();

  BSON_APPEND_UTF8 (document, "_id", account->id);
  BSON_APPEND_UTF8 (document, "email", account->email);
  if (account->name != NULL)
    BSON_APPEND_UTF8 (document, "name", account->name);
  BSON_APPEND_UTF8 (document, "passwordHash", account->password_hash);
  BSON_APPEND_DATE_TIME (document, "createdOn", account->created_ms);
  if (account->has_signup_key)
    {
      BSON_APPEND_BINARY (document, "signupKey", BSON_SUBTYPE_BINARY, (const guint8 *) &account->signup_key,
                          sizeof account->signup_key);
      BSON_APPEND_UTF8 (document, "signupSession", account->signup_session);
    }
  return document;
}

static gboolean
read_signup (const bson_t *document, TwAccountRecord *account, GError **error)
{
  account->has_signup_key = bson_has_field (document, "signupKey");
  return !account->has_signup_key
         || (read_bytes (document, "signupKey", (guint8 *) &account->signup_key, sizeof account->signup_key, error)
             && read_id (document, "signupSession", account->signup_session, error));
}

TwAccountRecord *
tw_account_document_read (const bson_t *document, GError **error)
{
  g_autoptr (TwAccountRecord) account = g_new0 (TwAccountRecord, 1);

  if (!read_text (document, "_id", &account->id, error) || !read_text (document, "email", &account->email, error)
      || !read_text (document, "passwordHash", &account->password_hash, error)
      || !read_date (document, "createdOn", &account->created_ms, error)
      || (bson_has_field (document, "name") && !read_text (document, "name", &account->name, error))
      || !read_signup (document, account, error))
    return NULL;
  return g_steal_pointer (&account);
}

bson_t *
tw_session_document_new (const TwSessionDocument *document)
{
  const TwSessionRecord *session = &document->session;
  bson_t *made = bson_new ();

  BSON_APPEND_UTF8 (made, "_id", session->id);
  BSON_APPEND_UTF8 (made, "userId", session->user_id);
  BSON_APPEND_DATE_TIME (made, "createdOn", session->created_ms);
  BSON_APPEND_DATE_TIME (made, "endsOn", session->ends_ms);
  BSON_APPEND_DATE_TIME (made, "expiresOn", document->expires_ms);
  if (document->tokens.n > 0)
    append_hash (made, "token", document->tokens.last);
  if (document->tokens.n > 1)
    append_hash (made, "tokenBefore", document->tokens.before);
  return made;
}

static gboolean
read_tokens (const bson_t *document, TwSessionTokens *tokens, GError **error)
{
  tokens->n = 0;
  if (!bson_has_field (document, "token"))
    return TRUE;
  tokens->n = bson_has_field (document, "tokenBefore") ? 2 : 1;
  return read_bytes (document, "token", tokens->last, TW_REFRESH_HASH_SIZE, error)
         && (tokens->n == 1 || read_bytes (document, "tokenBefore", tokens->before, TW_REFRESH_HASH_SIZE, error));
}

gboolean
tw_session_document_read (const bson_t *document, TwSessionDocument *read, GError **error)
{
  TwSessionRecord *session = &read->session;

  return read_id (document, "_id", session->id, error) && read_id (document, "userId", session->user_id, error)
         && read_date (document, "createdOn", &session->created_ms, error)
         && read_date (document, "endsOn", &session->ends_ms, error)
         && read_date (document, "expiresOn", &read->expires_ms, error) && read_tokens (document, &read->tokens, error);
}

bson_t *
tw_session_document_filter (const char *id, const TwSessionTokens *tokens)
{
  bson_t *filter = tw_document_with_text ("_id", id);
  bson_t condition;

  if (tokens->n > 0)
    append_hash (filter, "token", tokens->last);
  else
    {
      BSON_APPEND_DOCUMENT_BEGIN (filter, "token", &condition);
      BSON_APPEND_BOOL (&condition, "$exists", FALSE);
      bson_append_document_end (filter, &condition);
    }
  return filter;
}

bson_t *
tw_session_document_exchange (const guint8 *last, const guint8 *before, gint64 expires_ms)
{
  bson_t *update = bson_new ();
  bson_t fields;

  BSON_APPEND_DOCUMENT_BEGIN (update, "$set", &fields);
  append_hash (&fields, "token", last);
  append_hash (&fields, "tokenBefore", before);
  BSON_APPEND_DATE_TIME (&fields, "expiresOn", expires_ms);
  bson_append_document_end (update, &fields);
  return update;
}

bson_t *
tw_key_document_new (const TwAccountKey *key)
{
  bson_t *document = tw_document_with_text ("_id", TW_ACCOUNT_KEY_NAME);

  BSON_APPEND_BINARY (document, "key", BSON_SUBTYPE_BINARY, key->bytes, sizeof key->bytes);
  return document;
}

gboolean
tw_key_document_read (const bson_t *document, TwAccountKey *key, GError **error)
{
  return read_bytes (document, "key", key->bytes, sizeof key->bytes, error);
}

bson_t *
tw_token_document_new (const TwTokenDocument *token)
{
  bson_t *document = tw_document_with_hash (token->refresh.hash);

  BSON_APPEND_UTF8 (document, "sessionId", token->session_id);
  BSON_APPEND_DATE_TIME (document, "expiresOn", token->refresh.expires_ms);
  return document;
}

gboolean
tw_token_document_read (const bson_t *document, TwTokenDocument *token, GError **error)
{
  return read_hash (document, token->refresh.hash, error) && read_id (document, "sessionId", token->session_id, error)
         && read_date (document, "expiresOn", &token->refresh.expires_ms, error);
}

bson_t *
tw_use_document_new (const TwRefreshRecord *token)
{
  bson_t *document = tw_document_with_hash (token->hash);

  BSON_APPEND_DATE_TIME (document, "expiresOn", token->expires_ms);
  return document;
}

bson_t *
tw_revocation_document_new (const TwRevocationDocument *revocation, gint64 after)
{
  bson_t *document = bson_new ();

  BSON_APPEND_INT64 (document, "_id", revocation->position);
  BSON_APPEND_INT64 (document, "after", after);
  BSON_APPEND_UTF8 (document, "sessionId", revocation->session_id);
  BSON_APPEND_INT64 (document, "expiresS", revocation->expires_s);
  return document;
}

gboolean
tw_revocation_document_read (const bson_t *document, TwRevocationDocument *revocation, GError **error)
{
  return read_int64 (document, "_id", &revocation->position, error)
         && read_id (document, "sessionId", revocation->session_id, error)
         && read_int64 (document, "expiresS", &revocation->expires_s, error);
}

static void
append_attempt_hash (bson_t *document, const char *field, const guint8 *hash)
{
  BSON_APPEND_BINARY (document, field, BSON_SUBTYPE_BINARY, hash, TW_ATTEMPT_HASH_SIZE);
}

static gboolean
read_attempt (const bson_t *document, TwAttempt *attempt, GError **error)
{
  return read_bytes (document, "account", attempt->account, TW_ATTEMPT_HASH_SIZE, error)
         && read_bytes (document, "origin", attempt->origin, TW_ATTEMPT_HASH_SIZE, error);
}

bson_t *
tw_failure_document_new (const TwFailureDocument *failure)
{
  bson_t *document = tw_document_with_text ("_id", failure->id);

  append_attempt_hash (document, "account", failure->attempt.account);
  append_attempt_hash (document, "origin", failure->attempt.origin);
  BSON_APPEND_BOOL (document, "strange", failure->strange);
  BSON_APPEND_DATE_TIME (document, "failedOn", failure->at_ms);
  return document;
}

gboolean
tw_failure_document_read (const bson_t *document, TwFailureDocument *failure, GError **error)
{
  bson_iter_t strange;

  if (!read_id (document, "_id", failure->id, error) || !read_attempt (document, &failure->attempt, error)
      || !find (document, "strange", BSON_TYPE_BOOL, &strange, error)
      || !read_date (document, "failedOn", &failure->at_ms, error))
    return FALSE;
  failure->strange = bson_iter_bool (&strange);
  return TRUE;
}

bson_t *
tw_origin_document_new (const TwAttempt *attempt, gint64 seen_ms)
{
  bson_t *document = bson_new ();

  BSON_APPEND_BINARY (document, "_id", BSON_SUBTYPE_BINARY, (const guint8 *) attempt, sizeof *attempt);
  append_attempt_hash (document, "account", attempt->account);
  append_attempt_hash (document, "origin", attempt->origin);
  BSON_APPEND_DATE_TIME (document, "seenOn", seen_ms);
  return document;
}

gboolean
tw_origin_document_read (const bson_t *document, TwAttempt *attempt, gint64 *seen_ms, GError **error)
{
  return read_attempt (document, attempt, error) && read_date (document, "seenOn", seen_ms, error);
}
