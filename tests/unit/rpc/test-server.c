/* SPDX-License-Identifier: Apache-2.0 */

/* How calls are answered: encodings, order, failures. */

#include "kitchen.h"
#include "raw-peer.h"

#include "tw-error.h"

#include <errno.h>
#include <sys/socket.h>

static const TwEncoding framed_binary = { TW_PROTOCOL_BINARY, TRUE };

static void
every_encoding_on_one_port (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[i]);
      TwMessage message;

      raw_peer_call (peer, "echo", -7, "one");
      raw_peer_call (peer, "shout", G_MAXINT32, "");
      raw_peer_assert_text (peer, -7, "one");
      raw_peer_assert_text (peer, G_MAXINT32, "");

      raw_peer_call (peer, "nothing", 0, NULL);
      g_assert_true (raw_peer_receive (peer, &message));
      g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
      g_assert_cmpuint (message.body_length, ==, 1);
    }
}

static void
byte_by_byte (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[i]);
      g_auto (TwBuffer) out = TW_BUFFER_INIT;

      raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 1, "drop");
      raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "echo", 2, "by drop");
      for (gsize at = 0; at < out.len; at++)
        raw_peer_send (peer, out.data + at, 1);
      raw_peer_assert_text (peer, 1, "drop");
      raw_peer_assert_text (peer, 2, "by drop");
    }
}

static void
distinct_ids_as_they_finish (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed_binary);
  TwCall *first, *second;

  raw_peer_call (peer, "echo", 1, "hold 1");
  raw_peer_call (peer, "echo", 2, "hold 2");
  raw_peer_call (peer, "echo", 3, "three");
  raw_peer_assert_text (peer, 3, "three");
  first = kitchen_take_held (kitchen);
  second = kitchen_take_held (kitchen);
  kitchen_answer (second, "two");
  raw_peer_assert_text (peer, 2, "two");
  kitchen_answer (first, "one");
  raw_peer_assert_text (peer, 1, "one");
}

static void
equal_ids_in_order (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed_binary);
  TwMessage message;

  raw_peer_call (peer, "echo", 0, "hold 1");
  raw_peer_call (peer, "echo", 0, "two");
  raw_peer_call (peer, "no-such", 0, "three");
  raw_peer_call (peer, "shout", 0, "four is far too long");
  raw_peer_call (peer, "echo", 0, "hold 5");
  raw_peer_call (peer, "echo", 0, "six");
  /* All of them have been read when this one, which waits for nobody, is answered. */
  raw_peer_call (peer, "echo", 9, "nine");
  raw_peer_assert_text (peer, 9, "nine");
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 1);

  kitchen_answer (kitchen_take_held (kitchen), "one");
  raw_peer_assert_text (peer, 0, "one");
  raw_peer_assert_text (peer, 0, "two");
  g_free (raw_peer_assert_exception (peer, 0, TW_APPLICATION_UNKNOWN_METHOD));
  g_free (raw_peer_assert_exception (peer, 0, TW_APPLICATION_PROTOCOL_ERROR));
  kitchen_answer (kitchen_take_held (kitchen), "five");
  g_assert_true (raw_peer_receive (peer, &message));
  raw_peer_assert_text (peer, 0, "six");
}

static void
many_in_order (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[0]);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      raw_peer_call (peer, "echo", 0, text);
    }
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      raw_peer_assert_text (peer, 0, text);
    }
}

static void
unknown_method (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[i]);

      raw_peer_call (peer, "Kitchen:echo", 5, "x");
      g_free (raw_peer_assert_exception (peer, 5, TW_APPLICATION_UNKNOWN_METHOD));
      raw_peer_assert_works (peer);
    }
}

static void
oneway (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed_binary);
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  raw_peer_write_call (peer, &out, TW_MESSAGE_ONEWAY, "note", 1, "noted");
  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, "note", 2, "noted");
  raw_peer_write_call (peer, &out, TW_MESSAGE_ONEWAY, "note", 3, NULL); /* refused, and nobody is told */
  raw_peer_write_call (peer, &out, TW_MESSAGE_ONEWAY, "no-such", 4, "x");
  raw_peer_write_call (peer, &out, TW_MESSAGE_ONEWAY, "echo", 5, "answered");
  raw_peer_send (peer, out.data, out.len);
  raw_peer_assert_text (peer, 5, "answered");
  raw_peer_assert_works (peer);
  g_assert_cmpuint (kitchen_n_notes (kitchen), ==, 2);
}

/* Reads a reply whose field 1 is a Refusal with all that it requires. */
static char *
assert_refusal (RawPeer *peer, gint32 id, gint32 code)
{
  TwMessage message;
  TwReader reader;
  TwWireType type;
  gint16 field;
  guint seen = 0;
  char *sentence = NULL;

  g_assert_true (raw_peer_receive (peer, &message));
  g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
  g_assert_cmpint (message.sequence_id, ==, id);
  tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &field));
  g_assert_cmpint (field, ==, 1);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &field))
    {
      const char *data;
      gsize length;

      seen |= 1u << field;
      if (field == 1)
        g_assert_cmpint (tw_reader_i32 (&reader), ==, code);
      else if (field == 2)
        {
          tw_reader_string (&reader, &data, &length);
          sentence = g_strndup (data, length);
        }
      else
        tw_reader_skip (&reader, type);
    }
  g_assert_false (reader.failed);
  g_assert_cmphex (seen, ==, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 5);
  return sentence;
}

static void
limits (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[i]);
      g_autofree char *declared = NULL, *absent = NULL, *undeclared = NULL, *bytes = NULL;

      raw_peer_call (peer, "echo", 1, "a text that is too long");
      declared = assert_refusal (peer, 1, 400);
      g_assert_nonnull (strstr (declared, "text must be at most 12"));
      raw_peer_call (peer, "echo", 2, NULL);
      absent = assert_refusal (peer, 2, 400);
      raw_peer_call (peer, "shout", 3, "a text that is too long");
      undeclared = raw_peer_assert_exception (peer, 3, TW_APPLICATION_PROTOCOL_ERROR);
      g_assert_nonnull (strstr (undeclared, "text must be at most 12"));
      raw_peer_call (peer, "shout", 4, "\xff");
      bytes = raw_peer_assert_exception (peer, 4, TW_APPLICATION_PROTOCOL_ERROR);
      raw_peer_assert_works (peer);
    }
  g_assert_cmpuint (kitchen_n_held (kitchen), ==, 0);
}

static void
failures (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed_binary);
  g_autoptr (GError) absent = g_error_new (TW_ERROR, TW_ERROR_NOT_FOUND, "Soup not found");
  g_autoptr (GError) foreign = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "/secret/place is not there");
  g_autofree char *text = NULL;

  raw_peer_call (peer, "echo", 1, "hold");
  tw_call_fail (kitchen_take_held (kitchen), absent);
  text = assert_refusal (peer, 1, 404);
  g_assert_cmpstr (text, ==, "Soup not found");
  g_free (text);

  raw_peer_call (peer, "echo", 2, "hold");
  tw_call_fail (kitchen_take_held (kitchen), foreign);
  text = assert_refusal (peer, 2, 500);
  g_assert_null (strstr (text, "secret"));
  g_free (text);

  raw_peer_call (peer, "shout", 3, "hold");
  tw_call_fail (kitchen_take_held (kitchen), foreign);
  text = raw_peer_assert_exception (peer, 3, TW_APPLICATION_INTERNAL_ERROR);
  g_assert_null (strstr (text, "secret"));
}

static void
reply_too_large (void)
{
  TwServerLimits small = TW_SERVER_DEFAULT_LIMITS;
  g_autoptr (Kitchen) kitchen = NULL;

  small.max_reply = 1024 * 1024;
  kitchen = kitchen_new (&small);
  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[i]);
      g_autofree char *text = NULL;
      TwMessage message;

      raw_peer_call_number (peer, "many", 1, 1024 * 1024);
      text = raw_peer_assert_exception (peer, 1, TW_APPLICATION_INTERNAL_ERROR);
      g_assert_cmpstr (text, ==, "The reply is larger than 1 MiB: ask for it in pages");
      raw_peer_call_number (peer, "many", 2, 1024 * 1024 - 64);
      g_assert_true (raw_peer_receive (peer, &message));
      g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
      g_assert_cmpuint (message.body_length, >, 1024 * 1024 - 64);
    }
}

static void
half_closed (void)
{
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed_binary);

  raw_peer_call (peer, "echo", 1, "hold");
  raw_peer_call (peer, "echo", 2, "two");
  shutdown (peer->fd, SHUT_WR);
  raw_peer_assert_text (peer, 2, "two");
  kitchen_answer (kitchen_take_held (kitchen), "one");
  raw_peer_assert_text (peer, 1, "one");
  raw_peer_assert_closed (peer);
}

static void
late_answer (void)
{
  static const struct linger reset = { .l_onoff = 1 };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  RawPeer *peer = raw_peer_new (kitchen_port (kitchen), framed_binary);
  g_autoptr (RawPeer) other = raw_peer_new (kitchen_port (kitchen), framed_binary);
  TwCall *call;

  raw_peer_call (peer, "echo", 1, "hold");
  raw_peer_call (peer, "echo", 1, "waits");
  raw_peer_call (peer, "echo", 1, "waits, too");
  call = kitchen_take_held (kitchen);
  setsockopt (peer->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  raw_peer_free (peer);
  raw_peer_assert_works (other);
  kitchen_answer (call, "nobody hears this");
  raw_peer_assert_works (other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/every-encoding-works-on-one-port", every_encoding_on_one_port);
  g_test_add_func ("/server/a-message-may-come-byte-by-byte", byte_by_byte);
  g_test_add_func ("/server/calls-of-distinct-ids-are-answered-as-they-finish", distinct_ids_as_they_finish);
  g_test_add_func ("/server/calls-of-equal-ids-are-answered-in-order", equal_ids_in_order);
  g_test_add_func ("/server/a-thousand-pipelined-calls-are-answered-in-order", many_in_order);
  g_test_add_func ("/server/an-unknown-method-leaves-the-connection-alive", unknown_method);
  g_test_add_func ("/server/a-oneway-method-is-not-answered", oneway);
  g_test_add_func ("/server/a-broken-limit-is-a-declared-or-an-application-exception", limits);
  g_test_add_func ("/server/a-failure-is-a-declared-or-an-application-exception", failures);
  g_test_add_func ("/server/a-reply-over-the-limit-is-an-application-exception", reply_too_large);
  g_test_add_func ("/server/a-peer-that-only-listens-gets-its-answers", half_closed);
  g_test_add_func ("/server/an-answer-after-the-connection-closed-is-dropped", late_answer);
  return g_test_run ();
}
