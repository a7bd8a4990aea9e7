/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-hints.h"

#include "tw-clock.h"
#include "tw-records.h"
#include "tw-task-store-query.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* Names that are remembered for whoever asks for what came behind a place; a power of two. */
#define REMEMBERED 16384

/* Names in an answer. */
#define MAX_TOLD 4096

/* How long a call may wait, at most. */
#define MAX_WAIT_MS 30000

/* What comes in so long is looked up together. */
#define GATHER_MS 3

/* For how long whoever has left a list hears of its owner's commits: longer than a commit may take. */
#define LEFT_MS 20000

/* Behind the last call, for how long there is somebody who listens. */
#define LISTENING_MS 15000

#define LOOK_UP_MS 4000

/* A call that waits. */
typedef struct
{
  TwCall *call;
  gint64 after, until_ms;
} Waiting;

struct _TwTaskHints
{
  TwTaskStore *store;
  atomic_int listening; /* whether commits are heard */

  pthread_mutex_t mutex; /* guards the rest */
  pthread_cond_t changed;
  pthread_t thread;
  enum
  {
    WORKING,
    STOPPED, /* nobody is to wait any more */
    ENDING,
  } state;
  GHashTable *owners; /* of partitions that commits have ended in */
  GHashTable *left;   /* of each owner: until when (gint64 *) each hears of them who was in a list, and may be no more */
  gint64 tidied_ms;   /* when this was looked through last */
  GQueue waiting;     /* of Waiting */
  gint64 at;          /* the place behind the newest name */
  gint64 oldest;      /* nothing is known of what came before this place */
  char *names[REMEMBERED]; /* by place */
  gint64 listened_ms; /* when somebody asked last */
};

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

/* --- Commits. --- */

static void
on_ended (const char *partition, gpointer data)
{
  TwTaskHints *hints = data;

  if (atomic_load_explicit (&hints->listening, memory_order_relaxed) == 0)
    return;
  pthread_mutex_lock (&hints->mutex);
  if (g_hash_table_add (hints->owners, g_strdup (partition)) && g_hash_table_size (hints->owners) == 1)
    pthread_cond_signal (&hints->changed);
  pthread_mutex_unlock (&hints->mutex);
}

/* With the mutex. */
static GHashTable *
left_of (TwTaskHints *hints, const char *owner)
{
  GHashTable *users = g_hash_table_lookup (hints->left, owner);

  if (users == NULL)
    {
      users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (hints->left, g_strdup (owner), users);
    }
  return users;
}

/* Of whoever leaves, nothing is left by which they could be found behind the commit. */
static void
on_touching (gconstpointer record, gpointer data)
{
  TwTaskHints *hints = data;
  const TwMemberRecord *member = record;
  const gint64 until_ms = now_ms () + LEFT_MS;

  if (atomic_load_explicit (&hints->listening, memory_order_relaxed) == 0 || member->guest_id == NULL)
    return;
  pthread_mutex_lock (&hints->mutex);
  g_hash_table_replace (left_of (hints, member->owner_id), g_strdup (member->guest_id),
                        g_memdup2 (&until_ms, sizeof until_ms));
  pthread_mutex_unlock (&hints->mutex);
}

/* --- Who is meant. --- */

/* The guests of all lists of @owners, into @users. FALSE where that can't be said. */
static gboolean
find_guests (TwTaskHints *hints, GPtrArray *owners, GHashTable *users)
{
  const TwRecordQuery query = {
    &tw_member_type, TW_MEMBER_HAS_OWNER_ID, (const char *const *) owners->pdata, owners->len, .limit = TW_RECORD_QUERY_ALL,
  };
  g_autoptr (GPtrArray) members = tw_task_store_gather (hints->store, now_ms () + LOOK_UP_MS, &query, NULL);

  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      const TwMemberRecord *member = members->pdata[i];

      if (member->guest_id != NULL)
        g_hash_table_add (users, g_strdup (member->guest_id));
    }
  return members != NULL;
}

static gboolean
is_past (gpointer user, gpointer until_ms, gpointer now)
{
  return *(const gint64 *) until_ms <= *(const gint64 *) now;
}

/* With the mutex. */
static void
add_left (TwTaskHints *hints, GHashTable *owners, GHashTable *users)
{
  gint64 now = now_ms ();
  GHashTableIter iter, each;
  gpointer owner, user;

  g_hash_table_iter_init (&iter, owners);
  while (g_hash_table_iter_next (&iter, &owner, NULL))
    {
      GHashTable *left = g_hash_table_lookup (hints->left, owner);

      if (left == NULL)
        continue;
      g_hash_table_foreach_remove (left, is_past, &now);
      g_hash_table_iter_init (&each, left);
      while (g_hash_table_iter_next (&each, &user, NULL))
        g_hash_table_add (users, g_strdup (user));
    }
}

static gboolean
none_is_left (gpointer owner, gpointer left, gpointer now)
{
  g_hash_table_foreach_remove (left, is_past, now);
  return g_hash_table_size (left) == 0;
}

/* With the mutex. */
static void
tidy_left (TwTaskHints *hints)
{
  gint64 now = now_ms ();

  if (now - hints->tidied_ms < LEFT_MS)
    return;
  hints->tidied_ms = now;
  g_hash_table_foreach_remove (hints->left, none_is_left, &now);
}

/* --- Places. With the mutex. --- */

static void
remember (TwTaskHints *hints, const char *name)
{
  char **place = &hints->names[hints->at & (REMEMBERED - 1)];

  g_free (*place);
  *place = g_strdup (name);
  hints->at++;
  hints->oldest = MAX (hints->oldest, hints->at - REMEMBERED);
}

/* Nobody knows what came before. */
static void
forget (TwTaskHints *hints)
{
  hints->at++;
  hints->oldest = hints->at;
}

static gboolean
is_known (const TwTaskHints *hints, gint64 after)
{
  return after >= hints->oldest && after <= hints->at;
}

/* --- Calls. With the mutex. --- */

/* Of the struct that the role gives. */
enum
{
  FIELD_AT = 1,
  FIELD_USERS = 2,
  FIELD_ALL = 3,
};

static void
write_answer (const TwTaskHints *hints, TwCall *call, gint64 after)
{
  const gboolean all = !is_known (hints, after);
  const gint64 end = all ? hints->at : MIN (hints->at, after + MAX_TOLD);
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_I64, FIELD_AT);
  tw_writer_i64 (writer, end);
  tw_writer_field (writer, TW_WIRE_LIST, FIELD_USERS);
  tw_writer_list (writer, TW_WIRE_STRING, all ? 0 : (guint32) (end - after));
  for (gint64 at = after; !all && at < end; at++)
    tw_writer_string (writer, hints->names[at & (REMEMBERED - 1)], strlen (hints->names[at & (REMEMBERED - 1)]));
  tw_writer_field (writer, TW_WIRE_BOOL, FIELD_ALL);
  tw_writer_bool (writer, all);
  tw_writer_struct_end (writer);
  tw_call_reply (call);
}

static void
answer (const TwTaskHints *hints, Waiting *waiting)
{
  if (tw_call_begin (waiting->call))
    write_answer (hints, waiting->call, waiting->after);
  g_free (waiting);
}

static gboolean
is_over (const TwTaskHints *hints, const Waiting *waiting, gint64 now)
{
  return hints->state != WORKING || waiting->after != hints->at || waiting->until_ms <= now;
}

static void
answer_those_that_are_over (TwTaskHints *hints)
{
  const gint64 now = now_ms ();

  for (GList *at = hints->waiting.head, *next; at != NULL; at = next)
    {
      Waiting *waiting = at->data;

      next = at->next;
      if (!is_over (hints, waiting, now))
        continue;
      g_queue_delete_link (&hints->waiting, at);
      answer (hints, waiting);
    }
}

void
tw_task_hints_wait (TwTaskHints *hints, TwCall *call, gint64 after, gint32 wait_ms)
{
  Waiting *waiting = g_new (Waiting, 1);
  const gint64 now = now_ms ();

  *waiting = (Waiting) { call, after, now + CLAMP (wait_ms, 0, MAX_WAIT_MS) };
  pthread_mutex_lock (&hints->mutex);
  hints->listened_ms = now;
  if (atomic_exchange (&hints->listening, 1) == 0)
    forget (hints);
  if (is_over (hints, waiting, now))
    answer (hints, waiting);
  else
    {
      g_queue_push_tail (&hints->waiting, waiting);
      pthread_cond_signal (&hints->changed); /* it may be the first whose time is over */
    }
  pthread_mutex_unlock (&hints->mutex);
}

/* --- The thread. With the mutex, but where it says otherwise. --- */

static struct timespec
to_timespec (gint64 ms)
{
  return (struct timespec) { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

/* When it has something to do although nothing happens. */
static gint64
next_ms (const TwTaskHints *hints)
{
  gint64 next = now_ms () + 1000;

  for (GList *at = hints->waiting.head; at != NULL; at = at->next)
    next = MIN (next, ((const Waiting *) at->data)->until_ms);
  return next;
}

static void
rest (TwTaskHints *hints)
{
  const struct timespec until = to_timespec (next_ms (hints));

  if (g_hash_table_size (hints->owners) == 0 && hints->state != ENDING)
    pthread_cond_timedwait (&hints->changed, &hints->mutex, &until);
}

/* Without the mutex: others may come meanwhile, and are looked up together with those that are there. */
static void
gather_more (void)
{
  const struct timespec pause = to_timespec (GATHER_MS);

  nanosleep (&pause, NULL);
}

static void
look_up (TwTaskHints *hints)
{
  g_autoptr (GHashTable) users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) owners = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;
  gboolean known;

  pthread_mutex_unlock (&hints->mutex);
  gather_more ();
  pthread_mutex_lock (&hints->mutex);
  owners = g_steal_pointer (&hints->owners);
  hints->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  add_left (hints, owners, users);
  pthread_mutex_unlock (&hints->mutex);
  g_hash_table_iter_init (&iter, owners);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_ptr_array_add (names, name);
      g_hash_table_add (users, g_strdup (name));
    }
  known = find_guests (hints, names, users);
  pthread_mutex_lock (&hints->mutex);
  if (!known)
    forget (hints);
  g_hash_table_iter_init (&iter, users);
  while (known && g_hash_table_iter_next (&iter, &name, NULL))
    remember (hints, name);
}

static void *
work (void *data)
{
  TwTaskHints *hints = data;

  pthread_mutex_lock (&hints->mutex);
  while (hints->state != ENDING)
    {
      rest (hints);
      if (g_hash_table_size (hints->owners) > 0 && hints->state == WORKING)
        look_up (hints);
      answer_those_that_are_over (hints);
      tidy_left (hints);
      if (hints->waiting.length == 0 && now_ms () - hints->listened_ms > LISTENING_MS)
        atomic_store (&hints->listening, 0);
      if (hints->state == STOPPED)
        g_hash_table_remove_all (hints->owners);
    }
  pthread_mutex_unlock (&hints->mutex);
  return NULL;
}

/* --- As a whole. --- */

TwTaskHints *
tw_task_hints_new (TwTaskStore *store)
{
  TwTaskHints *hints = g_new0 (TwTaskHints, 1);
  const TwCommitWatch watch = { &tw_member_type, on_touching, on_ended, hints };
  pthread_condattr_t attributes;

  hints->store = store;
  hints->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  hints->left = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  /* Places of an instance that was there before lie before this one's. */
  hints->at = hints->oldest = tw_clock_wall_ms (tw_clock_system ()) * 1000;
  pthread_mutex_init (&hints->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&hints->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  tw_commits_watch (store->commits, &watch);
  pthread_create (&hints->thread, NULL, work, hints);
  return hints;
}

static void
change_state (TwTaskHints *hints, gint state)
{
  pthread_mutex_lock (&hints->mutex);
  hints->state = state;
  answer_those_that_are_over (hints);
  pthread_cond_signal (&hints->changed);
  pthread_mutex_unlock (&hints->mutex);
}

void
tw_task_hints_stop (TwTaskHints *hints)
{
  change_state (hints, STOPPED);
}

void
tw_task_hints_end (TwTaskHints *hints)
{
  change_state (hints, ENDING);
  pthread_join (hints->thread, NULL);
}

void
tw_task_hints_free (TwTaskHints *hints)
{
  g_hash_table_unref (hints->owners);
  g_hash_table_unref (hints->left);
  for (guint i = 0; i < REMEMBERED; i++)
    g_free (hints->names[i]);
  pthread_cond_destroy (&hints->changed);
  pthread_mutex_destroy (&hints->mutex);
  g_free (hints);
}
