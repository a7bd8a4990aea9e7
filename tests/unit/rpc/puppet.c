/* SPDX-License-Identifier: Apache-2.0 */

#include "puppet.h"

#include "tw-reserved-port.h"
#include "tw-scanner.h"
#include "tw-writer.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

struct _Puppet
{
  guint16 port;
  int reserved; /* has the port, and does not listen */
  int fd;       /* listens; -1 while it is away, as watch is 0 */
  guint watch;
  GPtrArray *peers; /* of Peer */
  GArray *kept;     /* of Kept */
  gboolean echo;
  guint closing;
  guint n_calls, n_accepted, most_in_a_read;
  guint8 scratch[1 << 20];
};

typedef struct
{
  Puppet *puppet;
  int fd;
  guint watch;
  TwScanner *scanner;
  TwBuffer input;
} Peer;

typedef struct
{
  int fd;
  gint32 sequence_id;
  GBytes *body;
} Kept;

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  g_source_remove (peer->watch);
  close (peer->fd);
  tw_scanner_free (peer->scanner);
  tw_buffer_clear (&peer->input);
  g_free (peer);
}

static void
kept_clear (gpointer data)
{
  g_bytes_unref (((Kept *) data)->body);
}

static void
send_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      const gssize n = send (fd, bytes, length, MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN)
        {
          /* The client reads on this very loop. */
          g_main_context_iteration (NULL, FALSE);
          continue;
        }
      g_assert_cmpint (n, >, 0);
      bytes += n;
      length -= (gsize) n;
    }
}

static void
write_reply (TwBuffer *bytes, gint32 sequence_id, const guint8 *body, gsize length)
{
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, bytes);
  tw_writer_message_begin (&writer, TRUE, TW_MESSAGE_REPLY, "method", strlen ("method"), sequence_id);
  tw_buffer_append (bytes, body, length);
  tw_writer_message_end (&writer);
}

static void
send_reply (int fd, gint32 sequence_id, const guint8 *body, gsize length)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;

  write_reply (&bytes, sequence_id, body, length);
  send_all (fd, bytes.data, bytes.len);
}

/* FALSE if the peer is to be closed. */
static gboolean
take_call (Peer *peer, const TwMessage *message)
{
  Puppet *puppet = peer->puppet;
  Kept kept = { peer->fd, message->sequence_id, NULL };

  g_assert_true (message->encoding.framed);
  g_assert_cmpint (message->encoding.protocol, ==, TW_PROTOCOL_BINARY);
  g_assert_cmpint (message->type, ==, TW_MESSAGE_CALL);
  g_assert_cmpmem (message->name, message->name_length, "method", strlen ("method"));
  puppet->n_calls++;

  if (puppet->closing > 0)
    {
      puppet->closing--;
      return FALSE;
    }
  if (puppet->echo)
    {
      send_reply (peer->fd, message->sequence_id, message->body, message->body_length);
      return TRUE;
    }
  kept.body = g_bytes_new (message->body, message->body_length);
  g_array_append_val (puppet->kept, kept);
  return TRUE;
}

static gboolean
readable (gint fd, GIOCondition condition, gpointer user_data)
{
  Peer *peer = user_data;
  guint8 *scratch = peer->puppet->scratch;
  const gssize n = recv (fd, scratch, sizeof peer->puppet->scratch, 0);
  guint calls = 0;
  gsize taken = 0;

  if (n <= 0)
    {
      g_ptr_array_remove_fast (peer->puppet->peers, peer);
      return G_SOURCE_CONTINUE;
    }
  tw_buffer_append (&peer->input, scratch, (gsize) n);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      TwMessage message;
      const TwScanStatus status = tw_scanner_scan (peer->scanner, peer->input.data + taken, peer->input.len - taken,
                                                   &message, &error);

      g_assert_no_error (error);
      if (status != TW_SCAN_COMPLETE)
        break;
      taken += message.total;
      calls++;
      if (!take_call (peer, &message))
        {
          g_ptr_array_remove_fast (peer->puppet->peers, peer);
          return G_SOURCE_CONTINUE;
        }
    }
  peer->input.len -= taken;
  if (taken > 0)
    memmove (peer->input.data, peer->input.data + taken, peer->input.len);
  peer->puppet->most_in_a_read = MAX (peer->puppet->most_in_a_read, calls);
  return G_SOURCE_CONTINUE;
}

static gboolean
acceptable (gint fd, GIOCondition condition, gpointer user_data)
{
  Puppet *puppet = user_data;
  const int accepted = accept4 (fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  Peer *peer;

  if (accepted < 0)
    return G_SOURCE_CONTINUE;
  puppet->n_accepted++;
  peer = g_new0 (Peer, 1);
  peer->puppet = puppet;
  peer->fd = accepted;
  peer->scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
  peer->watch = g_unix_fd_add (accepted, G_IO_IN | G_IO_HUP, readable, peer);
  g_ptr_array_add (puppet->peers, peer);
  return G_SOURCE_CONTINUE;
}

static void
come (Puppet *puppet)
{
  puppet->fd = tw_reserved_port_bind (&puppet->port, SOCK_NONBLOCK);
  g_assert_cmpint (listen (puppet->fd, 100), ==, 0);
  puppet->watch = g_unix_fd_add (puppet->fd, G_IO_IN, acceptable, puppet);
}

static void
go (Puppet *puppet)
{
  g_source_remove (puppet->watch);
  close (puppet->fd);
  puppet->watch = 0;
  puppet->fd = -1;
  puppet_hang_up (puppet);
}

Puppet *
puppet_new (void)
{
  Puppet *puppet = g_new0 (Puppet, 1);

  puppet->reserved = tw_reserved_port_bind (&puppet->port, 0);
  come (puppet);
  puppet->peers = g_ptr_array_new_with_free_func (peer_free);
  puppet->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_array_set_clear_func (puppet->kept, kept_clear);
  return puppet;
}

void
puppet_free (Puppet *puppet)
{
  puppet_set_away (puppet, TRUE);
  close (puppet->reserved);
  g_ptr_array_unref (puppet->peers);
  g_array_unref (puppet->kept);
  g_free (puppet);
}

guint16
puppet_port (const Puppet *puppet)
{
  return puppet->port;
}

void
puppet_set_away (Puppet *puppet, gboolean away)
{
  if (away && puppet->fd >= 0)
    go (puppet);
  else if (!away && puppet->fd < 0)
    come (puppet);
}

void
puppet_set_echo (Puppet *puppet, gboolean echo)
{
  puppet->echo = echo;
}

void
puppet_set_closing (Puppet *puppet, guint n)
{
  puppet->closing = n;
}

guint
puppet_n_kept (const Puppet *puppet)
{
  return puppet->kept->len;
}

static const Kept *
get_kept (const Puppet *puppet, guint index)
{
  g_assert_cmpuint (index, <, puppet->kept->len);
  return &g_array_index (puppet->kept, Kept, index);
}

void
puppet_answer (Puppet *puppet, guint index)
{
  const Kept *kept = get_kept (puppet, index);
  gsize length;
  const guint8 *body = g_bytes_get_data (kept->body, &length);

  send_reply (kept->fd, kept->sequence_id, body, length);
}

void
puppet_answer_together (Puppet *puppet, guint n)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;

  for (guint i = 0; i < n; i++)
    {
      gsize length;
      const guint8 *body = puppet_arguments (puppet, i, &length);

      write_reply (&bytes, puppet_sequence_id (puppet, i), body, length);
    }
  puppet_send (puppet, 0, bytes.data, bytes.len);
}

void
puppet_send (Puppet *puppet, guint index, const void *bytes, gsize length)
{
  send_all (get_kept (puppet, index)->fd, bytes, length);
}

gint32
puppet_sequence_id (const Puppet *puppet, guint index)
{
  return get_kept (puppet, index)->sequence_id;
}

const guint8 *
puppet_arguments (const Puppet *puppet, guint index, gsize *length)
{
  return g_bytes_get_data (get_kept (puppet, index)->body, length);
}

void
puppet_hang_up (Puppet *puppet)
{
  g_ptr_array_set_size (puppet->peers, 0);
}

guint
puppet_n_calls (const Puppet *puppet)
{
  return puppet->n_calls;
}

guint
puppet_n_accepted (const Puppet *puppet)
{
  return puppet->n_accepted;
}

guint
puppet_n_connected (const Puppet *puppet)
{
  return puppet->peers->len;
}

guint
puppet_most_calls_in_a_read (const Puppet *puppet)
{
  return puppet->most_in_a_read;
}
