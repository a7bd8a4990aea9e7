/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-connection.h"

#include "tw-error.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

/* A peer that vanished without a word is noticed after so long without an acknowledgement. */
#define LOST_AFTER_MS 10000
#define LOST_AFTER_S (LOST_AFTER_MS / 1000)

TwClientConnection *
tw_client_connection_new (GSource *source, const TwWireLimits *limits, guint connect_timeout_ms)
{
  TwClientConnection *connection = g_new0 (TwClientConnection, 1);

  connection->source = source;
  connection->fd = -1;
  connection->connect_timeout_ms = connect_timeout_ms;
  connection->scanner = tw_scanner_new (limits);
  return connection;
}

static void
close_socket (TwClientConnection *connection)
{
  if (connection->fd < 0)
    return;
  g_source_remove_unix_fd (connection->source, connection->tag);
  close (connection->fd);
  connection->fd = -1;
}

void
tw_client_connection_free (TwClientConnection *connection)
{
  close_socket (connection);
  g_clear_pointer (&connection->names, g_array_unref);
  tw_scanner_free (connection->scanner);
  tw_buffer_clear (&connection->input);
  tw_buffer_clear (&connection->output);
  g_free (connection);
}

static gboolean
unavailable (GError **error, const char *message)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAVAILABLE, message);
  return FALSE;
}

static void
set_options (int fd)
{
  const int on = 1, lost_ms = LOST_AFTER_MS, idle_s = LOST_AFTER_S, interval_s = LOST_AFTER_S / 2, probes = 2;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &lost_ms, sizeof lost_ms);
  setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

/* Begins to connect to the next name; FALSE when that one refuses at once. */
static gboolean
try_name (TwClientConnection *connection, gint64 now_ms)
{
  const TwSocketName *name = &g_array_index (connection->names, TwSocketName, connection->next_name++);
  const int fd = socket (name->name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  set_options (fd);
  if (connect (fd, (const struct sockaddr *) &name->name, name->length) != 0 && errno != EINPROGRESS)
    {
      close (fd);
      return FALSE;
    }
  connection->fd = fd;
  connection->tag = g_source_add_unix_fd (connection->source, fd, G_IO_OUT);
  connection->connect_until_ms = now_ms + connection->connect_timeout_ms;
  return TRUE;
}

static gboolean
try_names (TwClientConnection *connection, gint64 now_ms, GError **error)
{
  while (connection->next_name < connection->names->len)
    if (try_name (connection, now_ms))
      return TRUE;
  return unavailable (error, "The service can't be reached");
}

gboolean
tw_client_connection_begin (TwClientConnection *connection, GArray *names, gint64 now_ms, GError **error)
{
  connection->names = names;
  return try_names (connection, now_ms, error);
}

gboolean
tw_client_connection_go_on (TwClientConnection *connection, gint64 now_ms, GError **error)
{
  const GIOCondition events = tw_client_connection_events (connection);
  int failure = 0;
  socklen_t length = sizeof failure;

  if (connection->fd < 0 || connection->open || (events == 0 && now_ms < connection->connect_until_ms))
    return TRUE;

  if (events != 0 && getsockopt (connection->fd, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 && failure == 0)
    {
      connection->open = TRUE;
      g_clear_pointer (&connection->names, g_array_unref);
      g_source_modify_unix_fd (connection->source, connection->tag, G_IO_IN);
      return TRUE;
    }
  close_socket (connection);
  return try_names (connection, now_ms, error);
}

guint64
tw_client_connection_queue (TwClientConnection *connection, const guint8 *bytes, gsize n)
{
  const guint64 start = connection->sent + (connection->output.len - connection->output_taken);

  tw_buffer_append (&connection->output, bytes, n);
  return start;
}

gboolean
tw_client_connection_wants_to_write (const TwClientConnection *connection)
{
  if (!connection->open || connection->output.len == 0)
    return FALSE;
  return !connection->blocked || (tw_client_connection_events (connection) & G_IO_OUT) != 0;
}

static void
set_blocked (TwClientConnection *connection, gboolean blocked)
{
  if (connection->blocked == blocked)
    return;
  connection->blocked = blocked;
  g_source_modify_unix_fd (connection->source, connection->tag, blocked ? G_IO_IN | G_IO_OUT : G_IO_IN);
}

/* Forgets what is written: all of it most of the time, else the first half when that is worth it. */
static void
forget_written (TwClientConnection *connection)
{
  TwBuffer *output = &connection->output;

  if (connection->output_taken <= output->len / 2)
    return;
  output->len -= connection->output_taken;
  memmove (output->data, output->data + connection->output_taken, output->len);
  connection->output_taken = 0;
}

gboolean
tw_client_connection_write (TwClientConnection *connection, GError **error)
{
  TwBuffer *output = &connection->output;

  while (connection->output_taken < output->len)
    {
      const gssize n = send (connection->fd, output->data + connection->output_taken,
                             output->len - connection->output_taken, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        {
          set_blocked (connection, TRUE);
          forget_written (connection);
          return TRUE;
        }
      if (n < 0)
        return unavailable (error, "The connection to the service broke");
      connection->output_taken += (gsize) n;
      connection->sent += (gsize) n;
    }
  set_blocked (connection, FALSE);
  forget_written (connection);
  return TRUE;
}

/* Takes the whole messages at @bytes; *@taken is how many bytes they were. */
static gboolean
take_messages (TwClientConnection *connection, const guint8 *bytes, gsize length, TwClientMessageFunc func,
               gpointer user_data, gsize *taken, GError **error)
{
  *taken = 0;
  while (*taken < length)
    {
      g_autoptr (GError) why = NULL;
      TwMessage message;

      switch (tw_scanner_scan (connection->scanner, bytes + *taken, length - *taken, &message, &why))
        {
        case TW_SCAN_MORE:
          return TRUE;
        case TW_SCAN_COMPLETE:
          break;
        case TW_SCAN_REFUSED:
        default:
          g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "The service's answer can't be read: %s", why->message);
          return FALSE;
        }
      if (!func (&message, user_data, error))
        return FALSE;
      connection->answered = TRUE;
      connection->silent = FALSE;
      *taken += message.total;
    }
  return TRUE;
}

/* Messages are taken out of @bytes itself where none has begun before, so that few bytes are ever copied. */
static gboolean
take_bytes (TwClientConnection *connection, const guint8 *bytes, gsize length, TwClientMessageFunc func,
            gpointer user_data, GError **error)
{
  TwBuffer *input = &connection->input;
  gsize taken;

  if (input->len == 0)
    {
      if (!take_messages (connection, bytes, length, func, user_data, &taken, error))
        return FALSE;
      tw_buffer_append (input, bytes + taken, length - taken);
      return TRUE;
    }

  tw_buffer_append (input, bytes, length);
  if (!take_messages (connection, input->data, input->len, func, user_data, &taken, error))
    return FALSE;
  if (taken == input->len)
    {
      tw_buffer_clear (input);
    }
  else if (taken > 0)
    {
      input->len -= taken;
      memmove (input->data, input->data + taken, input->len);
    }
  return TRUE;
}

gboolean
tw_client_connection_read (TwClientConnection *connection, guint8 *scratch, gsize size, TwClientMessageFunc func,
                           gpointer user_data, GError **error)
{
  const GIOCondition events = tw_client_connection_events (connection);
  gssize n;

  if (!connection->open || (events & (G_IO_IN | G_IO_HUP | G_IO_ERR)) == 0)
    return TRUE;

  n = recv (connection->fd, scratch, size, 0);
  if (n > 0)
    return take_bytes (connection, scratch, (gsize) n, func, user_data, error);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  return unavailable (error, n == 0 ? "The service closed the connection" : "The connection to the service broke");
}

GIOCondition
tw_client_connection_events (const TwClientConnection *connection)
{
  return connection->fd < 0 ? 0 : g_source_query_unix_fd (connection->source, connection->tag);
}
