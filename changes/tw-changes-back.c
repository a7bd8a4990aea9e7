/* SPDX-License-Identifier: Apache-2.0 */

/* What a log says, from its newest entry back, some records at a time: each is told as it is now.
 *
 * An entry that took a record away from where it was says where that was: it is deleted for who saw it there, unless they
 * see it somewhere else. What lay in a list that is gone is not deleted one by one: the list's own entry stands for that. */

#include "tw-changes-private.h"

#include <string.h>

/* Records that are looked at together. */
#define AT_ONCE 250

/* What entries have said of one record. */
typedef struct
{
  TwSyncKind kind;
  char id[TW_ID_SIZE];
  TwCommitPlace place; /* of the newest of these */
  guint64 changed;   /* by entries that left it there */
  GPtrArray *formers; /* Former */
} Touched;

typedef struct
{
  char *values[TW_RECORD_FORMER_MAX];
  gboolean is_gone; /* with that entry */
} Former;

/* Places of what the IDL marks with tw.former. */
enum
{
  FORMER_LIST = 0, /* of tasks and members */
  FORMER_USER = 1,
};

static void
former_free (gpointer data)
{
  Former *former = data;

  for (guint i = 0; i < G_N_ELEMENTS (former->values); i++)
    g_free (former->values[i]);
  g_free (former);
}

static void
touched_free (gpointer data)
{
  Touched *touched = data;

  g_clear_pointer (&touched->formers, g_ptr_array_unref);
  g_free (touched);
}

/* One look back. */
typedef struct
{
  const TwChangesReading *reading;
  const TwSyncGroup *group;
  guint room, cost;
  GPtrArray *all;    /* Touched, as they came */
  GHashTable *by_id; /* of each kind */
  TwSyncMark newest; /* entry that it has seen; number 0: none yet */
  guint n_entries;
  const Touched *last; /* that it came by */
  gboolean has_met;  /* the entry that was seen */
  gboolean is_other; /* another log than the one that was read */
} Look;

static gboolean
find_kind (const TwRecordType *type, TwSyncKind *kind)
{
  for (int i = TW_SYNC_LIST; i <= TW_SYNC_TASK; i++)
    if (tw_sync_kind_type ((TwSyncKind) i) == type)
      {
        *kind = (TwSyncKind) i;
        return TRUE;
      }
  return FALSE;
}

static Touched *
touch (Look *look, TwSyncKind kind, const TwCommitEntry *entry)
{
  g_autofree char *key = g_strdup_printf ("%d:%s", (int) kind, entry->id);
  Touched *touched = g_hash_table_lookup (look->by_id, key);

  if (touched != NULL)
    return touched;
  touched = g_new0 (Touched, 1);
  touched->kind = kind;
  touched->place = (TwCommitPlace) { entry->number, entry->row };
  g_strlcpy (touched->id, entry->id, sizeof touched->id);
  g_ptr_array_add (look->all, touched);
  g_hash_table_insert (look->by_id, g_steal_pointer (&key), touched);
  look->cost++;
  return touched;
}

static void
add_former (Touched *touched, const TwCommitEntry *entry)
{
  Former *former = g_new0 (Former, 1);

  for (guint i = 0; i < G_N_ELEMENTS (former->values); i++)
    former->values[i] = g_strdup (entry->former[i]);
  former->is_gone = entry->is_gone;
  if (touched->formers == NULL)
    touched->formers = g_ptr_array_new_with_free_func (former_free);
  g_ptr_array_add (touched->formers, former);
}

/* What somebody is in a list is a part of the list as they see it. */
#define IN_LIST (TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_POSITION)

static gboolean
shows_in_list (const Look *look, const TwCommitEntry *entry)
{
  return (entry->changed & IN_LIST) != 0 && g_hash_table_contains (look->reading->member_ids, entry->id);
}

static gboolean
take_entry (const TwCommitEntry *entry, gpointer data)
{
  Look *look = data;
  const TwSyncMark mark = tw_sync_mark (entry->number, entry->mark);
  TwSyncKind kind;

  if (look->newest.number == 0)
    look->newest = mark;
  if (mark.number == look->group->seen.number)
    {
      look->has_met = TRUE;
      look->is_other = !tw_sync_mark_is (&mark, &look->group->seen);
    }
  look->n_entries++;
  if (find_kind (entry->type, &kind))
    {
      Touched *touched = touch (look, kind, entry);

      if (kind == TW_SYNC_MEMBER && shows_in_list (look, entry) && (touched->changed & IN_LIST) == 0)
        look->cost++;
      if (!entry->is_gone)
        touched->changed |= entry->changed;
      if (entry->is_gone || entry->has_former)
        add_former (touched, entry);
      look->last = touched;
    }
  return !look->is_other && look->cost < look->room && look->n_entries < TW_CHANGES_ENTRIES;
}

/* What they are now */

typedef struct
{
  TwChangesReading *reading;
  TwSyncGroup *group;
  const Touched *over; /* the one that there is not room for all of; NULL: there is */
  GHashTable *tasks, *members, *lists; /* those that are there */
  GHashTable *own;                     /* what the user is in lists, by the record's id */
} Now;

static void
now_clear (Now *now)
{
  g_clear_pointer (&now->tasks, g_hash_table_unref);
  g_clear_pointer (&now->members, g_hash_table_unref);
  g_clear_pointer (&now->lists, g_hash_table_unref);
  g_clear_pointer (&now->own, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Now, now_clear)

static GHashTable *
gather_touched (const TwChangesReading *reading, const GPtrArray *all, TwSyncKind kind, guint64 field,
                GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      Touched *touched = all->pdata[i];

      if (touched->kind == kind)
        g_ptr_array_add (ids, touched->id);
    }
  return tw_changes_gather (reading, tw_sync_kind_type (kind), field, ids, error);
}

/* A list that what is touched is in, was in, or is. */
static void
add_list (GHashTable *seen, GPtrArray *ids, const char *id)
{
  if (id != NULL && g_hash_table_add (seen, (gpointer) (guintptr) id))
    g_ptr_array_add (ids, (gpointer) (guintptr) id);
}

static GPtrArray *
lists_concerned (const Now *now, const GPtrArray *all)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      const Touched *touched = all->pdata[i];
      const TwTaskRecord *task = touched->kind == TW_SYNC_TASK ? g_hash_table_lookup (now->tasks, touched->id) : NULL;
      const TwMemberRecord *member
        = touched->kind == TW_SYNC_MEMBER ? g_hash_table_lookup (now->members, touched->id) : NULL;

      add_list (seen, ids, touched->kind == TW_SYNC_LIST ? touched->id : NULL);
      add_list (seen, ids, task != NULL ? task->list_id : NULL);
      add_list (seen, ids, member != NULL ? member->list_id : NULL);
      for (guint k = 0; touched->formers != NULL && k < touched->formers->len; k++)
        if (touched->kind != TW_SYNC_LIST)
          add_list (seen, ids, ((const Former *) touched->formers->pdata[k])->values[FORMER_LIST]);
    }
  return ids;
}

/* What the user is in each of @ids. */
static GHashTable *
gather_own (const TwChangesReading *reading, const GPtrArray *ids, GError **error)
{
  g_autoptr (GPtrArray) member_ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < ids->len; i++)
    {
      char id[TW_ID_SIZE];

      tw_list_member_id (ids->pdata[i], reading->user_id, id);
      g_ptr_array_add (member_ids, g_strdup (id));
    }
  return tw_changes_gather (reading, &tw_member_type, TW_MEMBER_HAS_ID, member_ids, error);
}

static const TwMemberRecord *
own_member (const Now *now, const char *list_id)
{
  char id[TW_ID_SIZE];
  const TwMemberRecord *member;

  tw_list_member_id (list_id, now->reading->user_id, id);
  member = g_hash_table_lookup (now->own, id);
  return tw_list_role_of (member) != TW_LIST_NOBODY ? member : NULL;
}

/* Lists that the user has left, or that have gone, since this answer began. Nothing is told any more of what is in them, so that
 * they are to be told whole if the user is in them again by the next one. */
static void
drop_left (const Now *now, const GPtrArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    if (tw_changes_knows (now->reading, ids->pdata[i])
        && (g_hash_table_lookup (now->lists, ids->pdata[i]) == NULL || own_member (now, ids->pdata[i]) == NULL))
      tw_changes_drop_list (now->reading, ids->pdata[i]);
}

/* Lists behind what is in them: what is in a list that goes in between is told with that list. */
static gboolean
look_at_all (Now *now, const GPtrArray *all, GError **error)
{
  const TwChangesReading *reading = now->reading;
  g_autoptr (GPtrArray) ids = NULL;

  now->tasks = gather_touched (reading, all, TW_SYNC_TASK, TW_TASK_HAS_ID, error);
  if (now->tasks == NULL
      || (now->members = gather_touched (reading, all, TW_SYNC_MEMBER, TW_MEMBER_HAS_ID, error)) == NULL)
    return FALSE;
  ids = lists_concerned (now, all);
  now->lists = tw_changes_gather (reading, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, ids, error);
  if (now->lists == NULL || (now->own = gather_own (reading, ids, error)) == NULL)
    return FALSE;
  drop_left (now, ids);
  return TRUE;
}

/* What is told */

/* The list where the user sees it: one of their own, or one that they were told of. Of what was in a list that they see
 * no more nothing is told: that of the list itself follows, by its own entry, or the user's. */
static const TwSharedListRecord *
find_list (const Now *now, const char *list_id)
{
  const TwSharedListRecord *list = g_hash_table_lookup (now->lists, list_id);
  const gboolean is_there = list != NULL && own_member (now, list_id) != NULL;

  if (now->group->is_own)
    return is_there && g_strcmp0 (list->owner_id, now->reading->user_id) == 0 ? list : NULL;
  return is_there && tw_changes_knows (now->reading, list_id) ? list : NULL;
}

static void
tell_list (const Now *now, const Touched *touched)
{
  const TwSharedListRecord *list = find_list (now, touched->id);

  if (list != NULL)
    tw_changes_put_list (now->reading, list, own_member (now, touched->id));
  else if (now->group->is_own || tw_changes_knows (now->reading, touched->id))
    tw_changes_drop_list (now->reading, touched->id);
}

static void
delete_member (const Now *now, const Former *former)
{
  g_autofree char *id = NULL;

  if (former->values[FORMER_LIST] == NULL || former->values[FORMER_USER] == NULL
      || find_list (now, former->values[FORMER_LIST]) == NULL)
    return;
  id = g_strconcat (former->values[FORMER_LIST], "/", former->values[FORMER_USER], NULL);
  tw_told_changes_delete (&now->reading->told, TW_SYNC_MEMBER, id);
}

/* Its place among the lists of the member is theirs alone. */
#define PRIVATE (TW_MEMBER_HAS_POSITION | TW_MEMBER_HAS_UPDATED_ON | TW_MEMBER_HAS_VERSION)

static void
tell_member (const Now *now, const Touched *touched)
{
  const TwMemberRecord *member = g_hash_table_lookup (now->members, touched->id);
  const TwSharedListRecord *list;

  if (member == NULL || member->list_id == NULL || tw_list_role_of (member) == TW_LIST_NOBODY)
    {
      for (guint i = 0; touched->formers != NULL && i < touched->formers->len; i++)
        delete_member (now, touched->formers->pdata[i]);
      return;
    }
  list = find_list (now, member->list_id);
  if (list == NULL)
    return;
  if (strcmp (member->user_id, now->reading->user_id) == 0 && (touched->changed & IN_LIST) != 0)
    tw_changes_put_list (now->reading, list, member);
  if ((touched->changed & ~PRIVATE) == 0)
    return;
  if (touched == now->over)
    g_strlcpy (now->group->pending, list->id, sizeof now->group->pending);
  else
    tw_changes_put_member (now->reading, member);
}

/* Whether the user saw it where an entry took it from. */
static gboolean
was_seen (const Now *now, const Former *former)
{
  const char *list_id = former->values[FORMER_LIST];

  if (!now->group->is_own)
    return list_id != NULL && find_list (now, list_id) != NULL;
  return list_id == NULL || !former->is_gone || g_hash_table_contains (now->lists, list_id);
}

static void
tell_task (const Now *now, const Touched *touched)
{
  const TwTaskRecord *task = g_hash_table_lookup (now->tasks, touched->id);
  gboolean gone = FALSE;

  if (task != NULL && tw_changes_sees_task (now->reading, task, now->lists))
    {
      tw_changes_put_task (now->reading, task);
      return;
    }
  for (guint i = 0; touched->formers != NULL && !gone && i < touched->formers->len; i++)
    gone = was_seen (now, touched->formers->pdata[i]);
  if (gone)
    tw_told_changes_delete (&now->reading->told, TW_SYNC_TASK, touched->id);
}

static void
tell (const Now *now, const Touched *touched)
{
  switch (touched->kind)
    {
    case TW_SYNC_LIST:
      tell_list (now, touched);
      break;
    case TW_SYNC_MEMBER:
      tell_member (now, touched);
      break;
    case TW_SYNC_TASK:
      tell_task (now, touched);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* How many of these, the newest first, an answer has room for: one at least. What makes them long are tasks' notes. */
static guint
n_that_fit (const Now *now, const GPtrArray *all)
{
  gsize bytes = now->reading->told.bytes;
  guint n = 0;

  while (n < all->len && (n == 0 || bytes < TW_TOLD_CHANGES_BYTES))
    {
      const Touched *touched = all->pdata[n++];
      const TwTaskRecord *task = touched->kind == TW_SYNC_TASK ? g_hash_table_lookup (now->tasks, touched->id) : NULL;

      bytes += task != NULL ? tw_told_changes_size (TW_SYNC_TASK, task) : 0;
    }
  return n;
}

/* Oldest first; lists before what is in them. *@n of them; of those that there is no room for nothing is told. */
static gboolean
tell_all (TwChangesReading *reading, TwSyncGroup *group, const Look *look, guint *n, GError **error)
{
  const GPtrArray *all = look->all;
  g_auto (Now) now = { .reading = reading, .group = group };

  if (look->cost > look->room)
    now.over = look->last;

  if (!look_at_all (&now, all, error))
    return FALSE;
  *n = n_that_fit (&now, all);
  for (int kind = TW_SYNC_LIST; kind <= TW_SYNC_TASK; kind++)
    for (guint i = *n; i > 0; i--)
      if (((const Touched *) all->pdata[i - 1])->kind == (TwSyncKind) kind)
        tell (&now, all->pdata[i - 1]);
  return TRUE;
}

/* The way back */

static gboolean
end_at (TwSyncGroup *group, const TwCommitBack *back, GError **error)
{
  const TwSyncMark found = tw_sync_mark (back->until, back->until_mark);

  if (!tw_sync_mark_is (&found, &group->at))
    return tw_sync_token_gone (error);
  if (group->to.number > 0)
    group->at = group->to;
  group->to = (TwSyncMark) { .number = 0 };
  group->place = (TwCommitPlace) { 0 };
  group->state = TW_SYNC_READ;
  return TRUE;
}

static gboolean
read_some (TwChangesReading *reading, TwSyncGroup *group, const char *owner, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (touched_free);
  g_autoptr (GHashTable) by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Look look = { .reading = reading, .group = group, .room = MIN (tw_told_changes_room (&reading->told), AT_ONCE),
                .all = all, .by_id = by_id, .n_entries = reading->n_entries };
  TwCommitBack back = { .partition = owner, .until = group->at.number, .place = group->place };
  guint n = 0;

  if (!tw_commits_log_back (reading->store->commits, reading->deadline_ms, &back, take_entry, &look, error))
    return FALSE;
  if (look.is_other || back.end == TW_COMMIT_BACK_LOST || group->seen.number > back.log.newest)
    return tw_sync_token_gone (error);
  reading->n_entries = look.n_entries;
  group->seen_is_met = group->seen_is_met || look.has_met;
  if (group->state == TW_SYNC_READ)
    group->to = look.newest;
  if (!tell_all (reading, group, &look, &n, error))
    return FALSE;
  if (back.end == TW_COMMIT_BACK_DONE && n == all->len)
    return end_at (group, &back, error);
  group->state = TW_SYNC_BACK;
  group->place = n < all->len ? ((const Touched *) all->pdata[n])->place : back.place;
  return TRUE;
}

gboolean
tw_changes_tell_pending (TwChangesReading *reading, TwSyncGroup *group, GError **error)
{
  const gboolean is_seen = group->is_own || tw_changes_knows (reading, group->pending);
  char id[TW_ID_SIZE];
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GHashTable) found = NULL;
  const TwMemberRecord *member;

  tw_list_member_id (group->pending, reading->user_id, id);
  g_ptr_array_add (ids, id);
  found = tw_changes_gather (reading, &tw_member_type, TW_MEMBER_HAS_ID, ids, error);
  if (found == NULL)
    return FALSE;
  member = g_hash_table_lookup (found, id);
  if (is_seen && tw_list_role_of (member) != TW_LIST_NOBODY)
    tw_changes_put_member (reading, member);
  group->pending[0] = '\0';
  return TRUE;
}

gboolean
tw_changes_read_back (TwChangesReading *reading, TwSyncGroup *group, GError **error)
{
  const char *owner = tw_changes_owner (reading, group);

  do
    if (!read_some (reading, group, owner, error))
      return FALSE;
  while (group->state == TW_SYNC_BACK && group->lists->len + (guint) group->is_own > 0
         && tw_changes_may_go_on (reading));
  return TRUE;
}
