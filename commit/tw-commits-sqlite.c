/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commits-sqlite.h"

#include "tw-commit-back-sqlite.h"
#include "tw-commit-changed.h"
#include "tw-commit-drop-sqlite.h"
#include "tw-commit-step-sqlite.h"
#include "tw-error.h"

#include <pthread.h>
#include <string.h>

/* What is too old is looked for at least so often, whatever the oldest was said to be. */
#define LOOK_MS (G_GINT64_CONSTANT (3600) * 1000)

/* Work that is done behind the commits, by a mutation of its own. */
typedef enum
{
  IDLE,
  QUEUED, /* or running */
} Chore;

typedef struct
{
  TwCommits parent;
  TwSqlite *db;

  /* The writer's thread's. */
  TwCommitTables tables;
  Chore writing; /* the heads */

  pthread_mutex_t mutex; /* guards the rest */
  Chore dropping;
  gint64 now_ms, due_ms; /* when it was looked for what is too old, and when that is due again */
} Commits;

static Commits *
sqlite_commits (TwCommits *commits)
{
  return (Commits *) commits;
}

/* A commit on its way to the writer's thread and back. */
typedef struct
{
  Commits *commits;
  TwCommitSpec spec; /* with texts of its own */
  char *texts;
  gint64 key_hash; /* where it has a key */
  TwCommitStepSqlite step;
  TwCommitted committed;
  GArray *parts; /* of a repeat; or NULL */
  GBytes *note;  /* likewise */
} Run;

/* The texts of @from, in one block. */
static void
copy_spec (Run *run, const TwCommitSpec *from)
{
  const gsize partition = strlen (from->partition) + 1;
  const gsize by = from->by != NULL ? strlen (from->by) + 1 : 0;
  const gsize key = from->key != NULL ? strlen (from->key) + 1 : 0;

  run->texts = g_malloc (partition + by + key);
  run->spec = *from;
  run->spec.partition = memcpy (run->texts, from->partition, partition);
  if (by > 0)
    run->spec.by = memcpy (run->texts + partition, from->by, by);
  if (key > 0)
    run->spec.key = memcpy (run->texts + partition + by, from->key, key);
}

static gboolean
run_step (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Run *run = data;
  const TwCommitSpec *spec = &run->spec;
  TwCommitTables *tables = &run->commits->tables;

  if (spec->key != NULL
      && !tw_commit_log_sqlite_look_for_key (connection, &tables->kinds, spec, run->key_hash, &run->committed,
                                             &run->parts, &run->note, error))
    return FALSE;
  if (run->committed.is_repeat)
    return TRUE;
  tw_commit_step_sqlite_init (&run->step, &run->commits->parent, tables, connection, spec, run->key_hash);
  return spec->decide (&run->step.parent, spec->data, error)
         && tw_commit_step_sqlite_write (&run->step, &run->committed.number, error);
}

static gboolean
write_heads (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Commits *commits = data;

  return tw_commit_heads_sqlite_write (commits->tables.heads, connection, error);
}

static void
heads_written (gpointer data, const GError *error)
{
  Commits *commits = data;

  commits->writing = IDLE;
}

/* Where that fails, it is due still behind the next commit. */
static void
write_heads_behind (Commits *commits)
{
  if (commits->writing == QUEUED || !tw_commit_heads_sqlite_are_due (commits->tables.heads))
    return;
  commits->writing = QUEUED;
  tw_sqlite_mutate (commits->db, TW_DEADLINE_NONE, write_heads, heads_written, commits);
}

static void
finish (gpointer data, const GError *error)
{
  Run *run = data;
  const TwCommitSpec *spec = &run->spec;

  spec->done (error == NULL ? &run->committed : NULL, error, spec->data);
  if (spec->free_data != NULL)
    spec->free_data (spec->data);
  if (error == NULL)
    write_heads_behind (run->commits);
  if (run->committed.number > 0 && !run->committed.is_repeat)
    tw_commits_tell_ended (&run->commits->parent, spec->partition);
  tw_commit_step_sqlite_clear (&run->step);
  g_clear_pointer (&run->parts, g_array_unref);
  g_clear_pointer (&run->note, g_bytes_unref);
  g_free (run->texts);
  g_free (run);
}

static void
commits_run (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec)
{
  Commits *sqlite = sqlite_commits (commits);
  Run *run = g_new0 (Run, 1);

  run->commits = sqlite;
  copy_spec (run, spec);
  if (spec->key != NULL) /* not on the writer's thread, which has most to do */
    run->key_hash = tw_commit_log_sqlite_hash_key (spec);
  tw_sqlite_mutate_once (sqlite->db, deadline_ms, run_step, finish, run);
}

static gboolean
commits_log (TwCommits *commits, gint64 deadline_ms, const char *partition, gint64 after, TwCommitLog *log,
             TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  Commits *sqlite = sqlite_commits (commits);
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (sqlite->db, deadline_ms, error);
  gboolean was_read
      = connection != NULL
        && tw_commit_log_sqlite_read (connection, &sqlite->tables.kinds, partition, after, log, entry, user_data, error);

  tw_sqlite_reader_return (sqlite->db, connection);
  return was_read;
}

static gboolean
commits_log_back (TwCommits *commits, gint64 deadline_ms, TwCommitBack *back, TwCommitEntryFunc entry,
                  gpointer user_data, GError **error)
{
  Commits *sqlite = sqlite_commits (commits);
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (sqlite->db, deadline_ms, error);
  const gboolean was_read
    = connection != NULL
        && tw_commit_back_sqlite_read (connection, &sqlite->tables.kinds, back, entry, user_data, error);

  tw_sqlite_reader_return (sqlite->db, connection);
  return was_read;
}

static gboolean
commits_look (TwCommits *commits, gint64 deadline_ms, const char *const *partitions, guint n, TwCommitLog *logs,
              TwCommitStore *store, GError **error)
{
  Commits *sqlite = sqlite_commits (commits);
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (sqlite->db, deadline_ms, error);
  const gboolean was_read
    = connection != NULL && tw_commit_back_sqlite_look (connection, partitions, n, logs, store, error);

  tw_sqlite_reader_return (sqlite->db, connection);
  return was_read;
}

/* A look for what is too old. */
typedef struct
{
  Commits *commits;
  gint64 now_ms, next_ms;
} Drop;

static gboolean
drop (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Drop *it = data;

  return tw_commit_drop_sqlite (connection, it->commits->tables.heads, it->now_ms - it->commits->parent.kept_ms, it->now_ms,
                                &it->next_ms, error);
}

static void
dropped (gpointer data, const GError *error)
{
  Drop *it = data;
  Commits *commits = it->commits;

  pthread_mutex_lock (&commits->mutex);
  commits->dropping = IDLE;
  if (error == NULL)
    commits->due_ms = MIN (it->next_ms + commits->parent.kept_ms, it->now_ms + LOOK_MS);
  pthread_mutex_unlock (&commits->mutex);
  g_free (it);
}

/* Whether there may be something that is too old, and nobody is at it. */
static gboolean
begin_to_drop (Commits *commits, gint64 now_ms)
{
  gboolean begins;

  pthread_mutex_lock (&commits->mutex);
  begins = commits->dropping == IDLE && (now_ms >= commits->due_ms || now_ms < commits->now_ms);
  if (begins)
    {
      commits->dropping = QUEUED;
      commits->now_ms = now_ms;
    }
  pthread_mutex_unlock (&commits->mutex);
  return begins;
}

static void
commits_tend (TwCommits *commits, gint64 now_ms)
{
  Commits *sqlite = sqlite_commits (commits);
  Drop *it;

  if (!begin_to_drop (sqlite, now_ms))
    return;
  it = g_new0 (Drop, 1);
  it->commits = sqlite;
  it->now_ms = now_ms;
  tw_sqlite_mutate (sqlite->db, TW_DEADLINE_NONE, drop, dropped, it);
}

static void
forget_heads (gpointer data)
{
  Commits *commits = data;

  tw_commit_heads_sqlite_forget (commits->tables.heads);
}

static gboolean
look_at_tables (Commits *commits, TwSqliteConnection *connection, GError **error)
{
  TwCommitTables *tables = &commits->tables;

  for (guint i = 0; i < tables->kinds.n; i++)
    {
      if (!tw_commit_changed_check (tables->kinds.types[i], error))
        return FALSE;
      tables->rows[i] = tw_record_rows_new (tables->kinds.types[i], connection, error);
      if (tables->rows[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_store (TwSqliteConnection *connection, gpointer mutation, GError **error)
{
  return tw_commit_back_sqlite_make_store (connection, error);
}

/* Once in its life. */
static gboolean
has_store (TwSqlite *db, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  TwCommitStore store;
  gboolean found = FALSE;
  const gboolean was_read
    = connection != NULL && tw_commit_back_sqlite_find_store (connection, &store, &found, error);

  tw_sqlite_reader_return (db, connection);
  return was_read && (found || tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, make_store, NULL, error));
}

TwCommits *
tw_commits_sqlite_new (TwSqlite *db, const TwRecordType *const *types, guint n_types, GError **error)
{
  static const TwCommitsClass klass = {
    .run = commits_run,
    .log = commits_log,
    .log_back = commits_log_back,
    .look = commits_look,
    .tend = commits_tend,
    .find = tw_commit_step_sqlite_find,
    .put = tw_commit_step_sqlite_put,
    .remove = tw_commit_step_sqlite_remove,
    .note = tw_commit_step_sqlite_note,
    .give = tw_commit_step_sqlite_give,
  };
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  Commits *commits = g_new0 (Commits, 1);
  gboolean looks_well;

  commits->parent = (TwCommits) { .klass = &klass, .kept_ms = TW_COMMIT_KEPT_MS };
  commits->db = db;
  commits->tables.kinds = (TwCommitKinds) { types, n_types };
  commits->tables.rows = g_new0 (TwRecordRows *, n_types);
  commits->tables.heads = tw_commit_heads_sqlite_new ();
  pthread_mutex_init (&commits->mutex, NULL);
  looks_well = look_at_tables (commits, connection, error);
  tw_sqlite_reader_return (db, connection);
  if (!looks_well)
    {
      tw_commits_sqlite_free (&commits->parent);
      return NULL;
    }
  tw_sqlite_set_undone (db, forget_heads, commits);
  if (!has_store (db, error))
    {
      tw_commits_sqlite_free (&commits->parent);
      return NULL;
    }
  return &commits->parent;
}

void
tw_commits_sqlite_free (TwCommits *commits)
{
  Commits *sqlite = sqlite_commits (commits);

  if (sqlite == NULL)
    return;
  for (guint i = 0; i < sqlite->tables.kinds.n; i++)
    tw_record_rows_free (sqlite->tables.rows[i]);
  g_free (sqlite->tables.rows);
  tw_commit_heads_sqlite_free (sqlite->tables.heads);
  pthread_mutex_destroy (&sqlite->mutex);
  g_free (sqlite);
}
