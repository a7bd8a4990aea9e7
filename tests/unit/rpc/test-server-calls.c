/* SPDX-License-Identifier: Apache-2.0 */

/* Calls that nobody waits for any more, calls that write and are stuck, and answers that nobody reads. */

#include "kitchen.h"
#include "raw-peer.h"
#include "tw-server-private.h"

#include <string.h>
#include <sys/socket.h>

static const TwEncoding framed_binary = { TW_PROTOCOL_BINARY, TRUE };

static RawPeer *
new_peer (const Kitchen *kitchen)
{
  return raw_peer_new (kitchen_port (kitchen), framed_binary);
}

/* Reads the Refusal that echo declares. */
static void
assert_unavailable (RawPeer *peer, gint32 id)
{
  TwMessage message;
  TwReader reader;
  TwWireType type;
  gint16 field;

  g_assert_true (raw_peer_receive (peer, &message));
  g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
  g_assert_cmpint (message.sequence_id, ==, id);
  tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &field));
  g_assert_cmpint (field, ==, 1);
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &field));
  g_assert_cmpint (tw_reader_i32 (&reader), ==, 503);
}

/* Until the loop has seen that nobody waits. */
static void
wait_abandoned (TwCall *call)
{
  while (tw_call_begin (call))
    g_usleep (1000);
}

/* Deadlines */

static void
deadline_answers (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_autofree char *sentence = NULL;

  limits.max_call_ms = 30;
  kitchen = kitchen_new (&limits);
  peer = new_peer (kitchen);
  raw_peer_call (peer, "echo", 1, "hold");
  assert_unavailable (peer, 1);
  raw_peer_call (peer, "shout", 2, "hold");
  sentence = raw_peer_assert_exception (peer, 2, TW_APPLICATION_INTERNAL_ERROR);

  /* What the handlers say now is too late. */
  kitchen_answer (kitchen_take_held (kitchen), "late");
  kitchen_answer (kitchen_take_held (kitchen), "late");
  raw_peer_assert_works (peer);
}

static void
deadline_frees_place (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) stuck = NULL;
  g_autoptr (RawPeer) other = NULL;

  limits.max_call_ms = 30;
  limits.max_calls = 1;
  limits.max_calls_per_connection = 1;
  kitchen = kitchen_new (&limits);
  stuck = new_peer (kitchen);
  other = new_peer (kitchen);
  for (gint32 id = 1; id <= 3; id++)
    {
      raw_peer_call (stuck, "echo", id, "hold");
      assert_unavailable (stuck, id);
    }
  raw_peer_assert_works (other);
  raw_peer_assert_works (stuck);
  for (guint i = 0; i < 3; i++)
    wait_abandoned (kitchen_take_held (kitchen));
}

/* Those that came together are over together: what waited behind a call that is stuck is never begun. */
static void
deadline_of_those_behind (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  limits.max_call_ms = 30;
  kitchen = kitchen_new (&limits);
  peer = new_peer (kitchen);
  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 0, "hold");
  for (guint i = 0; i < 3; i++)
    raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 0, "hold again");
  raw_peer_send (peer, out.data, out.len);
  for (guint i = 0; i < 4; i++)
    assert_unavailable (peer, 0);
  raw_peer_call (peer, "echo", 0, "next");
  raw_peer_assert_text (peer, 0, "next");
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 1);
  kitchen_answer (kitchen_take_held (kitchen), "late");
  raw_peer_assert_works (peer);
}

/* The same where they wait for a place, unread. */
static void
deadline_of_those_unread (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  limits.max_call_ms = 30;
  limits.max_calls_per_connection = 1;
  kitchen = kitchen_new (&limits);
  peer = new_peer (kitchen);
  for (gint32 id = 0; id < 4; id++)
    raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", id, "hold");
  raw_peer_send (peer, out.data, out.len);
  for (gint32 id = 0; id < 4; id++)
    assert_unavailable (peer, id);
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 1);
  kitchen_answer (kitchen_take_held (kitchen), "late");
  raw_peer_assert_works (peer);
}

static void
closed_connection (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  RawPeer *gone = new_peer (kitchen);
  g_autoptr (RawPeer) other = new_peer (kitchen);
  const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
  TwCall *asks, *answers;

  raw_peer_call (gone, "echo", 1, "hold");
  raw_peer_call (gone, "echo", 1, "hold behind");
  raw_peer_call (gone, "echo", 2, "hold");
  asks = kitchen_take_held (kitchen);
  answers = kitchen_take_held (kitchen);
  setsockopt (gone->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  raw_peer_free (gone);
  wait_abandoned (asks);
  kitchen_answer (answers, "to nobody");
  raw_peer_assert_works (other);
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 2);
}

/* Kinds */

static void
stuck_writes (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) writer = NULL;
  g_autoptr (RawPeer) other_writer = NULL;
  g_autoptr (RawPeer) reader = NULL;
  TwCall *first, *second;

  limits.max_calls = 2;
  kitchen = kitchen_new (&limits);
  writer = new_peer (kitchen);
  other_writer = new_peer (kitchen);
  reader = new_peer (kitchen);
  for (gint32 id = 1; id <= 3; id++)
    raw_peer_call (writer, "echo", id, "hold");
  first = kitchen_take_held (kitchen);
  second = kitchen_take_held (kitchen);
  raw_peer_call (other_writer, "echo", 1, "waits");
  for (gint32 id = 1; id <= 20; id++)
    {
      raw_peer_call (reader, "look", id, "at it");
      raw_peer_assert_text (reader, id, "at it");
    }
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 2);
  kitchen_answer (first, "1");
  raw_peer_assert_text (writer, 1, "1");
  kitchen_answer (second, "2");
  raw_peer_assert_text (writer, 2, "2");
  kitchen_answer (kitchen_take_held (kitchen), "3");
  raw_peer_assert_text (writer, 3, "3");
  raw_peer_assert_text (other_writer, 1, "waits");
}

/* The reverse, and both. */
static void
stuck_reads (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) reader = NULL;
  g_autoptr (RawPeer) writer = NULL;
  g_autoptr (RawPeer) both = NULL;

  limits.max_calls = 1;
  kitchen = kitchen_new (&limits);
  reader = new_peer (kitchen);
  writer = new_peer (kitchen);
  both = new_peer (kitchen);
  raw_peer_call (reader, "look", 1, "hold");
  raw_peer_assert_works (writer);
  raw_peer_call (writer, "echo", 1, "hold");
  while (kitchen_n_held (kitchen) < 2)
    g_usleep (1000);
  raw_peer_call (both, "look", 1, "one");
  raw_peer_call (both, "echo", 2, "other");
  kitchen_answer (kitchen_take_held (kitchen), "done");
  raw_peer_assert_text (reader, 1, "done");
  raw_peer_assert_text (both, 1, "one");
  kitchen_answer (kitchen_take_held (kitchen), "done");
  raw_peer_assert_text (writer, 1, "done");
  raw_peer_assert_text (both, 2, "other");
}

/* Answers the call that is held next, which is to have this text. */
static void
answer_next (Kitchen *kitchen, const char *text)
{
  TwCall *call = kitchen_take_held (kitchen);
  gsize length;
  TwProtocol protocol;
  const guint8 *message = tw_call_message (call, &length, &protocol);

  g_assert_nonnull (memmem (message, length, text, strlen (text)));
  kitchen_answer (call, text);
}

/* Whatever was sent before has been seen by the server when this returns. */
static void
pass_by (const Kitchen *kitchen)
{
  g_autoptr (RawPeer) peer = new_peer (kitchen);

  raw_peer_call (peer, "look", 1, "x");
  raw_peer_assert_text (peer, 1, "x");
}

/* Whoever has sent all its calls at once has no place more than those who wait for one. */
static void
places_go_round (void)
{
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) greedy = NULL;
  g_autoptr (RawPeer) second = NULL;
  g_autoptr (RawPeer) third = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  limits.max_calls = 1;
  kitchen = kitchen_new (&limits);
  greedy = new_peer (kitchen);
  raw_peer_write_call (greedy, &out, TW_MESSAGE_CALL, "echo", 1, "hold a1");
  raw_peer_write_call (greedy, &out, TW_MESSAGE_CALL, "echo", 2, "hold a2");
  raw_peer_write_call (greedy, &out, TW_MESSAGE_CALL, "echo", 3, "hold a3");
  raw_peer_write_call (greedy, &out, TW_MESSAGE_CALL, "echo", 4, "hold a4");
  raw_peer_send (greedy, out.data, out.len);
  pass_by (kitchen);
  second = new_peer (kitchen);
  raw_peer_call (second, "echo", 1, "hold b1");
  raw_peer_call (second, "echo", 2, "hold b2");
  pass_by (kitchen);
  third = new_peer (kitchen);
  raw_peer_call (third, "echo", 1, "hold c1");
  pass_by (kitchen);

  answer_next (kitchen, "hold a1");
  answer_next (kitchen, "hold a2"); /* it had waited for longer than the others */
  answer_next (kitchen, "hold b1");
  answer_next (kitchen, "hold c1");
  answer_next (kitchen, "hold a3");
  answer_next (kitchen, "hold b2");
  answer_next (kitchen, "hold a4");
  for (gint32 id = 1; id <= 4; id++)
    {
      g_autofree char *text = g_strdup_printf ("hold a%d", id);

      raw_peer_assert_text (greedy, id, text);
    }
  raw_peer_assert_text (second, 1, "hold b1");
  raw_peer_assert_text (second, 2, "hold b2");
  raw_peer_assert_text (third, 1, "hold c1");
}

/* More calls wait for a place than there is memory for: they are told. */
static void
too_many_wait (void)
{
  enum
  {
    N = 40,
    SIZE = 40 * 1000,
  };
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) holder = NULL;
  RawPeer *peers[N];
  guint n_refused = 0;
  g_autofree char *text = g_strnfill (SIZE, 'x');

  limits.max_calls = 1;
  limits.max_input = 1024 * 1024;
  kitchen = kitchen_new (&limits);
  holder = new_peer (kitchen);
  raw_peer_call (holder, "note", 0, text);
  raw_peer_call (holder, "echo", 1, "hold");
  while (kitchen_n_held (kitchen) == 0)
    g_usleep (1000);
  for (guint i = 0; i < N; i++)
    {
      peers[i] = new_peer (kitchen);
      raw_peer_call (peers[i], "shout", 1, text);
      raw_peer_call (holder, "look", 9, "x"); /* does not get by: it is behind no call of its own */
      raw_peer_assert_text (holder, 9, "x");
    }
  kitchen_answer (kitchen_take_held (kitchen), "done");
  raw_peer_assert_text (holder, 1, "done");
  for (guint i = 0; i < N; i++)
    {
      TwMessage message;

      /* A text of that length is refused, too, but by the schema. */
      g_assert_true (raw_peer_receive (peers[i], &message));
      g_assert_cmpint (message.type, ==, TW_MESSAGE_EXCEPTION);
      n_refused += memmem (message.body, message.body_length, "try again", 9) != NULL;
      raw_peer_free (peers[i]);
    }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_refused, <, N);
}

static void
keep_call (TwCall *call, gpointer kept)
{
  g_queue_push_tail (kept, call);
}

/* Those that are told so only when one before them, of their id, has been answered: what they bring along is not kept
 * until then. */
static void
too_many_wait_behind (void)
{
  enum
  {
    N = 10,
    SIZE = 3000,
  };
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  TwAddress address = { .host = (char[]){ "127.0.0.1" }, .port = 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = kitchen_load_schema ();
  g_autoptr (TwServer) server = NULL;
  g_autoptr (RawPeer) peer = NULL;
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autofree char *text = g_strnfill (SIZE, 'x');
  GQueue kept = G_QUEUE_INIT;

  limits.max_calls = 1;
  limits.max_input = 2 * SIZE;
  server = tw_server_new (schema, tw_schema_find_service (schema, "Kitchen"), &address, &limits, keep_call, &kept,
                          &error);
  g_assert_no_error (error);
  peer = raw_peer_new (tw_server_port (server), framed_binary);
  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 0, "hold");
  for (guint i = 0; i < N; i++)
    raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "note", 0, text);
  raw_peer_send (peer, out.data, out.len);
  while (kept.length == 0 || server->budgets[TW_CALL_WRITES].n_calls <= N / 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (server->budgets[TW_CALL_WRITES].bytes, <, SIZE);
  kitchen_answer (g_queue_pop_head (&kept), "done");
  while (server->budgets[TW_CALL_WRITES].n_calls > 0)
    {
      g_main_context_iteration (NULL, TRUE);
      while (kept.length > 0)
        tw_call_reply (g_queue_pop_head (&kept));
    }
  raw_peer_assert_text (peer, 0, "done");
}

/* Answers that nobody reads */

enum
{
  LARGE = 512 * 1024,
  KERNEL_MAX = 12 * 1024 * 1024, /* what both ends' sockets may hold */
};

/* All of its calls come in one read; none is begun while what was answered before is unsent. */
static void
unread_answers (void)
{
  enum
  {
    N = 200,
  };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) silent = raw_peer_new_narrow (kitchen_port (kitchen), framed_binary);
  g_autoptr (RawPeer) other = new_peer (kitchen);

  for (gint32 id = 0; id < N; id++)
    raw_peer_call_number (silent, "many", id, LARGE);
  raw_peer_assert_works (other);
  g_assert_cmpuint (kitchen_n_many (kitchen), <=, (KERNEL_MAX + TW_SERVER_DEFAULT_LIMITS.max_unsent) / LARGE + 2);
  for (gint32 id = 0; id < N; id++)
    {
      TwMessage message;

      g_assert_true (raw_peer_receive (silent, &message));
      g_assert_cmpint (message.sequence_id, ==, id);
      g_assert_cmpuint (message.body_length, >, LARGE);
    }
  raw_peer_assert_works (silent);
}

/* Many that read nothing have a bound together, others are served at all times, and whoever takes nothing is closed. */
static void
unread_answers_of_many (void)
{
  enum
  {
    N = 24,
    TOTAL = 8 * 1024 * 1024,
  };
  TwServerLimits limits = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;
  g_autoptr (RawPeer) other = NULL;
  RawPeer *silent[N];

  limits.max_unsent_total = TOTAL;
  limits.write_timeout_ms = 0;
  limits.idle_timeout_ms = 0;
  kitchen = kitchen_new (&limits);
  other = new_peer (kitchen);
  for (guint i = 0; i < N; i++)
    {
      silent[i] = raw_peer_new_narrow (kitchen_port (kitchen), framed_binary);
      for (gint32 id = 0; id < 8; id++)
        raw_peer_call_number (silent[i], "many", id, 8 * LARGE);
      raw_peer_assert_works (other);
    }
  /* Of eight each had one begun, and another one where the kernel took all of the first. */
  g_assert_cmpuint (kitchen_n_many (kitchen), <=, 2 * N);
  raw_peer_assert_works (other);
  raw_peer_call_number (other, "many", 1, 8 * LARGE);
  for (gboolean answered = FALSE; !answered;)
    {
      TwMessage message;

      g_assert_true (raw_peer_receive (other, &message));
      answered = message.sequence_id == 1;
    }
  for (guint i = 0; i < N; i++)
    raw_peer_free (silent[i]);
}

/* A handler that has let a call wait is told that there is no room for its answer; it gets it again later. */
static void
returned_unbegun (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new_narrow (kitchen_port (kitchen), framed_binary);
  g_autoptr (RawPeer) other = new_peer (kitchen);
  g_autofree char *text = g_strnfill (2 * KERNEL_MAX, 'x');
  TwCall *first, *second;

  raw_peer_call (peer, "echo", 1, "hold");
  raw_peer_call (peer, "echo", 2, "hold");
  first = kitchen_take_held (kitchen);
  second = kitchen_take_held (kitchen);
  g_assert_true (tw_call_begin (first));
  g_assert_true (tw_call_begin (second));
  kitchen_answer (first, text);
  g_assert_false (tw_call_begin (second));
  raw_peer_assert_works (other);
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 2);
  raw_peer_assert_text (peer, 1, text);
  second = kitchen_take_held (kitchen);
  g_assert_true (tw_call_begin (second));
  kitchen_answer (second, "after all");
  raw_peer_assert_text (peer, 2, "after all");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/calls/over/are-answered-by-the-loop", deadline_answers);
  g_test_add_func ("/server/calls/over/free-their-place", deadline_frees_place);
  g_test_add_func ("/server/calls/over/those-behind-are-never-begun", deadline_of_those_behind);
  g_test_add_func ("/server/calls/over/those-unread-are-never-begun", deadline_of_those_unread);
  g_test_add_func ("/server/calls/of-a-closed-connection-are-not-begun", closed_connection);
  g_test_add_func ("/server/calls/stuck-writes-stop-no-reads", stuck_writes);
  g_test_add_func ("/server/calls/stuck-reads-stop-no-writes", stuck_reads);
  g_test_add_func ("/server/calls/places-go-round", places_go_round);
  g_test_add_func ("/server/calls/too-many-that-wait-are-told", too_many_wait);
  g_test_add_func ("/server/calls/too-many-that-wait-for-another-are-not-kept", too_many_wait_behind);
  g_test_add_func ("/server/unread/one-connection", unread_answers);
  g_test_add_func ("/server/unread/many-connections", unread_answers_of_many);
  g_test_add_func ("/server/unread/a-call-is-given-back-unbegun", returned_unbegun);
  return g_test_run ();
}
