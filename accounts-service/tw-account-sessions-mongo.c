/* SPDX-License-Identifier: Apache-2.0 */

/* What is looked for by its _id is judged here rather than in the filter: a session that is there but has expired is
 * one answer for two questions. */

#include "tw-account-sessions-mongo.h"

#include "tw-account-store-mongo.h"
#include "tw-error.h"
#include "tw-record-document.h"
#include "tw-store-error.h"
#include "tw-stored-mongo.h"

/* Each attempt that does not succeed is one that somebody else's exchange of the same token has won. */
#define MAX_ATTEMPTS 8

/* Takes back what was inserted before it came to nothing. Where that fails too, nobody can reach it. */
static void
take_back_session (TwMongoSession *session, const char *id)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (id));

  tw_mongo_delete_one (session, TW_STORED_SESSION_COLLECTION, filter, NULL, NULL);
}

/* TRUE where @document was inserted, or may have been; then *@failure says so. */
static gboolean
insert (TwMongoSession *session, const char *collection, const bson_t *document, GError **failure)
{
  return tw_mongo_insert (session, collection, document, failure)
         || !g_error_matches (*failure, TW_ERROR, TW_ERROR_CONFLICT);
}

static bson_t *
new_session (const TwSessionRecord *record, const TwRefreshRecord *token)
{
  const TwStoredSessionRecord stored = tw_stored_session_of (record, token);

  return tw_record_document_new (&tw_stored_session_type, &stored);
}

gboolean
tw_account_sessions_mongo_open (TwMongoSession *session, const TwStoredAccountRecord *account, const TwSessionRecord *record,
                                const TwRefreshRecord *token, GError **error)
{
  g_autoptr (TwBson) session_document = new_session (record, token);
  g_autoptr (TwBson) account_document = account != NULL ? tw_record_document_new (&tw_stored_account_type, account) : NULL;
  g_autoptr (GError) failure = NULL;

  if (!tw_mongo_insert (session, TW_STORED_SESSION_COLLECTION, session_document, error))
    return FALSE;
  if (account != NULL
      && (!tw_mongo_session_has_time (session, &failure)
          || !insert (session, TW_STORED_ACCOUNT_COLLECTION, account_document, &failure)))
    take_back_session (session, record->id);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* CONFLICT where the account no longer names @old. */
static gboolean
replace_signup_session (TwMongoSession *session, const char *user_id, const char *old, const char *id, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (user_id), "signupSession", BCON_UTF8 (old));
  g_autoptr (TwBson) update = BCON_NEW ("$set", "{", "signupSession", BCON_UTF8 (id), "}");
  gint64 n;

  if (!tw_mongo_update (session, TW_STORED_ACCOUNT_COLLECTION, filter, update, NULL, &n, error))
    return FALSE;
  if (n > 0)
    return TRUE;
  g_set_error_literal (error, TW_ERROR, TW_ERROR_CONFLICT, "Another answer has opened a session since");
  return FALSE;
}

gboolean
tw_account_sessions_mongo_replace (TwMongoSession *session, TwAccountTurn *turn, const char *old,
                                   const TwSessionRecord *record, const TwRefreshRecord *token, GError **error)
{
  g_autoptr (TwBson) document = new_session (record, token);
  g_autoptr (GError) failure = NULL;
  gboolean ended;

  if (!tw_mongo_insert (session, TW_STORED_SESSION_COLLECTION, document, error))
    return FALSE;
  if (tw_account_revocations_mongo_end (session, turn, record->user_id, old, record->created_ms, &ended, &failure)
      && tw_mongo_session_has_time (session, &failure)
      && replace_signup_session (session, record->user_id, old, record->id, &failure))
    return TRUE;
  /* Where it may have been done after all, a session that nobody has the token of is no harm. */
  if (g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
    take_back_session (session, record->id);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static bson_t *
with_hash (const guint8 *hash)
{
  return BCON_NEW ("_id", BCON_BIN (BSON_SUBTYPE_BINARY, hash, TW_REFRESH_HASH_SIZE));
}

/* What is known of a token that was presented. */
typedef struct
{
  TwSessionRecord session;
  TwSessionTokens tokens;
  gboolean old_used; /* see tw_session_tokens_find() */
} Presented;

/* A token of the first version says which session by being in the database. */
static gboolean
find_old_token (TwMongoSession *session, const guint8 *hash, gint64 now_ms, char session_id[TW_ID_SIZE],
                gboolean *found, GError **error)
{
  g_autoptr (TwBson) filter = with_hash (hash);
  g_autofree gpointer read = NULL;
  const TwStoredTokenRecord *token;

  if (!tw_stored_find (session, &tw_stored_token_type, filter, NULL, &read, error))
    return FALSE;
  token = read;
  *found = token != NULL && token->expires_ms > now_ms;
  if (*found)
    g_strlcpy (session_id, token->session_id, TW_ID_SIZE);
  return TRUE;
}

static gboolean
find_use (TwMongoSession *session, const guint8 *hash, gboolean *found, GError **error)
{
  g_autoptr (TwBson) filter = with_hash (hash);
  g_autoptr (TwBson) document = NULL;

  if (!tw_mongo_find_one (session, TW_USE_COLLECTION, filter, NULL, &document, error))
    return FALSE;
  *found = document != NULL;
  return TRUE;
}

static gboolean
find_session (TwMongoSession *session, const char *id, gint64 now_ms, Presented *presented, gboolean *found,
              GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (id));
  g_autofree gpointer read = NULL;
  const TwStoredSessionRecord *stored;

  if (!tw_stored_find (session, &tw_stored_session_type, filter, NULL, &read, error))
    return FALSE;
  stored = read;
  *found = stored != NULL && stored->expires_ms > now_ms;
  return stored == NULL || tw_stored_session_read (stored, &presented->session, &presented->tokens, error);
}

/* The token's session, if it is open. Revocations before sessions: where a revocation has been dropped, its session was
 * so before. */
static gboolean
look_up (TwMongoSession *session, const TwPresentedToken *token, gint64 now_ms, Presented *presented, gboolean *open,
         GError **error)
{
  char session_id[TW_ID_SIZE];
  gboolean ended;

  presented->old_used = FALSE;
  g_strlcpy (session_id, token->session_id, sizeof session_id);
  *open = TRUE;
  if (session_id[0] == '\0' && !find_old_token (session, token->hash, now_ms, session_id, open, error))
    return FALSE;
  if (!*open)
    return TRUE;
  if (!tw_account_revocations_mongo_has (session, session_id, &ended, error)
      || !find_session (session, session_id, now_ms, presented, open, error))
    return FALSE;
  *open = *open && !ended;
  return !*open || presented->tokens.n > 0 || find_use (session, token->hash, &presented->old_used, error);
}

/* Makes @next the session's last token where its tokens are still what they were; *@done is FALSE where they are not.
 */
static gboolean
exchange (TwMongoSession *session, const Presented *presented, const TwPresentedToken *token,
          const TwRefreshRecord *next, gboolean *done, GError **error)
{
  const TwStoredSessionRecord change = tw_stored_session_exchange (&presented->session, token->hash, next);
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (presented->session.id));
  g_autoptr (TwBson) set = bson_new (), unset = bson_new (), update = NULL;
  gint64 n;

  if (presented->tokens.n > 0)
    BCON_APPEND (filter, "token", BCON_BIN (BSON_SUBTYPE_BINARY, presented->tokens.last, TW_REFRESH_HASH_SIZE));
  else
    BCON_APPEND (filter, "token", "{", "$exists", BCON_BOOL (FALSE), "}");
  tw_record_document_change (&tw_stored_session_type, &change, 0, set, unset);
  update = BCON_NEW ("$set", BCON_DOCUMENT (set));
  if (!tw_mongo_update (session, TW_STORED_SESSION_COLLECTION, filter, update, NULL, &n, error))
    return FALSE;
  *done = n > 0;
  return TRUE;
}

static gboolean
end (TwMongoSession *session, TwAccountTurn *turn, const TwSessionRecord *record, gint64 now_ms, TwRotation *outcome,
     GError **error)
{
  gboolean ended;

  if (!tw_account_revocations_mongo_end (session, turn, record->user_id, record->id, now_ms, &ended, error))
    return FALSE;
  *outcome = ended ? TW_ROTATE_REUSED : TW_ROTATE_REFUSED;
  return TRUE;
}

gboolean
tw_account_sessions_mongo_rotate (TwMongoSession *session, TwAccountTurn *turn, const TwPresentedToken *token,
                                  const TwRefreshRecord *next, gint64 now_ms, TwRotation *outcome,
                                  TwSessionRecord *record, GError **error)
{
  for (guint i = 0; i < MAX_ATTEMPTS; i++)
    {
      Presented presented;
      gboolean open, done = TRUE;

      *outcome = TW_ROTATE_REFUSED;
      if (!look_up (session, token, now_ms, &presented, &open, error))
        return FALSE;
      if (!open)
        return TRUE;
      *record = presented.session;
      switch (tw_session_tokens_find (&presented.tokens, token, next, presented.old_used))
        {
        case TW_TOKEN_LAST:
          if (!exchange (session, &presented, token, next, &done, error))
            return FALSE;
          break;
        case TW_TOKEN_BEFORE:
          break;
        case TW_TOKEN_OLDER:
        default:
          return end (session, turn, record, now_ms, outcome, error);
        }
      *outcome = TW_ROTATED;
      if (done)
        return TRUE;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
  return FALSE;
}
