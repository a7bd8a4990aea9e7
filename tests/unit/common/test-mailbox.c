/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mailbox.h"

#include <pthread.h>

#define THREADS 4
#define ITEMS 5000
#define TIMES 500

typedef struct
{
  GMainLoop *loop;
  TwMailbox *mailbox;
  guint expected;
  guint received;
  guint batches;
  guint last[THREADS];
} Fixture;

static void
receive (gpointer *items, guint n, gpointer user_data)
{
  Fixture *f = user_data;

  f->batches++;
  for (guint i = 0; i < n; i++)
    {
      guint item = GPOINTER_TO_UINT (items[i]), thread = item / ITEMS % THREADS;

      g_assert_cmpuint (item, >, f->last[thread]);
      f->last[thread] = item;
      f->received++;
    }
  if (f->received == f->expected)
    g_main_loop_quit (f->loop);
}

typedef struct
{
  Fixture *fixture;
  guint thread;
} Poster;

static void *
post_all (void *user_data)
{
  Poster *poster = user_data;

  for (guint i = 1; i < ITEMS; i++)
    tw_mailbox_post (poster->fixture->mailbox, GUINT_TO_POINTER (poster->thread * ITEMS + i));
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture f = { .loop = g_main_loop_new (context, FALSE), .expected = THREADS * (ITEMS - 1) };
  Poster posters[THREADS];
  pthread_t threads[THREADS];

  f.mailbox = tw_mailbox_new (context, receive, &f, NULL);
  for (guint i = 0; i < THREADS; i++)
    {
      posters[i] = (Poster) { .fixture = &f, .thread = i };
      g_assert_cmpint (pthread_create (&threads[i], NULL, post_all, &posters[i]), ==, 0);
    }
  g_main_loop_run (f.loop);
  for (guint i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (f.received, ==, f.expected);
  tw_mailbox_free (f.mailbox);
  g_main_loop_unref (f.loop);
}

static void
test_batch (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture f = { .loop = g_main_loop_new (context, FALSE), .expected = 3 };

  f.mailbox = tw_mailbox_new (context, receive, &f, NULL);
  for (guint i = 1; i <= 3; i++)
    tw_mailbox_post (f.mailbox, GUINT_TO_POINTER (i));
  g_main_loop_run (f.loop);
  g_assert_cmpuint (f.batches, ==, 1);
  tw_mailbox_free (f.mailbox);
  g_main_loop_unref (f.loop);
}

static void *
post_one (void *mailbox)
{
  tw_mailbox_post (mailbox, GUINT_TO_POINTER (1));
  return NULL;
}

/* While the thread that posted the last item may still be on its way back from there. */
static void
test_freed_at_once (void)
{
  for (guint i = 0; i < TIMES; i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      Fixture f = { .loop = g_main_loop_new (context, FALSE), .expected = 1 };
      pthread_t thread;

      f.mailbox = tw_mailbox_new (context, receive, &f, NULL);
      g_assert_cmpint (pthread_create (&thread, NULL, post_one, f.mailbox), ==, 0);
      g_main_loop_run (f.loop);
      tw_mailbox_free (f.mailbox);
      pthread_join (thread, NULL);
      g_assert_cmpuint (f.received, ==, 1);
      g_main_loop_unref (f.loop);
    }
}

static void
test_left_over (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TwMailbox *mailbox = tw_mailbox_new (context, receive, NULL, g_free);

  tw_mailbox_post (mailbox, g_strdup ("never delivered"));
  tw_mailbox_free (mailbox);
}

static void
count_items (gpointer *items, guint n, gpointer user_data)
{
  Fixture *f = user_data;

  f->batches++;
  f->received += n;
}

static void
deliver (GMainContext *context)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

static void
test_hold (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture f = { 0 };

  f.mailbox = tw_mailbox_new (context, count_items, &f, NULL);
  tw_mailbox_hold ();
  for (guint i = 1; i <= 3; i++)
    tw_mailbox_post (f.mailbox, GUINT_TO_POINTER (i));
  deliver (context);
  g_assert_cmpuint (f.received, ==, 0);
  tw_mailbox_release ();
  deliver (context);
  g_assert_cmpuint (f.received, ==, 3);
  g_assert_cmpuint (f.batches, ==, 1);

  tw_mailbox_post (f.mailbox, GUINT_TO_POINTER (4));
  deliver (context);
  g_assert_cmpuint (f.received, ==, 4);
  tw_mailbox_free (f.mailbox);
}

/* More than are held back, and for more than one mailbox: none is lost. */
static void
test_hold_many (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture one = { 0 }, other = { 0 };

  one.mailbox = tw_mailbox_new (context, count_items, &one, NULL);
  other.mailbox = tw_mailbox_new (context, count_items, &other, NULL);
  tw_mailbox_hold ();
  for (guint i = 1; i <= 1000; i++)
    tw_mailbox_post (i % 300 == 0 ? other.mailbox : one.mailbox, GUINT_TO_POINTER (i));
  tw_mailbox_release ();
  deliver (context);
  g_assert_cmpuint (one.received, ==, 997);
  g_assert_cmpuint (other.received, ==, 3);
  tw_mailbox_free (one.mailbox);
  tw_mailbox_free (other.mailbox);
}

static void
test_deliver (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture f = { 0 };

  f.mailbox = tw_mailbox_new (context, count_items, &f, NULL);
  tw_mailbox_hold ();
  for (guint i = 1; i <= 100; i++)
    tw_mailbox_post (f.mailbox, GUINT_TO_POINTER (i));
  tw_mailbox_deliver ();
  /* Those that were too many to be held back come by way of the loop. */
  g_assert_cmpuint (f.received, >, 0);
  deliver (context);
  g_assert_cmpuint (f.received, ==, 100);
  tw_mailbox_hold ();
  tw_mailbox_deliver ();
  g_assert_cmpuint (f.received, ==, 100);
  tw_mailbox_free (f.mailbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/each-thread-in-its-order-and-nothing-lost", test_threads);
  g_test_add_func ("/mailbox/waiting-items-come-as-one-batch", test_batch);
  g_test_add_func ("/mailbox/freed-as-soon-as-the-last-item-came", test_freed_at_once);
  g_test_add_func ("/mailbox/undelivered-items-are-freed", test_left_over);
  g_test_add_func ("/mailbox/held-items-come-together", test_hold);
  g_test_add_func ("/mailbox/held-items-are-delivered-at-once", test_deliver);
  g_test_add_func ("/mailbox/none-of-many-held-items-is-lost", test_hold_many);
  return g_test_run ();
}
