/* SPDX-License-Identifier: Apache-2.0 */

/* What somebody hears of changes: what time has to do with it. The rest is in tests/integration/. */

#include "task-store-fixture.h"

#include "tw-changes.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-sync-token.h"

#include <string.h>

#define NOW_MS G_GINT64_CONSTANT (1700000000000)

static const TwCallContext no_context = { .deadline_ms = TW_DEADLINE_NONE };

/* The answer for @user_id since *@token, which becomes its own, as "+1 -2 more": tasks by their numbers. */
static char *
ask (Fixture *f, const char *user_id, char **token, guint limit, GError **error)
{
  g_auto (TwSyncChanges) changes = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);

  if (!tw_changes_read (f->store, &no_context, user_id, *token, limit, &changes, error))
    return NULL;
  for (guint i = 0; i < changes.changes->len; i++)
    {
      const TwSyncChange *change = changes.changes->pdata[i];

      g_assert_cmpint (change->kind, ==, TW_SYNC_TASK);
      g_string_append_printf (text, "%s%c%d", text->len > 0 ? " " : "", change->record != NULL ? '+' : '-',
                              (int) g_ascii_strtoll (change->id, NULL, 10));
    }
  if (changes.more)
    g_string_append (text, " more");
  g_free (*token);
  *token = g_steal_pointer (&changes.token);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_told (Fixture *f, const char *user_id, char **token, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ask (f, user_id, token, 200, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_gone (Fixture *f, const char *token)
{
  g_autofree char *copy = g_strdup (token);
  g_autoptr (GError) error = NULL;

  g_assert_null (ask (f, ANN, &copy, 200, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_GONE);
  g_assert_cmpstr (tw_error_type (error), ==, TW_SYNC_TOKEN_GONE_TYPE);
}

static gboolean
pass_over (const TwCommitEntry *entry, gpointer data)
{
  return TRUE;
}

/* Has what is older than a day at @now_ms dropped, until ANN's entry @number has been. */
static void
tend_until_dropped (Fixture *f, gint64 now_ms, gint64 number)
{
  TwCommitLog log = { 0 };

  for (guint i = 0; i < 3000 && log.dropped < number; i++)
    {
      tw_commits_tend (f->store->commits, now_ms + i);
      g_usleep (10000);
      g_assert_true (tw_commits_log (f->store->commits, TW_DEADLINE_NONE, ANN, G_MAXINT64, &log, pass_over, NULL, NULL));
    }
  g_assert_cmpint (log.dropped, >=, number);
}

/* A change of the task @n. */
static void
change (Fixture *f, guint n)
{
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];
  g_autoptr (TwTaskRecord) task
    = change_task (f->store, ANN, id_of (n, id), &(TaskWords) { .name = "changed", .now_ms = NOW_MS }, &error);

  g_assert_no_error (error);
  g_assert_nonnull (task);
}

static void
test_token_that_is_older_than_the_log (Fixture *f, gconstpointer factory)
{
  g_autofree char *none = NULL, *before = NULL, *between = NULL, *last = NULL;
  gint64 now_ms = g_get_real_time () / 1000;

  tw_commits_set_kept (f->store->commits, TW_COMMIT_DAY_MS);
  assert_told (f, ANN, &none, "");
  insert (f->store, ANN, 1, 10, FALSE);
  before = g_strdup (none);
  assert_told (f, ANN, &before, "+1");
  insert (f->store, ANN, 2, 20, FALSE);
  between = g_strdup (before);
  assert_told (f, ANN, &between, "+2");
  change (f, 1);
  last = g_strdup (between);
  assert_told (f, ANN, &last, "+1");
  tend_until_dropped (f, now_ms + TW_COMMIT_DAY_MS + 60000, 3);
  assert_gone (f, none);
  assert_gone (f, before);
  assert_gone (f, between);
  /* Who knows the last that was dropped misses nothing. */
  assert_told (f, ANN, &last, "");
  change (f, 2);
  assert_told (f, ANN, &last, "+2");
  assert_gone (f, between);
  tw_task_store_free (f->store);
  open_store (f);
  assert_gone (f, between);
  assert_told (f, ANN, &last, "");
}

/* One that was begun is told to its end, or told to begin anew. */
static void
test_first_load_that_takes_longer_than_the_log (Fixture *f, gconstpointer factory)
{
  g_autofree char *token = NULL, *first = NULL;
  g_autoptr (GError) error = NULL;

  tw_commits_set_kept (f->store->commits, TW_COMMIT_DAY_MS);
  for (guint i = 1; i <= 5; i++)
    insert (f->store, ANN, i, i, FALSE);
  first = ask (f, ANN, &token, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "+5 +4 more");
  change (f, 5);
  tend_until_dropped (f, g_get_real_time () / 1000 + TW_COMMIT_DAY_MS + 60000, 6);
  assert_gone (f, token);
}

static void
test_call_that_is_over (Fixture *f, gconstpointer factory)
{
  const TwCallContext over = { .deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) };
  g_auto (TwSyncChanges) changes = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (tw_changes_read (f->store, &over, ANN, NULL, 200, &changes, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
}

/* What was there before there was a log is told like all else. */
static void
test_order_of_a_first_load (Fixture *f, gconstpointer factory)
{
  g_autofree char *token = NULL;
  char id[TW_ID_SIZE];
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 4; i++)
    insert (f->store, ANN, i, i, FALSE);
  insert (f->store, BOB, 9, 9, FALSE);
  assert_told (f, ANN, &token, "+4 +3 +2 +1");
  remove_task (f->store, ANN, id_of (2, id), &error);
  g_assert_no_error (error);
  change (f, 3);
  change (f, 1);
  change (f, 3);
  assert_told (f, ANN, &token, "-2 +1 +3");
  assert_told (f, ANN, &token, "");
}

void
contract_add_changes (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "changes/order-of-a-first-load", test_order_of_a_first_load },
    { "changes/token-that-is-older-than-the-log", test_token_that_is_older_than_the_log },
    { "changes/first-load-that-takes-longer-than-the-log", test_first_load_that_takes_longer_than_the_log },
    { "changes/call-that-is-over", test_call_that_is_over },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
