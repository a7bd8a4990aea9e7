/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-buckets.h"

#include <string.h>

#define ROW 8 /* places that a key may have */
#define WINDOW_MS (3600 * G_GINT64_CONSTANT (1000))

static TwBuckets *
new_buckets (guint requests, guint size_bits)
{
  const TwRate rate = tw_rate_make (requests, 3600);

  return tw_buckets_new (&rate, size_bits);
}

static gboolean
take (TwBuckets *buckets, const char *key, gint64 now_ms, guint *remaining)
{
  TwRateReading reading;
  gboolean taken = tw_buckets_take (buckets, key, strlen (key), now_ms, &reading);

  if (remaining != NULL)
    *remaining = reading.remaining;
  return taken;
}

static void
drain (TwBuckets *buckets, const char *key, guint requests, gint64 now_ms)
{
  for (guint i = 0; i < requests; i++)
    g_assert_true (take (buckets, key, now_ms, NULL));
  g_assert_false (take (buckets, key, now_ms, NULL));
}

static void
test_keys_do_not_count_for_each_other (void)
{
  g_autoptr (TwBuckets) buckets = new_buckets (3, 10);
  guint remaining = 0;

  drain (buckets, "one", 3, 1000);
  g_assert_true (take (buckets, "other", 1000, &remaining));
  g_assert_cmpuint (remaining, ==, 2);
  /* Each byte of a key counts, and its length. */
  drain (buckets, "one\1", 3, 1000);
  drain (buckets, "on", 3, 1000);
  drain (buckets, "", 3, 1000);
  g_assert_false (take (buckets, "one", 1000, NULL));
}

static void
test_many_keys_push_out_none_that_is_refused (void)
{
  g_autoptr (TwBuckets) buckets = new_buckets (3, 0);

  drain (buckets, "who asks too often", 3, 1000);
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *key = g_strdup_printf ("one of many %u", i);

      g_assert_true (take (buckets, key, 1000, NULL));
      g_assert_true (take (buckets, key, 1000, NULL));
    }
  g_assert_false (take (buckets, "who asks too often", 1000, NULL));
}

static void
test_whose_bucket_finds_no_room_is_served (void)
{
  g_autoptr (TwBuckets) buckets = new_buckets (3, 0);
  char key[] = "0";
  guint remaining = 0;

  for (guint i = 0; i < ROW; i++, key[0]++)
    drain (buckets, key, 3, 1000);
  /* It takes the place of one of them: that one begins anew. */
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *other = g_strdup_printf ("another %u", i);

      g_assert_true (take (buckets, other, 1000, &remaining));
      g_assert_cmpuint (remaining, ==, 2);
    }
}

static void
test_who_lacks_least_is_forgotten (void)
{
  g_autoptr (TwBuckets) buckets = new_buckets (3, 0);
  char key[] = "0";
  guint remaining = 0;

  for (guint i = 0; i < ROW; i++, key[0]++)
    {
      g_assert_true (take (buckets, key, 1000, NULL));
      if (key[0] != '5')
        g_assert_true (take (buckets, key, 1000, NULL));
    }
  g_assert_true (take (buckets, "more", 1000, NULL));
  for (key[0] = '0'; key[0] < '0' + ROW; key[0]++)
    if (key[0] != '5')
      {
        g_assert_true (take (buckets, key, 1000, &remaining));
        g_assert_cmpuint (remaining, ==, 0);
      }
  g_assert_true (take (buckets, "5", 1000, &remaining));
  g_assert_cmpuint (remaining, ==, 2);
}

static void
test_places_are_free_when_their_buckets_are_full (void)
{
  g_autoptr (TwBuckets) buckets = new_buckets (3, 0);
  char key[] = "0";
  gint64 now_ms = 1000;

  for (guint round = 0; round < 100; round++, now_ms += WINDOW_MS)
    for (guint i = 0; i < ROW; i++)
      {
        key[0] = (char) (' ' + (round * 5 + i) % 90);
        drain (buckets, key, 3, now_ms);
      }
}

#define THREADS 4
#define ROUNDS 20000
#define REQUESTS 30000

typedef struct
{
  TwBuckets *buckets;
  guint n_taken;
} Worker;

static gpointer
ask (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      char other[] = { (char) (i % 64), (char) (i % 7), '\0' };

      worker->n_taken += take (worker->buckets, "all of them", 1000, NULL) ? 1 : 0;
      take (worker->buckets, other, 1000, NULL);
    }
  return NULL;
}

static void
test_workers_share_the_buckets (void)
{
  g_autoptr (TwBuckets) buckets = new_buckets (REQUESTS, 10);
  Worker workers[THREADS];
  GThread *threads[THREADS];
  guint n_taken = 0;

  for (guint i = 0; i < THREADS; i++)
    {
      workers[i] = (Worker) { buckets, 0 };
      threads[i] = g_thread_new ("worker", ask, &workers[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    {
      g_thread_join (threads[i]);
      n_taken += workers[i].n_taken;
    }
  g_assert_cmpuint (n_taken, ==, REQUESTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/buckets/keys-do-not-count-for-each-other", test_keys_do_not_count_for_each_other);
  g_test_add_func ("/buckets/many-keys-push-out-none-that-is-refused", test_many_keys_push_out_none_that_is_refused);
  g_test_add_func ("/buckets/whose-bucket-finds-no-room-is-served", test_whose_bucket_finds_no_room_is_served);
  g_test_add_func ("/buckets/who-lacks-least-is-forgotten", test_who_lacks_least_is_forgotten);
  g_test_add_func ("/buckets/places-are-free-when-their-buckets-are-full",
                   test_places_are_free_when_their_buckets_are_full);
  g_test_add_func ("/buckets/workers-share-the-buckets", test_workers_share_the_buckets);
  return g_test_run ();
}
