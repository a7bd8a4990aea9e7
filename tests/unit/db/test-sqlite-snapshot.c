/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-snapshot.h"

#include "tw-error.h"
#include "tw-sqlite.h"
#include "tw-temporary-folder.h"

#include <string.h>

/* Of 4 KiB each: more pages than are copied in one step. */
#define ROWS 600

static const TwSqliteMigration migrations[] = { "CREATE TABLE things (id INTEGER PRIMARY KEY, bytes BLOB)" };
static const TwSqliteKind kind = { 0x54774268, 1 };

typedef struct
{
  char *folder, *path, *copy;
  TwSqlite *db;
  guint steps;
  guint steps_at_most;
} Scene;

static gboolean
insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "INSERT INTO things (bytes) VALUES (randomblob (4000))", error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

static gboolean
insert_many (TwSqliteConnection *connection, gpointer data, GError **error)
{
  for (guint i = 0; i < ROWS; i++)
    if (!insert (connection, NULL, error))
      return FALSE;
  return TRUE;
}

static void
scene_open (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  *scene = (Scene) { .folder = tw_temporary_folder_new (), .steps_at_most = 10000 };
  scene->path = g_build_filename (scene->folder, "things.db", NULL);
  scene->copy = g_build_filename (scene->folder, "copy", NULL);
  scene->db = tw_sqlite_open (scene->path, kind.application_id, migrations, G_N_ELEMENTS (migrations), 1, &error);
  g_assert_no_error (error);
  g_assert_true (tw_sqlite_mutate_wait (scene->db, TW_DEADLINE_NONE, insert_many, NULL, &error));
  g_assert_no_error (error);
}

static void
scene_clear (Scene *scene)
{
  g_clear_pointer (&scene->db, tw_sqlite_close);
  g_free (scene->path);
  g_free (scene->copy);
  tw_temporary_folder_clear (&scene->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

/* Somebody writes between any two steps. */
static gboolean
write_meanwhile (guint64 done, guint64 total, gpointer data)
{
  Scene *scene = data;

  g_assert_cmpuint (done, <=, total);
  g_assert_true (tw_sqlite_mutate_wait (scene->db, TW_DEADLINE_NONE, insert, NULL, NULL));
  return ++scene->steps < scene->steps_at_most;
}

static gboolean
go_on (guint64 done, guint64 total, gpointer data)
{
  return TRUE;
}

static void
keep_count (const char *table, guint64 rows, gpointer data)
{
  g_assert_cmpstr (table, ==, "things");
  *(guint64 *) data = rows;
}

static guint64
rows_of_copy (const Scene *scene)
{
  g_autoptr (GError) error = NULL;
  guint64 n = 0;

  g_assert_true (tw_sqlite_snapshot_check (scene->copy, &kind, go_on, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tw_sqlite_snapshot_count (scene->copy, keep_count, &n, &error));
  g_assert_no_error (error);
  return n;
}

static void
test_it_is_of_the_moment_at_which_it_was_opened (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteSnapshot) snapshot = NULL;

  scene_open (&scene);
  snapshot = tw_sqlite_snapshot_open (scene.path, &kind, &error);
  g_assert_no_error (error);
  g_assert_true (tw_sqlite_mutate_wait (scene.db, TW_DEADLINE_NONE, insert, NULL, &error));
  g_assert_true (tw_sqlite_snapshot_save (snapshot, scene.copy, write_meanwhile, &scene, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (scene.steps, >, 2);
  g_assert_cmpuint (scene.steps, <, 10);
  g_assert_cmpuint (rows_of_copy (&scene), ==, ROWS);
}

static void
test_next_one_has_what_came_since (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (TwSqliteSnapshot) snapshot = NULL;

      g_assert_true (tw_sqlite_mutate_wait (scene.db, TW_DEADLINE_NONE, insert, NULL, NULL));
      snapshot = tw_sqlite_snapshot_open (scene.path, &kind, NULL);
      g_unlink (scene.copy);
      g_assert_true (tw_sqlite_snapshot_save (snapshot, scene.copy, go_on, NULL, NULL));
      g_assert_cmpuint (rows_of_copy (&scene), ==, ROWS + i + 1);
    }
}

static void
test_it_stops_where_it_is_told_to (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteSnapshot) snapshot = NULL;

  scene_open (&scene);
  scene.steps_at_most = 1;
  snapshot = tw_sqlite_snapshot_open (scene.path, &kind, NULL);
  g_assert_false (tw_sqlite_snapshot_save (snapshot, scene.copy, write_meanwhile, &scene, &error));
  g_assert_cmpstr (error->message, ==, "stopped");
  g_assert_true (tw_sqlite_mutate_wait (scene.db, TW_DEADLINE_NONE, insert, NULL, NULL));
}

static void
test_copy_needs_nothing_beside_it_and_is_its_owners (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TwSqliteSnapshot) snapshot = NULL;
  g_autofree char *text = NULL;
  GStatBuf status;

  scene_open (&scene);
  snapshot = tw_sqlite_snapshot_open (scene.path, &kind, NULL);
  g_assert_true (tw_sqlite_snapshot_save (snapshot, scene.copy, go_on, NULL, NULL));
  g_assert_cmpint (g_stat (scene.copy, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_true (g_file_get_contents (scene.copy, &text, NULL, NULL));
  g_assert_cmpint (memcmp (text, "SQLite format 3", 16), ==, 0);
  g_assert_cmpint (text[18], ==, 1);
  g_assert_cmpint (text[19], ==, 1);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const suffixes[] = { "-wal", "-shm", "-journal" };
      g_autofree char *beside = g_strconcat (scene.copy, suffixes[i], NULL);

      g_assert_false (g_file_test (beside, G_FILE_TEST_EXISTS));
    }
}

static void
test_file_that_is_there_is_not_written_over (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (TwSqliteSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  scene_open (&scene);
  snapshot = tw_sqlite_snapshot_open (scene.path, &kind, NULL);
  g_assert_true (g_file_set_contents (scene.copy, "mine", -1, NULL));
  g_assert_false (tw_sqlite_snapshot_save (snapshot, scene.copy, go_on, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_true (g_file_get_contents (scene.copy, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
}

static void
test_what_is_not_of_its_kind_is_refused (void)
{
  const TwSqliteKind other = { kind.application_id + 1, 1 }, older = { kind.application_id, 0 };
  g_auto (Scene) scene = { 0 };
  g_autoptr (GError) error = NULL;

  scene_open (&scene);
  g_assert_null (tw_sqlite_snapshot_open (scene.path, &other, &error));
  g_assert_nonnull (strstr (error->message, "another application"));
  g_clear_error (&error);
  g_assert_null (tw_sqlite_snapshot_open (scene.path, &older, &error));
  g_assert_nonnull (strstr (error->message, "newer"));
  g_clear_error (&error);
  g_assert_null (tw_sqlite_snapshot_open (scene.copy, &kind, &error));
  g_assert_nonnull (strstr (error->message, "there is no database"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sqlite-snapshot/it-is-of-the-moment-at-which-it-was-opened",
                   test_it_is_of_the_moment_at_which_it_was_opened);
  g_test_add_func ("/sqlite-snapshot/next-one-has-what-came-since", test_next_one_has_what_came_since);
  g_test_add_func ("/sqlite-snapshot/it-stops-where-it-is-told-to", test_it_stops_where_it_is_told_to);
  g_test_add_func ("/sqlite-snapshot/copy-needs-nothing-beside-it-and-is-its-owners",
                   test_copy_needs_nothing_beside_it_and_is_its_owners);
  g_test_add_func ("/sqlite-snapshot/file-that-is-there-is-not-written-over",
                   test_file_that_is_there_is_not_written_over);
  g_test_add_func ("/sqlite-snapshot/what-is-not-of-its-kind-is-refused", test_what_is_not_of_its_kind_is_refused);
  return g_test_run ();
}
