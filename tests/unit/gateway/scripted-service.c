/* SPDX-License-Identifier: Apache-2.0 */

#include "scripted-service.h"

#include "tw-reader.h"
#include "tw-scanner.h"

#include <glib-unix.h>

#include <sys/socket.h>
#include <unistd.h>

struct _ScriptedService
{
  ScriptedAnswer answer;
  gpointer user_data;
  TwAddress address;
  int listener;
  guint listener_source;
  GPtrArray *connections;
  guint calls;
  guint hang_ups;
  guint refusals;
};

typedef struct
{
  ScriptedService *service;
  int fd;
  guint source;
  TwScanner *scanner;
  GByteArray *unread;
} Connection;

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  g_source_remove (connection->source);
  close (connection->fd);
  tw_scanner_free (connection->scanner);
  g_byte_array_unref (connection->unread);
  g_free (connection);
}

static gint64
since_of (const TwMessage *message)
{
  TwReader reader;
  TwWireType type;
  gint16 id;
  gint64 since = -1;

  tw_reader_init (&reader, message->encoding.protocol, message->body, message->body_length);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &id))
    if (id == 1 && type == TW_WIRE_I64)
      since = tw_reader_i64 (&reader);
    else
      tw_reader_skip (&reader, type);
  tw_reader_struct_end (&reader);
  g_assert_false (reader.failed);
  return since;
}

static void
answer (ScriptedService *service, int fd, const TwMessage *message, guint call)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  TwWriter writer;

  if (service->refusals > 0)
    {
      service->refusals--;
      tw_writer_application_exception (&out, &message->encoding, message->name, message->name_length,
                                       message->sequence_id, TW_APPLICATION_INTERNAL_ERROR, "no");
    }
  else
    {
      tw_writer_init (&writer, message->encoding.protocol, &out);
      tw_writer_message_begin (&writer, message->encoding.framed, TW_MESSAGE_REPLY, message->name,
                               message->name_length, message->sequence_id);
      tw_writer_struct_begin (&writer);
      service->answer (&writer, call, since_of (message), service->user_data);
      tw_writer_struct_end (&writer);
      tw_writer_message_end (&writer);
    }
  g_assert_cmpint (send (fd, out.data, out.len, MSG_NOSIGNAL), ==, (gssize) out.len);
}

/* FALSE when the connection is to be closed. */
static gboolean
serve (Connection *connection)
{
  ScriptedService *service = connection->service;
  GByteArray *unread = connection->unread;
  g_autoptr (GError) error = NULL;
  TwMessage message;
  TwScanStatus status;

  while ((status = tw_scanner_scan (connection->scanner, unread->data, unread->len, &message, &error))
         == TW_SCAN_COMPLETE)
    {
      guint call = service->calls++;

      if (service->hang_ups > 0)
        {
          service->hang_ups--;
          return FALSE;
        }
      answer (service, connection->fd, &message, call);
      g_byte_array_remove_range (unread, 0, (guint) message.total);
    }
  g_assert_no_error (error);
  return TRUE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  Connection *connection = data;
  guint8 bytes[4096];
  gssize n = recv (fd, bytes, sizeof bytes, 0);

  if (n > 0)
    {
      g_byte_array_append (connection->unread, bytes, (guint) n);
      if (serve (connection))
        return G_SOURCE_CONTINUE;
    }
  g_ptr_array_remove_fast (connection->service->connections, connection);
  return G_SOURCE_CONTINUE; /* removed already */
}

static gboolean
on_connect (int fd, GIOCondition condition, gpointer data)
{
  ScriptedService *service = data;
  Connection *connection = g_new0 (Connection, 1);

  connection->service = service;
  connection->fd = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (connection->fd, >=, 0);
  connection->scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  connection->unread = g_byte_array_new ();
  connection->source = g_unix_fd_add (connection->fd, G_IO_IN, on_readable, connection);
  g_ptr_array_add (service->connections, connection);
  return G_SOURCE_CONTINUE;
}

ScriptedService *
scripted_service_new (ScriptedAnswer answer_func, gpointer user_data)
{
  ScriptedService *service = g_new0 (ScriptedService, 1);
  g_autoptr (GError) error = NULL;

  service->answer = answer_func;
  service->user_data = user_data;
  service->address = (TwAddress) { .host = g_strdup ("127.0.0.1") };
  service->listener = tw_socket_listen (&service->address, FALSE, &error);
  g_assert_no_error (error);
  service->address.port = tw_socket_port (service->listener);
  service->connections = g_ptr_array_new_with_free_func (connection_free);
  service->listener_source = g_unix_fd_add (service->listener, G_IO_IN, on_connect, service);
  return service;
}

void
scripted_service_hang_up (ScriptedService *service, guint n)
{
  service->hang_ups = n;
}

void
scripted_service_refuse (ScriptedService *service, guint n)
{
  service->refusals = n;
}

const TwAddress *
scripted_service_address (const ScriptedService *service)
{
  return &service->address;
}

guint
scripted_service_calls (const ScriptedService *service)
{
  return service->calls;
}

void
scripted_service_free (ScriptedService *service)
{
  g_ptr_array_unref (service->connections);
  g_source_remove (service->listener_source);
  close (service->listener);
  g_free (service->address.host);
  g_free (service);
}
