/* SPDX-License-Identifier: Apache-2.0 */

/* What the log says, how it is read, and what is dropped of it. */

#include "commit-fixture.h"

#include <string.h>

#define CHANGED_BY_SCRIPT (TW_TASK_HAS_NAME | TW_TASK_HAS_VERSION)

/* Copies of entries, whose texts are not to be looked at. */
static gboolean
keep_entry (const TwCommitEntry *entry, gpointer data)
{
  g_array_append_val ((GArray *) data, *entry);
  return TRUE;
}

static GArray *
read_entries (Fixture *f, const char *partition)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (TwCommitEntry));

  read_log (f->commits, partition, 0, keep_entry, entries);
  return entries;
}

static void
test_entry_says_what_was_done (Fixture *f, gconstpointer data)
{
  const gint64 later_ms = NOW_MS + 1234;
  g_autoptr (GArray) entries = NULL;
  const TwCommitEntry *entry;
  TwCommitted committed;
  char id[TW_ID_SIZE];

  commit_well (f->commits, ANN, "+1 +2");
  commit_spec (f->commits, &(TwCommitSpec) { .partition = ANN, .now_ms = later_ms }, "=1 -2", &committed, NULL);
  g_assert_cmpint (committed.number, ==, 2);
  g_assert_false (committed.is_repeat);
  entries = read_entries (f, ANN);
  g_assert_cmpuint (entries->len, ==, 4);
  entry = (const TwCommitEntry *) (gpointer) entries->data;

  g_assert_cmpint (entry[0].number, ==, 1);
  g_assert_cmpint (entry[0].time_ms, ==, NOW_MS);
  g_assert_true (entry[0].type == &tw_task_type);
  g_assert_cmpstr (entry[0].id, ==, id_of (1, id));
  g_assert_cmpint (entry[0].version, ==, 1);
  g_assert_false (entry[0].is_gone);
  g_assert_cmphex (entry[0].changed, ==, whole_task);
  g_assert_cmpstr (entry[1].id, ==, id_of (2, id));
  g_assert_cmpmem (entry[0].mark, TW_COMMIT_MARK_BYTES, entry[1].mark, TW_COMMIT_MARK_BYTES);

  g_assert_cmpint (entry[2].number, ==, 2);
  g_assert_cmpint (entry[2].time_ms, ==, later_ms);
  g_assert_cmpstr (entry[2].id, ==, id_of (1, id));
  g_assert_cmpint (entry[2].version, ==, 2);
  g_assert_false (entry[2].is_gone);
  g_assert_cmphex (entry[2].changed, ==, CHANGED_BY_SCRIPT);
  g_assert_cmpint (memcmp (entry[0].mark, entry[2].mark, TW_COMMIT_MARK_BYTES), !=, 0);

  g_assert_cmpint (entry[3].number, ==, 2);
  g_assert_cmpstr (entry[3].id, ==, id_of (2, id));
  g_assert_cmpint (entry[3].version, ==, 2);
  g_assert_true (entry[3].is_gone);
  g_assert_cmpmem (entry[2].mark, TW_COMMIT_MARK_BYTES, entry[3].mark, TW_COMMIT_MARK_BYTES);
}

static gboolean
note_by (const TwCommitEntry *entry, gpointer data)
{
  g_string_append_printf (data, "%s ", entry->by);
  return TRUE;
}

static void
test_entry_says_whose_doing_it_was (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *by, *key, *script;
  } commits[] = { { NULL, NULL, "+1" }, { ANN, NULL, "=1" }, { BOB, NULL, "=1" }, { NULL, "k", "=1" },
                  { BOB, "k", "=1 +2" } };
  g_autoptr (GString) by = g_string_new (NULL);
  TwCommitted committed;

  for (guint i = 0; i < G_N_ELEMENTS (commits); i++)
    {
      const TwCommitSpec spec
          = { .partition = ANN, .by = commits[i].by, .now_ms = NOW_MS, .key = commits[i].key, .fingerprint = { 1 } };

      g_assert_true (commit_spec (f->commits, &spec, commits[i].script, &committed, NULL));
    }
  read_log (f->commits, ANN, 0, note_by, by);
  g_assert_cmpstr (by->str, ==, "ann ann bob ann bob bob ");
}

static void
test_is_read_from_any_number (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, BOB, "+5");
  commit_well (f->commits, ANN, "+2 +3");
  commit_well (f->commits, ANN, "=1");
  assert_log (f->commits, ANN, G_MININT64, "1:+1v1 2:+2v1 2:+3v1 3:=1v2");
  assert_log (f->commits, ANN, 1, "2:+2v1 2:+3v1 3:=1v2");
  assert_log (f->commits, ANN, 2, "3:=1v2");
  assert_log (f->commits, ANN, 3, "");
  assert_log (f->commits, ANN, G_MAXINT64, "");
  assert_log (f->commits, "cyd", 0, "");
}

static void
assert_ends (Fixture *f, const char *partition, gint64 newest, gint64 dropped)
{
  TwCommitLog log = read_log (f->commits, partition, G_MAXINT64, NULL, NULL);

  g_assert_cmpint (log.newest, ==, newest);
  g_assert_cmpint (log.dropped, ==, dropped);
}

static void
test_says_what_there_is (Fixture *f, gconstpointer data)
{
  assert_ends (f, ANN, 0, 0);
  commit_well (f->commits, ANN, "+1 +2");
  assert_ends (f, ANN, 1, 0);
  commit_well (f->commits, ANN, "=1");
  assert_ends (f, ANN, 2, 0);
  assert_ends (f, BOB, 0, 0);
}

static gboolean
stop_at_second (const TwCommitEntry *entry, gpointer data)
{
  guint *seen = data;

  return ++*seen < 2;
}

static void
test_ends_when_told (Fixture *f, gconstpointer data)
{
  TwCommitLog log;
  guint seen = 0;

  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, ANN, "+2");
  commit_well (f->commits, ANN, "+3");
  log = read_log (f->commits, ANN, 0, stop_at_second, &seen);
  g_assert_cmpuint (seen, ==, 2);
  g_assert_cmpint (log.newest, ==, 3);
}

/* More than any store keeps together. */
#define MANY 50

static gint64
commit_many (Fixture *f, const char *partition, guint first, gint64 now_ms)
{
  const TwCommitSpec spec = { .partition = partition, .now_ms = now_ms };
  TwCommitted committed = { 0 };

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *script = g_strdup_printf ("@%u +%u", first, first + 1 + i);
      g_autoptr (GError) error = NULL;

      commit_spec (f->commits, &spec, script, &committed, &error);
      g_assert_no_error (error);
    }
  return committed.number;
}

typedef struct
{
  gint64 next; /* number */
  guint parts;
} Count;

static gboolean
count_entry (const TwCommitEntry *entry, gpointer data)
{
  Count *count = data;

  g_assert_cmpint (entry->number, ==, count->next);
  count->parts++;
  count->next += count->parts % 2 == 0 ? 1 : 0;
  return TRUE;
}

/* That all entries of two parts behind @after are there, up to @newest. */
static void
assert_whole (Fixture *f, const char *partition, gint64 after, gint64 newest)
{
  Count count = { after + 1, 0 };
  TwCommitLog log = read_log (f->commits, partition, after, count_entry, &count);

  g_assert_cmpint (log.newest, ==, newest);
  g_assert_cmpint (count.next, ==, newest + 1);
}

static void
test_long_one_is_whole (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (commit_many (f, ANN, 1000, NOW_MS), ==, MANY);
  g_assert_cmpint (commit_many (f, BOB, 2000, NOW_MS), ==, MANY);
  assert_whole (f, ANN, 0, MANY);
  assert_whole (f, ANN, MANY / 2, MANY);
  assert_whole (f, BOB, 1, MANY);
  reopen_store (f);
  assert_whole (f, ANN, 0, MANY);
  g_assert_cmpint (commit_many (f, ANN, 3000, NOW_MS), ==, 2 * MANY);
  assert_whole (f, ANN, 0, 2 * MANY);
  assert_task (f->commits, ANN, 1000, "changed", MANY);
}

static void
test_goes_on_when_opened_again (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, BOB, "+2 +3");
  reopen_store (f);
  g_assert_cmpint (commit_well (f->commits, ANN, "=1"), ==, 2);
  reopen_store (f);
  reopen_store (f);
  g_assert_cmpint (commit_well (f->commits, ANN, "=1"), ==, 3);
  g_assert_cmpint (commit_well (f->commits, BOB, "=2"), ==, 2);
  assert_log (f->commits, ANN, 0, "1:+1v1 2:=1v2 3:=1v3");
  assert_log (f->commits, BOB, 0, "1:+2v1 1:+3v1 2:=2v2");
}

static void
test_what_is_too_old_is_dropped (Fixture *f, gconstpointer data)
{
  g_autoptr (GArray) entries = NULL;
  TwCommitLog log;

  commit_well (f->commits, ANN, "+1 +2");
  commit_well (f->commits, BOB, "+3");
  commit_well (f->commits, ANN, "=1");
  entries = read_entries (f, ANN);
  tend_until_dropped (f->commits, NOW_MS + TW_COMMIT_KEPT_MS + 1, ANN, 2);
  tend_until_dropped (f->commits, NOW_MS + TW_COMMIT_KEPT_MS + 1, BOB, 1);
  log = read_log (f->commits, ANN, 0, NULL, NULL);
  g_assert_cmpint (log.newest, ==, 2);
  g_assert_cmpint (log.dropped, ==, 2);
  g_assert_cmpmem (log.dropped_mark, TW_COMMIT_MARK_BYTES, g_array_index (entries, TwCommitEntry, 2).mark,
                   TW_COMMIT_MARK_BYTES);
  assert_log (f->commits, ANN, 0, "");
  /* Records stay, and numbers go on. */
  assert_task (f->commits, ANN, 1, "changed", 2);
  reopen_store (f);
  assert_ends (f, ANN, 2, 2);
  g_assert_cmpint (commit_well (f->commits, ANN, "=1"), ==, 3);
  g_assert_cmpint (commit_well (f->commits, BOB, "=3"), ==, 2);
  assert_log (f->commits, ANN, 0, "3:=1v3");
  assert_log (f->commits, BOB, 0, "2:=3v2");
  assert_ends (f, ANN, 3, 2);
}

/* A store may keep what is too old for as long as something beside it is not. */
static void
test_what_is_not_too_old_stays (Fixture *f, gconstpointer data)
{
  TwCommitLog log;

  commit_many (f, ANN, 1000, NOW_MS);
  commit_many (f, ANN, 2000, NOW_MS + 1000);
  tend_until_dropped (f->commits, NOW_MS + TW_COMMIT_KEPT_MS + 500, ANN, 1);
  reopen_store (f);
  log = read_log (f->commits, ANN, G_MAXINT64, NULL, NULL);
  g_assert_cmpint (log.dropped, <=, MANY);
  assert_whole (f, ANN, log.dropped, 2 * MANY);
}

void
contract_add_logs (const TwCommitFactory *factory)
{
  static const ContractCase cases[] = {
    { "log/entry-says-what-was-done", test_entry_says_what_was_done },
    { "log/entry-says-whose-doing-it-was", test_entry_says_whose_doing_it_was },
    { "log/is-read-from-any-number", test_is_read_from_any_number },
    { "log/says-what-there-is", test_says_what_there_is },
    { "log/ends-when-told", test_ends_when_told },
    { "log/long-one-is-whole", test_long_one_is_whole },
    { "log/goes-on-when-opened-again", test_goes_on_when_opened_again },
    { "log/what-is-too-old-is-dropped", test_what_is_too_old_is_dropped },
    { "log/what-is-not-too-old-stays", test_what_is_not_too_old_stays },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
