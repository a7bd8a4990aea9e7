/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-archive.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static gboolean
go_on (guint64 done, guint64 total, gpointer data)
{
  return TRUE;
}

static gboolean
stop (guint64 done, guint64 total, gpointer data)
{
  return FALSE;
}

static void
put (const char *path, const char *bytes, gsize n)
{
  int fd = open (path, O_WRONLY);

  g_assert_cmpint (write (fd, bytes, n), ==, (gssize) n);
  g_assert_cmpint (ftruncate (fd, (off_t) n), ==, 0);
  close (fd);
}

/* An archive of files of 1,000 and 512 bytes in @folder; its path, free with g_free(). */
static char *
make_archive (const char *folder)
{
  char *path = g_build_filename (folder, "archive", NULL);
  g_autofree char *source = g_build_filename (folder, "source", NULL), *bytes = g_strnfill (1000, 'x');
  g_autoptr (TwArchiveWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  writer = tw_archive_writer_new (fd, path, 1764489600);
  g_assert_true (g_file_set_contents (source, bytes, 1000, NULL));
  g_assert_true (tw_archive_writer_add (writer, "a.db", source, go_on, NULL, &error));
  g_assert_true (g_file_set_contents (source, bytes, 512, NULL));
  g_assert_true (tw_archive_writer_add (writer, "b.db", source, go_on, NULL, &error));
  g_assert_true (tw_archive_writer_end (writer, &error));
  g_assert_no_error (error);
  close (fd);
  return path;
}

/* Both files whole? */
static gboolean
reads_well (const char *path, GError **error)
{
  g_autoptr (TwArchive) archive = tw_archive_open (path, error);

  return archive != NULL && tw_archive_has (archive, "a.db") && tw_archive_has (archive, "b.db")
         && tw_archive_extract (archive, "a.db", -1, go_on, NULL, error)
         && tw_archive_extract (archive, "b.db", -1, go_on, NULL, error);
}

static void
test_what_goes_in_comes_out (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = make_archive (folder), *out = g_build_filename (folder, "out", NULL), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwArchive) archive = tw_archive_open (path, &error);
  int fd = open (out, O_WRONLY | O_CREAT, 0600);
  gsize length;

  g_assert_no_error (error);
  g_assert_false (tw_archive_has (archive, "c.db"));
  g_assert_false (tw_archive_has (archive, "SHA256SUMS"));
  g_assert_true (tw_archive_extract (archive, "a.db", fd, go_on, NULL, &error));
  close (fd);
  g_assert_true (g_file_get_contents (out, &text, &length, NULL));
  g_assert_cmpuint (length, ==, 1000);
  g_assert_cmpuint (strspn (text, "x"), ==, 1000);
}

/* By the tools that everybody has. */
static void
test_tar_and_sha256sum_understand_it (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = make_archive (folder);
  g_autofree char *command
      = g_strdup_printf ("sh -c 'cd %s && tar -xf %s && sha256sum --strict -c SHA256SUMS"
                         " && test $(tar -tf %s | wc -l) = 3'", folder, path, path);
  g_autofree char *said = NULL;
  int status;

  g_assert_true (g_spawn_command_line_sync (command, &said, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

/* Cut anywhere, or with any bit of it turned over: never taken for what it was. */
static void
test_damage_is_found_wherever_it_is (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = make_archive (folder), *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length, end;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_true (reads_well (path, &error));
  g_assert_no_error (error);
  end = length - 2 * 512 - 512 + 2 * 70; /* of the sums; what follows is padding */
  for (gsize i = 0; i < end; i += i % 512 < 160 || i > end - 300 ? 1 : 37)
    {
      gboolean in_padding = i >= 512 + 1000 && i < 512 + 1024;

      put (path, bytes, i);
      g_assert_false (reads_well (path, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_clear_error (&error);

      bytes[i] ^= 0x04;
      put (path, bytes, length);
      bytes[i] ^= 0x04;
      if (reads_well (path, &error))
        g_assert_true (in_padding || i % 512 == 155);
      g_clear_error (&error);
    }
}

static void
test_it_stops_where_it_is_told_to (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = make_archive (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwArchive) archive = tw_archive_open (path, NULL);

  g_assert_false (tw_archive_extract (archive, "a.db", -1, stop, NULL, &error));
  g_assert_cmpstr (error->message, ==, "stopped");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/archive/what-goes-in-comes-out", test_what_goes_in_comes_out);
  g_test_add_func ("/archive/tar-and-sha256sum-understand-it", test_tar_and_sha256sum_understand_it);
  g_test_add_func ("/archive/damage-is-found-wherever-it-is", test_damage_is_found_wherever_it_is);
  g_test_add_func ("/archive/it-stops-where-it-is-told-to", test_it_stops_where_it_is_told_to);
  return g_test_run ();
}
