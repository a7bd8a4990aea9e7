/* SPDX-License-Identifier: Apache-2.0 */

/* What every dump of SQLite does (db/tw-sqlite-dump.h), tried on tasks. */

#include "tw-task-dump.h"

#include "task-waits.h"
#include "tw-child.h"
#include "tw-crash-copy.h"
#include "tw-data-folder.h"
#include "tw-error.h"
#include "tw-record-dump.h"
#include "tw-sqlite.h"
#include "tw-task-store-sqlite.h"
#include "tw-task-tables.h"
#include "tw-temporary-folder.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const TwDumpSection *
tasks_of (const TwDump *dump)
{
  g_assert_cmpuint (dump->n_sections, >=, 1);
  g_assert_cmpstr (dump->sections[0].name, ==, "tasks");
  return &dump->sections[0];
}

static GVariant *
record_new (guint8 number, const char *name)
{
  g_autofree char *id = g_strdup_printf ("ff00000000000000000000%02x", number);

  return g_variant_ref_sink (tw_record_dump_pack (&tw_task_type, &(TwTaskRecord) {
    .has = TASK_WHOLE,
    .id = id,
    .user_id = "somebody",
    .name = name,
    .created_ms = 1000 + number,
    .updated_ms = 2000 + number,
    .version = 1 + number,
    .done = number % 2 == 1,
  }));
}

/* From @first on, with names that tell them apart. */
static GPtrArray *
records_new (guint8 first, guint8 n)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  for (guint8 i = first; i < first + n; i++)
    {
      g_autofree char *name = g_strdup_printf ("Milk × %u", i);

      g_ptr_array_add (records, record_new (i, name));
    }
  return records;
}

static TwDump *
open_dump (const char *path, TwDumpRole role)
{
  g_autoptr (GError) error = NULL;
  TwDump *dump = tw_task_dump_sqlite_open (path, role, &error);

  g_assert_no_error (error);
  return dump;
}

static void
write_records (TwDump *dump, guint8 first, guint8 n)
{
  g_autoptr (GPtrArray) records = records_new (first, n);
  g_autoptr (GError) error = NULL;

  g_assert_true (dump->klass->write (dump, tasks_of (dump), records, &error));
  g_assert_no_error (error);
}

static void
finish (TwDump *dump)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dump->klass->finish (dump, &error));
  g_assert_no_error (error);
}

static void
assert_holds (TwDump *dump, guint8 n)
{
  g_autoptr (GPtrArray) expected = records_new (0, n), read = NULL;
  g_autoptr (GVariant) last = NULL;
  g_autoptr (GError) error = NULL;
  guint64 counted;

  g_assert_true (dump->klass->count (dump, tasks_of (dump), &counted, &error));
  g_assert_cmpuint (counted, ==, n);
  read = dump->klass->read (dump, tasks_of (dump), NULL, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpvariant (read->pdata[i], expected->pdata[i]);
  g_assert_true (dump->klass->last (dump, tasks_of (dump), &last, &error));
  g_assert_true ((last == NULL) == (n == 0));
  if (n > 0)
    g_assert_cmpvariant (last, expected->pdata[n - 1]);
}

/* A database of @n tasks, as a copy leaves it. */
static void
make_database (const char *path, guint8 n)
{
  g_autoptr (TwDump) dump = open_dump (path, TW_DUMP_TARGET);

  write_records (dump, 0, n);
  finish (dump);
}

static void
assert_refused (const char *path, TwDumpRole role, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_task_dump_sqlite_open (path, role, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  if (strstr (error->message, why) == NULL || strchr (error->message, '\n') != NULL)
    g_error ("'%s' is not one line that says '%s'", error->message, why);
}

static gboolean
is_there (const char *path, const char *suffix)
{
  g_autofree char *file = g_strconcat (path, suffix, NULL);

  return g_file_test (file, G_FILE_TEST_EXISTS);
}

/* Runs @sql on @path as another program would. */
static void
execute (const char *path, const char *sql)
{
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static void
test_store_serves_what_was_written (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "new", "tasks.db", NULL);
  g_autoptr (TwTaskStore) store = NULL;
  g_autoptr (TwTaskRecord) task = NULL;
  g_autoptr (GError) error = NULL;
  struct stat status;

  make_database (path, 5);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, &error);
  g_assert_no_error (error);
  task = read_task (store, TW_DEADLINE_NONE, "somebody", "ff0000000000000000000003", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (task->name, ==, "Milk × 3");
  g_assert_cmpint (task->created_ms, ==, 1003);
  g_assert_cmpint (task->updated_ms, ==, 2003);
  g_assert_cmpint (task->version, ==, 4);
  g_assert_true (task->done);
}

static void
test_source_gives_what_was_written (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) dump = NULL;

  make_database (path, 9);
  dump = open_dump (path, TW_DUMP_SOURCE);
  assert_holds (dump, 9);
}

static void
test_read_goes_on_behind_a_record (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (GPtrArray) expected = records_new (0, 9), read = NULL;
  g_autoptr (TwDump) dump = NULL;

  make_database (path, 9);
  dump = open_dump (path, TW_DUMP_SOURCE);
  read = dump->klass->read (dump, tasks_of (dump), expected->pdata[3], 2, NULL);
  g_assert_cmpuint (read->len, ==, 2);
  g_assert_cmpvariant (read->pdata[0], expected->pdata[4]);
  g_assert_cmpvariant (read->pdata[1], expected->pdata[5]);
  g_ptr_array_unref (read);
  read = dump->klass->read (dump, tasks_of (dump), expected->pdata[8], 2, NULL);
  g_assert_cmpuint (read->len, ==, 0);
}

static void
test_target_is_no_database_until_it_is_finished (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) dump = open_dump (path, TW_DUMP_TARGET);

  write_records (dump, 0, 3);
  g_assert_false (is_there (path, ""));
  g_assert_true (is_there (path, ".part"));
  finish (dump);
  g_assert_true (is_there (path, ""));
  g_assert_false (is_there (path, "-wal"));
  g_assert_false (is_there (path, ".part"));
  g_assert_false (is_there (path, ".part-wal"));
  g_assert_false (is_there (path, ".part-shm"));
}

static void
test_target_goes_on_with_what_was_left (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwDump *dump = open_dump (path, TW_DUMP_TARGET);

  write_records (dump, 0, 3);
  tw_dump_free (dump);
  dump = open_dump (path, TW_DUMP_TARGET);
  assert_holds (dump, 3);
  write_records (dump, 3, 2);
  finish (dump);
  tw_dump_free (dump);
  dump = open_dump (path, TW_DUMP_SOURCE);
  assert_holds (dump, 5);
  tw_dump_free (dump);
}

static void
test_clear_deletes_what_was_left (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (GError) error = NULL;
  TwDump *dump = open_dump (path, TW_DUMP_TARGET);

  write_records (dump, 7, 3);
  tw_dump_free (dump);
  dump = open_dump (path, TW_DUMP_TARGET);
  g_assert_true (dump->klass->clear (dump, &error));
  g_assert_no_error (error);
  assert_holds (dump, 0);
  write_records (dump, 0, 2);
  assert_holds (dump, 2);
  tw_dump_free (dump);
}

static void
test_failed_batch_leaves_nothing_of_it (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) dump = open_dump (path, TW_DUMP_TARGET);
  g_autoptr (GPtrArray) twice = records_new (2, 3);
  g_autoptr (GError) error = NULL;

  write_records (dump, 0, 2);
  g_ptr_array_add (twice, record_new (2, "again"));
  g_assert_false (dump->klass->write (dump, tasks_of (dump), twice, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  assert_holds (dump, 2);
  write_records (dump, 2, 1);
  assert_holds (dump, 3);
}

static void
test_data_is_never_replaced (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL), *before = NULL, *after = NULL;
  gsize before_length, after_length;

  make_database (path, 1);
  g_assert_true (g_file_get_contents (path, &before, &before_length, NULL));
  assert_refused (path, TW_DUMP_TARGET, "already holds data");
  g_assert_false (is_there (path, ".part"));
  g_assert_true (g_file_get_contents (path, &after, &after_length, NULL));
  g_assert_cmpmem (before, before_length, after, after_length);
}

/* What a service leaves that is killed while its last changes are in the log alone. */
static void
make_killed (const char *folder, const char *path, const char *sql)
{
  g_autofree char *running = g_build_filename (folder, "running.db", NULL);
  g_autoptr (TwSqlite) db = tw_sqlite_open (running, tw_task_tables_kind.application_id, tw_task_tables_migrations,
                                            tw_task_tables_kind.version, 1, NULL);

  g_assert_nonnull (db);
  if (sql != NULL)
    execute (running, sql);
  tw_crash_copy (running, path);
}

#define INSERT                                                                                                        \
  "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, name)"                                       \
  " VALUES ('somebody', 1000, x'ff0000000000000000000000', 2000, 1, 0, 'Milk × 0')"

static void
test_empty_database_is_replaced_with_its_log (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) source = NULL;

  make_killed (folder, path, NULL);
  g_assert_true (is_there (path, "-wal"));
  make_database (path, 4);
  g_assert_false (is_there (path, "-wal"));
  g_assert_false (is_there (path, "-shm"));
  source = open_dump (path, TW_DUMP_SOURCE);
  assert_holds (source, 4);
}

static void
test_data_in_the_log_counts_as_data (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) source = NULL;

  make_killed (folder, path, INSERT);
  assert_refused (path, TW_DUMP_TARGET, "already holds data");
  source = open_dump (path, TW_DUMP_SOURCE);
  assert_holds (source, 1);
}

static void
test_what_a_service_holds_is_refused (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDataFolder) service = NULL;
  g_autoptr (GError) error = NULL;

  make_database (path, 1);
  service = tw_data_folder_open (folder, "tasks.db", &error);
  g_assert_no_error (error);
  assert_refused (path, TW_DUMP_SOURCE, "in use by another process");
  assert_refused (path, TW_DUMP_TARGET, "in use by another process");
}

static void
test_service_is_kept_away_by_both_ends (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *from = g_build_filename (folder, "from.db", NULL), *to = g_build_filename (folder, "to.db", NULL);
  TwDump *source, *another, *target;

  make_database (from, 1);
  source = open_dump (from, TW_DUMP_SOURCE);
  another = open_dump (from, TW_DUMP_SOURCE);
  target = open_dump (to, TW_DUMP_TARGET);
  g_assert_null (tw_data_folder_open (folder, "from.db", NULL));
  g_assert_null (tw_data_folder_open (folder, "to.db", NULL));
  tw_dump_free (another);
  g_assert_null (tw_data_folder_open (folder, "from.db", NULL));
  tw_dump_free (source);
  tw_dump_free (target);
  tw_data_folder_free (tw_data_folder_open (folder, "from.db", NULL));
}

static void
test_source_must_be_ours_and_up_to_date (void)
{
  static const struct
  {
    const char *sql, *why;
  } cases[] = {
    { "PRAGMA application_id = 7", "belongs to another application" },
    { "PRAGMA user_version = 99", "made by a newer program" },
    { "PRAGMA user_version = 0", "start its service once" },
  };
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *absent = g_build_filename (folder, "absent.db", NULL);
  g_autofree char *text = g_build_filename (folder, "text.db", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.db", i), *path = g_build_filename (folder, name, NULL);

      make_database (path, 1);
      execute (path, cases[i].sql);
      assert_refused (path, TW_DUMP_SOURCE, cases[i].why);
    }
  assert_refused (absent, TW_DUMP_SOURCE, "there is no database");
  g_assert_false (is_there (absent, ".lock"));
  g_assert_true (g_file_set_contents (text, "Dear diary, this is no database, and long enough to see that", -1, NULL));
  assert_refused (text, TW_DUMP_SOURCE, "is not a database");
  assert_refused (text, TW_DUMP_TARGET, "is not a database");
}

static void
test_text_that_is_none_is_told (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwDump) dump = NULL;
  g_autoptr (GError) error = NULL;

  make_database (path, 2);
  execute (path, "UPDATE tasks SET name = CAST (x'ff' AS TEXT) WHERE version = 2");
  dump = open_dump (path, TW_DUMP_SOURCE);
  g_assert_null (dump->klass->read (dump, tasks_of (dump), NULL, 10, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, "'name' that is not UTF-8"));
}

/* Reads a folder that nobody may write to with the rights of somebody who owns nothing, and says how many there are. */
static int
count_as_nobody (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDump) dump = NULL;
  g_autofree char *said = NULL;
  guint64 n = 0;

  if (geteuid () == 0 && setresuid (65534, 65534, 65534) != 0)
    return 1;
  dump = tw_task_dump_sqlite_open (path, TW_DUMP_SOURCE, &error);
  if (dump != NULL)
    dump->klass->count (dump, tasks_of (dump), &n, &error);
  said = error != NULL ? g_strdup (error->message) : g_strdup_printf ("%u tasks", (guint) n);
  return write (STDOUT_FILENO, said, strlen (said)) > 0 ? 0 : 1;
}

static void
test_source_may_be_read_only (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autofree char *lock = g_strconcat (path, ".lock", NULL);
  char said[1000] = "";
  int out, status;
  pid_t pid;

  make_database (path, 6);
  g_assert_cmpint (unlink (lock), ==, 0);
  g_assert_cmpint (chmod (path, 0444), ==, 0);
  g_assert_cmpint (chmod (folder, 0555), ==, 0);
  pid = tw_child_spawn ("--count-as-nobody", path, &out);
  g_assert_cmpint (read (out, said, sizeof said - 1), >, 0);
  close (out);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpstr (said, ==, "6 tasks");
  g_assert_cmpint (chmod (folder, 0700), ==, 0);
  g_assert_false (is_there (path, ".lock"));
  g_assert_false (is_there (path, "-wal"));
  g_assert_false (is_there (path, "-shm"));
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--count-as-nobody") == 0)
    return count_as_nobody (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-dump-sqlite/store-serves-what-was-written", test_store_serves_what_was_written);
  g_test_add_func ("/task-dump-sqlite/source-gives-what-was-written", test_source_gives_what_was_written);
  g_test_add_func ("/task-dump-sqlite/read-goes-on-behind-a-record", test_read_goes_on_behind_a_record);
  g_test_add_func ("/task-dump-sqlite/target-is-no-database-until-it-is-finished",
                   test_target_is_no_database_until_it_is_finished);
  g_test_add_func ("/task-dump-sqlite/target-goes-on-with-what-was-left", test_target_goes_on_with_what_was_left);
  g_test_add_func ("/task-dump-sqlite/clear-deletes-what-was-left", test_clear_deletes_what_was_left);
  g_test_add_func ("/task-dump-sqlite/failed-batch-leaves-nothing-of-it", test_failed_batch_leaves_nothing_of_it);
  g_test_add_func ("/task-dump-sqlite/data-is-never-replaced", test_data_is_never_replaced);
  g_test_add_func ("/task-dump-sqlite/empty-database-is-replaced-with-its-log",
                   test_empty_database_is_replaced_with_its_log);
  g_test_add_func ("/task-dump-sqlite/data-in-the-log-counts-as-data", test_data_in_the_log_counts_as_data);
  g_test_add_func ("/task-dump-sqlite/what-a-service-holds-is-refused", test_what_a_service_holds_is_refused);
  g_test_add_func ("/task-dump-sqlite/service-is-kept-away-by-both-ends", test_service_is_kept_away_by_both_ends);
  g_test_add_func ("/task-dump-sqlite/source-must-be-ours-and-up-to-date", test_source_must_be_ours_and_up_to_date);
  g_test_add_func ("/task-dump-sqlite/text-that-is-none-is-told", test_text_that_is_none_is_told);
  g_test_add_func ("/task-dump-sqlite/source-may-be-read-only", test_source_may_be_read_only);
  return g_test_run ();
}
