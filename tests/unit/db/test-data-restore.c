/* SPDX-License-Identifier: Apache-2.0 */

/* That every moment at which it may be killed is looked at is for tests/integration/test_backup.py. */

#include "tw-data-restore.h"

#include "tw-data-folder.h"
#include "tw-error.h"
#include "tw-temporary-folder.h"

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* @text is NULL where there must be no such file. */
static void
assert_holds (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *found = NULL;

  g_file_get_contents (path, &found, NULL, NULL);
  g_assert_cmpstr (found, ==, text);
}

static void
commit_one (const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *part = tw_data_restore_begin (folder, &error);

  g_assert_no_error (error);
  put (part, name, "new");
  g_assert_true (tw_data_restore_commit (folder, &error));
  g_assert_no_error (error);
}

static void
test_new_one_comes_and_old_one_stays_beside_with_its_log (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = NULL;

  put (folder, "a.db", "old");
  put (folder, "a.db-wal", "log");
  put (folder, "a.db-shm", "index");
  commit_one (folder, "a.db");
  g_assert_true (tw_data_restore_is_pending (folder, "a.db"));
  g_assert_false (tw_data_restore_is_pending (folder, "b.db"));
  assert_holds (folder, "a.db", "old");

  g_assert_true (tw_data_restore_finish (folder, "a.db", &aside, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (aside, ==, "a.db.replaced-1");
  assert_holds (folder, "a.db", "new");
  assert_holds (folder, "a.db-wal", NULL);
  assert_holds (folder, "a.db-shm", NULL);
  assert_holds (folder, "a.db.replaced-1", "old");
  assert_holds (folder, "a.db.replaced-1-wal", "log");
  g_assert_false (tw_data_restore_is_pending (folder, "a.db"));
}

static void
test_nothing_was_there (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *aside = NULL;

  commit_one (folder, "a.db");
  g_assert_true (tw_data_restore_finish (folder, "a.db", &aside, NULL));
  g_assert_null (aside);
  assert_holds (folder, "a.db", "new");
}

static void
test_each_replaced_one_has_a_name_of_its_own (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *aside = NULL, *expected = g_strdup_printf ("a.db.replaced-%u", i);

      put (folder, "a.db", expected);
      put (folder, "a.db-wal", expected);
      commit_one (folder, "a.db");
      g_assert_true (tw_data_restore_finish (folder, "a.db", &aside, NULL));
      g_assert_cmpstr (aside, ==, expected);
    }
  assert_holds (folder, "a.db.replaced-1", "a.db.replaced-1");
  assert_holds (folder, "a.db.replaced-3-wal", "a.db.replaced-3");
}

/* The log has left and the database has not: it follows to the same name. */
static void
test_interrupted_one_goes_on_under_the_same_name (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();

  put (folder, "a.db", "old");
  put (folder, "a.db.replaced-1-wal", "log");
  commit_one (folder, "a.db");
  g_assert_true (tw_data_restore_finish (folder, "a.db", NULL, NULL));
  assert_holds (folder, "a.db.replaced-1", "old");
  assert_holds (folder, "a.db.replaced-1-wal", "log");
  assert_holds (folder, "a.db", "new");
}

static void
test_whoever_opens_the_folder_finishes_it (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDataFolder) reader = NULL, service = NULL;
  g_auto (GStrv) names = NULL;

  put (folder, "a.db", "old");
  commit_one (folder, "a.db");
  names = tw_data_restore_list_pending (folder);
  g_assert_cmpstr (names[0], ==, "a.db");
  g_assert_null (names[1]);

  /* But for who only reads. */
  reader = tw_data_folder_open_shared (folder, "a.db", &error);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_null (reader);
  assert_holds (folder, "a.db", "old");

  service = tw_data_folder_open (folder, "a.db", NULL);
  g_assert_nonnull (service);
  assert_holds (folder, "a.db", "new");
}

static void
test_what_was_not_committed_is_nothing (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *part = tw_data_restore_begin (folder, NULL), *again = NULL;

  put (folder, "a.db", "old");
  put (part, "a.db", "half of");
  g_assert_false (tw_data_restore_is_pending (folder, "a.db"));
  again = tw_data_restore_begin (folder, NULL);
  g_assert_cmpstr (again, ==, part);
  assert_holds (part, "a.db", NULL);
  put (part, "a.db", "half of");
  tw_data_restore_discard (folder);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  assert_holds (folder, "a.db", "old");
}

static void
test_folder_is_held_by_many_or_by_one (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autoptr (TwDataFolder) one = tw_data_folder_hold (folder, FALSE, NULL), two = NULL, alone = NULL, service = NULL;
  g_autoptr (GError) error = NULL;

  two = tw_data_folder_hold (folder, FALSE, NULL);
  g_assert_nonnull (one);
  g_assert_nonnull (two);
  g_assert_null (tw_data_folder_hold (folder, TRUE, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  service = tw_data_folder_open (folder, "a.db", NULL);
  g_assert_nonnull (service);
  g_clear_pointer (&one, tw_data_folder_free);
  g_clear_pointer (&two, tw_data_folder_free);
  alone = tw_data_folder_hold (folder, TRUE, NULL);
  g_assert_nonnull (alone);
  g_assert_null (tw_data_folder_hold (folder, FALSE, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-restore/new-one-comes-and-old-one-stays-beside-with-its-log",
                   test_new_one_comes_and_old_one_stays_beside_with_its_log);
  g_test_add_func ("/data-restore/nothing-was-there", test_nothing_was_there);
  g_test_add_func ("/data-restore/each-replaced-one-has-a-name-of-its-own",
                   test_each_replaced_one_has_a_name_of_its_own);
  g_test_add_func ("/data-restore/interrupted-one-goes-on-under-the-same-name",
                   test_interrupted_one_goes_on_under_the_same_name);
  g_test_add_func ("/data-restore/whoever-opens-the-folder-finishes-it", test_whoever_opens_the_folder_finishes_it);
  g_test_add_func ("/data-restore/what-was-not-committed-is-nothing", test_what_was_not_committed_is_nothing);
  g_test_add_func ("/data-restore/folder-is-held-by-many-or-by-one", test_folder_is_held_by_many_or_by_one);
  return g_test_run ();
}
