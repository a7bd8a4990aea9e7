/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-fair-queue.h"

#include "tw-monotonic.h"

#include <pthread.h>

#define FAR_MS (tw_monotonic_ms () + 600000)

/* Somebody in a thread of their own, who notes in which order they came in. */
typedef struct
{
  TwFairQueue *queue;
  const char *origin;
  gint64 deadline_ms;
  GString *order; /* the queue has one place: whoever has it may write here */
  char name;
  TwFairEntry entry;
  pthread_t thread;
} Guest;

static void *
visit (void *data)
{
  Guest *guest = data;

  guest->entry = tw_fair_queue_enter (guest->queue, guest->origin, guest->deadline_ms);
  if (guest->entry != TW_FAIR_ENTERED)
    return NULL;
  g_string_append_c (guest->order, guest->name);
  tw_fair_queue_leave (guest->queue);
  return NULL;
}

/* Starts a guest; returns when they wait, where they are to. */
static void
guest_start (Guest *guest, guint waiting)
{
  g_assert_cmpint (pthread_create (&guest->thread, NULL, visit, guest), ==, 0);
  while (tw_fair_queue_n_waiting (guest->queue) != waiting)
    g_usleep (500);
}

static void
test_places_are_as_many_as_said (void)
{
  g_autoptr (TwFairQueue) queue = tw_fair_queue_new (2, 0);

  g_assert_cmpint (tw_fair_queue_enter (queue, "a", FAR_MS), ==, TW_FAIR_ENTERED);
  g_assert_cmpint (tw_fair_queue_enter (queue, "a", FAR_MS), ==, TW_FAIR_ENTERED);
  g_assert_cmpint (tw_fair_queue_enter (queue, "b", FAR_MS), ==, TW_FAIR_FULL);
  tw_fair_queue_leave (queue);
  g_assert_cmpint (tw_fair_queue_enter (queue, "b", FAR_MS), ==, TW_FAIR_ENTERED);
  tw_fair_queue_leave (queue);
  tw_fair_queue_leave (queue);
}

static void
test_origins_take_turns (void)
{
  g_autoptr (TwFairQueue) queue = tw_fair_queue_new (1, 10);
  g_autoptr (GString) order = g_string_new (NULL);
  const char *const origins[] = { "a", "a", "a", "b", "c", "b" };
  Guest guests[G_N_ELEMENTS (origins)];

  g_assert_cmpint (tw_fair_queue_enter (queue, "a", FAR_MS), ==, TW_FAIR_ENTERED);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      guests[i] = (Guest) {
        .queue = queue,
        .origin = origins[i],
        .deadline_ms = FAR_MS,
        .order = order,
        .name = (char) ('1' + i),
      };
      guest_start (&guests[i], i + 1);
    }
  tw_fair_queue_leave (queue);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    pthread_join (guests[i].thread, NULL);
  g_assert_cmpstr (order->str, ==, "145263");
  g_assert_cmpuint (tw_fair_queue_n_waiting (queue), ==, 0);
}

static void
test_last_of_the_longest_line_makes_room (void)
{
  g_autoptr (TwFairQueue) queue = tw_fair_queue_new (1, 3);
  g_autoptr (GString) order = g_string_new (NULL);
  Guest flood[3], other;

  g_assert_cmpint (tw_fair_queue_enter (queue, "flood", FAR_MS), ==, TW_FAIR_ENTERED);
  for (guint i = 0; i < G_N_ELEMENTS (flood); i++)
    {
      flood[i] = (Guest) {
        .queue = queue,
        .origin = "flood",
        .deadline_ms = FAR_MS,
        .order = order,
        .name = (char) ('1' + i),
      };
      guest_start (&flood[i], i + 1);
    }
  g_assert_cmpint (tw_fair_queue_enter (queue, "flood", FAR_MS), ==, TW_FAIR_FULL);
  other = (Guest) { .queue = queue, .origin = "other", .deadline_ms = FAR_MS, .order = order, .name = 'o' };
  g_assert_cmpint (pthread_create (&other.thread, NULL, visit, &other), ==, 0);
  pthread_join (flood[2].thread, NULL);
  g_assert_cmpint (flood[2].entry, ==, TW_FAIR_FULL);
  g_assert_cmpuint (tw_fair_queue_n_waiting (queue), ==, 3);
  /* What is as short as one's own would become gives no room. */
  g_assert_cmpint (tw_fair_queue_enter (queue, "other", FAR_MS), ==, TW_FAIR_FULL);
  tw_fair_queue_leave (queue);
  pthread_join (other.thread, NULL);
  for (guint i = 0; i < 2; i++)
    pthread_join (flood[i].thread, NULL);
  g_assert_cmpstr (order->str, ==, "1o2");
}

static void
test_what_is_over_gets_no_place (void)
{
  g_autoptr (TwFairQueue) queue = tw_fair_queue_new (1, 3);
  g_autoptr (GString) order = g_string_new (NULL);
  Guest late = { .queue = queue, .origin = "a", .order = order, .name = 'l' };

  g_assert_cmpint (tw_fair_queue_enter (queue, "a", tw_monotonic_ms ()), ==, TW_FAIR_LATE);
  g_assert_cmpint (tw_fair_queue_enter (queue, "a", FAR_MS), ==, TW_FAIR_ENTERED);
  late.deadline_ms = tw_monotonic_ms () + 20;
  g_assert_cmpint (pthread_create (&late.thread, NULL, visit, &late), ==, 0);
  pthread_join (late.thread, NULL);
  g_assert_cmpint (late.entry, ==, TW_FAIR_LATE);
  g_assert_cmpuint (tw_fair_queue_n_waiting (queue), ==, 0);
  tw_fair_queue_leave (queue);
  g_assert_cmpint (tw_fair_queue_enter (queue, "a", FAR_MS), ==, TW_FAIR_ENTERED);
  tw_fair_queue_leave (queue);
}

#define N_RACERS 24
#define ROUNDS 200

typedef struct
{
  TwFairQueue *queue;
  guint number;
  gint *inside;
  guint n_entered;
} Racer;

static void *
race (void *data)
{
  Racer *racer = data;
  g_autofree char *origin = g_strdup_printf ("%u", racer->number % 5);

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 deadline_ms = i % 7 == 0 ? tw_monotonic_ms () + 1 : FAR_MS;

      if (tw_fair_queue_enter (racer->queue, origin, deadline_ms) != TW_FAIR_ENTERED)
        continue;
      g_assert_cmpint (__atomic_add_fetch (racer->inside, 1, __ATOMIC_SEQ_CST), <=, 3);
      racer->n_entered++;
      __atomic_sub_fetch (racer->inside, 1, __ATOMIC_SEQ_CST);
      tw_fair_queue_leave (racer->queue);
    }
  return NULL;
}

static void
test_many_at_once (void)
{
  g_autoptr (TwFairQueue) queue = tw_fair_queue_new (3, 8);
  pthread_t threads[N_RACERS];
  Racer racers[N_RACERS];
  gint inside = 0;
  guint n_entered = 0;

  for (guint i = 0; i < N_RACERS; i++)
    {
      racers[i] = (Racer) { .queue = queue, .number = i, .inside = &inside };
      g_assert_cmpint (pthread_create (&threads[i], NULL, race, &racers[i]), ==, 0);
    }
  for (guint i = 0; i < N_RACERS; i++)
    {
      pthread_join (threads[i], NULL);
      n_entered += racers[i].n_entered;
    }
  g_assert_cmpuint (n_entered, >, 0);
  g_assert_cmpuint (tw_fair_queue_n_waiting (queue), ==, 0);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (tw_fair_queue_enter (queue, "a", FAR_MS), ==, TW_FAIR_ENTERED);
  for (guint i = 0; i < 3; i++)
    tw_fair_queue_leave (queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fair-queue/places-are-as-many-as-said", test_places_are_as_many_as_said);
  g_test_add_func ("/fair-queue/origins-take-turns", test_origins_take_turns);
  g_test_add_func ("/fair-queue/last-of-the-longest-line-makes-room", test_last_of_the_longest_line_makes_room);
  g_test_add_func ("/fair-queue/what-is-over-gets-no-place", test_what_is_over_gets_no_place);
  g_test_add_func ("/fair-queue/many-at-once", test_many_at_once);
  return g_test_run ();
}
