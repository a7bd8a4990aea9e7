/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-chores.h"

#include "tw-list-sweep.h"
#include "tw-task-move.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* Chores that are looked at. */
#define CHORES 100

/* How long one may take that nobody waits for. */
#define PATIENCE_MS 10000

/* As many steps others wait for, and whoever asked only while they take no longer. */
#define STEPS_AT_ONCE 50
#define AT_ONCE_MS 1000

/* *@is_done where nothing is left of the chore. */
static gboolean
do_step (TwTaskStore *store, const TwClock *clock, gint64 deadline_ms, const TwChoreRecord *chore, gboolean *is_done,
         GError **error)
{
  const gint64 now_ms = tw_clock_wall_ms (clock);

  if (chore->task_id != NULL)
    return *is_done = tw_task_move_finish (store, deadline_ms, now_ms, chore, error);
  return tw_list_sweep (store, deadline_ms, now_ms, chore, is_done, error);
}

/* Whether to go on; NULL for ever. */
static gboolean is_wanted (TwListChores *chores);

/* A bounded number of steps, so that no chore keeps all others; what is left is looked for again at once. */
static void
do_steps (TwTaskStore *store, const TwClock *clock, TwListChores *chores, const TwChoreRecord *chore, GError **error)
{
  gboolean is_done = FALSE;

  for (guint i = 0; i < STEPS_AT_ONCE && !is_done; i++)
    if (!is_wanted (chores)
        || !do_step (store, clock, tw_clock_monotonic_ms (clock) + PATIENCE_MS, chore, &is_done, error))
      return;
  if (!is_done && chores != NULL)
    tw_list_chores_wake (chores);
}

/* Moves first, which take one step each. */
static int
compare_chores (gconstpointer one, gconstpointer other)
{
  const TwChoreRecord *const *a = one, *const *b = other;

  return ((*a)->task_id == NULL) - ((*b)->task_id == NULL);
}

/* Does some of what is found; *@n becomes how many chores that were. One that fails keeps none of the others. */
static gboolean
do_some (TwTaskStore *store, const TwClock *clock, TwListChores *chores, guint *n, GError **error)
{
  const TwRecordQuery query = { &tw_chore_type, 0, NULL, 0, .limit = CHORES };
  g_autoptr (GPtrArray) found
      = tw_task_store_gather (store, tw_clock_monotonic_ms (clock) + PATIENCE_MS, &query, error);
  gboolean is_well = found != NULL;

  *n = found != NULL ? found->len : 0;
  if (found != NULL)
    g_ptr_array_sort (found, compare_chores);
  for (guint i = 0; i < *n; i++)
    {
      g_autoptr (GError) why = NULL;

      do_steps (store, clock, chores, found->pdata[i], &why);
      if (why != NULL && is_well)
        g_propagate_error (error, g_steal_pointer (&why));
      is_well = is_well && why == NULL;
    }
  return is_well;
}

gboolean
tw_list_chores_do (TwTaskStore *store, const TwClock *clock, GError **error)
{
  guint n = 1;

  while (n > 0)
    if (!do_some (store, clock, NULL, &n, error))
      return FALSE;
  return TRUE;
}

/* The thread */

struct _TwListChores
{
  TwTaskStore *store;
  const TwClock *clock;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  enum
  {
    RESTING,
    WOKEN, /* there is more to do */
    ENDING,
  } state;
};

static gboolean
is_wanted (TwListChores *chores)
{
  gboolean wanted;

  if (chores == NULL)
    return TRUE;
  pthread_mutex_lock (&chores->mutex);
  wanted = chores->state != ENDING;
  pthread_mutex_unlock (&chores->mutex);
  return wanted;
}

void
tw_list_chores_wake (TwListChores *chores)
{
  pthread_mutex_lock (&chores->mutex);
  if (chores->state == RESTING)
    chores->state = WOKEN;
  pthread_cond_signal (&chores->changed);
  pthread_mutex_unlock (&chores->mutex);
}

/* A second, unless there is something to do before. FALSE: the end. */
static gboolean
rest (TwListChores *chores)
{
  struct timespec until;
  gboolean goes_on;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec++;
  pthread_mutex_lock (&chores->mutex);
  while (chores->state == RESTING && pthread_cond_timedwait (&chores->changed, &chores->mutex, &until) != ETIMEDOUT)
    continue;
  goes_on = chores->state != ENDING;
  if (goes_on)
    chores->state = RESTING;
  pthread_mutex_unlock (&chores->mutex);
  return goes_on;
}

/* What fails is tried again: the store has said in the log why it is away. */
static void *
work (void *data)
{
  TwListChores *chores = data;

  do
    {
      guint n;

      do_some (chores->store, chores->clock, chores, &n, NULL);
    }
  while (rest (chores));
  return NULL;
}

void
tw_list_chores_begin (TwListChores *chores, gint64 deadline_ms, const TwChoreRecord *chore)
{
  const gint64 until_ms = tw_clock_monotonic_ms (chores->clock) + AT_ONCE_MS;
  gboolean is_done = FALSE;

  for (guint i = 0; i < STEPS_AT_ONCE && !is_done; i++)
    if (tw_clock_monotonic_ms (chores->clock) >= until_ms
        || !do_step (chores->store, chores->clock, deadline_ms, chore, &is_done, NULL))
      break;
  if (!is_done)
    tw_list_chores_wake (chores);
}

TwListChores *
tw_list_chores_new (TwTaskStore *store, const TwClock *clock)
{
  TwListChores *chores = g_new0 (TwListChores, 1);
  pthread_condattr_t attributes;

  chores->store = store;
  chores->clock = clock;
  pthread_mutex_init (&chores->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&chores->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  if (pthread_create (&chores->thread, NULL, work, chores) != 0)
    g_error ("no thread can be started");
  return chores;
}

void
tw_list_chores_free (TwListChores *chores)
{
  if (chores == NULL)
    return;
  pthread_mutex_lock (&chores->mutex);
  chores->state = ENDING;
  pthread_cond_signal (&chores->changed);
  pthread_mutex_unlock (&chores->mutex);
  pthread_join (chores->thread, NULL);
  pthread_cond_destroy (&chores->changed);
  pthread_mutex_destroy (&chores->mutex);
  g_free (chores);
}
