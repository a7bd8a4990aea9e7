/* SPDX-License-Identifier: Apache-2.0 */

/* What the account store in MongoDB reads: the caller waits, and rows are handed out on its thread, once they are all
 * there. */

#pragma once

#include "tw-account-store.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* See tw_account_store_key(). */
gboolean tw_account_reads_mongo_key (TwMongo *mongo, gint64 deadline_ms, TwAccountKey *key, GError **error);

/* The account whose @field (static) is @value. NOT_FOUND. */
TwStoredAccountRecord *tw_account_reads_mongo_account (TwMongo *mongo, gint64 deadline_ms, const char *field,
                                                 const char *value, GError **error);

/* See tw_account_store_revocations(). */
gboolean tw_account_reads_mongo_revocations (TwMongo *mongo, gint64 deadline_ms, gint64 since, gint64 now_ms,
                                             guint limit, TwRevocationFunc row, gpointer user_data, gint64 *position,
                                             GError **error);

G_END_DECLS
