/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-changes-private.h"

#include "tw-clock.h"

#include <string.h>

/* Lists that one answer begins to tell whole. */
#define NEW_LISTS 20

static void
reading_init (TwChangesReading *reading, TwTaskStore *store, gint64 deadline_ms, const char *user_id, guint limit)
{
  const gint64 now_ms = tw_clock_monotonic_ms (tw_clock_system ());

  *reading = (TwChangesReading) { .store = store, .deadline_ms = deadline_ms, .user_id = user_id,
                                  .until_ms = now_ms + MAX (deadline_ms - now_ms, 0) / 2 };
  reading->logs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reading->memberships = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  reading->member_ids = g_hash_table_new (g_str_hash, g_str_equal);
  tw_told_changes_init (&reading->told, limit);
}

static void
reading_clear (TwChangesReading *reading)
{
  g_hash_table_unref (reading->logs);
  g_hash_table_unref (reading->member_ids);
  g_hash_table_unref (reading->memberships);
  g_clear_pointer (&reading->groups, g_ptr_array_unref);
  tw_told_changes_clear (&reading->told);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwChangesReading, reading_clear)

/* Groups */

static const TwCommitLog *
log_of (const TwChangesReading *reading, const TwSyncGroup *group)
{
  return g_hash_table_lookup (reading->logs, tw_changes_owner (reading, group));
}

static gboolean
want_none (const TwCommitEntry *entry, gpointer data)
{
  return FALSE;
}

/* Has the records of the group's owner be as the end of their log says that was looked at, or newer: who changed them may not have
 * come to that, and no entry behind that end would say it again. */
static gboolean
settle (const TwChangesReading *reading, const TwSyncGroup *group, GError **error)
{
  TwCommitLog log;

  return tw_commits_log (reading->store->commits, reading->deadline_ms, tw_changes_owner (reading, group), G_MAXINT64, &log,
                         want_none, NULL, error);
}

/* What is to be told whole: @list_id, or, NULL, all that is the user's own. NULL with @error. */
static TwSyncGroup *
add_group (TwChangesReading *reading, const char *list_id, GError **error)
{
  TwSyncGroup *group = tw_sync_group_new ();
  const TwCommitLog *log;

  group->is_own = list_id == NULL;
  if (list_id != NULL)
    g_ptr_array_add (group->lists, g_strdup (list_id));
  log = log_of (reading, group);
  group->at = tw_sync_mark (log->newest, log->newest_mark);
  group->state = TW_SYNC_WALK;
  g_ptr_array_add (reading->groups, group);
  return settle (reading, group, error) ? group : NULL;
}

static gboolean
is_empty (const TwSyncGroup *group)
{
  return !group->is_own && group->lists->len == 0;
}

/* FALSE with GONE where the log is another one, as far as that can be seen by its ends. */
static gboolean
check_group (TwSyncGroup *group, const TwCommitLog *log, GError **error)
{
  const TwSyncMark newest = tw_sync_mark (log->newest, log->newest_mark);

  if (group->at.number > newest.number || group->at.number < log->dropped || group->seen.number > newest.number
      || (group->at.number == newest.number && !tw_sync_mark_is (&group->at, &newest))
      || (group->seen.number == newest.number && newest.number > 0 && !tw_sync_mark_is (&group->seen, &newest)))
    return tw_sync_token_gone (error);
  group->seen_is_met = group->seen.number == newest.number;
  return TRUE;
}

static gboolean
is_active (const TwSyncGroup *group)
{
  return group->state != TW_SYNC_READ;
}

/* The one that is half read, or NULL. */
static TwSyncGroup *
active_group (const TwChangesReading *reading)
{
  for (guint i = 0; i < reading->groups->len; i++)
    if (is_active (reading->groups->pdata[i]))
      return reading->groups->pdata[i];
  return NULL;
}

static void
drop_empty (GPtrArray *groups)
{
  for (guint i = groups->len; i > 0; i--)
    if (is_empty (groups->pdata[i - 1]))
      g_ptr_array_remove_index (groups, i - 1);
}

/* Lists that the user was told of and is no more in. FALSE: there was not room for all. */
static gboolean
drop_left (TwChangesReading *reading)
{
  gboolean all = TRUE;

  for (guint i = 0; i < reading->groups->len; i++)
    {
      const TwSyncGroup *group = reading->groups->pdata[i];

      for (guint k = group->lists->len; all && k > 0; k--)
        if (!tw_changes_knows (reading, group->lists->pdata[k - 1]))
          {
            all = tw_told_changes_room (&reading->told) > 0;
            if (all)
              tw_changes_drop_list (reading, group->lists->pdata[k - 1]);
          }
    }
  drop_empty (reading->groups);
  return all;
}

/* Going on */

gboolean
tw_changes_may_go_on (TwChangesReading *reading)
{
  const gboolean may = tw_told_changes_room (&reading->told) > 0 && reading->n_entries < TW_CHANGES_ENTRIES
                       && (!reading->has_begun || tw_clock_monotonic_ms (tw_clock_system ()) < reading->until_ms);

  reading->has_begun = TRUE;
  return may;
}

static gboolean
go_on_with_active (TwChangesReading *reading, TwSyncGroup *group, GError **error)
{
  if (!tw_changes_may_go_on (reading) || tw_changes_owner (reading, group) == NULL)
    return TRUE;
  return group->state == TW_SYNC_WALK ? tw_changes_walk (reading, group, error)
                                      : tw_changes_read_back (reading, group, error);
}

/* *@more where something of it is left. */
static gboolean
read_group (TwChangesReading *reading, TwSyncGroup *group, gboolean *more, GError **error)
{
  const TwCommitLog *log;

  if (is_active (group) || tw_changes_owner (reading, group) == NULL)
    return TRUE;
  log = log_of (reading, group);
  if (group->at.number >= log->newest)
    return TRUE;
  if (active_group (reading) == NULL && tw_changes_may_go_on (reading))
    return tw_changes_read_back (reading, group, error);
  *more = TRUE;
  return TRUE;
}

/* What there was not room for the last time. */
static gboolean
tell_pending (TwChangesReading *reading, GError **error)
{
  for (guint i = 0; i < reading->groups->len; i++)
    {
      TwSyncGroup *group = reading->groups->pdata[i];

      if (group->pending[0] == '\0')
        continue;
      if (tw_told_changes_room (&reading->told) > 0 && !tw_changes_tell_pending (reading, group, error))
        return FALSE;
    }
  return TRUE;
}

/* From one of them on, which is another one each time: where there is more than an answer has room for, none waits for
 * ever. */
static gboolean
read_groups (TwChangesReading *reading, gboolean *more, GError **error)
{
  const guint n = reading->groups->len, start = n > 0 ? (guint) g_random_int_range (0, (gint32) n) : 0;

  for (guint i = 0; i < n; i++)
    if (!read_group (reading, reading->groups->pdata[(start + i) % n], more, error))
      return FALSE;
  return TRUE;
}

static guint
count_lists (const TwChangesReading *reading)
{
  guint n = 0;

  for (guint i = 0; i < reading->groups->len; i++)
    n += ((const TwSyncGroup *) reading->groups->pdata[i])->lists->len;
  return n;
}

static gboolean
tell_new_lists (TwChangesReading *reading, gboolean *more, GError **error)
{
  g_autoptr (GPtrArray) ids = tw_changes_lists (reading, FALSE);
  guint n = 0;

  for (guint i = 0; i < ids->len; i++)
    {
      TwSyncGroup *group;

      /* What has just been said to be gone is told by the next answer, if it is there again: not both by one. */
      if (tw_changes_knows (reading, ids->pdata[i]) || tw_told_changes_has_deleted_list (&reading->told, ids->pdata[i]))
        continue;
      if (count_lists (reading) >= TW_SYNC_LISTS)
        break;
      if (active_group (reading) != NULL || n == NEW_LISTS || !tw_changes_may_go_on (reading))
        {
          *more = TRUE;
          break;
        }
      n++;
      group = add_group (reading, ids->pdata[i], error);
      if (group == NULL || !tw_changes_walk (reading, group, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_groups (const TwChangesReading *reading, GError **error)
{
  for (guint i = 0; i < reading->groups->len; i++)
    {
      TwSyncGroup *group = reading->groups->pdata[i];

      if (tw_changes_owner (reading, group) != NULL && !check_group (group, log_of (reading, group), error))
        return FALSE;
    }
  return TRUE;
}

/* The token */

/* Whether the log has what earlier answers were as of, before that is forgotten for what this one is as of. */
static gboolean
check_seen (const TwChangesReading *reading, const TwSyncGroup *group, const char *owner, GError **error)
{
  TwCommitBack back = { .partition = owner, .until = group->seen.number, .place = { group->seen.number, group->seen_row } };
  TwSyncMark found;

  if (group->seen.number == 0 || group->seen_is_met)
    return TRUE;
  if (!tw_commits_log_back (reading->store->commits, reading->deadline_ms, &back, want_none, NULL, error))
    return FALSE;
  found = tw_sync_mark (back.until, back.until_mark);
  return (back.end == TW_COMMIT_BACK_DONE && tw_sync_mark_is (&found, &group->seen)) || tw_sync_token_gone (error);
}

/* Where the data was brought back to a moment before this one, what was told is not what is there: the marks say so. */
static gboolean
note_seen (TwChangesReading *reading, GError **error)
{
  g_autoptr (GHashTable) logs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!tw_changes_look (reading, logs, error))
    return FALSE;
  for (guint i = 0; i < reading->groups->len; i++)
    {
      TwSyncGroup *group = reading->groups->pdata[i];
      const char *owner = tw_changes_owner (reading, group);
      const TwCommitLog *log = owner != NULL ? g_hash_table_lookup (logs, owner) : NULL;

      if (log == NULL)
        continue;
      if (!check_seen (reading, group, owner, error))
        return FALSE;
      group->seen = tw_sync_mark (log->newest, log->newest_mark);
      group->seen_row = log->newest_row;
    }
  return TRUE;
}

static gboolean
can_be_one (const TwChangesReading *reading, const TwSyncGroup *one, const TwSyncGroup *other)
{
  const char *owner = tw_changes_owner (reading, one);

  return !one->is_own && !other->is_own && !is_active (one) && !is_active (other)
         && one->pending[0] == '\0' && other->pending[0] == '\0' && owner != NULL
         && g_strcmp0 (owner, tw_changes_owner (reading, other)) == 0 && tw_sync_mark_is (&one->at, &other->at)
         && tw_sync_mark_is (&one->seen, &other->seen);
}

/* Those of one owner that were read up to the same entry. */
static void
join_groups (const TwChangesReading *reading)
{
  GPtrArray *groups = reading->groups;

  for (guint i = 0; i < groups->len; i++)
    for (guint k = groups->len - 1; k > i; k--)
      {
        TwSyncGroup *one = groups->pdata[i], *other = groups->pdata[k];

        if (!can_be_one (reading, one, other))
          continue;
        while (other->lists->len > 0)
          g_ptr_array_add (one->lists, g_ptr_array_steal_index (other->lists, 0));
        g_ptr_array_remove_index (groups, k);
      }
}

static void
tidy (TwChangesReading *reading)
{
  drop_empty (reading->groups);
  for (guint i = 0; i < reading->groups->len; i++)
    {
      TwSyncGroup *group = reading->groups->pdata[i];

      if (group->seen.number <= group->at.number)
        {
          group->seen = (TwSyncMark) { .number = 0 };
          group->seen_row = 0;
        }
    }
  join_groups (reading);
}

/* The answer */

static gboolean
open_groups (TwChangesReading *reading, const char *token, GError **error)
{
  if (token != NULL)
    reading->groups = tw_sync_token_open (&reading->kept, reading->user_id, token, error);
  else
    reading->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_sync_group_free);
  return reading->groups != NULL;
}

static const TwSyncGroup *
own_group (const TwChangesReading *reading)
{
  for (guint i = 0; i < reading->groups->len; i++)
    if (((const TwSyncGroup *) reading->groups->pdata[i])->is_own)
      return reading->groups->pdata[i];
  return NULL;
}

/* Which lists are the user's own has to be looked at behind the log that they are read from. */
static gboolean
view_own (TwChangesReading *reading, GError **error)
{
  const TwSyncGroup *own = own_group (reading);

  if (own == NULL)
    own = add_group (reading, NULL, error);
  if (own == NULL)
    return FALSE;
  return own->state != TW_SYNC_WALK || own->walk.phase != TW_SYNC_LISTS_FIRST || tw_changes_view_own (reading, error);
}

static gboolean
is_pending (const TwChangesReading *reading)
{
  for (guint i = 0; i < reading->groups->len; i++)
    if (((const TwSyncGroup *) reading->groups->pdata[i])->pending[0] != '\0')
      return TRUE;
  return FALSE;
}

static gboolean
read_all (TwChangesReading *reading, const char *token, gboolean *more, GError **error)
{
  TwSyncGroup *active;

  if (!tw_changes_view (reading, error) || !tw_changes_look (reading, reading->logs, error)
      || !open_groups (reading, token, error) || !check_groups (reading, error))
    return FALSE;
  *more = !drop_left (reading);
  if (!view_own (reading, error) || !tell_pending (reading, error))
    return FALSE;
  active = active_group (reading);
  if ((active != NULL && !go_on_with_active (reading, active, error)) || !read_groups (reading, more, error)
      || !tell_new_lists (reading, more, error)
      || (g_hash_table_size (reading->told.places) > 0 && !note_seen (reading, error)))
    return FALSE;
  tidy (reading);
  *more = *more || active_group (reading) != NULL || is_pending (reading);
  return TRUE;
}

void
tw_changes_clear (TwSyncChanges *changes)
{
  g_clear_pointer (&changes->changes, g_ptr_array_unref);
  g_clear_pointer (&changes->token, g_free);
}

gboolean
tw_changes_read (TwTaskStore *store, const TwCallContext *context, const char *user_id, const char *token, guint limit,
                 TwSyncChanges *changes, GError **error)
{
  g_auto (TwChangesReading) reading = { 0 };

  reading_init (&reading, store, context->deadline_ms, user_id, limit);
  *changes = (TwSyncChanges) { 0 };
  if (!read_all (&reading, token, &changes->more, error))
    return FALSE;
  changes->changes = tw_told_changes_take (&reading.told);
  changes->token = tw_sync_token_seal (&reading.kept, user_id, reading.groups);
  return TRUE;
}
