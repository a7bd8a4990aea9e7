/* SPDX-License-Identifier: Apache-2.0 */

/* How much one answer does. */

#include "tw-changes.h"

#include "list-waits.h"
#include "tw-commit-wait.h"
#include "tw-error.h"
#include "tw-list-service.h"
#include "tw-random.h"
#include "tw-sync-token.h"
#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

#include <string.h>

#define ANN "ann"
#define BOB "bob"

static const TwCallContext no_context = { .deadline_ms = TW_DEADLINE_NONE };

typedef struct
{
  char *folder;
  TwTaskStore *store;
  TwClock *clock;
  TwListService *lists;
  char *list_id; /* of BOB's, which ANN is in */
  guint made;
} Shop;

static void
set_up (Shop *shop, gconstpointer data)
{
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSharedListRecord) list = NULL, joined = NULL;
  ListWait wait;
  TwListCaller caller;

  shop->folder = tw_temporary_folder_new ();
  path = g_build_filename (shop->folder, "tasks.db", NULL);
  shop->store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, &error);
  g_assert_no_error (error);
  shop->clock = tw_clock_new_fixed (1700000000000);
  shop->lists = tw_list_service_new (shop->store, shop->clock, NULL);
  caller = list_writer (&wait, BOB);
  tw_list_service_create (shop->lists, &caller, &said);
  list = list_write_wait (&wait, &error);
  g_assert_no_error (error);
  shop->list_id = g_strdup (list->id);
  caller = list_writer (&wait, ANN);
  tw_list_service_join (shop->lists, &caller, list->id, "Ann");
  joined = list_write_wait (&wait, &error);
  g_assert_no_error (error);
}

static void
tear_down (Shop *shop, gconstpointer data)
{
  tw_list_service_free (shop->lists);
  tw_task_store_free (shop->store);
  tw_clock_free (shop->clock);
  g_free (shop->list_id);
  tw_temporary_folder_clear (&shop->folder);
}

#define AT_ONCE 250

/* Makes so many tasks of BOB's, in the list or in the inbox. */
typedef struct
{
  Shop *shop;
  gboolean in_list;
  guint n;
  const char *notes; /* NULL: none */
} Making;

static gboolean
make_some (TwCommit *commit, gpointer data, GError **error)
{
  const Making *making = data;

  for (guint i = 0; i < making->n; i++)
    {
      char id[TW_ID_SIZE];
      TwTaskRecord task = { .has = TW_TASK_HAS_ID | TW_TASK_HAS_NAME | TW_TASK_HAS_CREATED_ON | TW_TASK_HAS_UPDATED_ON,
                            .id = id, .name = "n", .created_ms = ++making->shop->made };

      g_snprintf (id, sizeof id, "%024u", making->shop->made);
      if (making->in_list)
        {
          task.list_id = making->shop->list_id;
          task.has |= TW_TASK_HAS_LIST_ID;
        }
      if (making->notes != NULL)
        {
          task.notes = making->notes;
          task.has |= TW_TASK_HAS_NOTES;
        }
      tw_commit_put (commit, &tw_task_type, &task);
    }
  return TRUE;
}

static void
commit (Making *making)
{
  g_autoptr (GError) error = NULL;
  const TwCommitSpec spec = { .partition = BOB, .now_ms = 1700000000000, .decide = make_some, .data = making };

  tw_commit_wait (making->shop->store->commits, TW_DEADLINE_NONE, &spec, NULL, &error);
  g_assert_no_error (error);
}

static void
make (Shop *shop, gboolean in_list, guint n)
{
  Making making = { shop, in_list, AT_ONCE, .notes = NULL };

  for (guint i = 0; i < n; i += AT_ONCE)
    commit (&making);
}

/* Asks until there is no more; returns in how many answers, and adds how many tasks were told to *@told. */
static guint
follow (Shop *shop, char **token, guint limit, guint *told)
{
  guint answers = 0;
  gboolean more = TRUE;

  for (; more && answers < 1000; answers++)
    {
      g_auto (TwSyncChanges) changes = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_true (tw_changes_read (shop->store, &no_context, ANN, *token, limit, &changes, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (changes.changes->len, <=, limit);
      for (guint i = 0; i < changes.changes->len; i++)
        *told += ((const TwSyncChange *) changes.changes->pdata[i])->kind == TW_SYNC_TASK;
      more = changes.more;
      g_free (*token);
      *token = g_steal_pointer (&changes.token);
    }
  g_assert_false (more);
  return answers;
}

/* What is not the reader's is passed over, but not without an end. */
static void
test_reads_so_much_of_a_log_and_no_more (Shop *shop, gconstpointer data)
{
  g_autofree char *token = NULL;
  guint told = 0;

  g_assert_cmpuint (follow (shop, &token, 200, &told), ==, 1);
  make (shop, TRUE, AT_ONCE);
  make (shop, FALSE, 12000);
  make (shop, TRUE, AT_ONCE);
  g_assert_cmpuint (told, ==, 0);
  g_assert_cmpuint (follow (shop, &token, 1000, &told), ==, 3);
  g_assert_cmpuint (told, ==, 2 * AT_ONCE);
  g_assert_cmpuint (follow (shop, &token, 1000, &told), ==, 1);
  g_assert_cmpuint (told, ==, 2 * AT_ONCE);
}

/* Who was away for long reads each entry once, however little an answer has room for. */
static void
test_goes_on_where_it_was (Shop *shop, gconstpointer data)
{
  g_autofree char *token = NULL;
  guint told = 0;

  follow (shop, &token, 200, &told);
  make (shop, TRUE, 3000);
  g_assert_cmpuint (follow (shop, &token, 100, &told), ==, 30);
  g_assert_cmpuint (told, ==, 3000);
}

static void
test_first_load_by_pages (Shop *shop, gconstpointer data)
{
  g_autofree char *token = NULL;
  guint told = 0;

  make (shop, TRUE, 3000);
  make (shop, FALSE, 3000);
  /* A list and two members too. */
  g_assert_cmpuint (follow (shop, &token, 1000, &told), ==, 4);
  g_assert_cmpuint (told, ==, 3000);
}

static gsize
bytes_of (const TwSyncChanges *changes)
{
  gsize bytes = 0;

  for (guint i = 0; i < changes->changes->len; i++)
    {
      const TwSyncChange *change = changes->changes->pdata[i];

      if (change->kind == TW_SYNC_TASK && change->record != NULL)
        bytes += strlen (((const TwTaskRecord *) change->record)->notes);
    }
  return bytes;
}

/* However many an answer may have: each is told, and none is much longer than a megabyte. */
static void
test_long_ones_end_an_answer (Shop *shop, gconstpointer data)
{
  g_autofree char *token = NULL, *notes = g_strnfill (40000, 'x');
  Making making = { shop, TRUE, 100, notes };
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean more = TRUE;
  guint n = 0;

  follow (shop, &token, 200, &n);
  commit (&making);
  for (guint answers = 0; more; answers++)
    {
      g_auto (TwSyncChanges) changes = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (answers, <, 10);
      g_assert_true (tw_changes_read (shop->store, &no_context, ANN, token, 1000, &changes, &error));
      g_assert_cmpuint (bytes_of (&changes), <=, 1024 * 1024 + 40000);
      for (guint i = 0; i < changes.changes->len; i++)
        g_hash_table_add (told, g_strdup (((const TwSyncChange *) changes.changes->pdata[i])->id));
      more = changes.more;
      g_free (token);
      token = g_steal_pointer (&changes.token);
    }
  g_assert_cmpuint (g_hash_table_size (told), ==, making.n);
}

/* Makes of @token one that was answered when the log had another entry of the number that comes next, as where the data was
 * brought back in between. */
static char *
as_of_an_entry_that_never_was (Shop *shop, const char *token)
{
  const char *partition = BOB;
  guint8 mark[TW_COMMIT_MARK_BYTES];
  TwCommitLog log;
  TwCommitStore store;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_commits_look (shop->store->commits, TW_DEADLINE_NONE, &partition, 1, &log, &store, &error));
  groups = tw_sync_token_open (&store, ANN, token, &error);
  g_assert_no_error (error);
  tw_random_bytes (mark, sizeof mark);
  for (guint i = 0; i < groups->len; i++)
    {
      TwSyncGroup *group = groups->pdata[i];

      if (group->is_own)
        continue;
      group->seen = tw_sync_mark (log.newest + 1, mark);
      group->seen_row = log.newest_row + 1;
    }
  return tw_sync_token_seal (&store, ANN, groups);
}

/* Also where an answer has no room for all that came since. */
static void
test_what_was_seen_is_looked_for (Shop *shop, gconstpointer data)
{
  static const guint limits[] = { 20, 1000 };
  g_autofree char *begun = NULL, *token = NULL;
  guint told = 0;

  follow (shop, &begun, 200, &told);
  token = as_of_an_entry_that_never_was (shop, begun);
  make (shop, TRUE, 2 * AT_ONCE);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_auto (TwSyncChanges) changes = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (tw_changes_read (shop->store, &no_context, ANN, token, limits[i], &changes, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_GONE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/changes/reads-so-much-of-a-log-and-no-more", Shop, NULL, set_up,
              test_reads_so_much_of_a_log_and_no_more, tear_down);
  g_test_add ("/changes/goes-on-where-it-was", Shop, NULL, set_up, test_goes_on_where_it_was, tear_down);
  g_test_add ("/changes/first-load-by-pages", Shop, NULL, set_up, test_first_load_by_pages, tear_down);
  g_test_add ("/changes/long-ones-end-an-answer", Shop, NULL, set_up, test_long_ones_end_an_answer, tear_down);
  g_test_add ("/changes/what-was-seen-is-looked-for", Shop, NULL, set_up, test_what_was_seen_is_looked_for, tear_down);
  return g_test_run ();
}
