/* SPDX-License-Identifier: Apache-2.0 */

/* A command that searches is given the time that the server may take for it, a little less than a socket waits for its
 * answer: so one that is merely slow ends with an error of its own, and a socket that stays silent means a server that
 * is gone. libmongoc has no way to say it with an update or a delete: what those touch is found by key, but may be
 * long, and somebody's long write is no reason to send everybody away; so where one gets no answer the server is asked. */

#include "tw-mongo-session-private.h"

#include "tw-error.h"
#include "tw-log.h"
#include "tw-monotonic.h"
#include "tw-store-error.h"

/* What an operation takes that is slow and still comes to its end. */
#define ONE_MORE_MS 1000

typedef mongoc_find_and_modify_opts_t Modification;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Modification, mongoc_find_and_modify_opts_destroy)

gint64
tw_mongo_session_left_ms (const TwMongoSession *session)
{
  return MAX (0, session->deadline_ms - tw_monotonic_ms ());
}

gboolean
tw_mongo_session_has_time (const TwMongoSession *session, GError **error)
{
  if (tw_mongo_session_left_ms (session) >= ONE_MORE_MS)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return FALSE;
}

gboolean
tw_mongo_session_unknown (const TwMongoSession *session)
{
  return session->unknown;
}

void
tw_mongo_session_end (TwMongoSession *session)
{
  g_clear_pointer (&session->reason, g_free);
}

mongoc_collection_t *
tw_mongo_session_collection (TwMongoSession *session, const char *name)
{
  return mongoc_client_get_collection (session->client, session->database, name);
}

static void
say_away (const TwMongoSession *session, gboolean may_be_slow)
{
  if (session->gate == NULL)
    return;
  if (may_be_slow)
    tw_mongo_gate_doubt (session->gate, session->opening);
  else
    tw_mongo_gate_close (session->gate, session->opening, TW_MONGO_AWAY, session->reason);
}

/* Takes @reason. Always FALSE. */
static gboolean
fail (TwMongoSession *session, TwMongoMeaning meaning, gboolean may_be_slow, char *reason, GError **error)
{
  g_free (session->reason);
  session->reason = reason;
  session->meaning = meaning;
  switch (meaning)
    {
    case TW_MONGO_ERROR_CONFLICT:
      g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "It is there already");
      return FALSE;
    case TW_MONGO_ERROR_AWAY:
      say_away (session, may_be_slow);
      break;
    case TW_MONGO_ERROR_DENIED:
      if (session->gate != NULL)
        tw_mongo_gate_denied (session->gate, session->reason);
      break;
    case TW_MONGO_ERROR_BUSY:
      tw_log_debug ("the database: %s", session->reason);
      break;
    case TW_MONGO_ERROR_OTHER:
    default:
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the database: %s", session->reason);
      return FALSE;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return FALSE;
}

gboolean
tw_mongo_fail (TwMongoSession *session, gboolean write, const bson_error_t *why, const bson_t *reply, GError **error)
{
  TwMongoMeaning meaning = tw_mongo_error_meaning (why, reply);

  session->unknown = write && tw_mongo_error_leaves_doubt (why, meaning);
  return fail (session, meaning, write && why->domain == MONGOC_ERROR_STREAM && why->code == MONGOC_ERROR_STREAM_SOCKET,
               tw_mongo_error_reason (why), error);
}

/* By its old name, which every server knows. */
gboolean
tw_mongo_ask (TwMongoSession *session, GError **error)
{
  g_autoptr (TwBson) command = BCON_NEW ("isMaster", BCON_INT32 (1));
  g_auto (TwBsonReply) reply;
  bson_error_t why;
  bson_iter_t primary;

  if (!mongoc_client_command_simple (session->client, session->database, command, NULL, &reply, &why))
    return tw_mongo_fail (session, FALSE, &why, &reply, error);
  if (bson_iter_init_find (&primary, &reply, "ismaster") && bson_iter_as_bool (&primary))
    return TRUE;
  return fail (session, TW_MONGO_ERROR_AWAY, FALSE, g_strdup ("the server is not primary"), error);
}

/* @options (or NULL) with the time that the server may take. Free with bson_destroy(). */
static bson_t *
with_max_time (const TwMongoSession *session, const bson_t *options)
{
  bson_t *all = options != NULL ? bson_copy (options) : bson_new ();

  if (!bson_has_field (all, "maxTimeMS"))
    bson_append_int64 (all, "maxTimeMS", -1, session->max_time_ms);
  return all;
}

/* How a write ended. */
static gboolean
end_write (TwMongoSession *session, gboolean done, const bson_error_t *why, const bson_t *reply, GError **error)
{
  if (!done)
    return tw_mongo_fail (session, TRUE, why, reply, error);
  session->unknown = FALSE;
  return TRUE;
}

static gint64
number_in (const bson_t *reply, const char *key)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, reply, key) ? bson_iter_as_int64 (&iter) : 0;
}

gboolean
tw_mongo_find (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *options,
               TwMongoRowFunc row, gpointer user_data, GError **error)
{
  g_autoptr (TwMongoCollection) from = tw_mongo_session_collection (session, collection);
  g_autoptr (TwBson) all = with_max_time (session, options);
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_with_opts (from, filter, all, NULL);
  const bson_t *document, *reply;
  bson_error_t why;
  gboolean more = TRUE;

  while (more && mongoc_cursor_next (cursor, &document))
    more = row (document, user_data);
  if (mongoc_cursor_error_document (cursor, &why, &reply))
    return tw_mongo_fail (session, FALSE, &why, reply, error);
  session->unknown = FALSE;
  return TRUE;
}

static gboolean
keep_first (const bson_t *document, gpointer user_data)
{
  bson_t **found = user_data;

  *found = bson_copy (document);
  return FALSE;
}

gboolean
tw_mongo_find_one (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *options,
                   bson_t **found, GError **error)
{
  g_autoptr (TwBson) all = options != NULL ? bson_copy (options) : bson_new ();

  *found = NULL;
  if (!bson_has_field (all, "limit"))
    bson_append_int64 (all, "limit", -1, 1);
  return tw_mongo_find (session, collection, filter, all, keep_first, found, error);
}

gboolean
tw_mongo_find_and_modify (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *update,
                          bson_t **after, GError **error)
{
  g_autoptr (TwMongoCollection) in = tw_mongo_session_collection (session, collection);
  g_autoptr (Modification) modification = mongoc_find_and_modify_opts_new ();
  g_auto (TwBsonReply) reply;
  bson_iter_t value;
  bson_error_t why;

  *after = NULL;
  mongoc_find_and_modify_opts_set_update (modification, update);
  mongoc_find_and_modify_opts_set_flags (modification, MONGOC_FIND_AND_MODIFY_RETURN_NEW);
  mongoc_find_and_modify_opts_set_max_time_ms (modification, (guint32) session->max_time_ms);
  if (!end_write (session, mongoc_collection_find_and_modify_with_opts (in, filter, modification, &reply, &why), &why,
                  &reply, error))
    return FALSE;
  if (bson_iter_init_find (&value, &reply, "value") && BSON_ITER_HOLDS_DOCUMENT (&value))
    {
      const guint8 *data;
      guint32 length;

      bson_iter_document (&value, &length, &data);
      *after = bson_new_from_data (data, length);
    }
  return TRUE;
}

gboolean
tw_mongo_update (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *update,
                 const bson_t *options, gint64 *n, GError **error)
{
  g_autoptr (TwMongoCollection) in = tw_mongo_session_collection (session, collection);
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  if (!end_write (session, mongoc_collection_update_one (in, filter, update, options, &reply, &why), &why, &reply,
                  error))
    return FALSE;
  *n = number_in (&reply, "matchedCount");
  return TRUE;
}

/* mongoc_collection_delete_one() or mongoc_collection_delete_many(). */
typedef bool (*DeleteFunc) (mongoc_collection_t *from, const bson_t *filter, const bson_t *options, bson_t *reply,
                            bson_error_t *why);

static gboolean
delete_by (TwMongoSession *session, DeleteFunc delete_func, const char *collection, const bson_t *filter, gint64 *n,
           GError **error)
{
  g_autoptr (TwMongoCollection) from = tw_mongo_session_collection (session, collection);
  g_auto (TwBsonReply) reply;
  bson_error_t why;

  if (!end_write (session, delete_func (from, filter, NULL, &reply, &why), &why, &reply, error))
    return FALSE;
  if (n != NULL)
    *n = number_in (&reply, "deletedCount");
  return TRUE;
}

gboolean
tw_mongo_delete_one (TwMongoSession *session, const char *collection, const bson_t *filter, gint64 *n, GError **error)
{
  return delete_by (session, mongoc_collection_delete_one, collection, filter, n, error);
}

gboolean
tw_mongo_delete (TwMongoSession *session, const char *collection, const bson_t *filter, gint64 *n, GError **error)
{
  return delete_by (session, mongoc_collection_delete_many, collection, filter, n, error);
}

/* Whether both have the same fields; a server may move the _id to the front. */
static gboolean
same_fields (const bson_t *a, const bson_t *b)
{
  bson_iter_t field, other;

  if (bson_count_keys (a) != bson_count_keys (b) || !bson_iter_init (&field, a))
    return FALSE;
  while (bson_iter_next (&field))
    {
      g_autoptr (TwBson) one = bson_new ();
      g_autoptr (TwBson) two = bson_new ();

      if (!bson_iter_init_find (&other, b, bson_iter_key (&field)))
        return FALSE;
      bson_append_iter (one, NULL, 0, &field);
      bson_append_iter (two, NULL, 0, &other);
      if (!bson_equal (one, two))
        return FALSE;
    }
  return TRUE;
}

/* Whether @document is what is stored under its _id. */
static gboolean
is_there (TwMongoSession *session, const char *collection, const bson_t *document, gboolean *there, GError **error)
{
  g_autoptr (TwBson) filter = bson_new ();
  g_autoptr (TwBson) found = NULL;
  bson_iter_t id;

  if (!bson_iter_init_find (&id, document, "_id"))
    g_return_val_if_reached (FALSE);
  bson_append_iter (filter, NULL, 0, &id);
  if (!tw_mongo_find_one (session, collection, filter, NULL, &found, error))
    return FALSE;
  *there = found != NULL && same_fields (document, found);
  return TRUE;
}

/* The driver sends a write again by itself only where a replica set remembers which it has done. */
gboolean
tw_mongo_insert (TwMongoSession *session, const char *collection, const bson_t *document, GError **error)
{
  g_autoptr (TwMongoCollection) into = tw_mongo_session_collection (session, collection);
  gboolean again = FALSE;
  bson_error_t why;

  for (;;)
    {
      g_auto (TwBsonReply) reply;
      TwMongoMeaning meaning;
      gboolean there;

      if (mongoc_collection_insert_one (into, document, NULL, &reply, &why))
        return end_write (session, TRUE, NULL, NULL, error);
      meaning = tw_mongo_error_meaning (&why, &reply);
      if (again && meaning == TW_MONGO_ERROR_CONFLICT)
        {
          if (!is_there (session, collection, document, &there, error))
            session->unknown = TRUE;
          else if (there)
            return TRUE;
          else
            tw_mongo_fail (session, TRUE, &why, &reply, error);
          return FALSE;
        }
      if (again || why.domain != MONGOC_ERROR_STREAM || tw_mongo_session_left_ms (session) == 0)
        return tw_mongo_fail (session, TRUE, &why, &reply, error);
      again = TRUE;
    }
}
