/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-lanes-mongo.h"

#include "tw-call-context.h"

#include <pthread.h>

typedef struct
{
  gpointer item;
  gint64 deadline_ms;
} Waiting;

typedef struct
{
  char *partition;
  GList link;     /* in idle; of one that nobody is in */
  gboolean is_taken;
  GQueue waiting; /* of Waiting */
  gint64 n;       /* of the head; 0: not known */
  guint count;
  gsize bytes;
  gboolean is_told;
} Lane;

struct _TwMongoLanes
{
  pthread_mutex_t mutex;
  GHashTable *lanes; /* partition: Lane */
  GQueue idle;       /* those that nobody is in: the one that was left first, first */
  GQueue untold;     /* partitions, some of them twice or told meanwhile */
  guint n_waiting;
};

static void
lane_free (gpointer data)
{
  Lane *lane = data;

  g_free (lane->partition);
  g_free (lane);
}

TwMongoLanes *
tw_mongo_lanes_new (void)
{
  TwMongoLanes *lanes = g_new0 (TwMongoLanes, 1);

  pthread_mutex_init (&lanes->mutex, NULL);
  lanes->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, lane_free);
  g_queue_init (&lanes->idle);
  g_queue_init (&lanes->untold);
  return lanes;
}

void
tw_mongo_lanes_free (TwMongoLanes *lanes)
{
  g_assert_cmpuint (lanes->n_waiting, ==, 0);
  g_queue_clear_full (&lanes->untold, g_free);
  g_hash_table_unref (lanes->lanes);
  pthread_mutex_destroy (&lanes->mutex);
  g_free (lanes);
}

/* Makes room first. Lanes that somebody is in are as many as operations, which have a bound of their own. */
static Lane *
add_lane (TwMongoLanes *lanes, const char *partition)
{
  Lane *lane = g_new0 (Lane, 1);
  GList *oldest = lanes->idle.head;

  if (oldest != NULL && g_hash_table_size (lanes->lanes) >= TW_MONGO_LANES)
    {
      g_queue_unlink (&lanes->idle, oldest);
      g_hash_table_remove (lanes->lanes, ((const Lane *) oldest->data)->partition);
    }
  lane->partition = g_strdup (partition);
  lane->link.data = lane;
  lane->is_told = TRUE;
  g_queue_init (&lane->waiting);
  g_hash_table_insert (lanes->lanes, lane->partition, lane);
  return lane;
}

static TwMongoLaneEntered
wait_in (TwMongoLanes *lanes, Lane *lane, gint64 deadline_ms, gpointer item)
{
  Waiting *waiting;

  if (lane->waiting.length >= TW_MONGO_LANE_WAITING)
    return TW_MONGO_LANE_FULL;
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting) { item, deadline_ms };
  g_queue_push_tail (&lane->waiting, waiting);
  lanes->n_waiting++;
  return TW_MONGO_LANE_WAIT;
}

TwMongoLaneEntered
tw_mongo_lanes_enter (TwMongoLanes *lanes, const char *partition, gint64 deadline_ms, gpointer waiting)
{
  TwMongoLaneEntered entered = TW_MONGO_LANE_FREE;
  Lane *lane;

  pthread_mutex_lock (&lanes->mutex);
  lane = g_hash_table_lookup (lanes->lanes, partition);
  if (lane != NULL && lane->is_taken)
    entered = wait_in (lanes, lane, deadline_ms, waiting);
  else if (lane != NULL)
    g_queue_unlink (&lanes->idle, &lane->link);
  else
    lane = add_lane (lanes, partition);
  lane->is_taken = TRUE;
  pthread_mutex_unlock (&lanes->mutex);
  return entered;
}

gpointer
tw_mongo_lanes_leave (TwMongoLanes *lanes, const char *partition)
{
  g_autofree Waiting *next = NULL;
  Lane *lane;

  pthread_mutex_lock (&lanes->mutex);
  lane = g_hash_table_lookup (lanes->lanes, partition);
  next = g_queue_pop_head (&lane->waiting);
  if (next != NULL)
    lanes->n_waiting--;
  else
    {
      lane->is_taken = FALSE;
      g_queue_push_tail_link (&lanes->idle, &lane->link);
    }
  pthread_mutex_unlock (&lanes->mutex);
  return next != NULL ? next->item : NULL;
}

static void
give_up_in (TwMongoLanes *lanes, Lane *lane, gint64 now_ms, GPtrArray *over)
{
  for (GList *link = lane->waiting.head; link != NULL;)
    {
      GList *following = link->next;
      Waiting *waiting = link->data;

      if (tw_deadline_is_over (waiting->deadline_ms, now_ms))
        {
          g_ptr_array_add (over, waiting->item);
          g_free (waiting);
          g_queue_delete_link (&lane->waiting, link);
          lanes->n_waiting--;
        }
      link = following;
    }
}

GPtrArray *
tw_mongo_lanes_give_up (TwMongoLanes *lanes, gint64 now_ms)
{
  GPtrArray *over = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer lane;

  pthread_mutex_lock (&lanes->mutex);
  g_hash_table_iter_init (&iter, lanes->lanes);
  while (lanes->n_waiting > 0 && g_hash_table_iter_next (&iter, NULL, &lane))
    give_up_in (lanes, lane, now_ms, over);
  pthread_mutex_unlock (&lanes->mutex);
  return over;
}

TwMongoHead *
tw_mongo_lanes_recall (TwMongoLanes *lanes, const char *partition)
{
  TwMongoHead *head = NULL;
  const Lane *lane;

  pthread_mutex_lock (&lanes->mutex);
  lane = g_hash_table_lookup (lanes->lanes, partition);
  if (lane != NULL && lane->n > 0)
    {
      head = tw_mongo_head_new ();
      head->n = head->settled = lane->n;
      head->count = lane->count;
      head->bytes = lane->bytes;
    }
  pthread_mutex_unlock (&lanes->mutex);
  return head;
}

void
tw_mongo_lanes_remember (TwMongoLanes *lanes, const char *partition, const TwMongoHead *head, gboolean is_told)
{
  Lane *lane;

  pthread_mutex_lock (&lanes->mutex);
  lane = g_hash_table_lookup (lanes->lanes, partition);
  if (lane != NULL)
    {
      lane->n = head != NULL ? head->n : 0;
      lane->count = head != NULL ? head->count : 0;
      lane->bytes = head != NULL ? head->bytes : 0;
      if (head != NULL && !is_told && lane->is_told)
        {
          lane->is_told = FALSE;
          g_queue_push_tail (&lanes->untold, g_strdup (partition));
        }
    }
  pthread_mutex_unlock (&lanes->mutex);
}

static void
settled_clear (gpointer data)
{
  TwMongoSettled *settled = data;

  g_free (settled->partition);
}

/* Of one that was forgotten nothing is said: the sweeper finds it. */
GArray *
tw_mongo_lanes_untold (TwMongoLanes *lanes, guint n)
{
  GArray *untold = g_array_new (FALSE, FALSE, sizeof (TwMongoSettled));
  char *partition;

  g_array_set_clear_func (untold, settled_clear);
  pthread_mutex_lock (&lanes->mutex);
  while (untold->len < n && (partition = g_queue_pop_head (&lanes->untold)) != NULL)
    {
      Lane *lane = g_hash_table_lookup (lanes->lanes, partition);
      const TwMongoSettled settled = { partition, lane != NULL ? lane->n : 0 };

      if (lane != NULL)
        lane->is_told = TRUE;
      if (settled.number > 0)
        g_array_append_val (untold, settled);
      else
        g_free (partition);
    }
  pthread_mutex_unlock (&lanes->mutex);
  return untold;
}
