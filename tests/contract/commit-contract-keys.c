/* SPDX-License-Identifier: Apache-2.0 */

/* Idempotency-Keys. */

#include "commit-fixture.h"

#include "tw-error.h"

#include <string.h>

/* Runs @script in @partition, by @by, with @key and a fingerprint of @request's. */
static gboolean
commit_keyed (Fixture *f, const char *partition, const char *by, const char *key, guint8 request, const char *script,
              TwCommitted *committed, GError **error)
{
  const TwCommitSpec spec = { .partition = partition, .by = by, .now_ms = NOW_MS, .key = key, .fingerprint = { request } };

  return commit_spec (f->commits, &spec, script, committed, error);
}

/* That it is done for the first time. */
static void
assert_first (Fixture *f, const char *partition, const char *by, const char *key, const char *script)
{
  g_autoptr (GError) error = NULL;
  TwCommitted committed;

  commit_keyed (f, partition, by, key, 1, script, &committed, &error);
  g_assert_no_error (error);
  g_assert_false (committed.is_repeat);
  g_assert_cmpint (committed.number, >, 0);
}

/* That it had been done already, first of all to task @n. */
static void
assert_repeat (Fixture *f, const char *partition, const char *by, const char *key, guint n)
{
  g_autoptr (GError) error = NULL;
  TwCommitted committed;
  char id[TW_ID_SIZE];

  commit_keyed (f, partition, by, key, 1, "!", &committed, &error);
  g_assert_no_error (error);
  g_assert_true (committed.is_repeat);
  g_assert_true (committed.first.type == &tw_task_type);
  g_assert_cmpstr (committed.first.id, ==, id_of (n, id));
}

static void
test_same_request_is_done_once (Fixture *f, gconstpointer data)
{
  assert_first (f, ANN, NULL, "k", "+1 +2");
  assert_repeat (f, ANN, NULL, "k", 1);
  assert_repeat (f, ANN, ANN, "k", 1);
  /* Others change nothing about it, nor does the removal of what was made. */
  assert_first (f, ANN, NULL, "l", "=2");
  commit_well (f->commits, ANN, "-1");
  assert_repeat (f, ANN, NULL, "k", 1);
  assert_repeat (f, ANN, NULL, "l", 2);
  reopen_store (f);
  assert_repeat (f, ANN, NULL, "k", 1);
  assert_log (f->commits, ANN, 0, "1:+1v1 1:+2v1 2:=2v2 3:-1v2");
}

static void
test_another_request_is_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TwCommitted committed;

  assert_first (f, ANN, NULL, "k", "+1");
  g_assert_false (commit_keyed (f, ANN, NULL, "k", 2, "+2", &committed, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_REUSED);
  assert_log (f->commits, ANN, 0, "1:+1v1");
}

static void
test_key_is_of_whoever_says_it (Fixture *f, gconstpointer data)
{
  assert_first (f, ANN, NULL, "k", "+1");
  assert_first (f, BOB, NULL, "k", "+2");
  assert_first (f, ANN, "cyd", "k", "+3");
  assert_first (f, ANN, "k", "ann", "+4");
  assert_repeat (f, ANN, NULL, "k", 1);
  assert_repeat (f, BOB, NULL, "k", 2);
  assert_repeat (f, ANN, "cyd", "k", 3);
}

/* Whose partition it is makes no difference. */
static void
test_key_is_found_in_every_partition (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TwCommitted committed;

  assert_first (f, ANN, NULL, "k", "+1");
  g_assert_false (commit_keyed (f, BOB, ANN, "k", 2, "+2", &committed, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_REUSED);
  assert_first (f, BOB, ANN, "l", "+3");
  assert_repeat (f, ANN, NULL, "l", 3);
  assert_log (f->commits, BOB, 0, "1:+3v1");
}

static void
test_keys_are_compared_exactly (Fixture *f, gconstpointer data)
{
  assert_first (f, ANN, NULL, "k", "+1");
  assert_first (f, ANN, NULL, "K", "+2");
  assert_first (f, ANN, NULL, "k ", "+3");
  assert_first (f, ANN, NULL, "é", "+4");
  assert_first (f, ANN, NULL, "e\xcc\x81", "+5");
  assert_repeat (f, ANN, NULL, "k", 1);
}

static void
test_key_of_what_was_not_done_is_free (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TwCommitted committed;

  g_assert_false (commit_keyed (f, ANN, NULL, "k", 2, "+1 !", &committed, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_PRECONDITION);
  g_assert_true (commit_keyed (f, ANN, NULL, "k", 2, "~1", &committed, NULL));
  g_assert_cmpint (committed.number, ==, 0);
  g_assert_false (committed.is_repeat);
  assert_first (f, ANN, NULL, "k", "+1");
}

#define AT_ONCE 8

static void
test_many_at_once_are_done_once (Fixture *f, gconstpointer data)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS, .key = "k", .fingerprint = { 1 } };
  CommitWait waits[AT_ONCE];
  guint repeats = 0;

  for (guint i = 0; i < AT_ONCE; i++)
    commit_begin (&waits[i], f->commits, TW_DEADLINE_NONE, &spec, run_script, (gpointer) (guintptr) "+1");
  for (guint i = 0; i < AT_ONCE; i++)
    {
      g_autoptr (GError) error = NULL;

      commit_wait (&waits[i], &error);
      g_assert_no_error (error);
      repeats += waits[i].committed.is_repeat ? 1 : 0;
    }
  g_assert_cmpuint (repeats, ==, AT_ONCE - 1);
  assert_log (f->commits, ANN, 0, "1:+1v1");
}

/* A minute at least, which only a store that never drops needs. */
#define LOOKS 60000

/* A log says what it no longer keeps before that goes. */
static void
commit_once_free (Fixture *f, const char *key, const char *script)
{
  TwCommitted committed = { .is_repeat = TRUE };

  for (guint i = 0; i < LOOKS && committed.is_repeat; i++)
    {
      g_autoptr (GError) error = NULL;

      commit_keyed (f, ANN, NULL, key, 1, script, &committed, &error);
      g_assert_no_error (error);
      g_usleep (committed.is_repeat ? 1000 : 0);
    }
  g_assert_false (committed.is_repeat);
}

static void
test_key_is_kept_as_long_as_its_entry (Fixture *f, gconstpointer data)
{
  assert_first (f, ANN, NULL, "k", "+1");
  tw_commits_tend (f->commits, NOW_MS + TW_COMMIT_KEPT_MS);
  assert_repeat (f, ANN, NULL, "k", 1);
  tend_until_dropped (f->commits, NOW_MS + TW_COMMIT_KEPT_MS + 1, ANN, 1);
  commit_once_free (f, "k", "+2");
  assert_repeat (f, ANN, NULL, "k", 2);
}

/* @note: "": there is none. */
static void
assert_note (Fixture *f, const char *key, const char *note)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS, .key = key, .fingerprint = { 1 } };
  g_autoptr (GError) error = NULL;
  CommitWait wait;

  commit_begin (&wait, f->commits, TW_DEADLINE_NONE, &spec, run_script, (gpointer) (guintptr) "!");
  commit_wait (&wait, &error);
  g_assert_no_error (error);
  g_assert_true (wait.committed.is_repeat);
  g_assert_cmpstr (wait.note, ==, note);
}

/* With the commits before it more than a head of MongoDB's holds. */
#define LATER 30

static void
test_a_note_lies_beside_a_key (Fixture *f, gconstpointer data)
{
  char longest[TW_COMMIT_NOTE_BYTES + 1] = { 0 };
  g_autofree char *script = NULL;

  memset (longest, 'n', TW_COMMIT_NOTE_BYTES);
  script = g_strdup_printf ("+3 #%s", longest);
  assert_first (f, ANN, NULL, "k", "+1 #one +2");
  assert_first (f, ANN, NULL, "l", script);
  assert_first (f, ANN, NULL, "m", "=1");
  g_assert_cmpint (commit_well (f->commits, ANN, "=2 #nobody's"), ==, 4);
  reopen_store (f);
  assert_note (f, "k", "one");
  for (guint n = 0; n < LATER; n++)
    commit_well (f->commits, ANN, "=2");
  assert_note (f, "k", "one");
  assert_note (f, "l", longest);
  assert_note (f, "m", "");
}

void
contract_add_keys (const TwCommitFactory *factory)
{
  static const ContractCase cases[] = {
    { "key/same-request-is-done-once", test_same_request_is_done_once },
    { "key/another-request-is-refused", test_another_request_is_refused },
    { "key/is-of-whoever-says-it", test_key_is_of_whoever_says_it },
    { "key/is-found-in-every-partition", test_key_is_found_in_every_partition },
    { "key/are-compared-exactly", test_keys_are_compared_exactly },
    { "key/of-what-was-not-done-is-free", test_key_of_what_was_not_done_is_free },
    { "key/many-at-once-are-done-once", test_many_at_once_are_done_once },
    { "key/has-a-note-beside-it", test_a_note_lies_beside_a_key },
    { "key/is-kept-as-long-as-its-entry", test_key_is_kept_as_long_as_its_entry },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
