/* SPDX-License-Identifier: Apache-2.0 */

#include "tokens.h"
#include "tw-error.h"
#include "tw-temporary-folder.h"
#include "tw-token-keys.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>

#define STARTERS 8

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = tw_temporary_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "key", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->path);
  tw_temporary_folder_clear (&fixture->folder);
}

static void
write_file (const Fixture *fixture, const char *bytes, gssize length, int mode)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->path, bytes, length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (fixture->path, mode), ==, 0);
}

static guint
files_in (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Loading fails with one line of configuration error that says @why and holds no key. */
static void
assert_refused (const Fixture *fixture, gboolean create, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTokenKeys) keys = tw_token_keys_load (fixture->path, create, &error);

  g_assert_null (keys);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_null (strstr (error->message, "YWFh"));
}

static void
an_absent_file_is_made (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTokenKeys) made = tw_token_keys_load (fixture->path, TRUE, &error);
  g_autoptr (TwTokenKeys) read = NULL;
  const TwTokenKey *key, *again;
  struct stat about;

  g_assert_no_error (error);
  g_assert_cmpint (stat (fixture->path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (files_in (fixture->folder), ==, 1);
  read = tw_token_keys_load (fixture->path, TRUE, &error);
  g_assert_no_error (error);
  key = tw_token_keys_signing (made);
  again = tw_token_keys_signing (read);
  g_assert_cmpuint (key->length, >=, 32);
  g_assert_cmpmem (key->bytes, key->length, again->bytes, again->length);
  g_assert_cmpstr (key->id, ==, again->id);
}

static gpointer
load_in_thread (gpointer data)
{
  const Fixture *fixture = data;
  g_autoptr (GError) error = NULL;
  TwTokenKeys *keys = tw_token_keys_load (fixture->path, TRUE, &error);

  g_assert_no_error (error);
  return keys;
}

static void
of_several_that_start_together_one_makes_it (Fixture *fixture, gconstpointer data)
{
  GThread *threads[STARTERS];
  TwTokenKeys *keys[STARTERS];

  for (guint i = 0; i < STARTERS; i++)
    threads[i] = g_thread_new ("starter", load_in_thread, fixture);
  for (guint i = 0; i < STARTERS; i++)
    keys[i] = g_thread_join (threads[i]);
  for (guint i = 0; i < STARTERS; i++)
    g_assert_cmpstr (tw_token_keys_signing (keys[i])->id, ==, tw_token_keys_signing (keys[0])->id);
  for (guint i = 0; i < STARTERS; i++)
    tw_token_keys_unref (keys[i]);
  g_assert_cmpuint (files_in (fixture->folder), ==, 1);
}

static void
an_absent_file_may_be_an_error (Fixture *fixture, gconstpointer data)
{
  assert_refused (fixture, FALSE, "No such file");
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
an_absent_folder_is_an_error (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->path);
  fixture->path = g_build_filename (fixture->folder, "none", "key", NULL);
  assert_refused (fixture, TRUE, "No such file");
}

static void
what_others_can_touch_is_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int mode;
    const char *why;
  } cases[] = {
    { 0640, "read" }, { 0604, "read" }, { 0644, "read" }, { 0444, "read" },
    { 0620, "write" }, { 0602, "write" }, { 0666, "write" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (fixture, LINE_A, -1, cases[i].mode);
      assert_refused (fixture, TRUE, cases[i].why);
    }
}

static void
a_file_that_only_the_owner_reads_is_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTokenKeys) keys = NULL;

  write_file (fixture, LINE_A, -1, 0400);
  keys = tw_token_keys_load (fixture->path, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (tw_token_keys_signing (keys)->bytes, tw_token_keys_signing (keys)->length, KEY_A, 32);
}

static void
what_is_no_file_is_refused (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_refused (fixture, TRUE, "not a regular file");
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  assert_refused (fixture, TRUE, "not a regular file");
}

static void
a_malformed_file_is_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    const char *why;
  } cases[] = {
    { "", "line 1 is missing" },
    { "\n", "line 1 is not" },
    { "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n", "line 1 is not" },
    { " YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n", "line 1 is not" },
    { "a  YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n", "line 1 is not" },
    { "a YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n", "line 1 is not" },
    { "a YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE \r\n", "line 1 is not" },
    { "\xef\xbb\xbf", "line 1 is missing" },
    { "\xff\xfe" "a\0", "line 1 is not" },
    { "a YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWF\n", "line 1 is not" }, /* stray bits */
    { "a YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n", "line 1 has a key of less than 32 bytes" },
    { "a \n", "line 1" },
    { "\"a\" YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n", "line 1 is not" },
    { "\xc3\xa4 YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n", "line 1 is not" },
    { LINE_A "\n", "line 2 is not" },
    { LINE_A LINE_A, "line 2 has the key id" },
    { LINE_A LINE_B "c YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\n", "line 3 is one too many" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (fixture, cases[i].text, -1, 0600);
      assert_refused (fixture, TRUE, cases[i].why);
    }
  write_file (fixture, "a\0YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE", 45, 0600);
  assert_refused (fixture, TRUE, "line 1 is not");
}

static void
a_long_id_or_file_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = g_strnfill (65, 'x');
  g_autofree char *line = g_strconcat (id, strchr (LINE_A, ' '), NULL);
  g_autofree char *long_file = g_strnfill (5000, 'x');

  write_file (fixture, line, -1, 0600);
  assert_refused (fixture, TRUE, "line 1 is not");
  write_file (fixture, long_file, -1, 0600);
  assert_refused (fixture, TRUE, "too long");
}

static void
the_last_newline_may_be_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTokenKeys) keys = NULL;

  write_file (fixture, LINE_A LINE_B, (gssize) strlen (LINE_A LINE_B) - 1, 0600);
  keys = tw_token_keys_load (fixture->path, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tw_token_keys_signing (keys)->id, ==, "a");
}

/* Which editor wrote it makes no difference. */
static void
line_ends_and_a_mark_are_no_part_of_it (Fixture *fixture, gconstpointer data)
{
  static const char *const ENDS[] = { "\n", "\r\n", "\r" }, *const MARKS[] = { "", "\xef\xbb\xbf" };

  for (guint i = 0; i < G_N_ELEMENTS (ENDS); i++)
    for (guint j = 0; j < G_N_ELEMENTS (MARKS); j++)
      {
        g_autofree char *a = g_strndup (LINE_A, strlen (LINE_A) - 1), *b = g_strndup (LINE_B, strlen (LINE_B) - 1);
        g_autofree char *text = g_strconcat (MARKS[j], a, ENDS[i], b, ENDS[i], NULL);
        g_autoptr (GError) error = NULL;
        g_autoptr (TwTokenKeys) keys = NULL;
        const TwTokenKey *key;

        write_file (fixture, text, -1, 0600);
        keys = tw_token_keys_load (fixture->path, TRUE, &error);
        g_assert_no_error (error);
        key = tw_token_keys_signing (keys);
        g_assert_cmpstr (key->id, ==, "a");
        g_assert_cmpmem (key->bytes, key->length, KEY_A, 32);
      }
}

static void
keys_are_found_by_their_header (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwTokenKeys) keys = tokens_keys (LINE_A LINE_B);
  g_autofree char *token = tokens_sign (HEADER_A, "{}", KEY_A);
  gsize length = strcspn (token, ".");

  g_assert_true (tw_token_keys_find (keys, token, length) == tw_token_keys_signing (keys));
  g_assert_null (tw_token_keys_find (keys, token, length - 1));
  g_assert_null (tw_token_keys_find (keys, token, length + 1));
  g_assert_null (tw_token_keys_find (keys, "", 0));
}

#define ADD(name, func) g_test_add ("/token-keys/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("an-absent-file-is-made", an_absent_file_is_made);
  ADD ("of-several-that-start-together-one-makes-it", of_several_that_start_together_one_makes_it);
  ADD ("an-absent-file-may-be-an-error", an_absent_file_may_be_an_error);
  ADD ("an-absent-folder-is-an-error", an_absent_folder_is_an_error);
  ADD ("what-others-can-touch-is-refused", what_others_can_touch_is_refused);
  ADD ("a-file-that-only-the-owner-reads-is-taken", a_file_that_only_the_owner_reads_is_taken);
  ADD ("what-is-no-file-is-refused", what_is_no_file_is_refused);
  ADD ("a-malformed-file-is-refused", a_malformed_file_is_refused);
  ADD ("a-long-id-or-file-is-refused", a_long_id_or_file_is_refused);
  ADD ("the-last-newline-may-be-missing", the_last_newline_may_be_missing);
  ADD ("line-ends-and-a-mark-are-no-part-of-it", line_ends_and_a_mark_are_no_part_of_it);
  ADD ("keys-are-found-by-their-header", keys_are_found_by_their_header);
  return g_test_run ();
}
