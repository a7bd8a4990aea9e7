/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts in MongoDB: database accounts-db unless the URI names another. Ids are strings, as in tasks' userId.
 *
 *     accounts     { _id, email (unique), name?, passwordHash, createdOn: date }
 *     sessions     { _id, userId, createdOn: date, endsOn: date, expiresOn: date, current: binary }
 *     tokens       { _id: binary (hash), sessionId, expiresOn: date }
 *     revocations  { _id: int64 (position), sessionId, expiresS: int64 }
 *     sequence     { _id: "revocations", last: int64, pending?: { position: int64, sessionId, expiresS: int64 } }
 *
 * Each mutation is one step although it touches several documents, without transactions (which need a replica set):
 * whatever it writes first can't be seen by anybody, and then one write of one document makes it happen.
 *
 * - A token is good where its session's `current` is its hash; one that is known and is not, was used before. Tokens are
 *   written before the session that makes them good, so one that is left over was never given to anyone.
 * - Signing up writes token, session and then the account, whose unique keys decide.
 * - Rotating is one compare-and-swap of the session's `current`.
 * - Ending a session is one compare-and-swap of the sequence, which gives it the next position and notes it as
 *   pending. Whoever comes next, to end another one or to list, first finishes what is pending: enters the revocation
 *   and deletes the session. So a position can be seen only once all before it can. */

#pragma once

#include "tw-account-store.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* The database as this store needs it: for whoever opens it without the store. */
extern const TwMongoSpec tw_account_store_mongo_spec;

/* Returns at once, whether the server is there or not: until it is, everything is UNAVAILABLE. Fails with
 * TW_ERROR_CONFIGURATION: see tw_mongo_open(). */
TwAccountStore *tw_account_store_mongo_open (const char *uri, GError **error);

G_END_DECLS
