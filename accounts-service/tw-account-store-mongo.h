/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts in MongoDB: database accounts-db unless the URI names another. Ids are strings, as in tasks' userId.
 *
 *     accounts     { _id, email (unique), name?, passwordHash, createdOn: date,
 *                    signupKey?: binary (hashes), signupSession? (both or none) }
 *     keys         { _id: "accounts", key: binary }
 *     sessions     { _id, userId, createdOn: date, endsOn: date, expiresOn: date,
 *                    token?, tokenBefore?: binary (hashes) }
 *     failures     { _id, account, origin: binary (keyed hashes), strange: bool, failedOn: date }
 *     origins      { _id: binary (account and origin), account, origin, seenOn: date }
 *     revocations  { _id: int64 (position), after: int64 (unique), sessionId (unique), expiresS: int64 }
 *
 * What the first version left is served as it stands, and goes when it expires: sessions without token, which have
 *
 *     tokens       { _id: binary (hash), sessionId, expiresOn: date }
 *     uses         { _id: binary (hash of a used token), next?: binary, expiresOn: date }
 *
 * of which the one without a use is to be exchanged; from then on the session has token and tokenBefore.
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

/* The database as this store needs it: for whoever opens it without the store. */
extern const TwMongoSpec tw_account_store_mongo_spec;

/* Returns at once, whether the server is there or not: until it is, everything is UNAVAILABLE. What is asked for has
 * @deadline_ms at most. Fails with TW_ERROR_CONFIGURATION: see tw_mongo_open(). */
TwAccountStore *tw_account_store_mongo_open (const char *uri, gint64 deadline_ms, GError **error);

G_END_DECLS
