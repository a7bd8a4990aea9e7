/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-send-queue.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  int ends[2];
  TwSendQueue *queue;
  TwBuffer expected;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fixture->ends), ==, 0);
  fixture->queue = tw_send_queue_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close (fixture->ends[0]);
  close (fixture->ends[1]);
  tw_send_queue_free (fixture->queue);
  tw_buffer_clear (&fixture->expected);
}

static void
take (Fixture *fixture, gboolean framed, gsize n)
{
  TwBuffer message = TW_BUFFER_INIT;
  guint32 frame = GUINT32_TO_BE ((guint32) n);

  for (gsize i = 0; i < n; i++)
    tw_buffer_append_byte (&message, (guint8) (fixture->expected.len + i * 7));
  if (framed)
    tw_buffer_append (&fixture->expected, &frame, sizeof frame);
  tw_buffer_append (&fixture->expected, message.data, message.len);
  tw_send_queue_take (fixture->queue, framed, &message);
  g_assert_null (message.data);
  g_assert_cmpuint (tw_send_queue_length (fixture->queue), ==, fixture->expected.len);
}

/* Writes and reads in turn until all has gone through. */
static void
assert_arrives (Fixture *fixture)
{
  g_auto (TwBuffer) arrived = TW_BUFFER_INIT;
  TwSendStatus status = TW_SEND_PARTLY;
  gsize total = 0;

  while (status == TW_SEND_PARTLY)
    {
      gsize written;
      gssize n;

      status = tw_send_queue_write (fixture->queue, fixture->ends[0], &written);
      total += written;
      g_assert_cmpuint (tw_send_queue_length (fixture->queue), ==, fixture->expected.len - total);
      while ((n = read (fixture->ends[1], tw_buffer_reserve (&arrived, 4096), 4096)) > 0)
        arrived.len += (gsize) n;
    }
  g_assert_cmpint (status, ==, TW_SEND_DONE);
  g_assert_cmpmem (arrived.data, arrived.len, fixture->expected.data, fixture->expected.len);
}

static void
small (Fixture *fixture, gconstpointer data)
{
  for (gsize n = 1; n < 100; n++)
    take (fixture, n % 3 == 0, n);
  assert_arrives (fixture);
}

static void
mixed (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 60; i++)
    {
      take (fixture, FALSE, 5);
      take (fixture, i % 2 == 0, 16 * 1024);
      take (fixture, TRUE, 16 * 1024 + i);
      take (fixture, i % 2 == 1, 200 * 1024);
      take (fixture, TRUE, 1);
    }
  assert_arrives (fixture);
}

static void
empty (Fixture *fixture, gconstpointer data)
{
  gsize written;

  take (fixture, FALSE, 0);
  g_assert_cmpint (tw_send_queue_write (fixture->queue, fixture->ends[0], &written), ==, TW_SEND_DONE);
  g_assert_cmpuint (written, ==, 0);
}

static void
broken (Fixture *fixture, gconstpointer data)
{
  gsize written;

  take (fixture, TRUE, 10);
  shutdown (fixture->ends[0], SHUT_WR);
  g_assert_cmpint (tw_send_queue_write (fixture->queue, fixture->ends[0], &written), ==, TW_SEND_FAILED);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/send-queue/small-messages-arrive-in-order", small);
  ADD ("/send-queue/large-and-small-messages-arrive-in-order", mixed);
  ADD ("/send-queue/nothing-is-done-at-once", empty);
  ADD ("/send-queue/a-broken-connection-is-a-failure-and-no-signal", broken);
  return g_test_run ();
}
