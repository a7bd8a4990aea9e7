/* SPDX-License-Identifier: Apache-2.0 */

/* Each failure is an insertion, so that several instances count together without waiting for each other. What is past
 * goes with every sixteenth. */

#include "tw-attempts-mongo.h"

#include "tw-account-purge-mongo.h"
#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-record-document.h"
#include "tw-stored-mongo.h"

typedef struct
{
  TwAttempt attempt;
  gint64 now_ms;
  guint n_origin, n_strange;
  TwAttempts found;
} Search;

static bson_t *
with_hash (const char *field, const guint8 *hash)
{
  bson_t *filter = bson_new ();

  BSON_APPEND_BINARY (filter, field, BSON_SUBTYPE_BINARY, hash, TW_ATTEMPT_HASH_SIZE);
  return filter;
}

/* When the @n-th last of the failures that @filter fits was, of those after @since_ms. */
static gboolean
find_nth (TwMongoSession *session, bson_t *filter, gint64 since_ms, guint n, gint64 *at_ms, GError **error)
{
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "failedOn", BCON_INT32 (-1), "}", "skip", BCON_INT64 (n - 1));
  g_autofree gpointer found = NULL;
  bson_t after;

  BSON_APPEND_DOCUMENT_BEGIN (filter, "failedOn", &after);
  BSON_APPEND_DATE_TIME (&after, "$gt", since_ms);
  bson_append_document_end (filter, &after);
  if (!tw_stored_find (session, &tw_stored_failure_type, filter, options, &found, error))
    return FALSE;
  *at_ms = found != NULL ? ((const TwStoredFailureRecord *) found)->failed_ms : 0;
  return TRUE;
}

static bson_t *
origin_filter (const TwAttempt *attempt)
{
  bson_t *filter = bson_new ();

  BSON_APPEND_BINARY (filter, "_id", BSON_SUBTYPE_BINARY, (const guint8 *) attempt, sizeof *attempt);
  return filter;
}

static gboolean
find_seen (TwMongoSession *session, const TwAttempt *attempt, gint64 *seen_ms, GError **error)
{
  g_autoptr (TwBson) filter = origin_filter (attempt);
  g_autofree gpointer found = NULL;

  if (!tw_stored_find (session, &tw_stored_origin_type, filter, NULL, &found, error))
    return FALSE;
  *seen_ms = found != NULL ? ((const TwStoredOriginRecord *) found)->seen_ms : 0;
  return TRUE;
}

static gboolean
search_run (TwMongoSession *session, gpointer job, GError **error)
{
  Search *search = job;
  g_autoptr (TwBson) of_origin = with_hash ("account", search->attempt.account);
  g_autoptr (TwBson) of_strange = with_hash ("account", search->attempt.account);
  const gint64 since_ms = search->now_ms - TW_FAILURE_MS;

  BSON_APPEND_BINARY (of_origin, "origin", BSON_SUBTYPE_BINARY, search->attempt.origin, TW_ATTEMPT_HASH_SIZE);
  BSON_APPEND_BOOL (of_strange, "strange", TRUE);
  return find_seen (session, &search->attempt, &search->found.seen_ms, error)
         && find_nth (session, of_origin, since_ms, search->n_origin, &search->found.from_origin_ms, error)
         && find_nth (session, of_strange, since_ms, search->n_strange, &search->found.from_strange_ms, error);
}

gboolean
tw_attempts_mongo_find (TwMongo *db, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms, guint n_origin,
                        guint n_strange, TwAttempts *attempts, GError **error)
{
  Search *search = g_new (Search, 1);
  gpointer job = search;

  *search = (Search) { .attempt = *attempt, .now_ms = now_ms, .n_origin = n_origin, .n_strange = n_strange };
  if (!tw_mongo_call (db, deadline_ms, TW_MONGO_READING, search_run, &job, g_free, error))
    return FALSE;
  search = job;
  *attempts = search->found;
  g_free (search);
  return TRUE;
}

gboolean
tw_attempts_mongo_add_failure (TwMongoSession *session, const TwAttempt *attempt, gboolean strange, gint64 now_ms,
                               GError **error)
{
  char id[TW_ID_SIZE];
  TwStoredFailureRecord failure;
  g_autoptr (TwBson) document = NULL;
  g_autoptr (TwBson) past = BCON_NEW ("failedOn", "{", "$lte", BCON_DATE_TIME (now_ms - TW_FAILURE_MS), "}");
  g_autoptr (TwBson) oldest_first = BCON_NEW ("failedOn", BCON_INT32 (1));

  tw_id_new (now_ms, id);
  failure = tw_stored_failure_of (id, attempt, strange, now_ms);
  document = tw_record_document_new (&tw_stored_failure_type, &failure);
  if (!tw_mongo_insert (session, TW_STORED_FAILURE_COLLECTION, document, error))
    return FALSE;
  /* Ids count up. */
  return id[TW_ID_SIZE - 2] != '0'
         || tw_account_purge_mongo_some (session, TW_STORED_FAILURE_COLLECTION, past, oldest_first, 0, error);
}

gboolean
tw_attempts_mongo_add_origin (TwMongoSession *session, const TwAttempt *attempt, gint64 now_ms, GError **error)
{
  g_autoptr (TwBson) filter = origin_filter (attempt);
  g_autoptr (TwBson) of_account = with_hash ("account", attempt->account);
  g_autoptr (TwBson) newest_first = BCON_NEW ("seenOn", BCON_INT32 (-1));
  const TwStoredOriginRecord origin = tw_stored_origin_of (attempt, now_ms);
  g_autoptr (TwBson) document = tw_record_document_new (&tw_stored_origin_type, &origin);
  g_autoptr (TwBson) seen = BCON_NEW ("$set", "{", "seenOn", BCON_DATE_TIME (now_ms), "}");
  g_autoptr (GError) failure = NULL;
  gint64 n;

  if (!tw_mongo_insert (session, TW_STORED_ORIGIN_COLLECTION, document, &failure))
    {
      if (!g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      return tw_mongo_update (session, TW_STORED_ORIGIN_COLLECTION, filter, seen, NULL, &n, error);
    }
  return tw_account_purge_mongo_some (session, TW_STORED_ORIGIN_COLLECTION, of_account, newest_first, TW_KNOWN_ORIGINS_MAX,
                                      error);
}
