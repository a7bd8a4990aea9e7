/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stored.h"

#include "tw-error.h"

#include <string.h>

static gboolean
read_bytes (TwRecordBytes bytes, guint8 *out, gsize length, const char *what, GError **error)
{
  if (bytes.length == length)
    {
      memcpy (out, bytes.bytes, length);
      return TRUE;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "The database has a %s of %" G_GSIZE_FORMAT " bytes", what,
               bytes.length);
  return FALSE;
}

static gboolean
read_id (const char *text, char id[TW_ID_SIZE], GError **error)
{
  if (g_strlcpy (id, text, TW_ID_SIZE) < TW_ID_SIZE)
    return TRUE;
  g_set_error_literal (error, TW_ERROR, TW_ERROR_INTERNAL, "The database has an id that is too long");
  return FALSE;
}

TwStoredKeyRecord
tw_stored_key_of (const TwAccountKey *key)
{
  return (TwStoredKeyRecord) {
    .has = TW_STORED_KEY_ALWAYS,
    .name = TW_ACCOUNT_KEY_NAME,
    .key = { key->bytes, sizeof key->bytes },
  };
}

gboolean
tw_stored_key_read (const TwStoredKeyRecord *stored, TwAccountKey *key, GError **error)
{
  return read_bytes (stored->key, key->bytes, sizeof key->bytes, "key", error);
}

TwStoredSessionRecord
tw_stored_session_of (const TwSessionRecord *session, const TwRefreshRecord *token)
{
  return (TwStoredSessionRecord) {
    .has = TW_STORED_SESSION_ALWAYS | TW_STORED_SESSION_HAS_TOKEN,
    .id = session->id,
    .user_id = session->user_id,
    .created_ms = session->created_ms,
    .ends_ms = session->ends_ms,
    .expires_ms = MIN (token->expires_ms, session->ends_ms),
    .token = { token->hash, sizeof token->hash },
  };
}

static gboolean
read_tokens (const TwStoredSessionRecord *stored, TwSessionTokens *tokens, GError **error)
{
  tokens->n = 0;
  if ((stored->has & TW_STORED_SESSION_HAS_TOKEN) == 0)
    return TRUE;
  tokens->n = (stored->has & TW_STORED_SESSION_HAS_TOKEN_BEFORE) != 0 ? 2 : 1;
  return read_bytes (stored->token, tokens->last, TW_REFRESH_HASH_SIZE, "token", error)
         && (tokens->n == 1
             || read_bytes (stored->token_before, tokens->before, TW_REFRESH_HASH_SIZE, "token", error));
}

gboolean
tw_stored_session_read (const TwStoredSessionRecord *stored, TwSessionRecord *session, TwSessionTokens *tokens,
                        GError **error)
{
  session->created_ms = stored->created_ms;
  session->ends_ms = stored->ends_ms;
  return read_id (stored->id, session->id, error) && read_id (stored->user_id, session->user_id, error)
         && read_tokens (stored, tokens, error);
}

TwStoredSessionRecord
tw_stored_session_exchange (const TwSessionRecord *session, const guint8 *hash, const TwRefreshRecord *next)
{
  return (TwStoredSessionRecord) {
    .has = TW_STORED_SESSION_HAS_TOKEN | TW_STORED_SESSION_HAS_TOKEN_BEFORE | TW_STORED_SESSION_HAS_EXPIRES_ON,
    .expires_ms = MIN (next->expires_ms, session->ends_ms),
    .token = { next->hash, sizeof next->hash },
    .token_before = { hash, TW_REFRESH_HASH_SIZE },
  };
}

TwStoredFailureRecord
tw_stored_failure_of (const char *id, const TwAttempt *attempt, gboolean strange, gint64 at_ms)
{
  return (TwStoredFailureRecord) {
    .has = TW_STORED_FAILURE_ALWAYS,
    .id = id,
    .account = { attempt->account, sizeof attempt->account },
    .origin = { attempt->origin, sizeof attempt->origin },
    .strange = strange,
    .failed_ms = at_ms,
  };
}

TwStoredOriginRecord
tw_stored_origin_of (const TwAttempt *attempt, gint64 seen_ms)
{
  return (TwStoredOriginRecord) {
    .has = TW_STORED_ORIGIN_ALWAYS,
    .key = { (const guint8 *) attempt, sizeof *attempt },
    .account = { attempt->account, sizeof attempt->account },
    .origin = { attempt->origin, sizeof attempt->origin },
    .seen_ms = seen_ms,
  };
}

TwStoredRevocationRecord
tw_stored_revocation_of (gint64 position, const char *session_id, gint64 now_ms)
{
  return (TwStoredRevocationRecord) {
    .has = TW_STORED_REVOCATION_ALWAYS,
    .position = position,
    .session_id = session_id,
    .expires_s = now_ms / 1000 + 1 + TW_ACCESS_TOKEN_MAX_S,
  };
}
