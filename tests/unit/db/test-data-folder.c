/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-data-folder.h"

#include "tw-child.h"
#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_is_made_for_its_owner_alone (void)
{
  TW_AUTO_FOLDER char *parent = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (parent, "a", "b", NULL);
  g_autofree char *file = NULL, *expected = g_build_filename (path, "x.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDataFolder) folder = tw_data_folder_open (path, "x", &error);
  struct stat status;

  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
  file = tw_data_folder_path (folder, "x.db");
  g_assert_cmpstr (file, ==, expected);
}

static void
test_a_file_is_refused (void)
{
  TW_AUTO_FOLDER char *parent = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (parent, "file", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_null (tw_data_folder_open (path, "x", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, "is not a folder"));
}

static void
test_a_place_that_cannot_be_made_is_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_data_folder_open ("/proc/taskwire", "x", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, "/proc/taskwire"));
}

static void
test_names_are_locked_apart (void)
{
  TW_AUTO_FOLDER char *path = tw_temporary_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDataFolder) one = tw_data_folder_open (path, "one", &error);
  g_autoptr (TwDataFolder) two = tw_data_folder_open (path, "two", &error);

  g_assert_no_error (error);
  g_assert_nonnull (one);
  g_assert_nonnull (two);
}

/* Another process, which holds the lock of the folder @path until it is killed. */
static pid_t
spawn_holder (const char *path)
{
  char byte;
  int out;
  pid_t pid = tw_child_spawn ("--hold", path, &out);

  g_assert_cmpint (read (out, &byte, 1), ==, 1);
  close (out);
  return pid;
}

static int
hold (const char *path)
{
  g_autoptr (TwDataFolder) folder = tw_data_folder_open (path, "x", NULL);

  if (folder == NULL || write (STDOUT_FILENO, "+", 1) != 1)
    return 1;
  for (;;)
    pause ();
}

static void
test_is_held_by_one_process_until_it_dies (void)
{
  TW_AUTO_FOLDER char *path = tw_temporary_folder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TwDataFolder) folder = NULL;
  pid_t holder = spawn_holder (path);

  g_assert_null (tw_data_folder_open (path, "x", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, "in use by another process"));
  g_clear_error (&error);

  kill (holder, SIGKILL);
  g_assert_cmpint (waitpid (holder, NULL, 0), ==, holder);
  folder = tw_data_folder_open (path, "x", &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--hold") == 0)
    return hold (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-folder/is-made-for-its-owner-alone", test_is_made_for_its_owner_alone);
  g_test_add_func ("/data-folder/a-file-is-refused", test_a_file_is_refused);
  g_test_add_func ("/data-folder/a-place-that-cannot-be-made-is-refused", test_a_place_that_cannot_be_made_is_refused);
  g_test_add_func ("/data-folder/names-are-locked-apart", test_names_are_locked_apart);
  g_test_add_func ("/data-folder/is-held-by-one-process-until-it-dies", test_is_held_by_one_process_until_it_dies);
  return g_test_run ();
}
