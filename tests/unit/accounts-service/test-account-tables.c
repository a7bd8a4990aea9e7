/* SPDX-License-Identifier: Apache-2.0 */

/* What can't be seen through the store's interface: that nothing grows without end. */

#include "tw-account-tables.h"

#include "tw-account-store-sqlite.h"
#include "tw-latch.h"
#include "tw-temporary-folder.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1790000000000)
#define DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)
#define USER "00000000000000000000000a"

static void
done (const GError *error, gpointer user_data)
{
  TwLatch *latch = user_data;

  g_assert_no_error (error);
  tw_latch_open (latch);
}

static void
done_rotated (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer user_data)
{
  g_assert_cmpint (rotation, ==, TW_ROTATED);
  done (error, user_data);
}

/* Signs in on day @day, refreshes once, signs out. */
static void
live_through (TwAccountStore *store, guint day)
{
  gint64 now_ms = NOW + day * DAY_MS;
  TwSessionRecord session = { .created_ms = now_ms, .ends_ms = now_ms + 90 * DAY_MS };
  TwRefreshRecord first = { .expires_ms = now_ms + 30 * DAY_MS }, second = first;
  TwPresentedToken presented = { { 0 }, "" };
  TwLatch latch;

  g_snprintf (session.id, sizeof session.id, "%024u", day);
  g_strlcpy (session.user_id, USER, sizeof session.user_id);
  memcpy (first.hash, &day, sizeof day);
  memcpy (second.hash, &day, sizeof day);
  second.hash[31] = 1;
  memcpy (presented.hash, first.hash, sizeof presented.hash);
  g_strlcpy (presented.session_id, session.id, sizeof presented.session_id);

  tw_latch_init (&latch);
  tw_account_store_open_session (store, TW_DEADLINE_NONE, &session, &first, done, &latch);
  tw_latch_wait (&latch);
  tw_latch_init (&latch);
  tw_account_store_rotate (store, TW_DEADLINE_NONE, &presented, &second, now_ms, done_rotated, &latch);
  tw_latch_wait (&latch);
  if (day % 2 != 0)
    return; /* every other one just goes away */
  tw_latch_init (&latch);
  tw_account_store_end_session (store, TW_DEADLINE_NONE, USER, session.id, now_ms, done, &latch);
  tw_latch_wait (&latch);
}

static void
insert_user (TwAccountStore *store)
{
  const TwStoredAccountRecord account = {
    .has = TW_STORED_ACCOUNT_ALWAYS,
    .id = USER,
    .email = "ann@example.org",
    .password_hash = "hash",
    .created_ms = NOW,
  };
  TwSessionRecord session = { .id = "0", .user_id = USER, .created_ms = NOW, .ends_ms = NOW + 1 };
  TwRefreshRecord token = { .hash = { 0xff }, .expires_ms = NOW + 1 };
  TwLatch latch;

  tw_latch_init (&latch);
  tw_account_store_insert (store, TW_DEADLINE_NONE, &account, &session, &token, done, &latch);
  tw_latch_wait (&latch);
}

static gint64
count_rows (const char *path, const char *sql)
{
  sqlite3 *handle;
  sqlite3_stmt *statement;
  gint64 n;

  g_assert_cmpint (sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (handle);
  return n;
}

static void
test_what_has_expired_is_dropped (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwAccountStore) store = tw_account_store_sqlite_new (path, &error);

  g_assert_no_error (error);
  insert_user (store);
  for (guint day = 0; day < 200; day++)
    live_through (store, day);

  /* On day 199: a session of every other of the last 31 days, one revocation. */
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM tokens"), ==, 0);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM sessions"), ==, 16);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM revocations"), ==, 1);
}

static void
test_failures_are_dropped_after_an_hour (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (TwAccountStore) store = tw_account_store_sqlite_new (path, NULL);

  for (guint i = 0; i < 100; i++)
    {
      const TwAttempt attempt = { .account = { (guint8) i } };
      TwLatch latch;

      tw_latch_init (&latch);
      tw_account_store_add_failure (store, TW_DEADLINE_NONE, &attempt, TRUE, NOW + i * (TW_FAILURE_MS / 10), done,
                                    &latch);
      tw_latch_wait (&latch);
    }
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM failures"), ==, 10);
}

/* Of tokens there is the hash alone, of passwords nothing that was not given. */
static void
test_columns (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (TwAccountStore) store = tw_account_store_sqlite_new (path, NULL);

  insert_user (store);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM sessions WHERE length (token) = 32"), ==, 1);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM sessions WHERE token_before IS NULL"), ==, 1);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM sessions WHERE expires_ms = ends_ms"), ==, 1);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM accounts WHERE name IS NULL"), ==, 1);
}

#define HASH(end)                                                                                                      \
  "x'"                                                                                                                 \
  "00000000000000000000000000000000000000000000000000000000000000" end "'"

/* A database of the first version: a session of which one token was used, and a second one. */
static void
make_first_version (const char *path)
{
  static const char rows[] =
    "INSERT INTO accounts VALUES ('" USER "', 'ann@example.org', NULL, 'hash', 1);"
    "INSERT INTO sessions VALUES ('000000000000000000000001', '" USER "', 1, 4000000000000, 4000000000000);"
    "INSERT INTO sessions VALUES ('000000000000000000000002', '" USER "', 1, 4000000000000, 4000000000000);"
    "INSERT INTO refresh_tokens VALUES (" HASH (
      "01") ", '000000000000000000000001', 1, 4000000000000);"
            "INSERT INTO refresh_tokens VALUES (" HASH (
              "02") ", '000000000000000000000001', 0, 4000000000000);"
                    "INSERT INTO refresh_tokens VALUES (" HASH (
                      "03") ", '000000000000000000000002', 1, 4000000000000);"
                            "INSERT INTO refresh_tokens VALUES (" HASH (
                              "04") ", '000000000000000000000002', 0, 4000000000000);";
  g_autofree char *version =
    g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = 1;", tw_account_tables_kind.application_id);
  const char *const steps[] = { version, tw_account_tables_migrations[0], rows };
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpint (sqlite3_exec (handle, steps[i], NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

typedef struct
{
  TwLatch latch;
  TwRotation rotation;
} Seen;

static void
see_rotation (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer user_data)
{
  Seen *seen = user_data;

  g_assert_no_error (error);
  seen->rotation = rotation;
  tw_latch_open (&seen->latch);
}

static TwRotation
rotate (TwAccountStore *store, const char *session_id, guint8 number, guint8 next_number)
{
  const TwRefreshRecord next = { .hash = { [31] = next_number }, .expires_ms = G_GINT64_CONSTANT (4000000000000) };
  TwPresentedToken presented = { .hash = { [31] = number } };
  Seen seen;

  g_strlcpy (presented.session_id, session_id, sizeof presented.session_id);
  tw_latch_init (&seen.latch);
  tw_account_store_rotate (store, TW_DEADLINE_NONE, &presented, &next, NOW, see_rotation, &seen);
  tw_latch_wait (&seen.latch);
  return seen.rotation;
}

static void
test_sessions_of_the_first_version_go_on (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwAccountStore) store = NULL;

  make_first_version (path);
  store = tw_account_store_sqlite_new (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rotate (store, "", 9, 10), ==, TW_ROTATE_REFUSED);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (rotate (store, "", 2, 12), ==, TW_ROTATED);
  g_assert_cmpint (rotate (store, "000000000000000000000001", 12, 13), ==, TW_ROTATED);
  g_assert_cmpint (rotate (store, "", 2, 12), ==, TW_ROTATE_REUSED);
  g_assert_cmpint (rotate (store, "000000000000000000000001", 13, 14), ==, TW_ROTATE_REFUSED);
  /* One that the first version had exchanged, for what nobody can derive. */
  g_assert_cmpint (rotate (store, "", 3, 20), ==, TW_ROTATE_REUSED);
  g_assert_cmpint (rotate (store, "", 4, 21), ==, TW_ROTATE_REFUSED);
}

/* A database as 0.1.0 left it: an account, an attempt that failed, and from where somebody has signed in. */
static void
make_released_version (const char *path)
{
  static const char rows[] =
    "INSERT INTO accounts VALUES ('" USER "', 'ann@example.org', 'Ann', 'hash', 1);"
    "INSERT INTO failures VALUES ('000000000000000000000001', x'01000000000000000000000000000000',"
    " x'02000000000000000000000000000000', 1, 1789999999000);"
    "INSERT INTO origins VALUES (x'0100000000000000000000000000000003000000000000000000000000000000',"
    " x'01000000000000000000000000000000', 1789999998000);";
  g_autofree char *version =
    g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = 3;", tw_account_tables_kind.application_id);
  const char *const steps[] = { version, tw_account_tables_migrations[0], tw_account_tables_migrations[1],
                                tw_account_tables_migrations[2], rows };
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpint (sqlite3_exec (handle, steps[i], NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static void
test_what_a_release_left_goes_on (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "accounts.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwAccountStore) store = NULL;
  g_autoptr (TwStoredAccountRecord) ann = NULL;
  const TwAttempt failed = { .account = { 1 }, .origin = { 2 } }, seen = { .account = { 1 }, .origin = { 3 } };
  TwAttempts attempts;

  make_released_version (path);
  store = tw_account_store_sqlite_new (path, &error);
  g_assert_no_error (error);
  ann = tw_account_store_find (store, TW_DEADLINE_NONE, "ann@example.org", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ann->name, ==, "Ann");
  g_assert_null (ann->signup_session);
  g_assert_true (tw_account_store_attempts (store, TW_DEADLINE_NONE, &failed, NOW, 1, 1, &attempts, &error));
  g_assert_cmpint (attempts.from_origin_ms, ==, 1789999999000);
  g_assert_cmpint (attempts.from_strange_ms, ==, 1789999999000);
  g_assert_true (tw_account_store_attempts (store, TW_DEADLINE_NONE, &seen, NOW, 1, 1, &attempts, &error));
  g_assert_cmpint (attempts.seen_ms, ==, 1789999998000);
  g_assert_cmpint (count_rows (path, "SELECT COUNT(*) FROM origins WHERE hex (key) = hex (account) || hex (origin)"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-tables/what-has-expired-is-dropped", test_what_has_expired_is_dropped);
  g_test_add_func ("/account-tables/failures-are-dropped-after-an-hour", test_failures_are_dropped_after_an_hour);
  g_test_add_func ("/account-tables/columns", test_columns);
  g_test_add_func ("/account-tables/what-a-release-left-goes-on", test_what_a_release_left_goes_on);
  g_test_add_func ("/account-tables/sessions-of-the-first-version-go-on", test_sessions_of_the_first_version_go_on);
  return g_test_run ();
}
