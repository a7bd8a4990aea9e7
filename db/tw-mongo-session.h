/* SPDX-License-Identifier: Apache-2.0 */

/* What an operation can do while it has a client of the pool: one session belongs to one operation and its thread.
 *
 * Errors of all functions: CONFLICT for a key that is taken, UNAVAILABLE where the server is away, not primary, or
 * could not make a write durable in time; INTERNAL otherwise, with what the server said.
 */

#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

typedef struct _TwMongoSession TwMongoSession;

/* Milliseconds until whoever asked is told that it took too long; 0 when they have been. */
gint64 tw_mongo_session_left_ms (const TwMongoSession *session);

/* Whether there is time for one more operation, whose end whoever asked would still be told. FALSE with UNAVAILABLE:
 * then what must not happen to somebody who was told that it did not is better not begun. */
gboolean tw_mongo_session_has_time (const TwMongoSession *session, GError **error);

/* Whether the last write of this session ended without an answer: it may have happened, or not. Reset by the next
 * operation that gets one. */
gboolean tw_mongo_session_unknown (const TwMongoSession *session);

/* The first document that @filter (a query, or one with options) fits; *@found is NULL where none does. Free with
 * bson_destroy(). @options: as for mongoc_collection_find_with_opts(), or NULL. */
gboolean tw_mongo_find_one (TwMongoSession *session, const char *collection, const bson_t *filter,
                            const bson_t *options, bson_t **found, GError **error);

/* Called with each document, valid during the call. FALSE ends the walk, which is no error. */
typedef gboolean (*TwMongoRowFunc) (const bson_t *document, gpointer user_data);

/* Every document that @filter fits, in the order that @options ask for. */
gboolean tw_mongo_find (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *options,
                        TwMongoRowFunc row, gpointer user_data, GError **error);

/* Inserts @document, which has an _id, exactly once: where an answer is lost it is sent again, and a document that is
 * there already, field by field, is the one that the first attempt made. CONFLICT for another one with its _id or a
 * unique key of it. */
gboolean tw_mongo_insert (TwMongoSession *session, const char *collection, const bson_t *document, GError **error);

/* Changes the one document that @filter fits and gives it as it is afterwards; *@after is NULL where none fits. */
gboolean tw_mongo_find_and_modify (TwMongoSession *session, const char *collection, const bson_t *filter,
                                   const bson_t *update, bson_t **after, GError **error);

/* Changes the one document that @filter fits; *@n is 1, or 0 where none does. @options: as for
 * mongoc_collection_update_one(), or NULL. */
gboolean tw_mongo_update (TwMongoSession *session, const char *collection, const bson_t *filter, const bson_t *update,
                          const bson_t *options, gint64 *n, GError **error);

/* Deletes the one document that @filter fits; *@n (or NULL) becomes 1, or 0 where none does. The driver sends it again
 * where a failover comes in between (on a replica set), which it does not do with one that may delete many. */
gboolean tw_mongo_delete_one (TwMongoSession *session, const char *collection, const bson_t *filter, gint64 *n,
                              GError **error);

/* Deletes every document that @filter fits; *@n (or NULL) becomes how many those were. */
gboolean tw_mongo_delete (TwMongoSession *session, const char *collection, const bson_t *filter, gint64 *n,
                          GError **error);

/* For what the functions above do not do: a collection of the session's (free it with mongoc_collection_destroy(),
 * before the operation ends), and what an error of libmongoc means. After an error, say whether the operation was one
 * whose effect is in doubt (@write). Always FALSE. */
mongoc_collection_t *tw_mongo_session_collection (TwMongoSession *session, const char *name);
gboolean tw_mongo_fail (TwMongoSession *session, gboolean write, const bson_error_t *why, const bson_t *reply,
                        GError **error);

/* What is freed at the end of its scope: g_autoptr (TwBson), g_auto (TwBsonReply) for what libmongoc initialises. */
typedef bson_t TwBson;
typedef bson_t TwBsonReply;
typedef mongoc_collection_t TwMongoCollection;
typedef mongoc_cursor_t TwMongoCursor;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwBson, bson_destroy)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwBsonReply, bson_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoCollection, mongoc_collection_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoCursor, mongoc_cursor_destroy)

G_END_DECLS
