/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-queue.h"

#include "tw-error.h"
#include "tw-mailbox.h"
#include "tw-monotonic.h"
#include "tw-store-error.h"

#include <pthread.h>

#define MAX_WAITING 4096
#define MAX_BATCH 512 /* bounds, as MAX_ROWS of the writer's does, how long the first of a batch waits for its callback */

struct _TwSqliteQueue
{
  pthread_t deadlines;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t changed;
  pthread_cond_t hurry;
  TwSqliteJob *first, *last;
  guint waiting;
  gint64 looks_ms; /* when the thread of the deadlines looks at them again, unless it is told to before */
  gboolean closed;
};

static void
finish (TwSqliteJob *job)
{
  if (job->done != NULL)
    job->done (job->user_data, job->error);
  g_clear_error (&job->error);
  g_free (job);
}

/* Whoever is told by a mailbox is told of all of them at once. */
void
tw_sqlite_jobs_finish (TwSqliteJob *first)
{
  tw_mailbox_hold ();
  while (first != NULL)
    {
      TwSqliteJob *job = first;

      first = job->next;
      finish (job);
    }
  tw_mailbox_release ();
}

static gboolean
is_overdue (TwSqliteJob *job, gint64 now_ms)
{
  if (!tw_deadline_is_over (job->deadline_ms, now_ms))
    return FALSE;
  g_set_error (&job->error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_NOTHING_DONE);
  return TRUE;
}

gboolean
tw_sqlite_job_is_overdue (TwSqliteJob *job)
{
  return is_overdue (job, tw_monotonic_ms ());
}

/* Takes those out whose time is over: the list of them. */
static TwSqliteJob *
take_overdue (TwSqliteQueue *queue)
{
  gint64 now_ms = tw_monotonic_ms ();
  TwSqliteJob *overdue = NULL, **overdue_end = &overdue, **kept_end = &queue->first;

  queue->last = NULL;
  for (TwSqliteJob *job = queue->first, *next; job != NULL; job = next)
    {
      next = job->next;
      if (is_overdue (job, now_ms))
        {
          *overdue_end = job;
          overdue_end = &job->next;
          queue->waiting--;
        }
      else
        {
          *kept_end = queue->last = job;
          kept_end = &job->next;
        }
    }
  *kept_end = *overdue_end = NULL;
  return overdue;
}

static gint64
next_deadline_ms (const TwSqliteQueue *queue)
{
  gint64 next_ms = TW_DEADLINE_NONE;

  for (const TwSqliteJob *job = queue->first; job != NULL; job = job->next)
    next_ms = MIN (next_ms, job->deadline_ms);
  return next_ms;
}

static void *
watch_deadlines (void *data)
{
  TwSqliteQueue *queue = data;

  pthread_mutex_lock (&queue->mutex);
  while (!queue->closed)
    {
      TwSqliteJob *overdue = take_overdue (queue);

      if (overdue == NULL)
        {
          queue->looks_ms = next_deadline_ms (queue);
          tw_monotonic_cond_wait (&queue->hurry, &queue->mutex, queue->looks_ms);
          continue;
        }
      pthread_mutex_unlock (&queue->mutex);
      tw_sqlite_jobs_finish (overdue);
      pthread_mutex_lock (&queue->mutex);
    }
  pthread_mutex_unlock (&queue->mutex);
  return NULL;
}

TwSqliteQueue *
tw_sqlite_queue_new (void)
{
  TwSqliteQueue *queue = g_new0 (TwSqliteQueue, 1);

  pthread_mutex_init (&queue->mutex, NULL);
  pthread_cond_init (&queue->changed, NULL);
  tw_monotonic_cond_init (&queue->hurry);
  if (pthread_create (&queue->deadlines, NULL, watch_deadlines, queue) != 0)
    g_error ("can't start a thread");
  pthread_setname_np (queue->deadlines, "sqlite-deadline");
  return queue;
}

/* Most jobs are taken long before the thread of the deadlines looks, and the next ones have theirs after that: to wake it
 * for each would cost as much as the job does. */
static void
note_deadline (TwSqliteQueue *queue, gint64 deadline_ms)
{
  if (deadline_ms >= queue->looks_ms)
    return;
  queue->looks_ms = deadline_ms;
  pthread_cond_signal (&queue->hurry);
}

static gboolean
append (TwSqliteQueue *queue, TwSqliteJob *job)
{
  if (queue->waiting >= MAX_WAITING)
    return FALSE;
  if (queue->last != NULL)
    queue->last->next = job;
  else
    queue->first = job;
  queue->last = job;
  queue->waiting++;
  note_deadline (queue, job->deadline_ms);
  return TRUE;
}

void
tw_sqlite_queue_push (TwSqliteQueue *queue, TwSqliteJob *job)
{
  gboolean accepted;

  pthread_mutex_lock (&queue->mutex);
  accepted = append (queue, job);
  if (accepted)
    pthread_cond_signal (&queue->changed);
  pthread_mutex_unlock (&queue->mutex);
  if (!accepted)
    {
      g_set_error (&job->error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
      finish (job);
    }
}

/* Up to MAX_BATCH of the first. */
static TwSqliteJob *
take_first (TwSqliteQueue *queue)
{
  TwSqliteJob *batch = queue->first, *end = batch;
  guint n = 1;

  if (batch == NULL)
    return NULL;
  for (; end->next != NULL && n < MAX_BATCH; n++)
    end = end->next;
  queue->first = end->next;
  if (queue->first == NULL)
    queue->last = NULL;
  queue->waiting -= n;
  end->next = NULL;
  return batch;
}

void
tw_sqlite_queue_put_back (TwSqliteQueue *queue, TwSqliteJob *jobs)
{
  pthread_mutex_lock (&queue->mutex);
  for (TwSqliteJob *job = jobs, *next; job != NULL; job = next)
    {
      next = job->next;
      queue->waiting++;
      note_deadline (queue, job->deadline_ms);
      if (next != NULL)
        continue;
      job->next = queue->first;
      if (queue->last == NULL)
        queue->last = job;
    }
  if (jobs != NULL)
    queue->first = jobs;
  pthread_mutex_unlock (&queue->mutex);
}

TwSqliteJob *
tw_sqlite_queue_take (TwSqliteQueue *queue)
{
  TwSqliteJob *batch, *overdue;
  gboolean ended;

  do
    {
      pthread_mutex_lock (&queue->mutex);
      while (queue->first == NULL && !queue->closed)
        pthread_cond_wait (&queue->changed, &queue->mutex);
      ended = queue->first == NULL;
      overdue = take_overdue (queue);
      batch = take_first (queue);
      pthread_mutex_unlock (&queue->mutex);
      if (overdue != NULL)
        tw_sqlite_jobs_finish (overdue);
    }
  while (batch == NULL && !ended);
  return batch;
}

void
tw_sqlite_queue_close (TwSqliteQueue *queue)
{
  pthread_mutex_lock (&queue->mutex);
  queue->closed = TRUE;
  pthread_cond_signal (&queue->changed);
  pthread_cond_signal (&queue->hurry);
  pthread_mutex_unlock (&queue->mutex);
}

void
tw_sqlite_queue_free (TwSqliteQueue *queue)
{
  pthread_join (queue->deadlines, NULL);
  pthread_cond_destroy (&queue->hurry);
  pthread_cond_destroy (&queue->changed);
  pthread_mutex_destroy (&queue->mutex);
  g_free (queue);
}
