/* SPDX-License-Identifier: Apache-2.0 */

/* Inside the SQLite store: its tables, and the writes that its mutations are made of.
 *
 * Four tables. An open session has a row in sessions and one refresh token that is not used; ending it deletes the row,
 * which is what makes its tokens worthless at once, however many there are: they go when they expire.
 *
 * All functions run on the thread that writes, inside a mutation, and fail as tw_sqlite_step() does.
 */

#pragma once

#include "tw-account-store.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

#define TW_ACCOUNT_TABLES_APPLICATION_ID 0x54774163 /* "TwAc" */

#define TW_ACCOUNT_TABLES_VERSION 1
extern const TwSqliteMigration tw_account_tables_migrations[TW_ACCOUNT_TABLES_VERSION];

gboolean tw_account_tables_insert_account (TwSqliteConnection *connection, const TwAccountRecord *account,
                                           GError **error);

gboolean tw_account_tables_replace_hash (TwSqliteConnection *connection, const char *id, const char *old_hash,
                                         const char *new_hash, GError **error);

/* A session with its first token. */
gboolean tw_account_tables_insert_session (TwSqliteConnection *connection, const TwSessionRecord *session,
                                           const TwRefreshRecord *token, GError **error);

typedef enum
{
  TW_TOKEN_NONE, /* there is none that could be of use, nor an open session of it */
  TW_TOKEN_GOOD,
  TW_TOKEN_USED,
} TwTokenState;

/* Looks a token up, with its session where it has one. */
gboolean tw_account_tables_find_token (TwSqliteConnection *connection, const guint8 *hash, gint64 now_ms,
                                       TwTokenState *state, TwSessionRecord *session, GError **error);

/* Marks the session's token as used, gives it @next, and lets it live as long as that does. */
gboolean tw_account_tables_replace_token (TwSqliteConnection *connection, const TwSessionRecord *session,
                                          const guint8 *hash, const TwRefreshRecord *next, GError **error);

/* Deletes the session where it is this user's and enters it into the revocations. */
gboolean tw_account_tables_end_session (TwSqliteConnection *connection, const char *user_id, const char *session_id,
                                        gint64 now_ms, GError **error);

/* Deletes, of each kind, up to 8 rows that have expired: more than any mutation adds. */
gboolean tw_account_tables_purge (TwSqliteConnection *connection, gint64 now_ms, GError **error);

G_END_DECLS
