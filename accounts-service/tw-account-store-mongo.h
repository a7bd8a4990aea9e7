/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts in MongoDB: database accounts-db unless the URI names another. Documents are the records of
 * idl/accounts-store.thrift; their ids are strings, as in tasks' userId, and two accounts have no address in common. Beside
 * that
 *
 *     revocations  have after: int64, the position that one comes after, and unique, as their sessionId is
 *     uses         { _id: binary (hash of a token of the first version that was used), next?: binary, expiresOn: date }
 *
 * What the first version left is served as it stands, and goes when it expires: sessions without token, of which the one of
 * tokens without a use is to be exchanged; from then on the session has token and tokenBefore.
 *
 * Each mutation is one step although it touches several documents, without transactions (which need a replica set):
 * whatever it writes first can't be seen by anybody, then one insertion, which a unique key lets happen once, makes it
 * happen, and what is done afterwards changes nothing that anybody could see.
 *
 * - Signing up inserts session, account: the account's id and address decide. A session without an account is not
 *   reachable; it goes when it expires.
 * - Signing up again inserts a session, ends the one that the last answer has opened, and then is one update of the
 *   account, where it still names that one. Where this was not to be, whoever asked has the one before no longer, but no
 *   answer either, and asks again.
 * - Rotating is one update of the session, where it still has the tokens that it was seen with.
 * - Ending a session inserts its revocation: from then on it has ended, whether it has been deleted yet or not.
 * - Revocations are a chain: each names the position that it comes after, which only one can. So they appear one by
 *   one, in the order of their positions, whichever instance of the service enters them; who reads up to the newest
 *   one has read all before it. The newest is never dropped, lest two chains begin. */

#pragma once

#include "tw-account-store.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* What has no records of its own: that a token was used. */
#define TW_USE_COLLECTION "uses"

/* The database as this store needs it: for whoever opens it without the store. */
extern const TwMongoSpec tw_account_store_mongo_spec;

/* Returns at once, whether the server is there or not: until it is, everything is UNAVAILABLE. What is asked for has
 * @deadline_ms at most. Fails with TW_ERROR_CONFIGURATION: see tw_mongo_open(). */
TwAccountStore *tw_account_store_mongo_open (const char *uri, gint64 deadline_ms, GError **error);

G_END_DECLS
