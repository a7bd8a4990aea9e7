/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-service-private.h"

#include "tw-error.h"
#include "tw-etag.h"
#include "tw-latch.h"

#include <stdatomic.h>

void
tw_list_step_unref (TwListStep *step)
{
  if (atomic_fetch_sub (&step->holders, 1) > 1)
    return;
  g_free (step->user_id);
  g_free (step->list_id);
  g_free (step->target);
  g_free (step->said);
  g_strfreev (step->ids);
  g_free (step->list);
  g_free (step->member);
  g_free (step->invitation);
  tw_preconditions_clear (&step->conditions);
  g_free (step);
}

TwListStep *
tw_list_step_new (const TwListService *service, const TwListCaller *caller, const char *list_id)
{
  TwListStep *step = g_new0 (TwListStep, 1);

  atomic_init (&step->holders, 1);
  step->now_ms = tw_clock_wall_ms (service->clock);
  step->user_id = g_strdup (caller->user_id);
  step->list_id = g_strdup (list_id);
  tw_id_new (step->now_ms, step->chore);
  if (caller->conditions != NULL)
    step->conditions = tw_preconditions_copy (caller->conditions);
  return step;
}

/* The wait is over when the end has been told; what the commit has may outlast it. */
typedef struct
{
  TwCommitSpec spec; /* the asker's */
  TwCommitted committed;
  GError *error;
  TwLatch ended;
} Wait;

typedef struct
{
  TwCommitFunc decide;
  gpointer data;
  GDestroyNotify free_data;
  Wait *wait;
} Shared;

static gboolean
decide_shared (TwCommit *commit, gpointer data, GError **error)
{
  const Shared *shared = data;

  return shared->decide (commit, shared->data, error);
}

static void
end_shared (const TwCommitted *committed, const GError *error, gpointer data)
{
  Wait *wait = ((const Shared *) data)->wait;

  if (committed != NULL)
    wait->committed = *committed;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->ended);
}

static void
free_shared (gpointer data)
{
  Shared *shared = data;

  shared->free_data (shared->data);
  g_free (shared);
}

gboolean
tw_list_wait_for_commit (TwTaskStore *store, gint64 deadline_ms, const TwCommitSpec *asked, TwCommitted *committed,
                         GError **error)
{
  Wait wait = { .spec = *asked };
  Shared *shared = g_new (Shared, 1);

  tw_latch_init (&wait.ended);
  *shared = (Shared) { asked->decide, asked->data, asked->free_data, &wait };
  wait.spec.decide = decide_shared;
  wait.spec.done = end_shared;
  wait.spec.data = shared;
  wait.spec.free_data = free_shared;
  tw_commit_run (store->commits, deadline_ms, &wait.spec);
  tw_latch_wait (&wait.ended);
  if (committed != NULL)
    *committed = wait.committed;
  if (wait.error == NULL)
    return TRUE;
  g_propagate_error (error, wait.error);
  return FALSE;
}

static void
unref (gpointer step)
{
  tw_list_step_unref (step);
}

gboolean
tw_list_step_run (const TwListService *service, const TwListCaller *caller, const char *partition,
                  TwCommitFunc decide, TwListStep *step, GError **error)
{
  TwCommitSpec spec = { .partition = partition, .by = caller->user_id, .now_ms = step->now_ms,
                        .decide = decide, .data = step, .free_data = unref };

  atomic_fetch_add (&step->holders, 1);
  tw_commit_spec_set_key (&spec, caller->key, caller->fingerprint.bytes, caller->fingerprint.length);
  return tw_list_wait_for_commit (service->store, caller->context->deadline_ms, &spec, &step->committed, error);
}

static gboolean
decide_nothing (TwCommit *commit, gpointer data, GError **error)
{
  return tw_list_not_found (error);
}

gboolean
tw_list_service_was_done (const TwListService *service, const TwListCaller *caller, TwCommitted *committed,
                          GError **error)
{
  g_autoptr (TwListStep) step = NULL;
  g_autoptr (GError) why = NULL;
  gboolean was_done;

  if (caller->key == NULL || *error == NULL
      || !(g_error_matches (*error, TW_ERROR, TW_ERROR_NOT_FOUND)
           || g_error_matches (*error, TW_ERROR, TW_ERROR_CONFLICT)))
    return FALSE;
  /* A key is the caller's, in whichever partition it was used. */
  step = tw_list_step_new (service, caller, NULL);
  was_done = tw_list_step_run (service, caller, caller->user_id, decide_nothing, step, &why);
  if (!was_done && g_error_matches (why, TW_ERROR, TW_ERROR_NOT_FOUND))
    return FALSE;
  g_clear_error (error);
  if (was_done)
    *committed = step->committed;
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return was_done;
}

const TwSharedListRecord *
tw_list_step_list (TwCommit *commit, const TwListStep *step, GError **error)
{
  g_autoptr (GError) why = NULL;
  const TwSharedListRecord *list = tw_commit_find (commit, &tw_shared_list_type, step->list_id, &why);

  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (list == NULL)
    tw_list_not_found (error);
  return list;
}

const TwMemberRecord *
tw_list_step_member (TwCommit *commit, const TwListStep *step, const char *user_id, GError **error)
{
  char id[TW_ID_SIZE];

  tw_list_member_id (step->list_id, user_id, id);
  return tw_commit_find (commit, &tw_member_type, id, error);
}

const TwMemberRecord *
tw_list_step_admit (TwCommit *commit, const TwListStep *step, TwListRole least, GError **error)
{
  g_autoptr (GError) why = NULL;
  const TwMemberRecord *member = tw_list_step_member (commit, step, step->user_id, &why);
  const TwListRole role = tw_list_role_of (member);

  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (role == TW_LIST_NOBODY)
    tw_list_not_found (error);
  else if (role < least)
    tw_list_forbidden (least, error);
  else
    return member;
  return NULL;
}

static void
put_member (TwCommit *commit, TwListStep *step, const TwMemberRecord *before, TwListRole role,
            const char *display_name)
{
  char id[TW_ID_SIZE];
  TwMemberRecord member = { .has = TW_MEMBER_HAS_ID | TW_MEMBER_HAS_CREATED_ON, .id = id, .created_ms = step->now_ms };

  tw_list_member_id (step->list_id, step->user_id, id);
  if (before != NULL)
    member = *before;
  member.has &= ~(TW_MEMBER_HAS_FORMER_LIST_ID | TW_MEMBER_HAS_POSITION);
  member.list_id = step->list_id;
  member.user_id = step->user_id;
  member.role = tw_list_role_name (role);
  member.display_name = display_name;
  member.guest_id = step->user_id;
  member.since_ms = member.updated_ms = step->now_ms;
  member.has |= TW_MEMBER_HAS_LIST_ID | TW_MEMBER_HAS_USER_ID | TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_DISPLAY_NAME
                | TW_MEMBER_HAS_SINCE | TW_MEMBER_HAS_UPDATED_ON | TW_MEMBER_HAS_GUEST_ID;
  tw_list_step_keep_member (step, tw_commit_put (commit, &tw_member_type, &member));
}

gboolean
tw_list_step_enter (TwCommit *commit, TwListStep *step, const TwSharedListRecord *list, const TwMemberRecord *before,
                    TwListRole role, const char *display_name, GError **error)
{
  TwSharedListRecord after = *list;

  if (list->members >= TW_LIST_MEMBERS_MAX)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "There are %d in the list, and no more can be",
                   TW_LIST_MEMBERS_MAX);
      return FALSE;
    }
  put_member (commit, step, before, role, display_name);
  after.members++;
  after.has |= TW_SHARED_LIST_HAS_MEMBERS;
  tw_list_step_keep_list (step, tw_commit_put (commit, &tw_shared_list_type, &after));
  return TRUE;
}

/* One of a list that goes is known by that list's id, so that there is one of it. */
static TwChoreRecord
chore_of (const TwListStep *step)
{
  return (TwChoreRecord) {
    .has = TW_CHORE_HAS_ID | TW_CHORE_HAS_LIST_ID | TW_CHORE_HAS_CREATED_ON | TW_CHORE_HAS_UPDATED_ON
           | (step->target != NULL ? TW_CHORE_HAS_LEAVER_ID : 0),
    .id = step->target != NULL ? step->chore : step->list_id, .list_id = step->list_id, .leaver_id = step->target,
    .created_ms = step->now_ms, .updated_ms = step->now_ms,
  };
}

void
tw_list_step_put_chore (TwCommit *commit, const TwListStep *step)
{
  const TwChoreRecord chore = chore_of (step);

  tw_commit_put (commit, &tw_chore_type, &chore);
}

void
tw_list_step_do_chore (const TwListService *service, const TwListCaller *caller, const TwListStep *step,
                       const char *owner_id)
{
  TwChoreRecord chore = chore_of (step);

  chore.owner_id = owner_id;
  chore.has |= TW_CHORE_HAS_OWNER_ID;
  if (service->chores != NULL && !step->committed.is_repeat)
    tw_list_chores_begin (service->chores, caller->context->deadline_ms, &chore);
}

void
tw_list_step_keep_list (TwListStep *step, const TwSharedListRecord *list)
{
  g_free (step->list);
  step->list = tw_record_copy (&tw_shared_list_type, list);
}

void
tw_list_step_keep_member (TwListStep *step, const TwMemberRecord *member)
{
  g_free (step->member);
  step->member = tw_record_copy (&tw_member_type, member);
}

gboolean
tw_list_step_check_tag (const TwListStep *step, const TwSharedListRecord *list, const TwMemberRecord *member,
                        GError **error)
{
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, list->version);
  g_autofree char *membership = g_strdup_printf ("%" G_GINT64_FORMAT, member->version);
  const char *const texts[] = { version, membership, tw_list_role_name (tw_list_role_of (member)) };
  g_autofree char *tag = tw_etag_of_texts (texts, G_N_ELEMENTS (texts));

  return tw_preconditions_check (&step->conditions, tag, error);
}

void
tw_list_see (TwSharedListRecord *list, const TwMemberRecord *member)
{
  list->role = tw_list_role_name (tw_list_role_of (member));
  list->position = member->position;
  list->membership = member->version;
  list->has &= ~TW_SHARED_LIST_HAS_POSITION;
  list->has |= TW_SHARED_LIST_HAS_ROLE | TW_SHARED_LIST_HAS_MEMBERSHIP
               | ((member->has & TW_MEMBER_HAS_POSITION) != 0 ? TW_SHARED_LIST_HAS_POSITION : 0);
}

TwSharedListRecord *
tw_list_step_take_list (TwListStep *step)
{
  tw_list_see (step->list, step->member);
  return g_steal_pointer (&step->list);
}
