/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit.h"

#include "tw-error.h"

#include <string.h>

gconstpointer
tw_commit_find (TwCommit *commit, const TwRecordType *type, const char *id, GError **error)
{
  return commit->commits->klass->find (commit, type, id, error);
}

gboolean
tw_commit_expect (TwCommit *commit, const TwRecordType *type, const char *const *ids, guint n)
{
  if (commit->commits->klass->expect == NULL)
    return FALSE;
  commit->commits->klass->expect (commit, type, ids, n);
  return TRUE;
}

gboolean
tw_commit_look (TwCommit *commit, const TwRecordType *type, const char *id, gconstpointer *found, GError **error)
{
  g_autoptr (GError) why = NULL;

  *found = tw_commit_find (commit, type, id, &why);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gconstpointer
tw_commit_need (TwCommit *commit, const TwRecordType *type, const char *id, gboolean (*missing) (GError **error),
                GError **error)
{
  gconstpointer found;

  if (tw_commit_look (commit, type, id, &found, error) && found == NULL)
    missing (error);
  return found;
}

/* What the step has found is not looked for again. */
static void
tell_touching (TwCommit *commit, const TwRecordType *type, const char *id)
{
  const TwCommitWatch *watch = &commit->commits->watch;
  gconstpointer before = tw_commit_find (commit, type, id, NULL);

  if (before != NULL)
    watch->touching (before, watch->user_data);
}

static inline gboolean
is_watched (const TwCommit *commit, const TwRecordType *type)
{
  return commit->commits->watch.type == type && type != NULL;
}

gconstpointer
tw_commit_put (TwCommit *commit, const TwRecordType *type, gconstpointer record)
{
  if (is_watched (commit, type))
    tell_touching (commit, type, *tw_record_text (type, record, tw_record_find_role (type, TW_RECORD_KEY)));
  return commit->commits->klass->put (commit, type, record);
}

void
tw_commit_remove (TwCommit *commit, const TwRecordType *type, const char *id)
{
  if (is_watched (commit, type))
    tell_touching (commit, type, id);
  commit->commits->klass->remove (commit, type, id);
}

gconstpointer
tw_commit_give (TwCommit *commit, const TwRecordType *type, gconstpointer record, const char *partition)
{
  return commit->commits->klass->give (commit, type, record, partition);
}

void
tw_commit_note (TwCommit *commit, gconstpointer bytes, gsize n)
{
  g_assert (n > 0 && n <= TW_COMMIT_NOTE_BYTES);
  commit->commits->klass->note (commit, bytes, n);
}

void
tw_commit_spec_set_key (TwCommitSpec *spec, const char *key, const guint8 *fingerprint, gsize length)
{
  spec->key = key;
  memset (spec->fingerprint, 0, sizeof spec->fingerprint);
  if (length > 0) /* C does not let memcpy() have a NULL */
    memcpy (spec->fingerprint, fingerprint, MIN (length, sizeof spec->fingerprint));
}

gboolean
tw_commit_was_removed (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "What was done with this key has been removed since");
  return FALSE;
}

void
tw_commits_set_kept (TwCommits *commits, gint64 kept_ms)
{
  commits->kept_ms = kept_ms;
}

void
tw_commits_watch (TwCommits *commits, const TwCommitWatch *watch)
{
  commits->watch = *watch;
}

void
tw_commits_tell_ended (const TwCommits *commits, const char *partition)
{
  if (commits->watch.ended != NULL)
    commits->watch.ended (partition, commits->watch.user_data);
}

void
tw_commit_run (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec)
{
  commits->klass->run (commits, deadline_ms, spec);
}

gboolean
tw_commits_log (TwCommits *commits, gint64 deadline_ms, const char *partition, gint64 after, TwCommitLog *log,
                TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  return commits->klass->log (commits, deadline_ms, partition, after, log, entry, user_data, error);
}

gboolean
tw_commits_log_back (TwCommits *commits, gint64 deadline_ms, TwCommitBack *back, TwCommitEntryFunc entry,
                     gpointer user_data, GError **error)
{
  back->log = (TwCommitLog) { 0 };
  memset (back->until_mark, 0, sizeof back->until_mark);
  return commits->klass->log_back (commits, deadline_ms, back, entry, user_data, error);
}

gboolean
tw_commits_look (TwCommits *commits, gint64 deadline_ms, const char *const *partitions, guint n, TwCommitLog *logs,
                 TwCommitStore *store, GError **error)
{
  for (guint i = 0; i < n; i++)
    logs[i] = (TwCommitLog) { 0 };
  return commits->klass->look (commits, deadline_ms, partitions, n, logs, store, error);
}

void
tw_commits_tend (TwCommits *commits, gint64 now_ms)
{
  commits->klass->tend (commits, now_ms);
}
