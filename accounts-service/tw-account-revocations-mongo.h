/* SPDX-License-Identifier: Apache-2.0 */

/* How sessions end in MongoDB, and how that is told (tw-account-store-mongo.h has the chain that revocations are).
 * Inside an operation; errors as in db/tw-mongo-session.h. */

#pragma once

#include "tw-account-store.h"
#include "tw-mongo.h"

#include <pthread.h>

G_BEGIN_DECLS

/* Whether @session_id has been ended: also where its document is still there. */
gboolean tw_account_revocations_mongo_has (TwMongoSession *session, const char *session_id, gboolean *has,
                                           GError **error);

/* Threads of one store that end sessions take turns: all want to be behind the same newest revocation, and only one
 * can. Other instances of the service compete. */
typedef struct
{
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t freed;
  gboolean taken;
} TwAccountTurn;

void tw_account_turn_init (TwAccountTurn *turn);
void tw_account_turn_clear (TwAccountTurn *turn);

/* Ends the session where it is this user's. *@ended: whether it was this call that did. */
gboolean tw_account_revocations_mongo_end (TwMongoSession *session, TwAccountTurn *turn, const char *user_id,
                                           const char *session_id, gint64 now_ms, gboolean *ended, GError **error);

/* @after: the position of the one before it, or 0. Free with bson_destroy(). */
bson_t *tw_account_revocations_mongo_document (const TwStoredRevocationRecord *revocation, gint64 after);

/* The position of the newest revocation; 0 where there is none. */
gboolean tw_account_revocations_mongo_newest (TwMongoSession *session, gint64 *position, GError **error);

/* Appends what tw_account_store_revocations() is to give to @entries: TwStoredRevocationRecord. */
gboolean tw_account_revocations_mongo_list (TwMongoSession *session, gint64 since, gint64 now_ms, guint limit,
                                            GPtrArray *entries, GError **error);

G_END_DECLS
