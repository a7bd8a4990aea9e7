/* SPDX-License-Identifier: Apache-2.0 */

/* What a server bounds: calls, connections, unsent bytes, time; and how it stops. */

#include "kitchen.h"
#include "raw-peer.h"

#include <poll.h>
#include <sys/socket.h>

static const TwEncoding framed_binary = { TW_PROTOCOL_BINARY, TRUE };

static RawPeer *
new_peer (const Kitchen *kitchen)
{
  return raw_peer_new (kitchen_port (kitchen), framed_binary);
}

/* Answers the calls 1 and 2 of @peer, which were held. */
static void
answer_both (RawPeer *peer, TwCall *first, TwCall *second)
{
  kitchen_answer (first, "1");
  kitchen_answer (second, "2");
  raw_peer_assert_text (peer, 1, "1");
  raw_peer_assert_text (peer, 2, "2");
}

static void
calls_per_connection (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_autoptr (RawPeer) other = NULL;

  limits.max_calls_per_connection = 2;
  kitchen = kitchen_new (&limits);
  peer = new_peer (kitchen);
  other = new_peer (kitchen);
  for (gint32 id = 1; id <= 5; id++)
    raw_peer_call (peer, "echo", id, "hold");
  for (gint32 id = 1; id <= 5; id++)
    {
      TwCall *call = kitchen_take_held (kitchen);

      raw_peer_assert_works (other);
      g_assert_cmpuint (kitchen_n_held (kitchen), <=, (guint) id + 1);
      kitchen_answer (call, "done");
      raw_peer_assert_text (peer, id, "done");
    }
}

static void
calls_of_all (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) greedy = NULL;
  g_autoptr (RawPeer) modest = NULL;
  TwCall *first, *second;

  limits.max_calls = 2;
  kitchen = kitchen_new (&limits);
  greedy = new_peer (kitchen);
  modest = new_peer (kitchen);
  for (gint32 id = 1; id <= 3; id++)
    raw_peer_call (greedy, "echo", id, "hold");
  first = kitchen_take_held (kitchen);
  second = kitchen_take_held (kitchen);
  raw_peer_call (modest, "echo", 1, "hold");
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 2);
  answer_both (greedy, first, second);
  kitchen_answer (kitchen_take_held (kitchen), "x");
  kitchen_answer (kitchen_take_held (kitchen), "x");
  raw_peer_assert_text (greedy, 3, "x");
  raw_peer_assert_text (modest, 1, "x");
}

static gboolean
says_something_within (RawPeer *peer, int timeout_ms)
{
  struct pollfd watch = { .fd = peer->fd, .events = POLLIN | POLLRDHUP };

  return poll (&watch, 1, timeout_ms) > 0;
}

/* A call that is held, of @size bytes and some. */
static void
hold_large (RawPeer *peer, gint32 id, gsize size)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autofree char *text = g_strnfill (size, 'x');
  TwWriter writer;

  tw_writer_init (&writer, peer->encoding.protocol, &out);
  tw_writer_message_begin (&writer, peer->encoding.framed, TW_MESSAGE_CALL, "echo", strlen ("echo"), id);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_STRING, 1);
  tw_writer_string (&writer, "hold", strlen ("hold"));
  tw_writer_field (&writer, TW_WIRE_STRING, 99); /* of a newer schema */
  tw_writer_string (&writer, text, size);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
  raw_peer_send (peer, out.data, out.len);
}

/* What is large counts by its size. */
static void
bytes_of_calls (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) greedy = NULL;
  g_autoptr (RawPeer) modest = NULL;
  TwCall *first, *second;

  limits.max_input = 1024 * 1024 + 4096; /* for one that is kept, and some */
  kitchen = kitchen_new (&limits);
  greedy = new_peer (kitchen);
  modest = new_peer (kitchen);
  raw_peer_assert_works (modest);
  for (gint32 id = 1; id <= 3; id++)
    hold_large (greedy, id, 600 * 1000);
  first = kitchen_take_held (kitchen);
  second = kitchen_take_held (kitchen);
  raw_peer_call (modest, "echo", 1, "waits");
  g_assert_false (says_something_within (modest, 20));
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 2);
  answer_both (greedy, first, second);
  raw_peer_assert_text (modest, 1, "waits");
  kitchen_answer (kitchen_take_held (kitchen), "3");
  raw_peer_assert_text (greedy, 3, "3");
}

/* Whoever begins large messages and does not end them is closed in favour of those that do. */
static void
half_messages (void)
{
  enum
  {
    N = 30,
    SIZE = 400 * 1000,
  };
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) honest = NULL;
  g_autofree char *text = g_strnfill (SIZE, 'x');
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  RawPeer *peers[N];
  TwMessage message;

  limits.max_input = 2 * 1024 * 1024;
  limits.read_timeout_ms = 0;
  kitchen = kitchen_new (&limits);
  honest = new_peer (kitchen);
  raw_peer_write_call (honest, &out, TW_MESSAGE_CALL, "echo", 1, text);
  for (guint i = 0; i < N; i++)
    {
      peers[i] = new_peer (kitchen);
      raw_peer_send (peers[i], out.data, SIZE / 2);
      raw_peer_assert_works (honest);
    }
  for (guint i = 0; i < N - 8; i++)
    raw_peer_assert_closed (peers[i]);

  /* Its text is longer than it may be: what counts is that it is answered. */
  raw_peer_send (honest, out.data, out.len);
  g_assert_true (raw_peer_receive (honest, &message));
  g_assert_cmpint (message.sequence_id, ==, 1);
  for (guint i = 0; i < N; i++)
    raw_peer_free (peers[i]);
}

/* Far more answers than the kernel holds for a peer that does not read: calls are taken only as it does. */
static void
slow_reader (void)
{
  enum
  {
    N = 400,
    SIZE = 200 * 1024,
    KERNEL_MAX = 12 * 1024 * 1024, /* what both ends' sockets may hold */
  };
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_autoptr (RawPeer) other = NULL;
  gboolean seen[N] = { FALSE };

  limits.max_unsent = 64 * 1024;
  limits.max_calls_per_connection = 16;
  kitchen = kitchen_new (&limits);
  peer = raw_peer_new_narrow (kitchen_port (kitchen), framed_binary);
  other = new_peer (kitchen);
  for (gint32 id = 0; id < N; id++)
    raw_peer_call_number (peer, "many", id, SIZE);
  for (guint n = 0; n < N; n++)
    {
      TwMessage message;

      if (n % 50 == 0)
        raw_peer_assert_works (other);
      g_assert_true (raw_peer_receive (peer, &message));
      g_assert_cmpuint (message.body_length, >, SIZE);
      g_assert_false (seen[message.sequence_id]);
      seen[message.sequence_id] = TRUE;
      /* With those of one read, which is a batch of calls that were taken before the first answer was there. */
      g_assert_cmpuint (kitchen_n_many (kitchen), <=, n + KERNEL_MAX / SIZE + limits.max_calls_per_connection + 2);
    }
}

static void
connections (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  RawPeer *first;
  g_autoptr (RawPeer) second = NULL;
  g_autoptr (RawPeer) third = NULL;
  gboolean answered = FALSE;

  limits.max_connections = 2;
  kitchen = kitchen_new (&limits);
  first = new_peer (kitchen);
  raw_peer_assert_works (first);
  second = new_peer (kitchen);
  raw_peer_assert_works (second);
  third = new_peer (kitchen);
  raw_peer_assert_closed (third);
  raw_peer_assert_works (first);
  raw_peer_assert_works (second);

  raw_peer_free (first);
  while (!answered)
    {
      g_autoptr (RawPeer) next = new_peer (kitchen);
      TwMessage message;

      raw_peer_call (next, "echo", 1, "x");
      answered = raw_peer_receive (next, &message);
    }
  raw_peer_assert_works (second);
}

/* A byte now and then is no reason to wait for ever. */
static void
read_timeout (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_autoptr (RawPeer) other = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autofree char *text = g_strnfill (500000, 'x');

  limits.read_timeout_ms = 100;
  kitchen = kitchen_new (&limits);
  peer = new_peer (kitchen);
  other = new_peer (kitchen);
  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 1, text);
  for (gsize at = 0; !says_something_within (peer, 5); at++)
    raw_peer_send (peer, out.data + at, 1);
  raw_peer_assert_closed (peer);
  raw_peer_assert_works (other);
}

static void
idle_timeout (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) busy = NULL;

  limits.idle_timeout_ms = 50;
  limits.read_timeout_ms = 50;
  kitchen = kitchen_new (&limits);
  busy = new_peer (kitchen);
  raw_peer_call (busy, "echo", 1, "hold");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (RawPeer) idle = new_peer (kitchen);

      raw_peer_assert_closed (idle);
    }
  kitchen_answer (kitchen_take_held (kitchen), "still here");
  raw_peer_assert_text (busy, 1, "still here");
  raw_peer_assert_closed (busy);
}

static void
write_timeout (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_autoptr (RawPeer) other = NULL;
  TwMessage message;
  guint n = 0;

  limits.write_timeout_ms = 100;
  limits.max_unsent = 64 * 1024;
  kitchen = kitchen_new (&limits);
  peer = raw_peer_new_narrow (kitchen_port (kitchen), framed_binary);
  other = new_peer (kitchen);
  for (gint32 id = 0; id < 20; id++)
    raw_peer_call_number (peer, "many", id, 4 * 1024 * 1024);
  /* Calls that are left unread make its end a reset, which a peer that does not read sees, too. */
  while (poll (&(struct pollfd) { .fd = peer->fd, .events = POLLRDHUP }, 1, 10) == 0)
    raw_peer_call_number (peer, "many", 100, 1);
  while (raw_peer_receive (peer, &message))
    n++;
  g_assert_cmpuint (n, <, 20);
  raw_peer_assert_works (other);
}

static void
stop_drains (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) busy = new_peer (kitchen);
  g_autoptr (RawPeer) idle = new_peer (kitchen);
  TwCall *call;

  raw_peer_assert_works (idle);
  raw_peer_call (busy, "echo", 1, "hold");
  raw_peer_call (busy, "echo", 1, "waits");
  raw_peer_call (busy, "echo", 2, "read");
  raw_peer_assert_text (busy, 2, "read");
  call = kitchen_take_held (kitchen);
  kitchen_begin_stop (kitchen);
  g_assert_false (raw_peer_can_connect (kitchen_port (kitchen)));
  raw_peer_assert_closed (idle);
  kitchen_answer (call, "finished");
  raw_peer_assert_text (busy, 1, "finished");
  raw_peer_assert_text (busy, 1, "waits");
  raw_peer_assert_closed (busy);
  kitchen_wait_stopped (kitchen);
}

static void
stop_does_not_wait_for_ever (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  TwCall *call;

  limits.drain_timeout_ms = 50;
  kitchen = kitchen_new (&limits);
  peer = new_peer (kitchen);
  raw_peer_call (peer, "echo", 1, "hold");
  raw_peer_call (peer, "echo", 1, "waits");
  call = kitchen_take_held (kitchen);
  kitchen_begin_stop (kitchen);
  kitchen_wait_stopped (kitchen);
  raw_peer_assert_closed (peer);
  kitchen_answer (call, "too late");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/bounds/calls-of-a-connection-wait-unread", calls_per_connection);
  g_test_add_func ("/server/bounds/calls-of-all-connections-wait-unread", calls_of_all);
  g_test_add_func ("/server/bounds/calls-with-many-bytes-wait-unread", bytes_of_calls);
  g_test_add_func ("/server/bounds/the-oldest-half-of-a-message-makes-room", half_messages);
  g_test_add_func ("/server/bounds/a-slow-reader-holds-up-only-itself", slow_reader);
  g_test_add_func ("/server/bounds/one-connection-too-many-is-closed", connections);
  g_test_add_func ("/server/bounds/a-message-that-trickles-in-is-not-waited-for", read_timeout);
  g_test_add_func ("/server/bounds/an-idle-connection-is-closed-a-busy-one-is-not", idle_timeout);
  g_test_add_func ("/server/bounds/a-peer-that-takes-no-answers-is-closed", write_timeout);
  g_test_add_func ("/server/stop/finishes-what-is-in-flight", stop_drains);
  g_test_add_func ("/server/stop/does-not-wait-for-ever", stop_does_not_wait_for_ever);
  return g_test_run ();
}
