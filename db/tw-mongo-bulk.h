/* SPDX-License-Identifier: Apache-2.0 */

/* Several changes of single documents of a collection in one command, in order: what comes behind one that fails is not
 * done. Removals are a command of their own. Belongs to an operation's session, and its thread. */

#pragma once

#include "tw-mongo-session.h"

G_BEGIN_DECLS

typedef struct _TwMongoBulk TwMongoBulk;

/* Free it before the operation ends. */
TwMongoBulk *tw_mongo_bulk_new (TwMongoSession *session, const char *collection);
void tw_mongo_bulk_free (TwMongoBulk *bulk);

/* Changes the one document that @filter fits; @upsert: makes it where none does. */
void tw_mongo_bulk_update (TwMongoBulk *bulk, const bson_t *filter, const bson_t *update, gboolean upsert);

/* Puts @document in place of the one that @filter fits. */
void tw_mongo_bulk_replace (TwMongoBulk *bulk, const bson_t *filter, const bson_t *document);

/* Removes the one document that @filter fits. */
void tw_mongo_bulk_remove (TwMongoBulk *bulk, const bson_t *filter);

/* How many changes are in it. */
guint tw_mongo_bulk_count (const TwMongoBulk *bulk);

/* Sends it, once; nothing where it is empty. *@upserted, where that is not NULL, becomes the ids of the documents that were made, an array of
 * bson_oid_t; free it with g_array_unref(). Errors are the session's. */
gboolean tw_mongo_bulk_run (TwMongoBulk *bulk, GArray **upserted, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoBulk, tw_mongo_bulk_free)

G_END_DECLS
