/* SPDX-License-Identifier: Apache-2.0 */

/* How logs are read from their newest entries on, and what an entry keeps of what was before it. */

#include "commit-fixture.h"
#include "tw-commit-wait.h"

#include <string.h>

/* The parts that come, as assert_log() has them, each kept too; as many as are wanted. */
typedef struct
{
  GString *text;
  guint wanted;
} Parts;

static gboolean
note_part (const TwCommitEntry *entry, gpointer data)
{
  Parts *parts = data;

  g_string_append_printf (parts->text, "%s%" G_GINT64_FORMAT ":%c%d", parts->text->len > 0 ? " " : "", entry->number,
                          entry->is_gone ? '-' : entry->version == 1 ? '+' : '=',
                          (int) g_ascii_strtoll (entry->id, NULL, 10));
  return --parts->wanted > 0;
}

/* Goes on along @back, for @wanted parts at most. */
static void
assert_back (Fixture *f, TwCommitBack *back, guint wanted, TwCommitBackEnd end, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  Parts parts = { text, wanted };

  tw_commits_log_back (f->commits, TW_DEADLINE_NONE, back, note_part, &parts, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_cmpint (back->end, ==, end);
}

static void
assert_way (Fixture *f, const char *partition, gint64 until, TwCommitBackEnd end, const char *expected)
{
  assert_back (f, &(TwCommitBack) { .partition = partition, .until = until }, G_MAXUINT, end, expected);
}

static void
test_newest_first (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, BOB, "+5");
  commit_well (f->commits, ANN, "+2 +3");
  commit_well (f->commits, ANN, "=1 -2");
  assert_way (f, ANN, 0, TW_COMMIT_BACK_DONE, "3:-2 3:=1 2:+3 2:+2 1:+1");
  assert_way (f, ANN, -1, TW_COMMIT_BACK_DONE, "3:-2 3:=1 2:+3 2:+2 1:+1");
  assert_way (f, ANN, 2, TW_COMMIT_BACK_DONE, "3:-2 3:=1");
  assert_way (f, ANN, 3, TW_COMMIT_BACK_DONE, "");
  assert_way (f, BOB, 0, TW_COMMIT_BACK_DONE, "1:+5");
  assert_way (f, "cyd", 0, TW_COMMIT_BACK_DONE, "");
  assert_way (f, "cyd", -1, TW_COMMIT_BACK_DONE, "");
}

static void
test_what_never_was_is_lost (Fixture *f, gconstpointer data)
{
  assert_way (f, ANN, 1, TW_COMMIT_BACK_LOST, "");
  commit_well (f->commits, ANN, "+1");
  assert_way (f, ANN, 2, TW_COMMIT_BACK_LOST, "");
  assert_back (f, &(TwCommitBack) { .partition = ANN, .until = 0, .place = { 2, 77 } }, 9, TW_COMMIT_BACK_LOST, "");
}

/* Each part by itself: a way stops and goes on also within an entry. */
static void
test_stops_anywhere (Fixture *f, gconstpointer data)
{
  static const char *const parts[] = { "3:=1", "3:+4", "2:+3", "2:+2", "1:+1" };
  TwCommitBack back = { .partition = ANN, .until = 0 };

  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, ANN, "+2 +3");
  commit_well (f->commits, ANN, "+4 =1");
  for (guint i = 0; i < G_N_ELEMENTS (parts) - 1; i++)
    {
      assert_back (f, &back, 1, TW_COMMIT_BACK_MORE, parts[i]);
      commit_well (f->commits, ANN, "=1"); /* what is new comes with another way */
      reopen_store (f);
    }
  assert_back (f, &back, 9, TW_COMMIT_BACK_DONE, parts[4]);
  assert_way (f, ANN, 3, TW_COMMIT_BACK_DONE, "7:=1 6:=1 5:=1 4:=1");
}

/* More than any store keeps together. */
#define MANY 300

typedef struct
{
  gint64 next; /* number */
  guint in_entry, wanted;
} Count;

/* Entries have one, two and three parts in turn. */
static gboolean
count_part (const TwCommitEntry *entry, gpointer data)
{
  Count *count = data;

  g_assert_cmpint (entry->number, ==, count->next);
  if (++count->in_entry == (guint) (entry->number % 3) + 1)
    {
      count->next--;
      count->in_entry = 0;
    }
  return --count->wanted > 0;
}

static void
test_long_way_is_whole (Fixture *f, gconstpointer data)
{
  static const guint steps[] = { 50, 333, MANY * 3 };
  static const char *const scripts[] = { "=1", "=1 =2", "=1 =2 =3" };

  commit_well (f->commits, ANN, "+1 +2");
  commit_well (f->commits, ANN, "=1 =2 +3");
  for (guint i = 3; i <= MANY; i++)
    commit_well (f->commits, ANN, scripts[i % 3]);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      TwCommitBack back = { .partition = ANN, .until = 5, .end = TW_COMMIT_BACK_MORE };
      Count count = { .next = MANY };

      while (back.end == TW_COMMIT_BACK_MORE)
        {
          g_autoptr (GError) error = NULL;

          count.wanted = steps[i];
          tw_commits_log_back (f->commits, TW_DEADLINE_NONE, &back, count_part, &count, &error);
          g_assert_no_error (error);
        }
      g_assert_cmpint (back.end, ==, TW_COMMIT_BACK_DONE);
      g_assert_cmpint (count.next, ==, 5);
      if (i == 0)
        reopen_store (f);
    }
}

/* Marks */

static gboolean
keep_marks (const TwCommitEntry *entry, gpointer data)
{
  memcpy (((guint8 (*)[TW_COMMIT_MARK_BYTES]) data)[entry->number], entry->mark, TW_COMMIT_MARK_BYTES);
  return TRUE;
}

static void
assert_mark (Fixture *f, const char *partition, gint64 until, const guint8 *expected)
{
  TwCommitBack back = { .partition = partition, .until = until };
  g_autoptr (GString) text = g_string_new (NULL);
  Parts parts = { text, G_MAXUINT };

  g_assert_true (tw_commits_log_back (f->commits, TW_DEADLINE_NONE, &back, note_part, &parts, NULL));
  g_assert_cmpint (back.end, ==, TW_COMMIT_BACK_DONE);
  g_assert_cmpmem (back.until_mark, TW_COMMIT_MARK_BYTES, expected, TW_COMMIT_MARK_BYTES);
}

/* With what was dropped, and with what was not. */
static void
test_way_ends_at_its_mark (Fixture *f, gconstpointer data)
{
  guint8 marks[5][TW_COMMIT_MARK_BYTES] = { { 0 } };
  TwCommitted committed;

  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, ANN, "=1 +2");
  commit_well (f->commits, ANN, "=1");
  read_log (f->commits, ANN, 0, keep_marks, marks);
  for (guint i = 0; i <= 3; i++)
    assert_mark (f, ANN, i, marks[i]);
  tend_until_dropped (f->commits, NOW_MS + TW_COMMIT_KEPT_MS + 1, ANN, 3);
  assert_mark (f, ANN, 3, marks[3]);
  assert_way (f, ANN, -1, TW_COMMIT_BACK_DONE, "");
  assert_way (f, ANN, 2, TW_COMMIT_BACK_LOST, "");
  assert_way (f, ANN, 0, TW_COMMIT_BACK_LOST, "");
  commit_spec (f->commits, &(TwCommitSpec) { .partition = ANN, .now_ms = NOW_MS + 2 * TW_COMMIT_KEPT_MS }, "=2",
               &committed, NULL);
  assert_mark (f, ANN, 3, marks[3]);
  assert_way (f, ANN, 3, TW_COMMIT_BACK_DONE, "4:=2");
  assert_way (f, ANN, -1, TW_COMMIT_BACK_DONE, "4:=2");
  assert_way (f, ANN, 2, TW_COMMIT_BACK_LOST, "");
}

/* Several logs */

static void
test_several_are_looked_at (Fixture *f, gconstpointer data)
{
  static const char *const partitions[] = { "cyd", BOB, ANN };
  static const guint8 none[TW_COMMIT_MARK_BYTES] = { 0 };
  guint8 marks[3][TW_COMMIT_MARK_BYTES] = { { 0 } };
  TwCommitLog logs[3];
  TwCommitStore store;

  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, ANN, "+2 =1");
  commit_well (f->commits, BOB, "+5");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (tw_commits_look (f->commits, TW_DEADLINE_NONE, partitions, 3, logs, &store, NULL));
      g_assert_cmpint (logs[0].newest, ==, 0);
      g_assert_cmpmem (logs[0].newest_mark, sizeof none, none, sizeof none);
      g_assert_cmpint (logs[1].newest, ==, 1);
      g_assert_cmpint (logs[2].newest, ==, 2);
      if (i < 2)
        {
          read_log (f->commits, ANN, 0, keep_marks, marks);
          g_assert_cmpint (logs[2].dropped, ==, 0);
        }
      g_assert_cmpmem (logs[2].newest_mark, sizeof marks[2], marks[2], sizeof marks[2]);
      if (i == 0)
        reopen_store (f);
      else if (i == 1)
        tend_until_dropped (f->commits, NOW_MS + TW_COMMIT_KEPT_MS + 1, ANN, 2);
      else
        g_assert_cmpint (logs[2].dropped, ==, 2);
    }
}

static void
assert_store (TwCommits *commits, const TwCommitStore *expected, gboolean same)
{
  TwCommitStore store;

  g_assert_true (tw_commits_look (commits, TW_DEADLINE_NONE, NULL, 0, NULL, &store, NULL));
  g_assert_true ((memcmp (store.id, expected->id, sizeof store.id) == 0) == same);
  g_assert_true ((memcmp (store.key, expected->key, sizeof store.key) == 0) == same);
}

static void
test_store_has_an_id_and_a_key (Fixture *f, gconstpointer data)
{
  const TwCommitFactory *factory = f->factory;
  TwCommitStore store;
  gpointer place, other;
  TwCommits *commits;

  g_assert_true (tw_commits_look (f->commits, TW_DEADLINE_NONE, NULL, 0, NULL, &store, NULL));
  assert_store (f->commits, &store, TRUE);
  reopen_store (f);
  assert_store (f->commits, &store, TRUE);
  place = factory->make_place ();
  other = factory->open (place, &commits, NULL);
  g_assert_nonnull (other);
  assert_store (commits, &store, FALSE);
  factory->close (other);
  factory->remove_place (place);
}

/* What was */

/* A step that puts the task 1 in a list, or in none, or removes it. */
typedef struct
{
  const char *list_id;
  const char *name;
  gboolean removes;
} Deed;

static gboolean
do_deed (TwCommit *commit, gpointer data, GError **error)
{
  const Deed *deed = data;
  char id[TW_ID_SIZE];
  const TwTaskRecord *before = tw_commit_find (commit, &tw_task_type, id_of (1, id), error);
  TwTaskRecord task = { .has = TW_TASK_HAS_ID | TW_TASK_HAS_NAME | TW_TASK_HAS_CREATED_ON | TW_TASK_HAS_UPDATED_ON,
                        .id = id, .name = deed->name, .created_ms = NOW_MS, .updated_ms = NOW_MS };

  if (deed->removes)
    {
      g_assert_nonnull (before);
      tw_commit_remove (commit, &tw_task_type, id);
      return TRUE;
    }
  if (deed->list_id != NULL)
    {
      task.list_id = deed->list_id;
      task.has |= TW_TASK_HAS_LIST_ID;
    }
  tw_commit_put (commit, &tw_task_type, &task);
  return TRUE;
}

static gboolean
note_former (const TwCommitEntry *entry, gpointer data)
{
  const char *what = !entry->has_former ? "." : entry->former[0] == NULL ? "-" : entry->former[0] + TW_ID_SIZE - 2;

  g_string_append (data, what);
  for (guint i = 1; i < TW_RECORD_FORMER_MAX; i++)
    g_assert_null (entry->former[i]);
  return TRUE;
}

#define LIST(N) "00000000000000000000000" #N

static void
test_entry_says_where_it_was (Fixture *f, gconstpointer data)
{
  static Deed deeds[] = {
    { LIST (7), "new", FALSE },   { LIST (7), "other", FALSE }, { LIST (8), "other", FALSE }, { NULL, "other", FALSE },
    { NULL, "once more", FALSE }, { LIST (9), "other", FALSE }, { NULL, NULL, TRUE },
  };
  g_autoptr (GString) forwards = g_string_new (NULL), back = g_string_new (NULL);
  TwCommitBack way = { .partition = ANN, .until = 0 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    {
      const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS, .decide = do_deed, .data = &deeds[i] };

      tw_commit_wait (f->commits, TW_DEADLINE_NONE, &spec, NULL, &error);
      g_assert_no_error (error);
    }
  read_log (f->commits, ANN, 0, note_former, forwards);
  g_assert_cmpstr (forwards->str, ==, "..78.-9");
  reopen_store (f);
  tw_commits_log_back (f->commits, TW_DEADLINE_NONE, &way, note_former, back, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->str, ==, "9-.87..");
}

static void
test_what_is_given_says_where_it_was (Fixture *f, gconstpointer data)
{
  static Deed deed = { LIST (7), "new", FALSE };
  g_autoptr (GString) formers = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  tw_commit_wait (f->commits, TW_DEADLINE_NONE,
                  &(TwCommitSpec) { .partition = ANN, .now_ms = NOW_MS, .decide = do_deed, .data = &deed }, NULL, &error);
  g_assert_no_error (error);
  commit_well (f->commits, ANN, ">1");
  read_log (f->commits, ANN, 0, note_former, formers);
  g_assert_cmpstr (formers->str, ==, ".7");
}

void
contract_add_back (const TwCommitFactory *factory)
{
  static const ContractCase cases[] = {
    { "back/newest-first", test_newest_first },
    { "back/what-never-was-is-lost", test_what_never_was_is_lost },
    { "back/stops-anywhere", test_stops_anywhere },
    { "back/long-way-is-whole", test_long_way_is_whole },
    { "back/way-ends-at-its-mark", test_way_ends_at_its_mark },
    { "back/several-are-looked-at", test_several_are_looked_at },
    { "back/store-has-an-id-and-a-key", test_store_has_an_id_and_a_key },
    { "back/entry-says-where-it-was", test_entry_says_where_it_was },
    { "back/what-is-given-says-where-it-was", test_what_is_given_says_where_it_was },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
