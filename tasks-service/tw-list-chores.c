/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-chores.h"

#include "tw-error.h"
#include "tw-list-service-private.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* Chores that are looked at. */
#define CHORES 100

/* Records of each kind that a step removes: on MongoDB each is looked at by a command of its own. */
#define AT_ONCE 20

/* How long one may take that nobody waits for. */
#define PATIENCE_MS 10000

/* What lies in a list, and is found by it. */
static const struct
{
  const TwRecordType *type;
  guint64 field;
} inside[] = {
  { &tw_invitation_type, TW_INVITATION_HAS_LIST_ID },
  { &tw_member_type, TW_MEMBER_HAS_LIST_ID },
  { &tw_member_type, TW_MEMBER_HAS_FORMER_LIST_ID },
};

/* One step: what it removes. */
typedef struct
{
  char *chore; /* the chore's id, where nothing is left behind it; or NULL */
  GPtrArray *ids[G_N_ELEMENTS (inside)];
} Sweep;

static void
sweep_free (gpointer data)
{
  Sweep *sweep = data;

  g_free (sweep->chore);
  for (guint i = 0; i < G_N_ELEMENTS (sweep->ids); i++)
    g_clear_pointer (&sweep->ids[i], g_ptr_array_unref);
  g_free (sweep);
}

static gboolean
remove_found (TwCommit *commit, const TwRecordType *type, const char *id, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (tw_commit_find (commit, type, id, &why) != NULL)
    tw_commit_remove (commit, type, id);
  if (why == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
decide_sweep (TwCommit *commit, gpointer data, GError **error)
{
  const Sweep *sweep = data;

  for (guint i = 0; i < G_N_ELEMENTS (sweep->ids); i++)
    for (guint k = 0; k < sweep->ids[i]->len; k++)
      if (!remove_found (commit, inside[i].type, sweep->ids[i]->pdata[k], error))
        return FALSE;
  return sweep->chore == NULL || remove_found (commit, &tw_chore_type, sweep->chore, error);
}

/* The ids of what is found; NULL with @error. */
static GPtrArray *
find_inside (TwTaskStore *store, gint64 deadline_ms, guint i, const char *list_id, GError **error)
{
  const TwRecordQuery query = { inside[i].type, inside[i].field, &list_id, 1, AT_ONCE };
  g_autoptr (GPtrArray) records = tw_task_store_gather (store, deadline_ms, &query, error);
  const guint key = tw_record_find_role (inside[i].type, TW_RECORD_KEY);
  GPtrArray *ids;

  if (records == NULL)
    return NULL;
  ids = g_ptr_array_new_with_free_func (g_free);
  for (guint k = 0; k < records->len; k++)
    g_ptr_array_add (ids, g_strdup (*tw_record_text (inside[i].type, records->pdata[k], key)));
  return ids;
}

/* *@is_done where nothing is left of the chore. */
static gboolean
do_step (TwTaskStore *store, const TwClock *clock, const TwChoreRecord *chore, gboolean *is_done, GError **error)
{
  const gint64 deadline_ms = tw_clock_monotonic_ms (clock) + PATIENCE_MS;
  Sweep *sweep = g_new0 (Sweep, 1);

  *is_done = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      sweep->ids[i] = find_inside (store, deadline_ms, i, chore->list_id, error);
      if (sweep->ids[i] == NULL)
        {
          sweep_free (sweep);
          return FALSE;
        }
      *is_done = *is_done && sweep->ids[i]->len < AT_ONCE;
    }
  sweep->chore = *is_done ? g_strdup (chore->id) : NULL;
  return tw_list_wait_for_commit (store, deadline_ms, &(TwCommitSpec) {
    .partition = chore->owner_id, .now_ms = tw_clock_wall_ms (clock), .decide = decide_sweep, .data = sweep,
    .free_data = sweep_free,
  }, NULL, error);
}

/* Whether to go on; NULL for ever. */
static gboolean is_wanted (TwListChores *chores);

/* Does what is found; *@n becomes how many chores that were. One that fails keeps none of the others. */
static gboolean
do_some (TwTaskStore *store, const TwClock *clock, TwListChores *chores, guint *n, GError **error)
{
  const TwRecordQuery query = { &tw_chore_type, 0, NULL, 0, CHORES };
  g_autoptr (GPtrArray) found
      = tw_task_store_gather (store, tw_clock_monotonic_ms (clock) + PATIENCE_MS, &query, error);
  gboolean is_well = found != NULL;

  *n = found != NULL ? found->len : 0;
  for (guint i = 0; i < *n; i++)
    {
      g_autoptr (GError) why = NULL;

      for (gboolean is_done = FALSE; !is_done && why == NULL && is_wanted (chores);)
        do_step (store, clock, found->pdata[i], &is_done, &why);
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
  gboolean ending;
};

static gboolean
is_wanted (TwListChores *chores)
{
  gboolean wanted;

  if (chores == NULL)
    return TRUE;
  pthread_mutex_lock (&chores->mutex);
  wanted = !chores->ending;
  pthread_mutex_unlock (&chores->mutex);
  return wanted;
}

/* FALSE: the end. */
static gboolean
wait_a_second (TwListChores *chores)
{
  struct timespec until;
  gboolean ending;

  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec++;
  pthread_mutex_lock (&chores->mutex);
  while (!chores->ending && pthread_cond_timedwait (&chores->changed, &chores->mutex, &until) != ETIMEDOUT)
    continue;
  ending = chores->ending;
  pthread_mutex_unlock (&chores->mutex);
  return !ending;
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
  while (wait_a_second (chores));
  return NULL;
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
  chores->ending = TRUE;
  pthread_cond_signal (&chores->changed);
  pthread_mutex_unlock (&chores->mutex);
  pthread_join (chores->thread, NULL);
  pthread_cond_destroy (&chores->changed);
  pthread_mutex_destroy (&chores->mutex);
  g_free (chores);
}
