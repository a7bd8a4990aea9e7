/* SPDX-License-Identifier: Apache-2.0 */

#include "commit-fixture.h"

#include "tw-error.h"

#include <string.h>

const guint64 whole_task = TW_TASK_HAS_ID | TW_TASK_HAS_USER_ID | TW_TASK_HAS_NAME | TW_TASK_HAS_CREATED_ON
                           | TW_TASK_HAS_DONE | TW_TASK_HAS_UPDATED_ON | TW_TASK_HAS_VERSION;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = f->factory->open (f->place, &f->commits, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->store);
}

void
reopen_store (Fixture *f)
{
  f->factory->close (f->store);
  open_store (f);
}

static void
set_up (Fixture *f, gconstpointer factory)
{
  f->factory = factory;
  f->place = f->factory->make_place ();
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer factory)
{
  f->factory->close (f->store);
  f->factory->remove_place (f->place);
}

void
contract_add (const TwCommitFactory *factory, const ContractCase *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/commit/%s/%s", factory->name, cases[i].name);

      g_test_add (path, Fixture, factory, set_up, cases[i].run, tear_down);
    }
}

const char *
id_of (guint n, char id[TW_ID_SIZE])
{
  g_snprintf (id, TW_ID_SIZE, "%024u", n);
  return id;
}

static gboolean
refuse (TwErrorCode code, const char *what, GError **error)
{
  g_set_error_literal (error, TW_ERROR, (int) code, what);
  return FALSE;
}

/* As the caller of the step says it: owner and version are the commit's. */
static void
put_new (TwCommit *commit, const char *id)
{
  const TwTaskRecord task = {
    .has = whole_task & ~(TW_TASK_HAS_USER_ID | TW_TASK_HAS_VERSION),
    .id = id,
    .name = "new",
    .created_ms = NOW_MS,
    .updated_ms = NOW_MS,
  };
  const TwTaskRecord *put = tw_commit_put (commit, &tw_task_type, &task);

  g_assert_cmpstr (put->id, ==, id);
  g_assert_cmpstr (put->name, ==, "new");
  g_assert_cmpint (put->version, ==, 1);
  g_assert_true (put->name != task.name);
  g_assert_cmphex (put->has, ==, whole_task);
}

static void
put_changed (TwCommit *commit, const TwTaskRecord *found)
{
  TwTaskRecord task = *found;
  const TwTaskRecord *put;

  task.name = "changed";
  put = tw_commit_put (commit, &tw_task_type, &task);
  g_assert_cmpstr (put->name, ==, "changed");
  g_assert_cmpint (put->version, ==, found->version + 1);
}

static void
give (TwCommit *commit, const TwTaskRecord *found)
{
  const char *to = strcmp (found->user_id, ANN) == 0 ? BOB : ANN;
  TwTaskRecord task = *found;
  const TwTaskRecord *given;

  task.name = "given";
  given = tw_commit_give (commit, &tw_task_type, &task, to);
  g_assert_cmpstr (given->name, ==, "given");
  g_assert_cmpstr (given->user_id, ==, to);
  g_assert_cmpint (given->version, ==, found->version + 1);
}

static gboolean
run_word (TwCommit *commit, const char *word, GError **error)
{
  const char what = *word;
  char id[TW_ID_SIZE];
  const TwTaskRecord *found = NULL;

  if (what == '#')
    {
      tw_commit_note (commit, word + 1, strlen (word + 1));
      return TRUE;
    }
  id_of ((guint) g_ascii_strtoull (word + 1, NULL, 10), id);
  if (what == '!')
    return refuse (TW_ERROR_PRECONDITION, "refused by the script", error);
  if (what != '+')
    {
      g_autoptr (GError) find_error = NULL;

      found = tw_commit_find (commit, &tw_task_type, id, &find_error);
      if (find_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&find_error));
          return FALSE;
        }
    }
  if (found == NULL && strchr ("=-?>", what) != NULL)
    return refuse (TW_ERROR_NOT_FOUND, "the script finds no task", error);
  if (found != NULL && what == '~')
    return refuse (TW_ERROR_PRECONDITION, "the script finds a task", error);
  if (what == '+' || (what == '@' && found == NULL))
    put_new (commit, id);
  else if (what == '=' || what == '@')
    put_changed (commit, found);
  else if (what == '-')
    tw_commit_remove (commit, &tw_task_type, id);
  else if (what == '>')
    give (commit, found);
  return TRUE;
}

gboolean
run_script (TwCommit *commit, gpointer data, GError **error)
{
  const char *script = data;
  g_auto (GStrv) words = g_strsplit (script, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !run_word (commit, words[i], error))
      return FALSE;
  return TRUE;
}

gboolean
commit_spec (TwCommits *commits, const TwCommitSpec *spec, const char *script, TwCommitted *committed, GError **error)
{
  CommitWait wait;
  gboolean ok;

  commit_begin (&wait, commits, TW_DEADLINE_NONE, spec, run_script, (gpointer) (guintptr) script);
  ok = commit_wait (&wait, error);
  *committed = wait.committed;
  return ok;
}

gint64
commit (TwCommits *commits, const char *partition, const char *script, GError **error)
{
  const TwCommitSpec spec = { .partition = partition, .now_ms = NOW_MS };
  TwCommitted committed;

  return commit_spec (commits, &spec, script, &committed, error) ? committed.number : 0;
}

gint64
commit_well (TwCommits *commits, const char *partition, const char *script)
{
  g_autoptr (GError) error = NULL;
  const gint64 number = commit (commits, partition, script, &error);

  g_assert_no_error (error);
  return number;
}

static gboolean
ignore_entry (const TwCommitEntry *entry, gpointer data)
{
  return TRUE;
}

TwCommitLog
read_log (TwCommits *commits, const char *partition, gint64 after, TwCommitEntryFunc entry, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  TwCommitLog log;

  tw_commits_log (commits, TW_DEADLINE_NONE, partition, after, &log, entry != NULL ? entry : ignore_entry, user_data,
                  &error);
  g_assert_no_error (error);
  return log;
}

static gboolean
note_entry (const TwCommitEntry *entry, gpointer data)
{
  GString *text = data;

  g_assert_true (entry->type == &tw_task_type);
  g_string_append_printf (text, "%s%" G_GINT64_FORMAT ":%c%dv%" G_GINT64_FORMAT, text->len > 0 ? " " : "",
                          entry->number, entry->is_gone ? '-' : entry->version == 1 ? '+' : '=',
                          (int) g_ascii_strtoll (entry->id, NULL, 10), entry->version);
  return TRUE;
}

void
assert_log (TwCommits *commits, const char *partition, gint64 after, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  read_log (commits, partition, after, note_entry, text);
  g_assert_cmpstr (text->str, ==, expected);
}

typedef struct
{
  const char *id;
  TwTaskRecord *found;
} Look;

static gboolean
look (TwCommit *commit, gpointer data, GError **error)
{
  Look *it = data;
  g_autoptr (GError) find_error = NULL;
  const TwTaskRecord *found = tw_commit_find (commit, &tw_task_type, it->id, &find_error);

  g_clear_pointer (&it->found, g_free);
  it->found = found != NULL ? tw_record_copy (&tw_task_type, found) : NULL;
  if (find_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&find_error));
  return FALSE;
}

TwTaskRecord *
find_task (TwCommits *commits, const char *partition, const char *id)
{
  const TwCommitSpec spec = { .partition = partition, .now_ms = NOW_MS };
  g_autoptr (GError) error = NULL;
  Look it = { id, NULL };
  CommitWait wait;

  commit_begin (&wait, commits, TW_DEADLINE_NONE, &spec, look, &it);
  commit_wait (&wait, &error);
  g_assert_no_error (error);
  g_assert_cmpint (wait.committed.number, ==, 0);
  return it.found;
}

void
assert_task (TwCommits *commits, const char *partition, guint n, const char *name, gint64 version)
{
  char id[TW_ID_SIZE];
  g_autoptr (TwTaskRecord) task = find_task (commits, partition, id_of (n, id));

  g_assert_nonnull (task);
  g_assert_cmpstr (task->id, ==, id);
  g_assert_cmpstr (task->user_id, ==, partition);
  g_assert_cmpstr (task->name, ==, name);
  g_assert_cmpint (task->version, ==, version);
  g_assert_cmpint (task->created_ms, ==, NOW_MS);
}

void
assert_no_task (TwCommits *commits, const char *partition, guint n)
{
  char id[TW_ID_SIZE];

  g_assert_null (find_task (commits, partition, id_of (n, id)));
}

/* A minute at least, which only a store that never drops needs. */
#define LOOKS 60000

void
tend_until_dropped (TwCommits *commits, gint64 now_ms, const char *partition, gint64 number)
{
  gint64 dropped = 0;

  for (guint i = 0; i < LOOKS && dropped < number; i++)
    {
      tw_commits_tend (commits, now_ms);
      g_usleep (1000);
      dropped = read_log (commits, partition, G_MAXINT64, NULL, NULL).dropped;
    }
  g_assert_cmpint (dropped, >=, number);
}
