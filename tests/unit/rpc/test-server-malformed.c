/* SPDX-License-Identifier: Apache-2.0 */

/* Every malformed message closes its own connection, and nothing else is harmed. */

#include "kitchen.h"
#include "raw-peer.h"

#include <sys/socket.h>

#define CALL "\x80\x01\x00\x01\x00\x00\x00\x04" "echo" "\x00\x00\x00\x01" /* up to the arguments' struct, 16 bytes */
#define COMPACT_CALL "\x82\x21\x01\x04" "echo"

typedef struct
{
  const char *name;
  const char *bytes;
  gsize length;
  gboolean ends; /* only the end of the stream tells that it is malformed */
} Malformed;

#define BYTES(text) (text), sizeof (text) - 1

static const Malformed malformed[] = {
  { "a frame of length 0", BYTES ("\x00\x00\x00\x00"), FALSE },
  { "a binary of length -1", BYTES (CALL "\x0b\x00\x01\xff\xff\xff\xff"), FALSE },
  { "a string of length 2^31-1", BYTES (CALL "\x0b\x00\x01\x7f\xff\xff\xff"), FALSE },
  { "a list of 2^31-1 structs", BYTES (CALL "\x0f\x00\x63\x0c\x7f\xff\xff\xff"), FALSE },
  { "a map of 2^31-1 structs", BYTES (CALL "\x0d\x00\x63\x0b\x0c\x7f\xff\xff\xff"), FALSE },
  { "a list of length -1", BYTES (CALL "\x0f\x00\x63\x0c\x80\x00\x00\x00"), FALSE },
  { "an unknown string that is cut short", BYTES (CALL "\x0b\x00\x63\x00\x00\x00\x10" "abc"), TRUE },
  { "a message that is cut short", BYTES (CALL), TRUE },
  { "a header that is cut short", BYTES ("\x80\x01"), TRUE },
  { "a frame that is cut short", BYTES ("\x00\x00\x00\x40" CALL), TRUE },
  { "a string that spans two frames",
    BYTES ("\x00\x00\x00\x1a" CALL "\x0b\x00\x01\x00\x00\x00\x20" "abc" "\x00\x00\x00\x1d"), FALSE },
  { "a frame that is longer than its message", BYTES ("\x00\x00\x00\x20" CALL "\x00" "0123456789abcdef"), FALSE },
  { "a frame of 2^31-1 bytes", BYTES ("\x7f\xff\xff\xff"), FALSE },
  { "a frame of -1 bytes", BYTES ("\xff\xff\xff\xff"), FALSE },
  { "a header without a version", BYTES ("\x00\x00\x00\x04" "echo" "\x01\x00\x00\x00\x01\x00"), FALSE },
  { "a framed header without a version",
    BYTES ("\x00\x00\x00\x0e\x00\x00\x00\x04" "echo" "\x01\x00\x00\x00\x01\x00"), FALSE },
  { "version 2", BYTES ("\x80\x02\x00\x01\x00\x00\x00\x04" "echo" "\x00\x00\x00\x01\x00"), FALSE },
  { "an unknown message type", BYTES ("\x80\x01\x00\x09\x00\x00\x00\x04" "echo" "\x00\x00\x00\x01\x00"), FALSE },
  { "a reply", BYTES ("\x80\x01\x00\x02\x00\x00\x00\x04" "echo" "\x00\x00\x00\x01\x00"), FALSE },
  { "an exception", BYTES ("\x80\x01\x00\x03\x00\x00\x00\x04" "echo" "\x00\x00\x00\x01\x00"), FALSE },
  { "a name of length -1", BYTES ("\x80\x01\x00\x01\xff\xff\xff\xff"), FALSE },
  { "an empty name", BYTES ("\x80\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00"), FALSE },
  { "an unknown field type", BYTES (CALL "\x07\x00\x01\x00\x00"), FALSE },
  { "a bool that is neither", BYTES (CALL "\x02\x00\x63\x02\x00"), FALSE },
  { "HTTP", BYTES ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), FALSE },
  { "a compact string of 2^31-1", BYTES (COMPACT_CALL "\x18\xff\xff\xff\xff\x07"), FALSE },
  { "a compact string whose length has no end", BYTES (COMPACT_CALL "\x18\xff\xff\xff\xff\xff\xff"), FALSE },
  { "a compact list of 2^31-1", BYTES (COMPACT_CALL "\x19\xfc\xff\xff\xff\xff\x07"), FALSE },
  { "an unknown compact type", BYTES (COMPACT_CALL "\x1f\x00"), FALSE },
  { "a compact reply", BYTES ("\x82\x41\x01\x04" "echo" "\x00"), FALSE },
  { "another compact version", BYTES ("\x82\x22\x01\x04" "echo" "\x00"), FALSE },
  { "a compact message that is cut short", BYTES (COMPACT_CALL "\x18\x10" "abc"), TRUE },
};

static void
each_closes_its_connection (void)
{
  static const TwEncoding any = { TW_PROTOCOL_BINARY, FALSE };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) other = raw_peer_new (kitchen_port (kitchen), any);

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), any);

      g_test_message ("%s", malformed[i].name);
      raw_peer_send (peer, malformed[i].bytes, malformed[i].length);
      if (malformed[i].ends)
        shutdown (peer->fd, SHUT_WR);
      raw_peer_assert_closed (peer);
      raw_peer_assert_works (other);
    }
}

static void
after_a_good_message (void)
{
  static const TwEncoding framed = { TW_PROTOCOL_BINARY, TRUE };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed);

  raw_peer_assert_works (peer);
  raw_peer_send (peer, "\x00\x00\x00\x00", 4);
  raw_peer_assert_closed (peer);
}

static void
changed_encoding (void)
{
  static const TwEncoding framed = { TW_PROTOCOL_BINARY, TRUE };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), framed);

  raw_peer_assert_works (peer);
  peer->encoding.framed = FALSE;
  raw_peer_call (peer, "echo", 1, "x");
  raw_peer_assert_closed (peer);
}

static void
nested_structs (void)
{
  static const TwEncoding any = { TW_PROTOCOL_BINARY, FALSE };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) other = raw_peer_new (kitchen_port (kitchen), any);
  g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), any);
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  tw_buffer_append (&out, BYTES (CALL));
  for (guint i = 0; i < 200000; i++)
    tw_buffer_append (&out, BYTES ("\x0c\x00\x63"));
  raw_peer_send (peer, out.data, out.len);
  raw_peer_assert_closed (peer);
  raw_peer_assert_works (other);
}

static void
message_too_large (void)
{
  static const TwEncoding any = { TW_PROTOCOL_BINARY, FALSE };
  g_autoptr (Kitchen) kitchen = kitchen_new (&TW_SERVER_DEFAULT_LIMITS);
  g_autoptr (RawPeer) other = raw_peer_new (kitchen_port (kitchen), any);
  g_autofree char *text = g_strnfill (1024 * 1024, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (RAW_ENCODINGS); i++)
    {
      g_autoptr (RawPeer) peer = raw_peer_new (kitchen_port (kitchen), RAW_ENCODINGS[i]);

      raw_peer_call (peer, "echo", 1, text);
      raw_peer_assert_closed (peer);
      raw_peer_assert_works (other);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/malformed/each-closes-its-connection-and-no-other", each_closes_its_connection);
  g_test_add_func ("/server/malformed/behind-a-good-message", after_a_good_message);
  g_test_add_func ("/server/malformed/another-encoding-than-before", changed_encoding);
  g_test_add_func ("/server/malformed/two-hundred-thousand-nested-structs", nested_structs);
  g_test_add_func ("/server/malformed/more-than-a-mebibyte", message_too_large);
  return g_test_run ();
}
