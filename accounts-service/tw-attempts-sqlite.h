/* SPDX-License-Identifier: Apache-2.0 */

/* Attempts to sign in, in SQLite: see tw-account-store.h. */

#pragma once

#include "tw-account-store.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

gboolean tw_attempts_sqlite_find (TwSqlite *db, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                                  guint n_origin, guint n_strange, TwAttempts *attempts, GError **error);

/* Inside a mutation. Where an account has too many origins, the oldest go. */
gboolean tw_attempts_sqlite_add_failure (TwSqliteConnection *connection, const TwAttempt *attempt, gboolean strange,
                                         gint64 now_ms, GError **error);
gboolean tw_attempts_sqlite_add_origin (TwSqliteConnection *connection, const TwAttempt *attempt, gint64 now_ms,
                                        GError **error);

G_END_DECLS
