/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-data-dir.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <string.h>
#include <sys/stat.h>

static void
test_default (void)
{
  g_autofree char *path = NULL;

  g_setenv ("XDG_DATA_HOME", "/somewhere", TRUE);
  path = tw_data_dir_default ();
  g_assert_cmpstr (path, ==, "/somewhere/taskwire");
}

static void
assert_made (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_data_dir_make (path, &error));
  g_assert_no_error (error);
}

static void
assert_private (const char *path)
{
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_true (S_ISDIR (status.st_mode));
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
}

static void
test_made_with_parents (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *above = g_build_filename (folder, "a", NULL), *path = g_build_filename (above, "b", NULL);

  assert_made (path);
  assert_private (above);
  assert_private (path);
  assert_made (path);
}

/* What is there already is its owner's business. */
static void
test_there_already (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  struct stat status;

  g_assert_cmpint (g_chmod (folder, 0750), ==, 0);
  assert_made (folder);
  g_assert_cmpint (stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0750);
}

static void
assert_refused (const char *path, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tw_data_dir_make (path, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_refused (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *file = g_build_filename (folder, "file", NULL), *below = g_build_filename (file, "below", NULL);

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  assert_refused (file, "is not a folder");
  assert_refused (below, "can't be made: Not a directory");
  assert_refused ("", "can't be made");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-dir/default-follows-xdg", test_default);
  g_test_add_func ("/data-dir/made-with-parents-for-nobody-else", test_made_with_parents);
  g_test_add_func ("/data-dir/there-already-stays-as-it-is", test_there_already);
  g_test_add_func ("/data-dir/refused", test_refused);
  return g_test_run ();
}
