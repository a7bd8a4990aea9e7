/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-revocations-mongo.h"

#include "tw-error.h"
#include "tw-monotonic.h"
#include "tw-record-document.h"
#include "tw-store-error.h"
#include "tw-stored-mongo.h"

/* Each attempt that does not succeed is one that another instance of the service has won. */
#define MAX_ATTEMPTS 1000

gboolean
tw_account_revocations_mongo_has (TwMongoSession *session, const char *session_id, gboolean *has, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("sessionId", BCON_UTF8 (session_id));
  g_autoptr (TwBson) found = NULL;

  if (!tw_mongo_find_one (session, TW_STORED_REVOCATION_COLLECTION, filter, NULL, &found, error))
    return FALSE;
  *has = found != NULL;
  return TRUE;
}

gboolean
tw_account_revocations_mongo_newest (TwMongoSession *session, gint64 *position, GError **error)
{
  g_autoptr (TwBson) all = bson_new ();
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (-1), "}");
  g_autofree gpointer newest = NULL;

  if (!tw_stored_find (session, &tw_stored_revocation_type, all, options, &newest, error))
    return FALSE;
  *position = newest != NULL ? ((const TwStoredRevocationRecord *) newest)->position : 0;
  return TRUE;
}

bson_t *
tw_account_revocations_mongo_document (const TwStoredRevocationRecord *revocation, gint64 after)
{
  bson_t *document = tw_record_document_new (&tw_stored_revocation_type, revocation);

  BSON_APPEND_INT64 (document, "after", after);
  return document;
}

/* Tries to put a revocation behind what is the newest now. CONFLICT where it has been ended, or another revocation came
 * behind that one. */
static gboolean
append (TwMongoSession *session, const char *session_id, gint64 now_ms, GError **error)
{
  g_autoptr (TwBson) document = NULL;
  TwStoredRevocationRecord revocation;
  gint64 newest;

  if (!tw_account_revocations_mongo_newest (session, &newest, error))
    return FALSE;
  revocation = tw_stored_revocation_of (MAX (newest + 1, now_ms), session_id, now_ms);
  document = tw_account_revocations_mongo_document (&revocation, newest);
  return tw_mongo_insert (session, TW_STORED_REVOCATION_COLLECTION, document, error);
}

/* *@entered is FALSE where somebody else has. */
static gboolean
try_to_enter (TwMongoSession *session, const char *session_id, gint64 now_ms, gboolean *entered, GError **error)
{
  for (guint i = 0; i < MAX_ATTEMPTS && tw_mongo_session_left_ms (session) > 0; i++)
    {
      g_autoptr (GError) failure = NULL;
      gboolean has;

      *entered = append (session, session_id, now_ms, &failure);
      if (*entered)
        return TRUE;
      if (!g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!tw_account_revocations_mongo_has (session, session_id, &has, error))
        return FALSE;
      if (has)
        return TRUE;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
  return FALSE;
}

void
tw_account_turn_init (TwAccountTurn *turn)
{
  pthread_mutex_init (&turn->mutex, NULL);
  tw_monotonic_cond_init (&turn->freed);
  turn->taken = FALSE;
}

void
tw_account_turn_clear (TwAccountTurn *turn)
{
  pthread_cond_destroy (&turn->freed);
  pthread_mutex_destroy (&turn->mutex);
}

/* FALSE where it did not come in time. */
static gboolean
turn_take (TwAccountTurn *turn, gint64 wait_ms)
{
  gint64 until_ms = tw_monotonic_ms () + wait_ms;
  gboolean taken;

  pthread_mutex_lock (&turn->mutex);
  while (turn->taken && tw_monotonic_ms () < until_ms)
    tw_monotonic_cond_wait (&turn->freed, &turn->mutex, until_ms);
  taken = !turn->taken;
  turn->taken = TRUE;
  pthread_mutex_unlock (&turn->mutex);
  return taken;
}

static void
turn_free (TwAccountTurn *turn)
{
  pthread_mutex_lock (&turn->mutex);
  turn->taken = FALSE;
  pthread_cond_signal (&turn->freed);
  pthread_mutex_unlock (&turn->mutex);
}

static gboolean
enter (TwMongoSession *session, TwAccountTurn *turn, const char *session_id, gint64 now_ms, gboolean *entered,
       GError **error)
{
  gboolean well;

  if (!turn_take (turn, tw_mongo_session_left_ms (session)))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
      return FALSE;
    }
  well = try_to_enter (session, session_id, now_ms, entered, error);
  turn_free (turn);
  return well;
}

/* Whether there is such a session and it is this user's. */
static gboolean
belongs_to (TwMongoSession *session, const char *session_id, const char *user_id, gboolean *belongs, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (session_id));
  g_autofree gpointer found = NULL;

  if (!tw_stored_find (session, &tw_stored_session_type, filter, NULL, &found, error))
    return FALSE;
  *belongs = found != NULL && g_str_equal (((const TwStoredSessionRecord *) found)->user_id, user_id);
  return TRUE;
}

/* Deleting the session is tidying up: where it fails, the revocation still says that it has ended, and takes it along
 * when it goes itself. */
gboolean
tw_account_revocations_mongo_end (TwMongoSession *session, TwAccountTurn *turn, const char *user_id,
                                  const char *session_id, gint64 now_ms, gboolean *ended, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (session_id));
  gboolean belongs;

  *ended = FALSE;
  if (!belongs_to (session, session_id, user_id, &belongs, error))
    return FALSE;
  if (!belongs)
    return TRUE;
  if (!enter (session, turn, session_id, now_ms, ended, error))
    return FALSE;
  tw_mongo_delete_one (session, TW_STORED_SESSION_COLLECTION, filter, NULL, NULL);
  return TRUE;
}

typedef struct
{
  GPtrArray *entries;
  GError *error;
} Rows;

static gboolean
keep_row (const bson_t *document, gpointer user_data)
{
  Rows *rows = user_data;
  gpointer entry = tw_stored_read (&tw_stored_revocation_type, document, &rows->error);

  if (entry == NULL)
    return FALSE;
  g_ptr_array_add (rows->entries, entry);
  return TRUE;
}

/* No further than the newest was at the beginning: what is entered while this reads may be seen without one that was
 * entered before it. */
gboolean
tw_account_revocations_mongo_list (TwMongoSession *session, gint64 since, gint64 now_ms, guint limit, GPtrArray *entries,
                                   GError **error)
{
  g_autoptr (TwBson) filter = NULL;
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (limit));
  Rows rows = { .entries = entries };
  gint64 newest;

  if (!tw_account_revocations_mongo_newest (session, &newest, error))
    return FALSE;
  if (limit == 0 || since == newest) /* no limit would be all, in MongoDB */
    return TRUE;
  filter = BCON_NEW ("_id", "{", "$gt", BCON_INT64 (since > newest ? 0 : since), "$lte", BCON_INT64 (newest), "}",
                     "expiresS", "{", "$gt", BCON_INT64 (now_ms / 1000), "}");
  if (!tw_mongo_find (session, TW_STORED_REVOCATION_COLLECTION, filter, options, keep_row, &rows, error))
    {
      g_clear_error (&rows.error);
      return FALSE;
    }
  if (rows.error == NULL)
    return TRUE;
  g_propagate_error (error, rows.error);
  return FALSE;
}
