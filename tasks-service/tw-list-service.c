/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-service-private.h"

#include "tw-error.h"

#include <string.h>

/* How often a removal begins anew because somebody came or went meanwhile. */
#define ATTEMPTS 8

TwListService *
tw_list_service_new (TwTaskStore *store, const TwClock *clock, TwListChores *chores)
{
  TwListService *service = g_new (TwListService, 1);

  *service = (TwListService) { store, clock, chores };
  return service;
}

void
tw_list_service_free (TwListService *service)
{
  g_free (service);
}

/* Looking up */

static GPtrArray *
gather_any (const TwListService *service, const TwCallContext *context, const TwRecordType *type, guint64 field,
            const char *const *values, guint n_values, guint limit, GError **error)
{
  const TwRecordQuery query = { type, field, values, n_values, limit };

  return tw_task_store_gather (service->store, context->deadline_ms, &query, error);
}

GPtrArray *
tw_list_service_gather (const TwListService *service, const TwCallContext *context, const TwRecordType *type,
                        guint64 field, const char *value, guint limit, GError **error)
{
  return gather_any (service, context, type, field, &value, 1, limit, error);
}

gpointer
tw_list_service_find (const TwListService *service, const TwCallContext *context, const TwRecordType *type,
                      guint64 field, const char *value, GError **error)
{
  g_autoptr (GPtrArray) found = tw_list_service_gather (service, context, type, field, value, 1, error);

  return found != NULL && found->len > 0 ? g_ptr_array_steal_index (found, 0) : NULL;
}

/* What the caller is in the list, also where that is nothing any more; NULL where it never was, or with @error. */
static TwMemberRecord *
find_member (const TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  char id[TW_ID_SIZE];

  tw_list_member_id (list_id, caller->user_id, id);
  return tw_list_service_find (service, caller->context, &tw_member_type, TW_MEMBER_HAS_ID, id, error);
}

TwMemberRecord *
tw_list_service_admit (const TwListService *service, const TwListCaller *caller, const char *list_id,
                       TwListRole least, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (TwMemberRecord) member = find_member (service, caller, list_id, &why);
  const TwListRole role = tw_list_role_of (member);

  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (role == TW_LIST_NOBODY)
    tw_list_not_found (error);
  else if (role < least)
    tw_list_forbidden (least, error);
  else
    return g_steal_pointer (&member);
  return NULL;
}

static GPtrArray *
find_memberships (const TwListService *service, const TwListCaller *caller, GError **error)
{
  return tw_list_service_gather (service, caller->context, &tw_member_type, TW_MEMBER_HAS_USER_ID, caller->user_id,
                                 TW_LISTS_OWNED_MAX + TW_LISTS_SHARED_MAX + 100, error);
}

static guint
count_memberships (const GPtrArray *members, gboolean owned)
{
  guint n = 0;

  for (guint i = 0; i < members->len; i++)
    n += (tw_list_role_of (members->pdata[i]) == TW_LIST_OWNER) == owned;
  return n;
}

gboolean
tw_list_service_may_join (const TwListService *service, const TwListCaller *caller, GError **error)
{
  g_autoptr (GPtrArray) members = find_memberships (service, caller, error);

  if (members == NULL || count_memberships (members, FALSE) < TW_LISTS_SHARED_MAX)
    return members != NULL;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "You are in %d lists of others, and can be in no more",
               TW_LISTS_SHARED_MAX);
  return FALSE;
}

/* All lists */

/* Ascending by position, what has none last; then newest first. */
static int
compare_lists (gconstpointer a, gconstpointer b)
{
  const TwSharedListRecord *one = *(const TwSharedListRecord *const *) a, *other = *(const TwSharedListRecord *const *) b;
  const gboolean one_has = (one->has & TW_SHARED_LIST_HAS_POSITION) != 0;
  const gboolean other_has = (other->has & TW_SHARED_LIST_HAS_POSITION) != 0;

  if (one_has != other_has)
    return one_has ? -1 : 1;
  if (one->position < other->position || one->position > other->position)
    return one->position < other->position ? -1 : 1;
  if (one->created_ms != other->created_ms)
    return one->created_ms > other->created_ms ? -1 : 1;
  return -strcmp (one->id, other->id);
}

/* Of each list the caller's role; those of lists that are not there (any more) are passed over. */
static void
see_lists (GPtrArray *lists, const GPtrArray *members)
{
  g_autoptr (GHashTable) of_list = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < members->len; i++)
    {
      TwMemberRecord *member = members->pdata[i];

      if (member->list_id != NULL)
        g_hash_table_insert (of_list, (gpointer) (guintptr) member->list_id, member);
    }
  for (guint i = lists->len; i > 0; i--)
    {
      TwSharedListRecord *list = lists->pdata[i - 1];

      tw_list_see (list, g_hash_table_lookup (of_list, list->id));
    }
  g_ptr_array_sort (lists, compare_lists);
}

GPtrArray *
tw_list_service_lists (TwListService *service, const TwListCaller *caller, GError **error)
{
  g_autoptr (GPtrArray) members = find_memberships (service, caller, error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  GPtrArray *lists;

  if (members == NULL)
    return NULL;
  for (guint i = 0; i < members->len; i++)
    {
      const TwMemberRecord *member = members->pdata[i];

      if (member->list_id != NULL && tw_list_role_of (member) != TW_LIST_NOBODY)
        g_ptr_array_add (ids, (gpointer) (guintptr) member->list_id);
    }
  if (ids->len == 0)
    return g_ptr_array_new_with_free_func (g_free);
  lists = gather_any (service, caller->context, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID,
                      (const char *const *) ids->pdata, ids->len, ids->len, error);
  if (lists != NULL)
    see_lists (lists, members);
  return lists;
}

/* One list */

static TwSharedListRecord *
see_list (const TwListService *service, const TwListCaller *caller, const TwMemberRecord *member, GError **error)
{
  g_autoptr (GError) why = NULL;
  TwSharedListRecord *list = tw_list_service_find (service, caller->context, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID,
                                                 member->list_id, &why);

  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (list == NULL)
    tw_list_not_found (error);
  else
    tw_list_see (list, member);
  return list;
}

TwSharedListRecord *
tw_list_service_get (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  g_autoptr (TwMemberRecord) member = tw_list_service_admit (service, caller, list_id, TW_LIST_VIEWER, error);

  return member != NULL ? see_list (service, caller, member, error) : NULL;
}

/* What was made with a key, as it is now. */
static TwSharedListRecord *
see_again (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  TwSharedListRecord *list = tw_list_service_get (service, caller, list_id, error);

  if (list == NULL && g_error_matches (*error, TW_ERROR, TW_ERROR_NOT_FOUND))
    {
      g_clear_error (error);
      tw_list_was_removed (error);
    }
  return list;
}

/* Making */

static gboolean
decide_create (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  TwSharedListRecord list = *(const TwSharedListRecord *) step->said;
  char id[TW_ID_SIZE];
  TwMemberRecord member = {
    .has = TW_MEMBER_HAS_ID | TW_MEMBER_HAS_LIST_ID | TW_MEMBER_HAS_USER_ID | TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_SINCE
           | TW_MEMBER_HAS_CREATED_ON | TW_MEMBER_HAS_UPDATED_ON,
    .id = id, .list_id = step->list_id, .user_id = step->user_id, .role = tw_list_role_name (TW_LIST_OWNER),
    .since_ms = step->now_ms, .created_ms = step->now_ms, .updated_ms = step->now_ms,
  };

  tw_list_member_id (step->list_id, step->user_id, id);
  if ((list.has & TW_SHARED_LIST_HAS_POSITION) != 0)
    {
      member.position = list.position;
      member.has |= TW_MEMBER_HAS_POSITION;
    }
  list.id = step->list_id;
  list.created_ms = list.updated_ms = step->now_ms;
  list.members = 1;
  list.has &= ~TW_SHARED_LIST_HAS_POSITION;
  list.has |= TW_SHARED_LIST_HAS_ID | TW_SHARED_LIST_HAS_CREATED_ON | TW_SHARED_LIST_HAS_UPDATED_ON
              | TW_SHARED_LIST_HAS_MEMBERS;
  tw_record_complete (&tw_shared_list_type, &list);
  tw_list_step_keep_list (step, tw_commit_put (commit, &tw_shared_list_type, &list));
  tw_list_step_keep_member (step, tw_commit_put (commit, &tw_member_type, &member));
  return TRUE;
}

static gboolean
may_own (const TwListService *service, const TwListCaller *caller, GError **error)
{
  g_autoptr (GPtrArray) members = find_memberships (service, caller, error);

  if (members == NULL || count_memberships (members, TRUE) < TW_LISTS_OWNED_MAX)
    return members != NULL;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "You have %d lists, and can have no more", TW_LISTS_OWNED_MAX);
  return FALSE;
}

TwSharedListRecord *
tw_list_service_create (TwListService *service, const TwListCaller *caller, const TwSharedListRecord *said,
                        GError **error)
{
  char id[TW_ID_SIZE];
  g_autoptr (TwListStep) step = NULL;

  tw_id_new (tw_clock_wall_ms (service->clock), id);
  step = tw_list_step_new (service, caller, id);
  step->said = tw_record_copy (&tw_shared_list_type, said);
  if (!may_own (service, caller, error) && !tw_list_service_was_done (service, caller, &step->committed, error))
    return NULL;
  if (!step->committed.is_repeat
      && !tw_list_step_run (service, caller, caller->user_id, decide_create, step, error))
    return NULL;
  return step->committed.is_repeat ? see_again (service, caller, step->committed.first.id, error)
                                   : tw_list_step_take_list (step);
}

/* Changing */

#define OWNERS (TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_COLOR | TW_SHARED_LIST_HAS_IS_PUBLIC)

static void
change_list (TwCommit *commit, TwListStep *step, const TwSharedListRecord *before)
{
  TwSharedListRecord said = *(const TwSharedListRecord *) step->said, after = *before;

  tw_list_step_keep_list (step, before);
  said.has &= OWNERS;
  if (said.has == 0 && (step->clear & OWNERS) == 0)
    return;
  tw_record_apply (&tw_shared_list_type, &after, &said, step->clear & OWNERS);
  after.updated_ms = step->now_ms;
  tw_list_step_keep_list (step, tw_commit_put (commit, &tw_shared_list_type, &after));
}

static void
change_position (TwCommit *commit, TwListStep *step, const TwMemberRecord *before)
{
  const TwSharedListRecord *said = step->said;
  TwMemberRecord after = *before;

  tw_list_step_keep_member (step, before);
  if (((said->has | step->clear) & TW_SHARED_LIST_HAS_POSITION) == 0)
    return;
  after.position = said->position;
  after.has &= ~TW_MEMBER_HAS_POSITION;
  after.has |= (said->has & TW_SHARED_LIST_HAS_POSITION) != 0 ? TW_MEMBER_HAS_POSITION : 0;
  after.updated_ms = step->now_ms;
  tw_list_step_keep_member (step, tw_commit_put (commit, &tw_member_type, &after));
}

static gboolean
decide_change (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const guint64 named = ((const TwSharedListRecord *) step->said)->has | step->clear;
  const TwMemberRecord *member
      = tw_list_step_admit (commit, step, (named & OWNERS) != 0 ? TW_LIST_OWNER : TW_LIST_VIEWER, error);
  const TwSharedListRecord *list = member != NULL ? tw_list_step_list (commit, step, error) : NULL;

  if (list == NULL)
    return FALSE;
  if (!tw_list_step_check_tag (step, list, member, error))
    return FALSE;
  change_list (commit, step, list);
  change_position (commit, step, member);
  return TRUE;
}

TwSharedListRecord *
tw_list_service_change (TwListService *service, const TwListCaller *caller, const char *list_id,
                        const TwSharedListRecord *said, guint64 clear, GError **error)
{
  g_autoptr (TwMemberRecord) member = tw_list_service_admit (service, caller, list_id, TW_LIST_VIEWER, error);
  g_autoptr (TwListStep) step = NULL;

  if (member == NULL)
    return NULL;
  step = tw_list_step_new (service, caller, member->list_id);
  step->said = tw_record_copy (&tw_shared_list_type, said);
  step->clear = clear;
  if (!tw_list_step_run (service, caller, member->owner_id, decide_change, step, error))
    return NULL;
  return step->committed.is_repeat ? see_again (service, caller, list_id, error) : tw_list_step_take_list (step);
}

/* Removing */

/* What is left of the owner's record until nothing is left in the list: it is found by the owner as those of lists of
 * others are, and says that the list's tasks are to be seen no more. */
static void
put_last (TwCommit *commit, const TwListStep *step, const TwMemberRecord *owner)
{
  const TwMemberRecord last = {
    .has = TW_MEMBER_HAS_ID | TW_MEMBER_HAS_OWNER_ID | TW_MEMBER_HAS_FORMER_LIST_ID | TW_MEMBER_HAS_USER_ID
           | TW_MEMBER_HAS_GUEST_ID | TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_CREATED_ON | TW_MEMBER_HAS_UPDATED_ON
           | TW_MEMBER_HAS_VERSION,
    .id = owner->id, .owner_id = owner->owner_id, .former_list_id = step->list_id, .user_id = "",
    .guest_id = step->user_id, .role = tw_list_role_name (TW_LIST_NOBODY), .created_ms = owner->created_ms,
    .updated_ms = step->now_ms, .version = owner->version,
  };

  tw_commit_put (commit, &tw_member_type, &last);
}

static gboolean
remove_members (TwCommit *commit, const TwListStep *step, GError **error)
{
  tw_commit_expect (commit, &tw_member_type, (const char *const *) step->ids, g_strv_length (step->ids));
  for (char **id = step->ids; *id != NULL; id++)
    {
      g_autoptr (GError) why = NULL;
      const TwMemberRecord *member = tw_commit_find (commit, &tw_member_type, *id, &why);

      if (tw_list_role_of (member) == TW_LIST_OWNER)
        put_last (commit, step, member);
      else if (member != NULL)
        tw_commit_remove (commit, &tw_member_type, *id);
      else if (why != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
decide_remove (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwMemberRecord *member = tw_list_step_admit (commit, step, TW_LIST_OWNER, error);
  const TwSharedListRecord *list = member != NULL ? tw_list_step_list (commit, step, error) : NULL;

  if (list == NULL)
    return FALSE;
  if (!tw_list_step_check_tag (step, list, member, error))
    return FALSE;
  step->is_late = list->version != step->version;
  if (step->is_late)
    return TRUE;
  if (!remove_members (commit, step, error))
    return FALSE;
  tw_commit_remove (commit, &tw_shared_list_type, step->list_id);
  tw_list_step_put_chore (commit, step);
  return TRUE;
}

static char **
ids_of_members (const GPtrArray *members)
{
  char **ids = g_new0 (char *, members->len + 1);

  for (guint i = 0; i < members->len; i++)
    ids[i] = g_strdup (((const TwMemberRecord *) members->pdata[i])->id);
  return ids;
}

/* One attempt: *@is_late where somebody has come or gone since it looked who is in the list. */
static gboolean
try_to_remove (TwListService *service, const TwListCaller *caller, const TwMemberRecord *owner, gboolean *is_late,
               GError **error)
{
  g_autoptr (TwSharedListRecord) list = see_list (service, caller, owner, error);
  g_autoptr (GPtrArray) members = NULL;
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, owner->list_id);

  if (list == NULL)
    return FALSE;
  members = tw_list_service_gather (service, caller->context, &tw_member_type, TW_MEMBER_HAS_LIST_ID, owner->list_id,
                                    TW_LIST_MEMBERS_MAX, error);
  if (members == NULL)
    return FALSE;
  step->version = list->version;
  step->ids = ids_of_members (members);
  if (!tw_list_step_run (service, caller, owner->owner_id, decide_remove, step, error))
    return FALSE;
  *is_late = !step->committed.is_repeat && step->is_late;
  if (!*is_late)
    tw_list_step_do_chore (service, caller, step, owner->owner_id);
  return TRUE;
}

gboolean
tw_list_service_remove (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  g_autoptr (TwMemberRecord) owner = tw_list_service_admit (service, caller, list_id, TW_LIST_OWNER, error);
  gboolean is_late = owner != NULL;
  TwCommitted before;

  if (owner == NULL)
    return tw_list_service_was_done (service, caller, &before, error);
  for (guint i = 0; is_late && i < ATTEMPTS; i++)
    if (!try_to_remove (service, caller, owner, &is_late, error))
      return FALSE;
  if (is_late)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "Others are changing the list: try again");
  return !is_late;
}
