/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-doubts.h"

#include <pthread.h>

struct _TwDoubt
{
  char *what;
  gint64 deadline_ms;
  gint64 forget_ms; /* once it has ended; 0 before */
};

struct _TwDoubts
{
  pthread_mutex_t mutex; /* guards what follows */
  GQueue running;        /* of TwDoubt */
  GQueue ended;          /* the same, the oldest first */
};

static void
doubt_free (gpointer data)
{
  TwDoubt *doubt = data;

  g_free (doubt->what);
  g_free (doubt);
}

TwDoubts *
tw_doubts_new (void)
{
  TwDoubts *doubts = g_new0 (TwDoubts, 1);

  pthread_mutex_init (&doubts->mutex, NULL);
  return doubts;
}

void
tw_doubts_free (TwDoubts *doubts)
{
  if (doubts == NULL)
    return;
  g_queue_clear_full (&doubts->running, doubt_free);
  g_queue_clear_full (&doubts->ended, doubt_free);
  pthread_mutex_destroy (&doubts->mutex);
  g_free (doubts);
}

TwDoubt *
tw_doubts_begin (TwDoubts *doubts, const char *what, gint64 deadline_ms)
{
  TwDoubt *doubt = g_new (TwDoubt, 1);

  *doubt = (TwDoubt) { .what = g_strdup (what), .deadline_ms = deadline_ms };
  pthread_mutex_lock (&doubts->mutex);
  g_queue_push_tail (&doubts->running, doubt);
  pthread_mutex_unlock (&doubts->mutex);
  return doubt;
}

static void
forget (TwDoubts *doubts, gint64 now_ms)
{
  for (TwDoubt *oldest = g_queue_peek_head (&doubts->ended);
       oldest != NULL && (oldest->forget_ms <= now_ms || doubts->ended.length > TW_DOUBTS_MAX);
       oldest = g_queue_peek_head (&doubts->ended))
    doubt_free (g_queue_pop_head (&doubts->ended));
}

void
tw_doubts_end (TwDoubts *doubts, TwDoubt *doubt, gboolean known, gint64 now_ms)
{
  pthread_mutex_lock (&doubts->mutex);
  g_queue_remove (&doubts->running, doubt);
  if (known && now_ms < doubt->deadline_ms)
    doubt_free (doubt);
  else
    {
      doubt->forget_ms = now_ms + TW_DOUBT_MS;
      g_queue_push_tail (&doubts->ended, doubt);
    }
  forget (doubts, now_ms);
  pthread_mutex_unlock (&doubts->mutex);
}

gboolean
tw_doubts_have (TwDoubts *doubts, const char *what, gint64 now_ms)
{
  gboolean have = FALSE;

  pthread_mutex_lock (&doubts->mutex);
  forget (doubts, now_ms);
  for (GList *at = doubts->running.head; at != NULL && !have; at = at->next)
    {
      const TwDoubt *doubt = at->data;

      have = doubt->deadline_ms <= now_ms && g_str_equal (doubt->what, what);
    }
  for (GList *at = doubts->ended.head; at != NULL && !have; at = at->next)
    have = g_str_equal (((const TwDoubt *) at->data)->what, what);
  pthread_mutex_unlock (&doubts->mutex);
  return have;
}
