/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-buckets.h"

#include "tw-random.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/mman.h>

#define PLACES 8  /* two cache lines */
#define LOCKS 64u /* a power of two */
#define CACHE_LINE 64

typedef struct
{
  guint64 hash;   /* of its key */
  gint64 full_at; /* 0, or some time that is past: the place is free */
} Bucket;

/* The places of all keys whose hashes end alike. */
typedef struct
{
  Bucket places[PLACES];
} Row;

typedef struct
{
  _Alignas (CACHE_LINE) pthread_mutex_t mutex;
} Lock;

struct _TwBuckets
{
  Lock locks[LOCKS]; /* each for the rows whose numbers end alike; held for some ten instructions */
  TwRate rate;
  guint8 secret[crypto_shorthash_KEYBYTES];
  guint64 mask; /* of a row's number */
  Row *rows;
};

static gsize
size_of_rows (const TwBuckets *buckets)
{
  return (buckets->mask + 1) * sizeof (Row);
}

/* Zeroed, and from the kernel, which gives a page when it is first touched: an allocator may touch all of them. Ends the
 * process where there is no memory, as g_malloc() does. */
static Row *
map_rows (const TwBuckets *buckets)
{
  void *rows
    = mmap (NULL, size_of_rows (buckets), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (rows == MAP_FAILED)
    g_error ("no room for %" G_GSIZE_FORMAT " bytes of buckets: %s", size_of_rows (buckets), g_strerror (errno));
  return rows;
}

TwBuckets *
tw_buckets_new (const TwRate *rate, guint size_bits)
{
  TwBuckets *buckets = g_aligned_alloc0 (1, sizeof *buckets, CACHE_LINE);

  for (guint i = 0; i < LOCKS; i++)
    pthread_mutex_init (&buckets->locks[i].mutex, NULL);
  buckets->rate = *rate;
  tw_random_bytes (buckets->secret, sizeof buckets->secret);
  buckets->mask = (G_GUINT64_CONSTANT (1) << size_bits) - 1;
  buckets->rows = map_rows (buckets);
  return buckets;
}

void
tw_buckets_free (TwBuckets *buckets)
{
  for (guint i = 0; i < LOCKS; i++)
    pthread_mutex_destroy (&buckets->locks[i].mutex);
  munmap (buckets->rows, size_of_rows (buckets));
  g_aligned_free (buckets);
}

static guint64
hash_of (const TwBuckets *buckets, gconstpointer key, gsize length)
{
  guint64 hash;

  G_STATIC_ASSERT (sizeof hash == crypto_shorthash_BYTES);
  crypto_shorthash ((unsigned char *) &hash, key, length, buckets->secret);
  return hash;
}

/* The bucket of @hash; where there is none, a full one in place of the one that is full next, or is already. */
static Bucket *
find (Row *row, guint64 hash)
{
  Bucket *fullest = row->places;

  for (guint i = 0; i < PLACES; i++)
    {
      if (row->places[i].hash == hash)
        return &row->places[i];
      if (row->places[i].full_at < fullest->full_at)
        fullest = &row->places[i];
    }
  *fullest = (Bucket) { hash, 0 };
  return fullest;
}

gboolean
tw_buckets_take (TwBuckets *buckets, gconstpointer key, gsize length, gint64 now_ms, TwRateReading *reading)
{
  const guint64 hash = hash_of (buckets, key, length);
  pthread_mutex_t *mutex = &buckets->locks[hash & buckets->mask & (LOCKS - 1)].mutex;
  gboolean taken;

  pthread_mutex_lock (mutex);
  taken = tw_rate_take (&buckets->rate, &find (&buckets->rows[hash & buckets->mask], hash)->full_at, now_ms, reading);
  pthread_mutex_unlock (mutex);
  return taken;
}
