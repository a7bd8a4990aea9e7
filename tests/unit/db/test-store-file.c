/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-store-file.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <string.h>
#include <sys/stat.h>

/* Reads a file that holds @length bytes. */
static char *
read_back (const char *bytes, gssize length, GError **error)
{
  g_autofree char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  char *read;

  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
  read = tw_store_file_read (path, error);
  tw_temporary_folder_remove (folder);
  return read;
}

static void
test_white_space_around_it_is_no_part (void)
{
  static const char *const files[] = { "mongodb://a:b@c/d", "mongodb://a:b@c/d\n", " mongodb://a:b@c/d \r\n\n",
                                       "mongodb://a:b@c/d\r", "\xef\xbb\xbfmongodb://a:b@c/d\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri = read_back (files[i], -1, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (uri, ==, "mongodb://a:b@c/d");
    }
}

static void
assert_refused (const char *bytes, gssize length, const char *what)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_back (bytes, length, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, what));
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_nonsense_is_refused_and_not_repeated (void)
{
  g_autofree char *long_text = g_strnfill (8193, 'x');

  assert_refused ("", -1, "holds nothing");
  assert_refused (" \n", -1, "holds nothing");
  assert_refused ("secret\nsecret", -1, "more than one line");
  assert_refused ("secret\0secret", 13, "holds a NUL");
  assert_refused ("secret\rsecret", -1, "more than one line");
  assert_refused ("secret\xff", -1, "is not UTF-8");
  assert_refused ("\xff\xfes\0e\0", 6, "is UTF-16");
  assert_refused (long_text, -1, "longer than 8 KiB");
}

static void
test_no_file_is_named (void)
{
  g_autofree char *folder = tw_temporary_folder_new ();
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *absent = g_build_filename (folder, "absent", NULL);
  const char *const paths[] = { fifo, absent, folder };

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tw_store_file_read (paths[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
  tw_temporary_folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-file/white-space-around-it-is-no-part", test_white_space_around_it_is_no_part);
  g_test_add_func ("/store-file/nonsense-is-refused-and-not-repeated", test_nonsense_is_refused_and_not_repeated);
  g_test_add_func ("/store-file/no-file-is-named", test_no_file_is_named);
  return g_test_run ();
}
