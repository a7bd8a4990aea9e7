/* SPDX-License-Identifier: Apache-2.0 */

/* How what is done with lists begins and ends. A thread looks up what there is, and waits for that; the write itself is
 * waited for by none: it stands in line with all that others do in the partition of the list's owner. */

#include "tw-list-service-private.h"

#include "tw-commit-wait.h"
#include "tw-error.h"

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
  g_free (step->code);
  g_free (step->list);
  g_free (step->member);
  g_free (step->invitation);
  g_free (step->left);
  tw_preconditions_clear (&step->conditions);
  g_free (step);
}

TwListStep *
tw_list_step_new (TwListService *service, const TwListCaller *caller, const char *list_id)
{
  TwListStep *step = g_new0 (TwListStep, 1);

  atomic_init (&step->holders, 1);
  step->service = service;
  step->deadline_ms = caller->context->deadline_ms;
  step->done = caller->done;
  step->data = caller->user_data;
  step->now_ms = tw_clock_wall_ms (service->clock);
  step->user_id = g_strdup (caller->user_id);
  step->list_id = list_id != NULL ? g_ascii_strdown (list_id, -1) : NULL;
  tw_id_new (step->now_ms, step->chore);
  if (caller->conditions != NULL)
    step->conditions = tw_preconditions_copy (caller->conditions);
  return step;
}

static void
unref (gpointer step)
{
  tw_list_step_unref (step);
}

/* The end */

void
tw_list_step_tell (const TwListStep *step, gpointer record, const GError *error)
{
  step->done (record, error, step->data);
}

/* Of what was begun. */
static void
end (const TwListStep *step, gpointer record, const GError *error)
{
  TwListService *service = step->service;

  tw_list_step_tell (step, record, error);
  pthread_mutex_lock (&service->mutex);
  if (--service->writing == 0)
    pthread_cond_signal (&service->changed);
  pthread_mutex_unlock (&service->mutex);
}

static gpointer
look_again (const TwListStep *step, GError **error)
{
  const TwCallContext context = { .deadline_ms = step->deadline_ms };
  const TwListCaller caller = { .context = &context, .user_id = step->user_id };
  gpointer record = NULL;

  return step->again == NULL || step->again (step, &caller, &record, error) ? record : NULL;
}

/* Threads that do what is left to do, and what may wait for one; and how many are at what is left in one partition: where
 * that has much to do, they wait as long as anybody. */
#define BEHIND 8
#define BEHIND_EACH 2
#define MAX_BEHIND 1024

/* FALSE where there are as many as may be. */
static gboolean
enter_partition (TwListService *service, const char *owner_id)
{
  guint n;

  pthread_mutex_lock (&service->mutex);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (service->busy, owner_id));
  if (n < BEHIND_EACH)
    g_hash_table_insert (service->busy, g_strdup (owner_id), GUINT_TO_POINTER (n + 1));
  pthread_mutex_unlock (&service->mutex);
  return n < BEHIND_EACH;
}

static void
leave_partition (TwListService *service, const char *owner_id)
{
  guint n;

  pthread_mutex_lock (&service->mutex);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (service->busy, owner_id));
  if (n > 1)
    g_hash_table_insert (service->busy, g_strdup (owner_id), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (service->busy, owner_id);
  pthread_mutex_unlock (&service->mutex);
}

static void
end_behind (gpointer item, gpointer user_data)
{
  g_autoptr (TwListStep) step = item;
  g_autoptr (GError) error = NULL;
  gpointer record = NULL;

  if (step->first.type != NULL)
    record = look_again (step, &error);
  else
    {
      tw_list_chores_begin (step->service->chores, step->deadline_ms, step->left);
      leave_partition (step->service, step->left->owner_id);
    }
  end (step, record, error);
}

static gboolean
push_behind (TwListStep *step)
{
  atomic_fetch_add (&step->holders, 1);
  if (tw_pool_push (step->service->behind, step))
    return TRUE;
  tw_list_step_unref (step);
  return FALSE;
}

static void
repeat (TwListStep *step)
{
  g_autoptr (GError) error = NULL;

  if (push_behind (step))
    return;
  g_set_error (&error, TW_ERROR, TW_ERROR_UNAVAILABLE, "Too many requests are waiting: try again later");
  end (step, NULL, error);
}

/* What is left to do is done when that is nobody's turn to wait for. */
static void
do_left (TwListStep *step)
{
  TwListService *service = step->service;

  if (enter_partition (service, step->left->owner_id))
    {
      if (push_behind (step))
        return;
      leave_partition (service, step->left->owner_id);
    }
  tw_list_chores_wake (service->chores);
  end (step, NULL, NULL);
}

static void
committed (const TwCommitted *committed, const GError *error, gpointer data)
{
  TwListStep *step = data;

  if (error != NULL)
    {
      end (step, NULL, error);
      return;
    }
  if (committed->is_repeat)
    {
      step->first = committed->first;
      repeat (step);
    }
  else if (step->left != NULL && step->service->chores != NULL)
    do_left (step);
  else
    end (step, step->take != NULL ? step->take (step) : NULL, NULL);
}

/* The beginning */

/* Somebody else may have done it with its key meanwhile. */
void
tw_list_step_refuse (TwListStep *step, const TwListCaller *caller, const GError *error)
{
  if (!tw_list_step_was_done (step, caller))
    tw_list_step_tell (step, NULL, error);
}

void
tw_list_step_begin (TwListStep *step, const TwListCaller *caller, const char *owner_id, TwCommitFunc decide)
{
  TwListService *service = step->service;
  TwCommitSpec spec = { .partition = owner_id, .by = caller->user_id, .now_ms = step->now_ms, .decide = decide,
                        .done = committed, .data = step, .free_data = unref };

  atomic_fetch_add (&step->holders, 1);
  pthread_mutex_lock (&service->mutex);
  service->writing++;
  pthread_mutex_unlock (&service->mutex);
  tw_commit_spec_set_key (&spec, caller->key, caller->fingerprint.bytes, caller->fingerprint.length);
  tw_commit_run (service->store->commits, caller->context->deadline_ms, &spec);
}

void
tw_list_step_begin_as (TwListStep *step, const TwListCaller *caller, TwListRole least, TwCommitFunc decide)
{
  g_autoptr (TwMemberRecord) member = NULL;
  g_autoptr (GError) error = NULL;

  if (tw_list_step_was_done (step, caller))
    return;
  member = tw_list_service_admit (step->service, caller, step->list_id, least, &error);
  if (member != NULL)
    tw_list_step_begin (step, caller, member->owner_id, decide);
  else
    tw_list_step_refuse (step, caller, error);
}

gboolean
tw_list_step_wait (TwListStep *step, const TwListCaller *caller, TwCommitFunc decide, GError **error)
{
  const TwCommitSpec spec = { .partition = caller->user_id, .by = caller->user_id, .now_ms = step->now_ms,
                              .decide = decide, .data = step, .free_data = unref };

  atomic_fetch_add (&step->holders, 1);
  return tw_commit_wait (step->service->store->commits, step->deadline_ms, &spec, NULL, error);
}

/* What was done before */

static gboolean
decide_nothing (TwCommit *commit, gpointer data, GError **error)
{
  return tw_list_not_found (error);
}

/* A key is the caller's, in whichever partition it was used. Nothing else that is looked up says whether there is one:
 * what it was used for may be gone since. */
gboolean
tw_list_step_was_done (TwListStep *step, const TwListCaller *caller)
{
  TwCommitSpec spec = { .partition = caller->user_id, .by = caller->user_id, .now_ms = step->now_ms,
                        .decide = decide_nothing };
  TwCommitted before;
  g_autoptr (GError) error = NULL;
  gpointer record = NULL;

  if (caller->key == NULL)
    return FALSE;
  tw_commit_spec_set_key (&spec, caller->key, caller->fingerprint.bytes, caller->fingerprint.length);
  if (tw_commit_wait (step->service->store->commits, caller->context->deadline_ms, &spec, &before, &error))
    {
      step->first = before.first;
      record = look_again (step, &error);
    }
  else if (g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND))
    return FALSE;
  tw_list_step_tell (step, record, error);
  return TRUE;
}

/* Life */

TwListService *
tw_list_service_new (TwTaskStore *store, const TwClock *clock, TwListChores *chores)
{
  TwListService *service = g_new0 (TwListService, 1);

  service->store = store;
  service->clock = clock;
  service->chores = chores;
  service->max_shared = TW_LISTS_SHARED_MAX;
  pthread_mutex_init (&service->mutex, NULL);
  pthread_cond_init (&service->changed, NULL);
  service->busy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  service->behind = tw_pool_new ("list-behind", BEHIND, MAX_BEHIND, end_behind, NULL);
  return service;
}

void
tw_list_service_set_max_shared (TwListService *service, guint max_shared)
{
  service->max_shared = max_shared;
}

void
tw_list_service_free (TwListService *service)
{
  pthread_mutex_lock (&service->mutex);
  while (service->writing > 0)
    pthread_cond_wait (&service->changed, &service->mutex);
  pthread_mutex_unlock (&service->mutex);
  tw_pool_free (service->behind);
  g_hash_table_unref (service->busy);
  pthread_cond_destroy (&service->changed);
  pthread_mutex_destroy (&service->mutex);
  g_free (service);
}
