/* SPDX-License-Identifier: Apache-2.0 */

/* `get` served as Thrift's C library comes: its ThriftSimpleServer, buffered transport, binary protocol and the
 * generated processor, over a handler that reads the task from tasks-service's SQLite file with one prepared statement.
 *
 *     stock-server --database FILE        (prints "listening on 127.0.0.1:PORT")
 *
 * It is measured beside tasks-service, so nothing of ours stands between Thrift and SQLite here.
 */

#include "tw-clock.h"
#include "tw-config.h"
#include "tw-error.h"
#include "tw-id.h"
#include "tw-output.h"
#include "tw-socket.h"

#include "tw_tasks.h"

#include <glib-unix.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol_factory.h>
#include <thrift/c_glib/server/thrift_simple_server.h>
#include <thrift/c_glib/transport/thrift_buffered_transport_factory.h>
#include <thrift/c_glib/transport/thrift_server_socket.h>

/* ThriftServerSocket listens on every address: this one takes a socket that listens already. */

typedef ThriftServerSocket LoopbackSocket;
typedef ThriftServerSocketClass LoopbackSocketClass;

static GType loopback_socket_get_type (void);
G_DEFINE_TYPE (LoopbackSocket, loopback_socket, THRIFT_TYPE_SERVER_SOCKET)

static gboolean
listens_already (ThriftServerTransport *transport, GError **error)
{
  return TRUE;
}

static void
loopback_socket_class_init (LoopbackSocketClass *klass)
{
  THRIFT_SERVER_TRANSPORT_CLASS (klass)->listen = listens_already;
}

static void
loopback_socket_init (LoopbackSocket *self)
{
}

/* The handler */

typedef struct
{
  TwTasksHandler parent;
  sqlite3_stmt *statement;
} Answers;

typedef TwTasksHandlerClass AnswersClass;

static GType answers_get_type (void);
G_DEFINE_TYPE (Answers, answers, TW_TYPE_TASKS_HANDLER)

static char *
time_text (sqlite3_stmt *statement, int column)
{
  char *text = g_malloc (TW_TIME_SIZE);

  tw_time_format (sqlite3_column_int64 (statement, column), text);
  return text;
}

static void
fill (TwTask *task, const char *user_id, sqlite3_stmt *row)
{
  task->id = g_malloc (TW_ID_SIZE);
  tw_id_from_bytes (sqlite3_column_blob (row, 0), task->id);
  task->userId = g_strdup (user_id);
  g_free (task->name); /* the default */
  task->name = g_strdup ((const char *) sqlite3_column_text (row, 5));
  task->createdOn = time_text (row, 1);
  task->updatedOn = time_text (row, 2);
  task->version = sqlite3_column_int64 (row, 3);
  task->done = sqlite3_column_int (row, 4) != 0;
  task->__isset_id = task->__isset_userId = task->__isset_name = task->__isset_createdOn = task->__isset_done =
    task->__isset_updatedOn = task->__isset_version = TRUE;
}

static gboolean
answer_get (TwTasksIf *iface, TwTask **task, const gchar *user_id, const gchar *id, TwBaseException **ouch,
            GError **error)
{
  sqlite3_stmt *statement = ((Answers *) iface)->statement;
  guint8 bytes[TW_ID_BYTES];
  gboolean found;

  sqlite3_bind_text (statement, 1, user_id, -1, SQLITE_STATIC);
  found = tw_id_to_bytes (id, bytes)
          && sqlite3_bind_blob (statement, 2, bytes, sizeof bytes, SQLITE_STATIC) == SQLITE_OK
          && sqlite3_step (statement) == SQLITE_ROW;
  if (found)
    fill (*task, user_id, statement);
  else
    *ouch = g_object_new (TW_TYPE_BASE_EXCEPTION, "code", 404, "message", "Task not found", NULL);
  sqlite3_reset (statement);
  return found;
}

static void
answers_class_init (AnswersClass *klass)
{
  klass->get = answer_get;
}

static void
answers_init (Answers *self)
{
}

static sqlite3_stmt *
prepare (const char *path, GError **error)
{
  sqlite3 *database;
  sqlite3_stmt *statement;

  if (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK
      && sqlite3_prepare_v3 (database,
                             "SELECT id, created_ms, updated_ms, version, done, name FROM tasks"
                             " WHERE id = ?2 AND user_id = ?1",
                             -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)
           == SQLITE_OK)
    return statement;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s: %s", path, sqlite3_errmsg (database));
  return NULL;
}

static gboolean
serve (const char *path, GError **error)
{
  Answers *answers = g_object_new (answers_get_type (), NULL);
  g_autoptr (TwAddress) address = tw_address_parse ("127.0.0.1:0", TRUE, NULL);
  ThriftServerSocket *listener = g_object_new (loopback_socket_get_type (), NULL);
  GObject *buffered, *binary, *processor;
  ThriftServer *server;
  g_autofree char *line = NULL;

  answers->statement = prepare (path, error);
  if (answers->statement == NULL)
    return FALSE;
  listener->sd = tw_socket_listen (address, FALSE, error);
  if (listener->sd < 0)
    return FALSE;
  /* Thrift's accept() waits. */
  if (!g_unix_set_fd_nonblocking (listener->sd, FALSE, error))
    return FALSE;
  buffered = g_object_new (THRIFT_TYPE_BUFFERED_TRANSPORT_FACTORY, NULL);
  binary = g_object_new (THRIFT_TYPE_BINARY_PROTOCOL_FACTORY, NULL);
  processor = g_object_new (TW_TYPE_TASKS_PROCESSOR, "handler", answers, NULL);
  server = g_object_new (THRIFT_TYPE_SIMPLE_SERVER, "processor", processor, "server_transport", listener,
                         "input_transport_factory", buffered, "output_transport_factory", buffered,
                         "input_protocol_factory", binary, "output_protocol_factory", binary, NULL);
  line = g_strdup_printf ("listening on 127.0.0.1:%u\n", tw_socket_port (listener->sd));
  return tw_output_print (line, error) && thrift_server_serve (server, error);
}

int
main (int argc, char **argv)
{
  g_autofree char *database = NULL;
  g_autoptr (GError) error = NULL;
  const TwOption options[] = {
    { "database", NULL, TW_OPTION_STRING, &database, "FILE", "tasks-service's SQLite file", 0, 0 },
    { NULL, NULL, TW_OPTION_FLAG, NULL, NULL, NULL, 0, 0 },
  };

  tw_output_init ();
  signal (SIGPIPE, SIG_IGN); /* Thrift writes without MSG_NOSIGNAL */
  if (tw_config_read (options, "Serves one task by Thrift's own server.", argc, argv, NULL, &error)
      && serve (database, &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "stock-server: %s\n", error != NULL ? error->message : "the server ended");
  return EXIT_FAILURE;
}
