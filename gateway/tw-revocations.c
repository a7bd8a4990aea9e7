/* SPDX-License-Identifier: Apache-2.0 */

/* Every request looks in here and hardly one writes. The sessions are spread over shards, each a hash table under a
 * read-write lock on a cache line of its own, so that readers seldom touch the same lock; while nothing is held, which
 * is often, a reader touches no lock at all.
 *
 * What has expired is dropped by writers, once a minute a shard: a table that nobody writes to does not grow.
 */

#include "tw-revocations.h"

#include <pthread.h>
#include <stdatomic.h>

#define SHARDS 16 /* a power of two */
#define CACHE_LINE 64
#define PURGE_INTERVAL_S 60

typedef struct
{
  _Alignas (CACHE_LINE) pthread_rwlock_t lock;
  GHashTable *expiries; /* session (char *) to seconds since 1970 (gint64 *) */
  gint64 purge_at_s;
} Shard;

/* When the list was current last, in monotonic milliseconds; NEVER where that was not yet. */
#define NEVER G_MININT64

struct _TwRevocationList
{
  TwRevocationList *next;
  _Atomic gint64 as_of_ms;
};

struct _TwRevocations
{
  Shard shards[SHARDS];
  const TwClock *clock;
  gint64 max_age_ms; /* 0: no list is ever too old */
  TwRevocationList *lists;
  atomic_uint held, changes;
};

static gint64
now_s (const TwRevocations *revocations)
{
  return tw_clock_wall_ms (revocations->clock) / 1000;
}

static Shard *
shard_of (TwRevocations *revocations, const char *session)
{
  guint hash = g_str_hash (session);

  /* The tables use the low bits. */
  return &revocations->shards[(hash ^ hash >> 16) & (SHARDS - 1)];
}

static gboolean
has_expired (gpointer session, gpointer expires_s, gpointer now)
{
  return *(const gint64 *) expires_s <= *(const gint64 *) now;
}

/* Drops what has expired, where it is time to. Called with the write lock held. */
static void
purge (TwRevocations *revocations, Shard *shard, gint64 now)
{
  if (now < shard->purge_at_s)
    return;
  atomic_fetch_sub (&revocations->held, g_hash_table_foreach_remove (shard->expiries, has_expired, &now));
  shard->purge_at_s = now + PURGE_INTERVAL_S;
}

TwRevocations *
tw_revocations_new (const TwClock *clock, gint64 max_age_ms)
{
  TwRevocations *revocations = g_aligned_alloc0 (1, sizeof *revocations, CACHE_LINE);
  pthread_rwlockattr_t attributes;

  revocations->clock = clock;
  revocations->max_age_ms = max_age_ms;
  atomic_init (&revocations->held, 0);
  atomic_init (&revocations->changes, 0);
  pthread_rwlockattr_init (&attributes);
  /* glibc prefers readers, who never cease here: a writer would wait for ever. */
  pthread_rwlockattr_setkind_np (&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  for (guint i = 0; i < SHARDS; i++)
    {
      pthread_rwlock_init (&revocations->shards[i].lock, &attributes);
      revocations->shards[i].expiries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      revocations->shards[i].purge_at_s = now_s (revocations) + PURGE_INTERVAL_S;
    }
  pthread_rwlockattr_destroy (&attributes);
  return revocations;
}

void
tw_revocations_free (TwRevocations *revocations)
{
  if (revocations == NULL)
    return;
  while (revocations->lists != NULL)
    {
      TwRevocationList *first = revocations->lists;

      revocations->lists = first->next;
      g_free (first);
    }
  for (guint i = 0; i < SHARDS; i++)
    {
      g_hash_table_unref (revocations->shards[i].expiries);
      pthread_rwlock_destroy (&revocations->shards[i].lock);
    }
  g_aligned_free (revocations);
}

TwRevocationList *
tw_revocations_expect (TwRevocations *revocations)
{
  TwRevocationList *list = g_new0 (TwRevocationList, 1);

  atomic_init (&list->as_of_ms, NEVER);
  list->next = revocations->lists;
  revocations->lists = list;
  return list;
}

void
tw_revocation_list_loaded (TwRevocationList *list, gint64 as_of_ms)
{
  /* Whoever sees the time sees what was added before it. */
  atomic_store_explicit (&list->as_of_ms, as_of_ms, memory_order_release);
}

static gint64
as_of (const TwRevocationList *list)
{
  return atomic_load_explicit (&list->as_of_ms, memory_order_acquire);
}

gboolean
tw_revocation_list_is_loaded (const TwRevocationList *list)
{
  return as_of (list) != NEVER;
}

/* When the oldest list was current, or NEVER. */
static gint64
oldest (const TwRevocations *revocations)
{
  gint64 when = G_MAXINT64;

  for (const TwRevocationList *list = revocations->lists; list != NULL; list = list->next)
    when = MIN (when, as_of (list));
  return when;
}

TwRevocationsState
tw_revocations_state (const TwRevocations *revocations)
{
  gint64 when = oldest (revocations);

  if (when == NEVER)
    return TW_REVOCATIONS_MISSING;
  if (revocations->max_age_ms > 0 && when != G_MAXINT64
      && tw_clock_monotonic_ms (revocations->clock) - when > revocations->max_age_ms)
    return TW_REVOCATIONS_STALE;
  return TW_REVOCATIONS_CURRENT;
}

void
tw_revocations_add (TwRevocations *revocations, const char *session, gint64 expires_s)
{
  Shard *shard = shard_of (revocations, session);
  gint64 now = now_s (revocations);
  gint64 *known;

  pthread_rwlock_wrlock (&shard->lock);
  purge (revocations, shard, now);
  known = g_hash_table_lookup (shard->expiries, session);
  if (known != NULL)
    *known = MAX (*known, expires_s);
  else if (expires_s > now)
    {
      g_hash_table_insert (shard->expiries, g_strdup (session), g_memdup2 (&expires_s, sizeof expires_s));
      atomic_fetch_add (&revocations->held, 1);
      atomic_fetch_add (&revocations->changes, 1);
    }
  pthread_rwlock_unlock (&shard->lock);
}

gboolean
tw_revocations_contains (TwRevocations *revocations, const char *session)
{
  Shard *shard;
  const gint64 *expires_s;
  gboolean ended;

  if (atomic_load (&revocations->held) == 0)
    return FALSE;
  shard = shard_of (revocations, session);
  pthread_rwlock_rdlock (&shard->lock);
  expires_s = g_hash_table_lookup (shard->expiries, session);
  ended = expires_s != NULL && *expires_s > now_s (revocations);
  pthread_rwlock_unlock (&shard->lock);
  return ended;
}

guint
tw_revocations_changes (const TwRevocations *revocations)
{
  return atomic_load (&revocations->changes);
}

guint
tw_revocations_size (TwRevocations *revocations)
{
  return atomic_load (&revocations->held);
}
