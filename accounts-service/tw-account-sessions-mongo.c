/* SPDX-License-Identifier: Apache-2.0 */

/* What is looked for by its _id is judged here rather than in the filter: a session that is there but has expired is
 * one answer for two questions. */

#include "tw-account-sessions-mongo.h"

#include "tw-error.h"

/* Takes back what was inserted before it came to nothing. Where that fails too, nobody can reach it. */
static void
take_back_token (TwMongoSession *session, const guint8 *hash)
{
  g_autoptr (TwBson) filter = tw_document_with_hash (hash);

  tw_mongo_delete_one (session, TW_TOKEN_COLLECTION, filter, NULL, NULL);
}

static void
take_back_session (TwMongoSession *session, const char *id)
{
  g_autoptr (TwBson) filter = tw_document_with_text ("_id", id);

  tw_mongo_delete_one (session, TW_SESSION_COLLECTION, filter, NULL, NULL);
}

static gboolean
insert_token (TwMongoSession *session, const TwSessionRecord *record, const TwRefreshRecord *refresh, GError **error)
{
  TwTokenDocument token = { .refresh = *refresh };
  g_autoptr (TwBson) document = NULL;

  token.refresh.expires_ms = MIN (refresh->expires_ms, record->ends_ms);
  g_strlcpy (token.session_id, record->id, sizeof token.session_id);
  document = tw_token_document_new (&token);
  return tw_mongo_insert (session, TW_TOKEN_COLLECTION, document, error);
}

/* TRUE where @document was inserted, or may have been; then *@failure says so. */
static gboolean
insert (TwMongoSession *session, const char *collection, const bson_t *document, GError **failure)
{
  return tw_mongo_insert (session, collection, document, failure)
         || !g_error_matches (*failure, TW_ERROR, TW_ERROR_CONFLICT);
}

gboolean
tw_account_sessions_mongo_open (TwMongoSession *session, const TwAccountRecord *account, const TwSessionRecord *record,
                                const TwRefreshRecord *token, GError **error)
{
  g_autoptr (TwBson) session_document = tw_session_document_new (record, MIN (token->expires_ms, record->ends_ms));
  g_autoptr (TwBson) account_document = account != NULL ? tw_account_document_new (account) : NULL;
  g_autoptr (GError) failure = NULL;

  if (!insert_token (session, record, token, error))
    return FALSE;
  if (!insert (session, TW_SESSION_COLLECTION, session_document, &failure))
    take_back_token (session, token->hash);
  else if (failure == NULL && account != NULL
           && (!tw_mongo_session_has_time (session, &failure)
               || !insert (session, TW_ACCOUNT_COLLECTION, account_document, &failure)))
    {
      take_back_session (session, record->id);
      take_back_token (session, token->hash);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* What is known of a token that was presented. */
typedef struct
{
  TwTokenDocument token;
  TwSessionRecord session;
  gint64 session_expires_ms;
} Presented;

static gboolean
find_token (TwMongoSession *session, const guint8 *hash, gint64 now_ms, TwTokenDocument *token, gboolean *found,
            GError **error)
{
  g_autoptr (TwBson) filter = tw_document_with_hash (hash);
  g_autoptr (TwBson) document = NULL;

  if (!tw_mongo_find_one (session, TW_TOKEN_COLLECTION, filter, NULL, &document, error)
      || (document != NULL && !tw_token_document_read (document, token, error)))
    return FALSE;
  *found = document != NULL && token->refresh.expires_ms > now_ms;
  return TRUE;
}

static gboolean
find_session (TwMongoSession *session, gint64 now_ms, Presented *presented, gboolean *found, GError **error)
{
  g_autoptr (TwBson) filter = tw_document_with_text ("_id", presented->token.session_id);
  g_autoptr (TwBson) document = NULL;

  if (!tw_mongo_find_one (session, TW_SESSION_COLLECTION, filter, NULL, &document, error)
      || (document != NULL
          && !tw_session_document_read (document, &presented->session, &presented->session_expires_ms, error)))
    return FALSE;
  *found = document != NULL && presented->session_expires_ms > now_ms;
  return TRUE;
}

/* Whether the token and its session are what they have to be; whether the token was used is not asked here. Revocations
 * before sessions: where a revocation has been dropped, its session was so before. */
static gboolean
look_up (TwMongoSession *session, const guint8 *hash, gint64 now_ms, Presented *presented, gboolean *open,
         GError **error)
{
  gboolean ended;

  if (!find_token (session, hash, now_ms, &presented->token, open, error))
    return FALSE;
  if (!*open)
    return TRUE;
  if (!tw_account_revocations_mongo_has (session, presented->token.session_id, &ended, error)
      || !find_session (session, now_ms, presented, open, error))
    return FALSE;
  *open = *open && !ended;
  return TRUE;
}

/* @change: "$max" to let it last longer, if need be, "$set" to set it. *@n is 0 where the session is gone. */
static gboolean
change_expiry (TwMongoSession *session, const char *id, const char *change, gint64 expires_ms, gint64 *n,
               GError **error)
{
  g_autoptr (TwBson) filter = tw_document_with_text ("_id", id);
  g_autoptr (TwBson) update = BCON_NEW (change, "{", "expiresOn", BCON_DATE_TIME (expires_ms), "}");

  return tw_mongo_update (session, TW_SESSION_COLLECTION, filter, update, NULL, n, error);
}

static gboolean
insert_use (TwMongoSession *session, const TwRefreshRecord *used, const TwRefreshRecord *next, gboolean *first,
            GError **error)
{
  g_autoptr (TwBson) use = tw_use_document_new (used, next->hash);
  g_autoptr (GError) failure = NULL;

  *first = insert (session, TW_USE_COLLECTION, use, &failure);
  if (failure == NULL || !*first)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* A session lasts as long as its newest token. One that is to last longer is told so before its token counts, one that
 * is to end sooner afterwards: so whatever comes in between, the token that counts has a session. *@first is FALSE
 * where the old token was used before, or the session has gone meanwhile.
 *
 * The old token is not used up for somebody who does not get the next one: who has been told to try again, because this
 * took too long, would end the session with it. */
static gboolean
exchange (TwMongoSession *session, const Presented *presented, const TwRefreshRecord *next, gboolean *first,
          GError **error)
{
  const TwSessionRecord *record = &presented->session;
  gint64 expires_ms = MIN (next->expires_ms, record->ends_ms);
  gint64 n = 1;

  *first = FALSE;
  if (expires_ms > presented->session_expires_ms && !change_expiry (session, record->id, "$max", expires_ms, &n, error))
    return FALSE;
  if (n == 0)
    return TRUE;
  if (!insert_token (session, record, next, error))
    return FALSE;
  if (!tw_mongo_session_has_time (session, error))
    {
      take_back_token (session, next->hash);
      return FALSE;
    }
  if (!insert_use (session, &presented->token.refresh, next, first, error))
    return FALSE;
  if (!*first)
    take_back_token (session, next->hash);
  else if (expires_ms < presented->session_expires_ms)
    change_expiry (session, record->id, "$set", expires_ms, &n, NULL);
  return TRUE;
}

gboolean
tw_account_sessions_mongo_rotate (TwMongoSession *session, TwAccountTurn *turn,
                                  const guint8 hash[TW_REFRESH_HASH_SIZE], const TwRefreshRecord *next, gint64 now_ms,
                                  TwRotation *outcome, TwSessionRecord *record, GError **error)
{
  Presented presented;
  gboolean open, first, ended;

  *outcome = TW_ROTATE_REFUSED;
  if (!look_up (session, hash, now_ms, &presented, &open, error))
    return FALSE;
  if (!open)
    return TRUE;
  *record = presented.session;
  if (!exchange (session, &presented, next, &first, error))
    return FALSE;
  if (first)
    {
      *outcome = TW_ROTATED;
      return TRUE;
    }
  if (!tw_account_revocations_mongo_end (session, turn, record->user_id, record->id, now_ms, &ended, error))
    return FALSE;
  if (ended)
    *outcome = TW_ROTATE_REUSED;
  return TRUE;
}
