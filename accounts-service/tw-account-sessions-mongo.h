/* SPDX-License-Identifier: Apache-2.0 */

/* How sessions begin and go on in MongoDB. Inside an operation; errors as in db/tw-mongo-session.h. */

#pragma once

#include "tw-account-revocations-mongo.h"

G_BEGIN_DECLS

/* A session with its first token, and, unless it is NULL, the account that it belongs to. CONFLICT where one of them is
 * there already: then none has been added. */
gboolean tw_account_sessions_mongo_open (TwMongoSession *session, const TwStoredAccountRecord *account,
                                         const TwSessionRecord *record, const TwRefreshRecord *token, GError **error);

/* See tw_account_store_replace_session(); @turn is the store's. */
gboolean tw_account_sessions_mongo_replace (TwMongoSession *session, TwAccountTurn *turn, const char *old,
                                            const TwSessionRecord *record, const TwRefreshRecord *token, GError **error);

/* See tw_account_store_rotate(); @turn is the store's. *@record is the token's session, unless it was refused. */
gboolean tw_account_sessions_mongo_rotate (TwMongoSession *session, TwAccountTurn *turn,
                                           const TwPresentedToken *presented, const TwRefreshRecord *next,
                                           gint64 now_ms, TwRotation *outcome, TwSessionRecord *record, GError **error);

G_END_DECLS
