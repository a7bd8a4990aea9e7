/* SPDX-License-Identifier: Apache-2.0 */

/* Inside the SQLite store: its tables, and the writes that its mutations are made of.
 *
 * An open session has a row in sessions, with the hashes of its tokens; ending it deletes the row, which is what makes
 * its tokens worthless at once. tokens has what the first version gave out, a row each, until they expire.
 *
 * What reads may run on any thread, all else on the thread that writes, inside a mutation. They fail as tw_sqlite_step() does.
 */

#pragma once

#include "tw-session-tokens.h"
#include "tw-sqlite-snapshot.h"
#include "tw-sqlite.h"
#include "tw-stored-records.h"

G_BEGIN_DECLS

extern const TwSqliteMigration tw_account_tables_migrations[];

/* Its version is the number of the migrations. */
extern const TwSqliteKind tw_account_tables_kind;

/* The account that @sql, TW_ACCOUNT_TABLES_SELECT and a condition, finds with @key as ?1; g_free(). NOT_FOUND. */
#define TW_ACCOUNT_TABLES_SELECT "SELECT " TW_STORED_ACCOUNT_SELECTED " FROM accounts "
TwStoredAccountRecord *tw_account_tables_find (TwSqliteConnection *connection, const char *sql, const char *key,
                                               GError **error);

gboolean tw_account_tables_replace_hash (TwSqliteConnection *connection, const char *id, const char *old_hash,
                                         const char *new_hash, GError **error);

/* @session becomes the one that the last answer under the account's key has opened. CONFLICT where that is not
 * @old_session. */
gboolean tw_account_tables_replace_signup_session (TwSqliteConnection *connection, const char *id,
                                                   const char *old_session, const char *session, GError **error);

/* A session with its first token. */
gboolean tw_account_tables_insert_session (TwSqliteConnection *connection, const TwSessionRecord *session,
                                           const TwRefreshRecord *token, GError **error);

/* What is known of a token that was presented. */
typedef struct
{
  TwSessionRecord session;
  TwSessionTokens tokens;
  gboolean old_used; /* see tw_session_tokens_find() */
} TwPresentedRow;

/* Looks up the session of a token; *@found is FALSE where there is none that is open. */
gboolean tw_account_tables_find_token (TwSqliteConnection *connection, const TwPresentedToken *presented, gint64 now_ms,
                                       gboolean *found, TwPresentedRow *row, GError **error);

/* @next becomes the session's last token, @hash the one before, and the session lives as long as that does. */
gboolean tw_account_tables_replace_token (TwSqliteConnection *connection, const TwSessionRecord *session,
                                          const guint8 *hash, const TwRefreshRecord *next, GError **error);

/* The key; *@found is FALSE where there is none. */
gboolean tw_account_tables_find_key (TwSqliteConnection *connection, TwAccountKey *key, gboolean *found,
                                     GError **error);

/* The position of the newest revocation; 0 where there is none. */
gboolean tw_account_tables_newest_position (TwSqliteConnection *connection, gint64 *newest, GError **error);

/* Deletes the session where it is this user's and enters it into the revocations. */
gboolean tw_account_tables_end_session (TwSqliteConnection *connection, const char *user_id, const char *session_id,
                                        gint64 now_ms, GError **error);

/* Deletes, of each kind, up to 8 rows that have expired: more than any mutation adds. */
gboolean tw_account_tables_purge (TwSqliteConnection *connection, gint64 now_ms, GError **error);

G_END_DECLS
