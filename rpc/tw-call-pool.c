/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-pool.h"

#include "tw-call-private.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-pool.h"

struct _TwCallPool
{
  TwCallPoolSpec spec;
  TwPool *threads;      /* that may wait */
  TwPool *quick;        /* that don't; NULL where there is no begin() */
  GPtrArray *collected; /* the loop's own, as is the next; empty between turns */
  GPtrArray *flushing;
};

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

static void
refuse (TwCall *call)
{
  g_autoptr (GError) error
      = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The service is overloaded: try again later");

  tw_call_fail (call, error);
}

/* Answers @call where it is too late for anything else. */
static gboolean
refuse_late (const TwCallPool *pool, TwCall *call, gint64 at_ms)
{
  if (call->queued_ms >= at_ms - pool->spec.max_wait_ms && !tw_deadline_is_over (call->context.deadline_ms, at_ms))
    return FALSE;
  refuse (call);
  return TRUE;
}

static void
hand_over (TwPool *threads, gpointer *calls, guint n)
{
  guint taken = tw_pool_push_all (threads, calls, n);

  for (guint i = taken; i < n; i++)
    refuse (calls[i]);
}

/* Answers those of @calls that need not wait, and moves the others to the front; how many these are. */
static guint
answer_without_waiting (const TwCallPool *pool, gboolean on_loop, gpointer *calls, guint n)
{
  const TwCallPoolSpec *spec = &pool->spec;
  guint left = 0;

  if (!spec->begin (on_loop, spec->user_data))
    return n;
  for (guint i = 0; i < n; i++)
    {
      TwCall *call = calls[i];

      if (tw_call_begin (call) && !call->func (call, FALSE, call->user_data))
        calls[left++] = call;
    }
  spec->end (spec->user_data);
  return left;
}

static guint
refuse_all_late (const TwCallPool *pool, gpointer *calls, guint n)
{
  gint64 at_ms = now_ms ();
  guint left = 0;

  for (guint i = 0; i < n; i++)
    if (!refuse_late (pool, calls[i], at_ms))
      calls[left++] = calls[i];
  return left;
}

/* On a thread that doesn't wait. What others have to wait for is told before. */
static void
answer_quickly (gpointer *calls, guint n, gpointer data)
{
  const TwCallPool *pool = data;
  guint left;

  tw_mailbox_hold ();
  left = refuse_all_late (pool, calls, n);
  left = answer_without_waiting (pool, FALSE, calls, left);
  tw_mailbox_release ();
  hand_over (pool->threads, calls, left);
}

/* On a thread that may wait. */
static void
answer_patiently (gpointer item, gpointer data)
{
  const TwCallPool *pool = data;
  TwCall *call = item;

  if (!tw_call_begin (call) || refuse_late (pool, call, now_ms ()))
    return;
  call->func (call, TRUE, call->user_data);
}

TwCallPool *
tw_call_pool_new (const TwCallPoolSpec *spec)
{
  TwCallPool *pool = g_new0 (TwCallPool, 1);

  pool->spec = *spec;
  pool->collected = g_ptr_array_new ();
  pool->flushing = g_ptr_array_new ();
  pool->threads = tw_pool_new (spec->name, spec->threads, spec->max_queued, answer_patiently, pool);
  if (spec->begin != NULL)
    pool->quick =
      tw_pool_new_batches (spec->name, spec->quick_threads, spec->max_queued, spec->max_batch, answer_quickly, pool);
  return pool;
}

void
tw_call_pool_collect (TwCallPool *pool, TwCall *call, TwCallPoolFunc func, gpointer user_data)
{
  call->func = func;
  call->user_data = user_data;
  g_ptr_array_add (pool->collected, call);
}

/* Answers of the loop's own go out when all is done: what they bring is collected for another round. Where none could
 * be answered without waiting, other threads need not try. */
static void
answer_or_hand_over (const TwCallPool *pool, gpointer *calls, guint n)
{
  guint tried = MIN (n, pool->spec.max_at_once), left;

  tw_mailbox_hold ();
  left = answer_without_waiting (pool, TRUE, calls, tried);
  hand_over (pool->threads, calls, left);
  if (tried < n)
    hand_over (left < tried ? pool->quick : pool->threads, calls + tried, n - tried);
  tw_mailbox_deliver ();
}

static void
note_time (const GPtrArray *calls)
{
  gint64 at_ms = now_ms ();

  for (guint i = 0; i < calls->len; i++)
    ((TwCall *) calls->pdata[i])->queued_ms = at_ms;
}

void
tw_call_pool_flush (gpointer data)
{
  TwCallPool *pool = data;

  while (pool->collected->len > 0)
    {
      GPtrArray *calls = pool->collected;

      pool->collected = pool->flushing;
      pool->flushing = calls;
      note_time (calls);
      if (pool->spec.begin != NULL)
        answer_or_hand_over (pool, calls->pdata, calls->len);
      else
        hand_over (pool->threads, calls->pdata, calls->len);
      g_ptr_array_set_size (calls, 0);
    }
}

void
tw_call_pool_free (TwCallPool *pool)
{
  /* The quick ones first: what they can't answer they hand over. */
  g_clear_pointer (&pool->quick, tw_pool_free);
  tw_pool_free (pool->threads);
  g_ptr_array_unref (pool->collected);
  g_ptr_array_unref (pool->flushing);
  g_free (pool);
}
