/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-pool.h"

#include "tw-call-private.h"
#include "tw-clock.h"
#include "tw-deadline.h"
#include "tw-error.h"
#include "tw-pool.h"

struct _TwCallPool
{
  TwCallPoolSpec spec;
  TwPool *threads;
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

static void
answer (gpointer *calls, guint n, gpointer data)
{
  const TwCallPool *pool = data;
  gint64 earliest_ms = now_ms () - pool->spec.max_wait_ms;

  tw_mailbox_hold ();
  if (pool->spec.begin != NULL)
    pool->spec.begin (TRUE, pool->spec.user_data);
  for (guint i = 0; i < n; i++)
    {
      TwCall *call = calls[i];

      if (!tw_call_begin (call))
        continue;
      if (call->queued_ms < earliest_ms)
        refuse (call);
      else
        {
          tw_deadline_set (call->context.deadline_ms);
          call->func (call, TRUE, call->user_data);
        }
    }
  tw_deadline_set (TW_DEADLINE_NONE);
  if (pool->spec.end != NULL)
    pool->spec.end (pool->spec.user_data);
  tw_mailbox_release ();
}

TwCallPool *
tw_call_pool_new (const TwCallPoolSpec *spec)
{
  TwCallPool *pool = g_new0 (TwCallPool, 1);

  pool->spec = *spec;
  pool->collected = g_ptr_array_new ();
  pool->flushing = g_ptr_array_new ();
  pool->threads = tw_pool_new_batches (spec->name, spec->threads, spec->max_queued, spec->max_batch, answer, pool);
  return pool;
}

void
tw_call_pool_collect (TwCallPool *pool, TwCall *call, TwCallPoolFunc func, gpointer user_data)
{
  call->func = func;
  call->user_data = user_data;
  g_ptr_array_add (pool->collected, call);
}

/* Answers the first of @calls, as many as can be without waiting; returns how many these are. */
static guint
answer_at_once (const TwCallPool *pool, const GPtrArray *calls)
{
  const TwCallPoolSpec *spec = &pool->spec;
  guint most = MIN (calls->len, spec->max_at_once), n = 0;

  if (!spec->begin (FALSE, spec->user_data))
    return 0;
  while (n < most)
    {
      TwCall *call = calls->pdata[n];

      if (tw_call_begin (call) && !call->func (call, FALSE, call->user_data))
        break;
      n++;
    }
  spec->end (spec->user_data);
  return n;
}

static void
hand_over (const TwCallPool *pool, gpointer *calls, guint n)
{
  gint64 at_ms = now_ms ();
  guint taken;

  for (guint i = 0; i < n; i++)
    ((TwCall *) calls[i])->queued_ms = at_ms;
  taken = tw_pool_push_all (pool->threads, calls, n);
  for (guint i = taken; i < n; i++)
    refuse (calls[i]);
}

/* Answers of the loop's own go out when all is done: what they bring is collected for another round. */
static void
answer_or_hand_over (const TwCallPool *pool, const GPtrArray *calls)
{
  guint done;

  tw_mailbox_hold ();
  done = answer_at_once (pool, calls);
  if (done < calls->len)
    hand_over (pool, calls->pdata + done, calls->len - done);
  tw_mailbox_deliver ();
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
      if (pool->spec.begin != NULL)
        answer_or_hand_over (pool, calls);
      else
        hand_over (pool, calls->pdata, calls->len);
      g_ptr_array_set_size (calls, 0);
    }
}

void
tw_call_pool_free (TwCallPool *pool)
{
  tw_pool_free (pool->threads);
  g_ptr_array_unref (pool->collected);
  g_ptr_array_unref (pool->flushing);
  g_free (pool);
}
