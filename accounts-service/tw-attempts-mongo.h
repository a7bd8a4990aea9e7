/* SPDX-License-Identifier: Apache-2.0 */

/* Attempts to sign in, in MongoDB: see tw-account-store.h. */

#pragma once

#include "tw-account-store.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

gboolean tw_attempts_mongo_find (TwMongo *db, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                                 guint n_origin, guint n_strange, TwAttempts *attempts, GError **error);

/* Inside an operation; errors as in db/tw-mongo-session.h. */
gboolean tw_attempts_mongo_add_failure (TwMongoSession *session, const TwAttempt *attempt, gboolean strange,
                                        gint64 now_ms, GError **error);
gboolean tw_attempts_mongo_add_origin (TwMongoSession *session, const TwAttempt *attempt, gint64 now_ms,
                                       GError **error);

G_END_DECLS
