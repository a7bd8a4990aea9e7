/* SPDX-License-Identifier: Apache-2.0 */

/* What has expired goes: the part of tw-account-store.h's promise that nothing grows without end. */

#pragma once

#include "tw-mongo.h"

G_BEGIN_DECLS

/* Deletes, of each kind, up to 64 documents that have expired. Inside an operation; errors as in
 * db/tw-mongo-session.h: what was not deleted is next time. */
gboolean tw_account_purge_mongo (TwMongoSession *session, gint64 now_ms, GError **error);

/* Deletes up to as many of the documents of @collection that @filter fits, in the order of @sort, but for the first
 * @skip. */
gboolean tw_account_purge_mongo_some (TwMongoSession *session, const char *collection, const bson_t *filter,
                                      const bson_t *sort, guint skip, GError **error);

G_END_DECLS
