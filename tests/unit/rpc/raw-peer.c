/* SPDX-License-Identifier: Apache-2.0 */

#include "raw-peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

const TwEncoding RAW_ENCODINGS[4] = {
  { TW_PROTOCOL_BINARY, FALSE },
  { TW_PROTOCOL_BINARY, TRUE },
  { TW_PROTOCOL_COMPACT, FALSE },
  { TW_PROTOCOL_COMPACT, TRUE },
};

static gboolean
connect_to (int fd, guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  return connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
}

gboolean
raw_peer_can_connect (guint16 port)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean connected = connect_to (fd, port);

  close (fd);
  return connected;
}

static RawPeer *
new_peer (guint16 port, TwEncoding encoding, int receive_buffer)
{
  static const int on = 1;
  static const struct timeval patience = { .tv_sec = 60 }; /* a hanging test ends some day */
  RawPeer *peer = g_new0 (RawPeer, 1);

  peer->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0)
    setsockopt (peer->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  g_assert_true (connect_to (peer->fd, port));
  setsockopt (peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (peer->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  peer->encoding = encoding;
  peer->scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
  return peer;
}

RawPeer *
raw_peer_new (guint16 port, TwEncoding encoding)
{
  return new_peer (port, encoding, 0);
}

RawPeer *
raw_peer_new_narrow (guint16 port, TwEncoding encoding)
{
  return new_peer (port, encoding, 16 * 1024);
}

void
raw_peer_free (RawPeer *peer)
{
  close (peer->fd);
  tw_scanner_free (peer->scanner);
  tw_buffer_clear (&peer->received);
  g_free (peer);
}

void
raw_peer_send (RawPeer *peer, const void *bytes, gsize n)
{
  const guint8 *at = bytes;

  while (n > 0)
    {
      gssize sent = send (peer->fd, at, n, MSG_NOSIGNAL);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0)
        return;
      at += sent;
      n -= (gsize) sent;
    }
}

static void
begin_call (const RawPeer *peer, TwWriter *writer, TwBuffer *out, TwMessageType type, const char *method, gint32 id)
{
  tw_writer_init (writer, peer->encoding.protocol, out);
  tw_writer_message_begin (writer, peer->encoding.framed, type, method, strlen (method), id);
  tw_writer_struct_begin (writer);
}

static void
end_call (TwWriter *writer)
{
  tw_writer_struct_end (writer);
  tw_writer_message_end (writer);
}

void
raw_peer_write_call (const RawPeer *peer, TwBuffer *out, TwMessageType type, const char *method, gint32 id,
                     const char *text)
{
  TwWriter writer;

  begin_call (peer, &writer, out, type, method, id);
  if (text != NULL)
    {
      tw_writer_field (&writer, TW_WIRE_STRING, 1);
      tw_writer_string (&writer, text, strlen (text));
    }
  end_call (&writer);
}

void
raw_peer_call (RawPeer *peer, const char *method, gint32 id, const char *text)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  raw_peer_write_call (peer, &out, TW_MESSAGE_CALL, method, id, text);
  raw_peer_send (peer, out.data, out.len);
}

void
raw_peer_call_number (RawPeer *peer, const char *method, gint32 id, gint32 number)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwWriter writer;

  begin_call (peer, &writer, &out, TW_MESSAGE_CALL, method, id);
  tw_writer_field (&writer, TW_WIRE_I32, 1);
  tw_writer_i32 (&writer, number);
  end_call (&writer);
  raw_peer_send (peer, out.data, out.len);
}

gboolean
raw_peer_receive (RawPeer *peer, TwMessage *message)
{
  TwScanStatus status = TW_SCAN_MORE;

  if (peer->taken > 0)
    {
      peer->received.len -= peer->taken;
      memmove (peer->received.data, peer->received.data + peer->taken, peer->received.len);
      peer->taken = 0;
    }
  for (;;)
    {
      gssize n;

      if (peer->received.len > 0)
        {
          g_autoptr (GError) error = NULL;

          status = tw_scanner_scan (peer->scanner, peer->received.data, peer->received.len, message, &error);
          g_assert_no_error (error);
        }
      if (status == TW_SCAN_COMPLETE)
        {
          peer->taken = message->total;
          return TRUE;
        }
      do
        n = recv (peer->fd, tw_buffer_reserve (&peer->received, 65536), 65536, 0);
      while (n < 0 && errno == EINTR);
      if (n < 0)
        g_assert_cmpint (errno, ==, ECONNRESET);
      if (n <= 0)
        return FALSE;
      peer->received.len += (gsize) n;
    }
}

void
raw_peer_assert_text (RawPeer *peer, gint32 id, const char *text)
{
  TwMessage message;
  TwReader reader;
  TwWireType type;
  gint16 field;
  const char *data;
  gsize length;

  g_assert_true (raw_peer_receive (peer, &message));
  g_assert_cmpint (message.type, ==, TW_MESSAGE_REPLY);
  g_assert_cmpint (message.sequence_id, ==, id);
  g_assert_cmpint (message.encoding.protocol, ==, peer->encoding.protocol);
  g_assert_cmpint (message.encoding.framed, ==, peer->encoding.framed);
  tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &field));
  g_assert_cmpint (field, ==, 0);
  g_assert_cmpint (type, ==, TW_WIRE_STRING);
  tw_reader_string (&reader, &data, &length);
  g_assert_cmpmem (data, length, text, strlen (text));
}

char *
raw_peer_assert_exception (RawPeer *peer, gint32 id, TwApplicationError code)
{
  TwMessage message;
  TwReader reader;
  TwWireType type;
  gint16 field;
  char *sentence = NULL;
  gint32 found = -1;

  g_assert_true (raw_peer_receive (peer, &message));
  g_assert_cmpint (message.type, ==, TW_MESSAGE_EXCEPTION);
  g_assert_cmpint (message.sequence_id, ==, id);
  tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &field))
    if (field == 1)
      {
        const char *data;
        gsize length;

        tw_reader_string (&reader, &data, &length);
        sentence = g_strndup (data, length);
      }
    else
      found = tw_reader_i32 (&reader);
  g_assert_false (reader.failed);
  g_assert_cmpint (found, ==, code);
  g_assert_nonnull (sentence);
  return sentence;
}

void
raw_peer_assert_closed (RawPeer *peer)
{
  TwMessage message;

  g_assert_false (raw_peer_receive (peer, &message));
  g_assert_cmpuint (peer->received.len, ==, 0);
}

void
raw_peer_assert_works (RawPeer *peer)
{
  raw_peer_call (peer, "echo", 77, "well?");
  raw_peer_assert_text (peer, 77, "well?");
}
