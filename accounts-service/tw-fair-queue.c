/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-fair-queue.h"

#include "tw-monotonic.h"

#include <pthread.h>

typedef enum
{
  WAITING,
  HAS_PLACE,
  PUT_OUT,
} WaiterState;

/* Those of one origin, the longest waiting first. It is there while somebody waits in it. */
typedef struct
{
  char *origin; /* the key of lines, which owns it */
  GQueue waiters;
} Line;

/* On the stack of whoever waits. */
typedef struct
{
  Line *line;
  gint64 deadline_ms;
  WaiterState state;
  pthread_cond_t changed;
} Waiter;

struct _TwFairQueue
{
  guint max_waiting;

  pthread_mutex_t mutex; /* guards what follows */
  guint n_free;          /* 0 while somebody waits */
  guint n_waiting;
  GHashTable *lines; /* origin → Line */
  GQueue turns;      /* of Line: whose turn is next */
};

TwFairQueue *
tw_fair_queue_new (guint places, guint max_waiting)
{
  TwFairQueue *queue = g_new0 (TwFairQueue, 1);

  queue->n_free = places;
  queue->max_waiting = max_waiting;
  queue->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  pthread_mutex_init (&queue->mutex, NULL);
  return queue;
}

void
tw_fair_queue_free (TwFairQueue *queue)
{
  if (queue == NULL)
    return;
  g_hash_table_unref (queue->lines);
  pthread_mutex_destroy (&queue->mutex);
  g_free (queue);
}

/* The line of @origin; a new one has the last turn. */
static Line *
line_of (TwFairQueue *queue, const char *origin)
{
  Line *line = g_hash_table_lookup (queue->lines, origin);

  if (line != NULL)
    return line;
  line = g_new0 (Line, 1);
  line->origin = g_strdup (origin);
  g_hash_table_insert (queue->lines, line->origin, line);
  g_queue_push_tail (&queue->turns, line);
  return line;
}

static guint
line_length (TwFairQueue *queue, const char *origin)
{
  const Line *line = g_hash_table_lookup (queue->lines, origin);

  return line != NULL ? line->waiters.length : 0;
}

/* Takes @waiter out of its line, which ends with its last one. */
static void
take_out (TwFairQueue *queue, Waiter *waiter)
{
  Line *line = waiter->line;

  g_queue_remove (&line->waiters, waiter);
  queue->n_waiting--;
  if (line->waiters.length > 0)
    return;
  g_queue_remove (&queue->turns, line);
  g_hash_table_remove (queue->lines, line->origin);
}

static void
finish (TwFairQueue *queue, Waiter *waiter, WaiterState state)
{
  take_out (queue, waiter);
  waiter->state = state;
  pthread_cond_signal (&waiter->changed);
}

static Line *
longest_line (TwFairQueue *queue)
{
  Line *longest = NULL;

  for (GList *at = queue->turns.head; at != NULL; at = at->next)
    if (longest == NULL || ((Line *) at->data)->waiters.length > longest->waiters.length)
      longest = at->data;
  return longest;
}

/* Makes room for one more of @origin, at the cost of a line that would still be no shorter than its own. */
static gboolean
make_room (TwFairQueue *queue, const char *origin)
{
  Line *longest;

  if (queue->n_waiting < queue->max_waiting)
    return TRUE;
  longest = longest_line (queue);
  if (longest == NULL || longest->waiters.length <= line_length (queue, origin) + 1)
    return FALSE;
  finish (queue, g_queue_peek_tail (&longest->waiters), PUT_OUT);
  return TRUE;
}

/* The first of the line whose turn it is, and that line behind the others. Those whose time is over are passed by: each
 * finds out itself. */
static Waiter *
next_waiter (TwFairQueue *queue, gint64 now_ms)
{
  for (guint i = queue->turns.length; i > 0; i--)
    {
      Line *line = g_queue_pop_head (&queue->turns);

      g_queue_push_tail (&queue->turns, line);
      for (GList *at = line->waiters.head; at != NULL; at = at->next)
        if (((Waiter *) at->data)->deadline_ms > now_ms)
          return at->data;
    }
  return NULL;
}

static void
wait_in_line (TwFairQueue *queue, Waiter *waiter, const char *origin)
{
  waiter->line = line_of (queue, origin);
  g_queue_push_tail (&waiter->line->waiters, waiter);
  queue->n_waiting++;
  tw_monotonic_cond_init (&waiter->changed);
  while (waiter->state == WAITING && tw_monotonic_ms () < waiter->deadline_ms)
    tw_monotonic_cond_wait (&waiter->changed, &queue->mutex, waiter->deadline_ms);
  if (waiter->state == WAITING)
    take_out (queue, waiter);
  pthread_cond_destroy (&waiter->changed);
}

TwFairEntry
tw_fair_queue_enter (TwFairQueue *queue, const char *origin, gint64 deadline_ms)
{
  Waiter waiter = { .deadline_ms = deadline_ms, .state = WAITING };
  TwFairEntry entry = TW_FAIR_ENTERED;

  pthread_mutex_lock (&queue->mutex);
  if (tw_monotonic_ms () >= deadline_ms)
    entry = TW_FAIR_LATE;
  else if (queue->n_free > 0)
    queue->n_free--;
  else if (!make_room (queue, origin))
    entry = TW_FAIR_FULL;
  else
    {
      wait_in_line (queue, &waiter, origin);
      entry = waiter.state == HAS_PLACE ? TW_FAIR_ENTERED : waiter.state == PUT_OUT ? TW_FAIR_FULL : TW_FAIR_LATE;
    }
  pthread_mutex_unlock (&queue->mutex);
  return entry;
}

void
tw_fair_queue_leave (TwFairQueue *queue)
{
  Waiter *waiter;

  pthread_mutex_lock (&queue->mutex);
  waiter = next_waiter (queue, tw_monotonic_ms ());
  if (waiter != NULL)
    finish (queue, waiter, HAS_PLACE);
  else
    queue->n_free++;
  pthread_mutex_unlock (&queue->mutex);
}

guint
tw_fair_queue_n_waiting (TwFairQueue *queue)
{
  guint n;

  pthread_mutex_lock (&queue->mutex);
  n = queue->n_waiting;
  pthread_mutex_unlock (&queue->mutex);
  return n;
}
