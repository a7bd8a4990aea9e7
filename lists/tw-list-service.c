/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-service-private.h"

#include "tw-error.h"

#include <string.h>

/* Looking up */

static GPtrArray *
gather_any (const TwListService *service, const TwCallContext *context, const TwRecordType *type, guint64 field,
            const char *const *values, guint n_values, guint limit, GError **error)
{
  const TwRecordQuery query = { type, field, values, n_values, .limit = limit };

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

gpointer
tw_list_service_need (const TwListService *service, const TwCallContext *context, const TwRecordType *type,
                      guint64 field, const char *value, gboolean (*missing) (GError **error), GError **error)
{
  g_autoptr (GError) why = NULL;
  gpointer record = tw_list_service_find (service, context, type, field, value, &why);

  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (record == NULL)
    missing (error);
  return record;
}

TwMemberRecord *
tw_list_service_admit (const TwListService *service, const TwListCaller *caller, const char *list_id,
                       TwListRole least, GError **error)
{
  char id[TW_ID_SIZE];
  g_autoptr (TwMemberRecord) member = NULL;

  tw_list_member_id (list_id, caller->user_id, id);
  member = tw_list_service_need (service, caller->context, &tw_member_type, TW_MEMBER_HAS_ID, id, tw_list_not_found,
                                 error);
  if (member == NULL)
    return NULL;
  if (tw_list_role_of (member) == TW_LIST_NOBODY ? tw_list_not_found (error)
                                                 : tw_list_role_of (member) >= least || tw_list_forbidden (least, error))
    return g_steal_pointer (&member);
  return NULL;
}

static GPtrArray *
find_memberships (const TwListService *service, const TwListCaller *caller, GError **error)
{
  return tw_list_service_gather (service, caller->context, &tw_member_type, TW_MEMBER_HAS_USER_ID, caller->user_id,
                                 TW_LISTS_OWNED_MAX + MAX (service->max_shared, TW_LISTS_SHARED_MAX) + 100, error);
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

  if (members == NULL || count_memberships (members, FALSE) < service->max_shared)
    return members != NULL;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "You are in %u lists of others, and can be in no more",
               count_memberships (members, FALSE));
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

TwSharedListRecord *
tw_list_service_get (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  g_autoptr (TwMemberRecord) member = tw_list_service_admit (service, caller, list_id, TW_LIST_VIEWER, error);
  TwSharedListRecord *list;

  if (member == NULL)
    return NULL;
  list = tw_list_service_need (service, caller->context, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, list_id,
                               tw_list_not_found, error);
  if (list != NULL)
    tw_list_see (list, member);
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

void
tw_list_service_create (TwListService *service, const TwListCaller *caller, const TwSharedListRecord *said)
{
  char id[TW_ID_SIZE];
  g_autoptr (TwListStep) step = NULL;
  g_autoptr (GError) error = NULL;

  tw_id_new (tw_clock_wall_ms (service->clock), id);
  step = tw_list_step_new (service, caller, id);
  step->said = tw_record_copy (&tw_shared_list_type, said);
  step->take = tw_list_step_take_list;
  step->again = tw_list_step_see_list;
  if (tw_list_step_was_done (step, caller))
    return;
  if (may_own (service, caller, &error))
    tw_list_step_begin (step, caller, caller->user_id, decide_create);
  else
    tw_list_step_refuse (step, caller, error);
}

/* Changing */

/* All that can be said of a list, but its place among each member's. */
#define OWNERS (~TW_SHARED_LIST_HAS_POSITION)

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
  const TwSharedListRecord *list;
  const TwMemberRecord *member
      = tw_list_step_admit (commit, step, (named & OWNERS) != 0 ? TW_LIST_OWNER : TW_LIST_VIEWER, &list, error);

  if (member == NULL || !tw_list_step_check_tag (step, list, member, error))
    return FALSE;
  change_list (commit, step, list);
  change_position (commit, step, member);
  return TRUE;
}

void
tw_list_service_change (TwListService *service, const TwListCaller *caller, const char *list_id,
                        const TwSharedListRecord *said, guint64 clear)
{
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, list_id);

  step->said = tw_record_copy (&tw_shared_list_type, said);
  step->clear = clear;
  step->take = tw_list_step_take_list;
  step->again = tw_list_step_see_list;
  tw_list_step_begin_as (step, caller, TW_LIST_VIEWER, decide_change);
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

/* Who else was in it is so no more when the list is not there, however many come and go meanwhile: their records go
 * behind it. */
static gboolean
decide_remove (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwSharedListRecord *list;
  const TwMemberRecord *owner = tw_list_step_admit (commit, step, TW_LIST_OWNER, &list, error);

  if (owner == NULL || !tw_list_step_check_tag (step, list, owner, error))
    return FALSE;
  put_last (commit, step, owner);
  tw_commit_remove (commit, &tw_shared_list_type, step->list_id);
  tw_list_step_put_chore (commit, step);
  return TRUE;
}

void
tw_list_service_remove (TwListService *service, const TwListCaller *caller, const char *list_id)
{
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, list_id);

  tw_list_step_begin_as (step, caller, TW_LIST_OWNER, decide_remove);
}
